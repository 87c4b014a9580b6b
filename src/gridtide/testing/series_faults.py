"""Faults put into a clean series on purpose, each as it comes about in the field, at a place that a seed chooses."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import numpy as np

from gridtide.signals.evidence.local_clock import changes, offset_s
from gridtide.signals.raw import DAY_S, Raw, Real, rows_of, step_s
from gridtide.signals.signal import Kind

Chance = np.random.Generator
Plants = Callable[[Raw, Chance], Raw]
HOUR_S = 3600.0
ANY: frozenset[Kind] = frozenset(Kind)
SHARES = frozenset({Kind.HUMIDITY, Kind.CLOUD})
SUNNY = frozenset({Kind.SOLAR, Kind.TEMPERATURE})
PRICE = frozenset({Kind.PRICE})
SWAPPED = {"EUR": "USD", "USD": "AUD"}


@dataclass(frozen=True, kw_only=True)
class Fault:
    """check: the one that must find it. against: it shows only beside the series as it was. kinds: it can befall."""

    name: str
    check: str
    plant: Plants
    kinds: frozenset[Kind] = ANY
    against: bool = False


def lose_rows(raw: Raw, chance: Chance) -> Raw:
    """One to six rows in a row are missing, as after an outage."""
    first = int(chance.integers(30, len(raw.rows) - 40))
    return rows_of(
        raw, np.delete(np.arange(len(raw.rows)), slice(first, first + int(chance.integers(1, 7))))
    )


def empty_a_day(raw: Raw, chance: Chance) -> Raw:
    """A day of cells is empty."""
    day = raw.stamps_s // DAY_S
    values = raw.values.copy()
    values[day == chance.choice(np.unique(day)[2:-2])] = np.nan
    return replace(raw, values=values)


def repeat_rows(raw: Raw, chance: Chance) -> Raw:
    """Up to a day of rows stands twice, as after an export in overlapping parts."""
    first, rows = int(chance.integers(0, len(raw.rows) - 30)), int(chance.integers(1, 25))
    again = np.arange(first, first + rows)
    return rows_of(raw, np.sort(np.concatenate([np.arange(len(raw.rows)), again]), kind="stable"))


def change_the_step(raw: Raw, chance: Chance) -> Raw:
    """From some day on only every second row is there."""
    cut = int(chance.integers(len(raw.rows) // 4, 3 * len(raw.rows) // 4))
    return rows_of(raw, np.concatenate([np.arange(cut), np.arange(cut, len(raw.rows), 2)]))


def average_over_rows(raw: Raw, chance: Chance) -> Raw:
    """A mean over two to four rows in place of each value."""
    width = int(chance.integers(2, 5))
    return replace(raw, values=_mean_over(raw.values, width))


def fade_fast_changes(raw: Raw, chance: Chance) -> Raw:
    """Each value a half of itself and a quarter of both neighbours: no mean that leaves a notch."""
    values = raw.values.copy()
    values[1:-1] = 0.25 * raw.values[:-2] + 0.5 * raw.values[1:-1] + 0.25 * raw.values[2:]
    share = float(chance.uniform(0.8, 1.0))
    return replace(raw, values=share * values + (1 - share) * raw.values)


def copy_a_period(raw: Raw, chance: Chance) -> Raw:
    """Ten to thirty days hold the values of other days, as where a month was filled from another year."""
    rows = int(chance.integers(10, 31) * DAY_S // step_s(raw))
    first = int(chance.integers(0, len(raw.rows) - 2 * rows))
    later = int(chance.integers(first + rows, len(raw.rows) - rows + 1))
    values = raw.values.copy()
    values[later : later + rows] = raw.values[first : first + rows]
    return replace(raw, values=values)


def freeze(raw: Raw, chance: Chance) -> Raw:
    """A value from the middle of the range stands for four to twelve days."""
    rows = int(chance.integers(4, 13) * DAY_S // step_s(raw))
    low, high = np.nanquantile(raw.values, [0.25, 0.75])
    middle = np.flatnonzero((raw.values > low) & (raw.values < high))
    first = int(chance.choice(middle[middle < len(raw.rows) - rows]))
    values = raw.values.copy()
    values[first : first + rows] = raw.values[first]
    return replace(raw, values=values)


def never_fill(raw: Raw, chance: Chance) -> Raw:
    """Every cell is 0."""
    return replace(raw, values=np.zeros(len(raw.rows)))


def rest_on_a_floor(raw: Raw, chance: Chance) -> Raw:
    """No price is below the twentieth that would be the lowest."""
    floor = float(np.nanquantile(raw.values, chance.uniform(0.02, 0.08)))
    return replace(raw, values=np.maximum(raw.values, floor))


def rest_under_a_cap(raw: Raw, chance: Chance) -> Raw:
    """Nor above a cap that one in fifty reaches."""
    cap = float(np.nanquantile(raw.values, chance.uniform(0.97, 0.99)))
    return replace(raw, values=np.minimum(raw.values, cap))


def put_in_absurd_values(raw: Raw, chance: Chance) -> Raw:
    """One to five cells hold a code for an error."""
    values = raw.values.copy()
    values[chance.choice(len(values), int(chance.integers(1, 6)), replace=False)] = -99999.0
    return replace(raw, values=values)


def mark_estimates(raw: Raw, chance: Chance) -> Raw:
    """Some rows are marked as estimates."""
    return replace(raw, estimated=chance.random(len(raw.rows)) < chance.uniform(0.01, 1.0))


def mislabel_the_currency(raw: Raw, chance: Chance) -> Raw:
    """The label of another currency."""
    (named,) = raw.currencies
    return replace(raw, currencies=(SWAPPED.get(named, "USD"),))


def change_the_unit(raw: Raw, chance: Chance) -> Raw:
    """From some month on a thousandth, as per kWh instead of per MWh, or kg instead of g."""
    cut = int(chance.integers(len(raw.rows) // 4, 3 * len(raw.rows) // 4))
    factor = np.where(np.arange(len(raw.rows)) < cut, 1.0, 0.001)
    return replace(raw, values=raw.values * factor)


def call_fractions_per_cent(raw: Raw, chance: Chance) -> Raw:
    """The whole column, or its later part, is fractions of 1 under a name of per cent."""
    cut = int(chance.choice([0, len(raw.rows) // 2]))
    scale = np.where(np.arange(len(raw.rows)) < cut, 1.0, 0.01)
    return replace(raw, values=raw.values * scale)


def make_a_tariff(raw: Raw, chance: Chance) -> Raw:
    """Three rates by the hour of the day."""
    rates = np.sort(np.nanquantile(raw.values, chance.uniform(0.2, 0.9, 3)))
    hour = (raw.stamps_s % DAY_S) // HOUR_S
    values = rates[np.digitize(hour, [7.0, 17.0])]
    return replace(raw, values=np.where(np.isfinite(raw.values), values, np.nan))


def lose_the_autumn_hour(raw: Raw, chance: Chance) -> Raw:
    """Of the two equal hours one holds the mean and the other nothing, or has no row."""
    values, kept = raw.values.copy(), np.ones(len(raw.rows), dtype=np.bool_)
    drop = bool(chance.integers(0, 2))
    for change in changes(raw.clock or "Europe/Berlin", raw.stamps_s[0], raw.stamps_s[-1]):
        if change.by_s < 0:
            first, second = np.searchsorted(raw.stamps_s, [change.at_s - HOUR_S, change.at_s])
            values[first] = 0.5 * (values[first] + values[second])
            values[second] = np.nan
            kept[second] = not drop
    return rows_of(replace(raw, values=values), np.flatnonzero(kept))


def lose_the_hour_after_spring(raw: Raw, chance: Chance) -> Raw:
    """A reader that expects 24 hours a day drops one where the clock goes forward."""
    told = changes(raw.clock or "Europe/Berlin", raw.stamps_s[0], raw.stamps_s[-1])
    gone = [change.at_s for change in told if change.by_s > 0]
    return rows_of(raw, np.flatnonzero(~np.isin(raw.stamps_s, gone)))


def copy_the_autumn_hour(raw: Raw, chance: Chance) -> Raw:
    """Both equal hours of autumn hold the first one's value."""
    values = raw.values.copy()
    for change in changes(raw.clock or "Europe/Berlin", raw.stamps_s[0], raw.stamps_s[-1]):
        if change.by_s < 0:
            first, second = np.searchsorted(raw.stamps_s, [change.at_s - HOUR_S, change.at_s])
            values[second] = values[first]
    return replace(raw, values=values)


def average_the_autumn_hour(raw: Raw, chance: Chance) -> Raw:
    """Both hold the mean of both."""
    values = raw.values.copy()
    for change in changes(raw.clock or "Europe/Berlin", raw.stamps_s[0], raw.stamps_s[-1]):
        if change.by_s < 0:
            pair = np.searchsorted(raw.stamps_s, [change.at_s - HOUR_S, change.at_s])
            values[pair] = values[pair].mean()
    return replace(raw, values=values)


def localise_a_fixed_offset(raw: Raw, chance: Chance) -> Raw:
    """Times of a fixed offset read by a city's clock: off by an hour in summer, an hour lost in spring."""
    clock = str(chance.choice(["Europe/Berlin", "America/New_York", "Australia/Sydney"]))
    zone = ZoneInfo(clock)
    days = raw.stamps_s // DAY_S * DAY_S
    by_day = {day: offset_s(day + DAY_S / 2, zone) for day in np.unique(days).tolist()}
    summer = np.asarray([by_day[day] for day in days.tolist()]) > min(by_day.values())
    stamps = raw.stamps_s - HOUR_S * summer
    edges = changes(clock, raw.stamps_s[0], raw.stamps_s[-1])
    exact = np.zeros(len(stamps), dtype=np.bool_)
    for change in edges:
        exact |= np.abs(raw.stamps_s - change.at_s) < DAY_S
    near = np.asarray([offset_s(stamp, zone) for stamp in raw.stamps_s[exact].tolist()])
    stamps[exact] = raw.stamps_s[exact] - HOUR_S * (near > min(by_day.values()))
    return replace(raw, stamps_s=stamps, clock=None)


def convert_to_utc_twice(raw: Raw, chance: Chance) -> Raw:
    """Every time is off by the zone's distance from UTC, three to nine hours to either side."""
    hours = int(chance.integers(3, 10)) * int(chance.choice([-1, 1]))
    return replace(raw, stamps_s=raw.stamps_s + HOUR_S * hours)


def stamp_the_end(raw: Raw, chance: Chance) -> Raw:
    """Times mark the end of each interval and nothing says so."""
    return replace(raw, stamps_s=raw.stamps_s + step_s(raw))


def take_the_wall_clock_for_utc(raw: Raw, chance: Chance) -> Raw:
    """In summer every time is an hour late."""
    zone = ZoneInfo(raw.clock or "Europe/Berlin")
    offsets = np.asarray([offset_s(stamp, zone) for stamp in raw.stamps_s.tolist()])
    stamps = raw.stamps_s + (offsets - offsets.min())
    once = np.concatenate([[True], np.diff(stamps) > 0])
    return rows_of(replace(raw, stamps_s=stamps), np.flatnonzero(once))


def shift_from_some_day_on(raw: Raw, chance: Chance) -> Raw:
    """The source changes its stamps by an hour in the middle of the file."""
    cut = int(chance.integers(len(raw.rows) // 3, 2 * len(raw.rows) // 3))
    return replace(raw, stamps_s=raw.stamps_s + HOUR_S * (np.arange(len(raw.rows)) >= cut))


def exchange_the_money(raw: Raw, chance: Chance) -> Raw:
    """Prices of another currency under the same label, at a rate that drifts by a few per cent."""
    drift = np.cumsum(chance.normal(0.0, 0.02 / np.sqrt(len(raw.rows)), len(raw.rows)))
    rate = float(chance.choice([0.65, 0.75, 1.35, 1.5, 7.0])) * np.exp(drift)
    return replace(raw, values=raw.values * rate)


def _mean_over(values: Real, width: int) -> Real:
    padded = np.concatenate([np.full(width - 1, np.nan), values])
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, width).mean(axis=1))


FAULTS = (
    Fault(name="rows lost", check="gaps", plant=lose_rows),
    Fault(name="a day of empty cells", check="gaps", plant=empty_a_day),
    Fault(name="rows repeated", check="duplicates", plant=repeat_rows),
    Fault(name="step changed", check="step", plant=change_the_step),
    Fault(name="autumn hour lost", check="clock changes", plant=lose_the_autumn_hour),
    Fault(name="spring hour dropped", check="clock changes", plant=lose_the_hour_after_spring),
    Fault(name="autumn hour copied", check="clock changes", plant=copy_the_autumn_hour),
    Fault(name="fixed offset by a city's clock", check="clock changes", plant=localise_a_fixed_offset),
    Fault(name="error codes as values", check="range", plant=put_in_absurd_values),
    Fault(name="fractions called per cent", check="unit", plant=call_fractions_per_cent, kinds=SHARES),
    Fault(
        name="unit changed inside", check="unit", plant=change_the_unit,
        kinds=frozenset({Kind.PRICE, Kind.CARBON_AVERAGE}),
    ),
    Fault(name="currency mislabelled", check="currency", plant=mislabel_the_currency, kinds=PRICE),
    Fault(name="tariff as price", check="nature", plant=make_a_tariff, kinds=PRICE),
    Fault(name="column of zeros", check="unfilled column", plant=never_fill),
    Fault(name="floor", check="floors and caps", plant=rest_on_a_floor, kinds=PRICE),
    Fault(name="cap", check="floors and caps", plant=rest_under_a_cap, kinds=PRICE),
    Fault(name="feed frozen", check="constant runs", plant=freeze),
    Fault(name="mean over 2 to 4 rows", check="hidden smoothing", plant=average_over_rows),
    Fault(name="period copied", check="copied periods", plant=copy_a_period),
    Fault(name="UTC twice", check="sun", plant=convert_to_utc_twice, kinds=SUNNY),
    Fault(
        name="wall clock as UTC", check="sun", plant=take_the_wall_clock_for_utc,
        kinds=frozenset({Kind.SOLAR}),
    ),
    Fault(name="estimates marked", check="estimated", plant=mark_estimates),
    Fault(name="UTC twice, beside a copy", check="lag", plant=convert_to_utc_twice, against=True),
    Fault(name="end stamps, beside a copy", check="lag", plant=stamp_the_end, against=True),
    Fault(name="wall clock as UTC, beside a copy", check="lag", plant=take_the_wall_clock_for_utc, against=True),
    Fault(name="shift from some day on, beside a copy", check="lag", plant=shift_from_some_day_on, against=True),
    Fault(name="mean, beside a copy", check="smoothing against", plant=average_over_rows, against=True),
    Fault(name="faded, beside a copy", check="smoothing against", plant=fade_fast_changes, against=True),
    Fault(name="other money, beside a copy", check="level", plant=exchange_the_money, kinds=PRICE, against=True),
    Fault(name="autumn hour averaged", check="averaged hour", plant=average_the_autumn_hour, against=True),
)  # fmt: skip
"""Every fault with the check that must find it, in the order in which a doctor speaks."""
