"""Times that mark the end of an interval instead of its start."""

from gridtide.signals.check import Check, Verdict, passed
from gridtide.signals.raw import Raw


def interval_stamp(raw: Raw) -> Check:
    """What the name of the column or its owner says; what it hides only another series shows."""
    if raw.stamp_is_end:
        return Check(
            check="interval stamp",
            verdict=Verdict.REPAIRED,
            count=len(raw.rows),
            sentence="times mark the end of an interval; start = end - length",
            mend="Nothing; the reader shifts them.",
        )
    return passed("interval stamp", "times are taken as interval starts, as the column is named")
