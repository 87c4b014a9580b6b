"""Times that cannot be read, carry no zone, or lie in a zone that somebody assumed."""

import numpy as np

from gridtide.signals.check import Check, decide, passed
from gridtide.signals.evidence.local_clock import CHANGING, changes, never_were
from gridtide.signals.raw import DAY_S, Raw, Real, in_time

NAME = "time zone"


def time_zone(raw: Raw) -> Check:
    """Of the rows as they lie in the file."""
    unread = np.flatnonzero(np.isnan(raw.stamps_s))
    everything = np.arange(len(raw.rows))
    if raw.relative:
        return passed(NAME, "times count seconds from a start that the file does not date")
    if raw.naive and len(unread) < len(raw.rows):
        return decide(
            NAME,
            raw,
            everything,
            "times carry no zone" + _habit(in_time(raw)),
            "Write them with an offset, or say their zone.",
        )
    if len(unread):
        return decide(
            NAME, raw, unread, f"{len(unread)} times cannot be read",
            "Write them as 2026-11-22T09:00:00+08:00.",
        )  # fmt: skip
    if raw.assumed:
        return decide(
            NAME, raw, everything, "the zone of the times is assumed, as their name says",
            "Ask the publisher, or compare with a series of known times (--against).",
        )  # fmt: skip
    if fits := _city(in_time(raw)):
        return decide(
            NAME, raw, everything,
            f"times say that they are UTC, but days of 23 and 25 hours fit a clock of {fits}",
            "Read them by the clock they were written by; a clock on the wall was taken for UTC.",
        )  # fmt: skip
    return passed(NAME, "every time carries its zone")


def _habit(raw: Raw) -> str:
    """Whether days of 23 and 25 hours betray a clock, or every day has 24."""
    city = _city(raw)
    if city:
        return f"; days of 23 and 25 hours fit a clock of {city}"
    stamps = np.unique(raw.stamps_s)
    if _long_enough(stamps) and len(stamps) == len(raw.stamps_s) and raw.clock:
        return (
            "; every day has 24 hours, as by a fixed offset" if never_were(raw, raw.clock) else ""
        )
    return ""


def _long_enough(stamps: Real) -> bool:
    """Whether a change of the clock would show."""
    span_s = stamps[-1] - stamps[0]
    return bool(span_s >= 200 * DAY_S and len(stamps) * 3600 >= 0.5 * span_s)


def _city(raw: Raw) -> str:
    """Whose clock loses just the hours that these times lack in spring, and doubles those they double in autumn."""
    stamps, counts = np.unique(raw.stamps_s, return_counts=True)
    if not _long_enough(stamps):
        return ""
    doubled = set(stamps[counts > 1].tolist())
    there = set(stamps.tolist())
    for name, clock in CHANGING.items():
        told = changes(clock, stamps[0] + DAY_S, stamps[-1] - DAY_S)
        spring = [change for change in told if change.by_s > 0]
        autumn = [change for change in told if change.by_s < 0]
        twice = [change for change in autumn if change.wall_s + change.by_s in doubled]
        lacking = [change for change in spring if change.wall_s not in there]
        if twice and len(twice) == len(autumn) and len(lacking) == len(spring):
            return name
    return ""
