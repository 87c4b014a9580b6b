"""What is wrong with a series as it came: every check in one fixed order, of it alone and against another.

Nothing is repaired here. A check that needs a decision says which; one that a reader already repairs says so.
"""

from gridtide.signals.check import Check
from gridtide.signals.checks.averaged_hour import averaged_hour
from gridtide.signals.checks.cells import numbers
from gridtide.signals.checks.clock_changes import clock_changes
from gridtide.signals.checks.constant_runs import constant_runs
from gridtide.signals.checks.copied_periods import copied_periods
from gridtide.signals.checks.currency import currency
from gridtide.signals.checks.duplicates import duplicates
from gridtide.signals.checks.estimates import estimates
from gridtide.signals.checks.filled_from import filled_from
from gridtide.signals.checks.floors_and_caps import floors_and_caps
from gridtide.signals.checks.gaps import gaps
from gridtide.signals.checks.interval_stamp import interval_stamp
from gridtide.signals.checks.lag import lag
from gridtide.signals.checks.level import level
from gridtide.signals.checks.nature import nature
from gridtide.signals.checks.smoothing import smoothing
from gridtide.signals.checks.smoothing_against import smoothing_against
from gridtide.signals.checks.step import step
from gridtide.signals.checks.sun import sun
from gridtide.signals.checks.sun_against import sun_against
from gridtide.signals.checks.time_zone import time_zone
from gridtide.signals.checks.unfilled_column import unfilled_column
from gridtide.signals.checks.unit import unit
from gridtide.signals.checks.value_range import value_range
from gridtide.signals.evidence.alongside import alongside
from gridtide.signals.evidence.lags import at_best, fortnights
from gridtide.signals.evidence.local_clock import by_the_clock, changes, never_were
from gridtide.signals.raw import Raw, in_time

ALONE = (
    interval_stamp, duplicates, gaps, step, clock_changes, numbers, value_range, unit, currency, nature,
    unfilled_column, floors_and_caps, constant_runs, smoothing, copied_periods, sun, estimates,
)  # fmt: skip


def examined(raw: Raw, against: Raw | None = None) -> tuple[Check, ...]:
    """All checks of a series; of rows without a readable time only that is said."""
    dated = in_time(raw)
    if not len(dated.rows):
        return (time_zone(raw), numbers(raw))
    told = _instants(dated)
    found = [time_zone(raw), *(check(told) for check in ALONE)]
    return tuple(found) if against is None else (*found, *beside(raw, against))


def beside(raw: Raw, other: Raw) -> tuple[Check, ...]:
    """All checks of a series against another; none where either has no readable time.

    Level and smoothing are compared after the other was moved by the lag that was found.
    """
    one, two = in_time(raw), in_time(other)
    if not len(one.rows) or not len(two.rows):
        return ()
    one, two = _instants(one), _instants(two)
    both = alongside(one, two) if one.kind is two.kind else None
    found = fortnights(both) if both is not None else None
    moved = at_best(both, found) if both is not None else None
    return (
        lag(one, two, both, found),
        level(one, two, moved),
        smoothing_against(one, two, moved),
        filled_from(one, two, both),
        averaged_hour(one, two, both),
        sun_against(one, two),
    )


def _instants(raw: Raw) -> Raw:
    """Times without a zone by the market's clock, when that clock changes and no time lies where it never was."""
    if not raw.naive or raw.clock is None or never_were(raw, raw.clock):
        return raw
    told = changes(raw.clock, raw.stamps_s[0], raw.stamps_s[-1])
    return by_the_clock(raw, raw.clock) if told else raw
