"""Times that cannot be read, carry no zone, or lie in a zone that somebody assumed."""

import numpy as np

from gridtide.signals.check import Check, decide, passed
from gridtide.signals.evidence.local_clock import CHANGING, changes, never_were
from gridtide.signals.raw import DAY_S, Raw, in_time

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
    return passed(NAME, "every time carries its zone")


def _habit(raw: Raw) -> str:
    """Whether days of 23 and 25 hours betray a clock, or every day has 24."""
    stamps, counts = np.unique(raw.stamps_s, return_counts=True)
    if stamps[-1] - stamps[0] < 200 * DAY_S or len(stamps) * 3600 < 0.5 * (stamps[-1] - stamps[0]):
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
            return f"; days of 23 and 25 hours fit a clock of {name}"
    if not doubled and raw.clock and len(never_were(raw, raw.clock)):
        return "; every day has 24 hours, as by a fixed offset"
    return ""
