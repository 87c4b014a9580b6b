"""What is wrong with a series as it came: each check looks at one kind of fault and says rows and mend.

Nothing is repaired here. A check that needs a decision says which; one that a reader already repairs says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC
from enum import StrEnum
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from gridtide.signals.plausible import PLAUSIBLE
from gridtide.signals.signal import Kind
from gridtide.timeline import instant

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
ROWS_SHOWN = 5
TARIFF_LEVELS = 12
"""A price of no more levels than this in a year is a tariff, which rests at its lowest by design."""
DAY_S = 86_400
SPECTRUM = 256
SMOOTHED_BELOW = 0.05


class Verdict(StrEnum):
    """Whether a person must do something."""

    PASSED = "passed"
    REPAIRED = "repaired"
    DECIDE = "needs a decision"


@dataclass(frozen=True, kw_only=True)
class Check:
    """The answer of one check. rows: the first rows concerned, counted from 1; count: how many there are."""

    check: str
    verdict: Verdict
    rows: tuple[int, ...] = ()
    count: int = 0
    sentence: str
    mend: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Raw:
    """A column of a file before anything was done to it, in the order of the file.

    stamps_s: seconds since 1970, NaN where a time cannot be read. stamp_is_end: the column's name or its
    owner says that times mark the end of an interval. clock: the market's own clock. rows: row of the file.
    words: cells that are no numbers, by their place in `values`, which is NaN there.
    """

    name: str
    kind: Kind | None
    stamps_s: Real
    values: Real
    rows: Whole
    stamp_is_end: bool
    naive: bool
    clock: str | None
    currency: str | None
    words: Mapping[int, str] = field(default_factory=dict)


def examined(raw: Raw, reference: Raw | None = None) -> tuple[Check, ...]:
    """All checks of a series, in a fixed order; of rows without a readable time only that is said."""
    dated = np.isfinite(raw.stamps_s)
    if not dated.any():
        return (_zone(raw), _numbers(raw))
    if not dated.all():
        return (_zone(raw), *examined(_rows_of(raw, dated), reference)[1:])
    order = np.argsort(raw.stamps_s, kind="stable")
    checks = [
        _zone(raw),
        _stamps(raw),
        _duplicates(raw),
        _gaps(raw, order),
        _steps(raw, order),
        _local_days(raw, order),
        _numbers(raw),
        _range(raw),
        _currency(raw),
        _empty_column(raw),
        _floors(raw),
        _constant(raw, order),
        _smoothed(raw, order),
        _copied(raw, order),
    ]
    if reference is not None:
        checks.append(_lag(raw, reference))
    return tuple(checks)


def _rows_of(raw: Raw, kept: NDArray[np.bool_]) -> Raw:
    at = np.flatnonzero(kept)
    return replace(
        raw,
        stamps_s=raw.stamps_s[at],
        values=raw.values[at],
        rows=raw.rows[at],
        words={
            number: raw.words[old] for number, old in enumerate(at.tolist()) if old in raw.words
        },
    )


def _passed(check: str, sentence: str) -> Check:
    return Check(check=check, verdict=Verdict.PASSED, sentence=sentence)


def _decide(check: str, raw: Raw, where: Whole, sentence: str, mend: str) -> Check:
    rows = tuple(int(row) for row in raw.rows[where[:ROWS_SHOWN]])
    return Check(
        check=check,
        verdict=Verdict.DECIDE,
        rows=rows,
        count=len(where),
        sentence=sentence,
        mend=mend,
    )


def _when(seconds: float) -> str:
    return f"{instant(int(seconds)):%Y-%m-%d %H:%M} UTC"


def _zone(raw: Raw) -> Check:
    unread = np.flatnonzero(np.isnan(raw.stamps_s))
    if raw.naive and len(unread) < len(raw.rows):
        everything = np.arange(len(raw.rows))
        return _decide(
            "time zone",
            raw,
            everything,
            "times carry no zone",
            "Write them with an offset, or say their zone.",
        )
    if len(unread):
        return _decide(
            "time zone", raw, unread, f"{len(unread)} times cannot be read",
            "Write them as 2026-11-22T09:00:00+08:00.",
        )  # fmt: skip
    return _passed("time zone", "every time carries its zone")


def _stamps(raw: Raw) -> Check:
    if raw.stamp_is_end:
        return Check(
            check="interval stamp",
            verdict=Verdict.REPAIRED,
            count=len(raw.rows),
            sentence="times mark the end of an interval; start = end - length",
            mend="Nothing; the reader shifts them.",
        )
    return _passed("interval stamp", "times are taken as interval starts, as the column is named")


def _duplicates(raw: Raw) -> Check:
    _, first, counts = np.unique(raw.stamps_s, return_index=True, return_counts=True)
    twice = first[counts > 1]
    if not len(twice):
        return _passed("duplicates", "no time stands twice")
    extra = int((counts - 1).sum())
    return _decide(
        "duplicates",
        raw,
        np.sort(twice),
        f"{extra} rows repeat a time" + ("; the clock may have gone back" if raw.naive else ""),
        "Keep one row for each time.",
    )


def _gaps(raw: Raw, order: Whole) -> Check:
    stamps, once = np.unique(raw.stamps_s[order], return_index=True)
    wordless = np.isnan(raw.values)
    wordless[list(raw.words)] = False
    empty = np.flatnonzero(wordless)
    before: list[int] = []
    lacking = 0
    first: list[str] = []
    if len(stamps) > 2:
        gaps = np.diff(stamps)
        usual = _usual_step(gaps)
        missing = np.flatnonzero(gaps > 1.5 * np.maximum(usual, 1.0))
        lacking = int(np.sum(np.round(gaps[missing] / usual[missing]) - 1)) if len(missing) else 0
        first = [_when(stamps[at] + usual[at]) for at in missing[:3]]
        before = raw.rows[order][once[missing]].tolist()
    if not lacking and not len(empty):
        return _passed("gaps", "no interval is missing or empty")
    days = _whole_days_empty(raw, empty)
    told = (
        [f"{lacking} intervals have no row" + (f", first {', '.join(first)}" if first else "")]
        if lacking
        else []
    )
    if len(empty):
        told.append(f"{len(empty)} cells are empty, first {_when(raw.stamps_s[empty[0]])}")
    if days:
        told.append(
            f"whole days are empty: {', '.join(days[:6])}" + (" …" if len(days) > 6 else "")
        )
    return Check(
        check="gaps",
        verdict=Verdict.DECIDE,
        rows=tuple(sorted({*before, *raw.rows[empty[:ROWS_SHOWN]].tolist()})[:ROWS_SHOWN]),
        count=lacking + len(empty),
        sentence="; ".join(told),
        mend="Leave the period out, or fill it from a second source; it is never filled in silence.",
    )


def _usual_step(gaps: Real) -> Real:
    """The step in force at each gap: the median over its neighbourhood."""
    half = 12
    padded = np.pad(gaps, half, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1)
    return np.asarray(np.median(windows, axis=1))


def _whole_days_empty(raw: Raw, empty: Whole) -> list[str]:
    day = (raw.stamps_s // DAY_S).astype(np.int64)
    all_days, counts = np.unique(day, return_counts=True)
    empty_days, empties = np.unique(day[empty], return_counts=True)
    most = dict(zip(all_days.tolist(), counts.tolist(), strict=True))
    pairs = zip(empty_days.tolist(), empties.tolist(), strict=True)
    return [
        f"{instant(number * DAY_S):%Y-%m-%d}"
        for number, count in pairs
        if count >= 0.9 * most[number]
    ]


def _steps(raw: Raw, order: Whole) -> Check:
    stamps = raw.stamps_s[order]
    gaps = np.diff(stamps[np.isfinite(stamps)])
    gaps = gaps[gaps > 0]
    if len(gaps) < 3:
        return _passed("step", "too few rows to tell")
    steps, counts = np.unique(gaps, return_counts=True)
    lasting = steps[counts >= max(24, 0.01 * len(gaps))]
    if len(lasting) < 2:
        return _passed("step", f"the step is {steps[np.argmax(counts)] / 60:g} min throughout")
    usual = _usual_step(gaps)
    change = int(np.argmax(usual != usual[0]))
    told = " and ".join(f"{step / 60:g}" for step in lasting)
    return Check(
        check="step",
        verdict=Verdict.REPAIRED,
        rows=(int(raw.rows[order][change]),),
        count=len(lasting) - 1,
        sentence=f"the step changes inside the file: {told} min, from {_when(stamps[change])} on",
        mend="Nothing; lengths are weighted, rows are never counted.",
    )


def _local_days(raw: Raw, order: Whole) -> Check:
    """On days of 23 and 25 hours an hour is often dropped, doubled or averaged."""
    if raw.clock is None:
        return _passed("clock changes", "no market clock is known for this series")
    zone = ZoneInfo(raw.clock)
    if raw.naive:
        return _skipped(raw, zone)
    stamps, values = raw.stamps_s[order], raw.values[order]
    known = np.flatnonzero(np.isfinite(stamps))
    offset_s = np.asarray([_offset_s(stamps[at], zone) for at in known])
    back = known[1:][np.diff(offset_s) < 0]
    faults: list[int] = []
    told: list[str] = []
    for at in back.tolist():
        pair = [at - 1, at]
        if np.isnan(values[pair]).sum() == 1:
            faults += pair
            told.append(f"around {_when(stamps[at])} one of the two equal hours is empty")
    if not faults:
        return _passed("clock changes", "no hour is lost where the clock changes")
    return _decide(
        "clock changes",
        raw,
        order[np.asarray(faults)],
        "; ".join(told[:4]) + "; the other then often holds the mean of both",
        "Take both hours from the market's own file; their mean is neither.",
    )


def _skipped(raw: Raw, zone: ZoneInfo) -> Check:
    """Clock times without an offset that never were, for spring skips them."""
    wrong = [
        at
        for at, stamp in enumerate(raw.stamps_s.tolist())
        if (moment := instant(int(stamp)).replace(tzinfo=zone)).astimezone(UTC).astimezone(zone)
        .replace(tzinfo=None) != moment.replace(tzinfo=None)
    ]  # fmt: skip
    if not wrong:
        return _passed("clock changes", "no time lies in the hour that spring skips")
    return _decide(
        "clock changes", raw, np.asarray(wrong), f"{len(wrong)} times lie in the hour that spring skips",
        "Take the times with their offset from the market's own file.",
    )  # fmt: skip


def _offset_s(stamp: float, zone: ZoneInfo) -> float:
    """Seconds by which a clock is ahead of UTC at an instant."""
    offset = instant(int(stamp)).astimezone(zone).utcoffset()
    return 0.0 if offset is None else offset.total_seconds()


def _numbers(raw: Raw) -> Check:
    if raw.words:
        at = np.asarray(sorted(raw.words))
        comma = any("," in word for word in raw.words.values())
        return _decide(
            "numbers", raw, at, f"{len(at)} cells are no numbers, such as {raw.words[int(at[0])]!r}",
            "Write a decimal point, and no sign between thousands." if comma
            else "Correct or empty these cells.",
        )  # fmt: skip
    wrong = np.flatnonzero(np.isinf(raw.values))
    if len(wrong):
        return _decide(
            "numbers",
            raw,
            wrong,
            f"{len(wrong)} values are infinite",
            "Correct or empty these cells.",
        )
    return _passed("numbers", "every value is finite or empty")


def _range(raw: Raw) -> Check:
    if raw.kind not in PLAUSIBLE:
        return _passed("range", "no physical range is known for this kind")
    low, high = PLAUSIBLE[raw.kind]
    with np.errstate(invalid="ignore"):
        wrong = np.flatnonzero((raw.values < low) | (raw.values > high))
    if len(wrong):
        worst = raw.values[wrong[np.argmax(np.abs(raw.values[wrong]))]]
        return _decide(
            "range", raw, wrong, f"{len(wrong)} values lie outside {low:g} to {high:g}, such as {worst:g}",
            "Check the unit; a fraction, a percentage or another currency looks like this.",
        )  # fmt: skip
    negative = int(np.nansum(raw.values < 0))
    more = (
        f"; {negative:,} are negative, which is legal"
        if negative and raw.kind is Kind.PRICE
        else ""
    )
    return _passed("range", f"every value lies in {low:g} to {high:g}{more}")


def _currency(raw: Raw) -> Check:
    if raw.kind is not Kind.PRICE:
        return _passed("currency", "not a price")
    if raw.currency:
        return _passed("currency", f"prices are in {raw.currency}")
    return Check(
        check="currency",
        verdict=Verdict.DECIDE,
        count=len(raw.rows),
        sentence="the file does not say the currency of its prices",
        mend="Give it with --currency; it is never guessed.",
    )


def _empty_column(raw: Raw) -> Check:
    known = raw.values[~np.isnan(raw.values)]
    span_s = np.nanmax(raw.stamps_s) - np.nanmin(raw.stamps_s) if len(raw.rows) else 0.0
    if len(known) and (known == 0).all() and span_s >= 30 * DAY_S:
        return _decide(
            "unfilled column", raw, np.arange(len(raw.rows)), "every value is 0 for 30 days or more",
            "Treat the column as missing, not as a measurement of 0.",
        )  # fmt: skip
    return _passed("unfilled column", "the column is filled")


def _floors(raw: Raw) -> Check:
    """A price that often sits at its lowest or highest value meets a floor or a cap."""
    known = np.round(raw.values[~np.isnan(raw.values)], 6)
    if raw.kind is not Kind.PRICE or len(known) < 100:
        return _passed("floors and caps", "none is known or looked for")
    told, where = [], np.zeros(0, dtype=np.int64)
    year = np.asarray([instant(int(stamp)).year for stamp in raw.stamps_s[~np.isnan(raw.values)]])
    for number in np.unique(year):
        part = known[year == number]
        if len(part) < 240 or len(np.unique(part)) <= TARIFF_LEVELS:
            continue
        for name, value in (("floor", part.min()), ("cap", part.max())):
            share = float(np.mean(part == value))
            if share >= 0.02:
                told.append(f"{number}: {share:.0%} at {value:g} ({name})")
                where = np.concatenate([where, np.flatnonzero(np.round(raw.values, 6) == value)])
    if not told:
        return _passed("floors and caps", "prices do not rest at their lowest or highest value")
    return _decide(
        "floors and caps", raw, np.unique(where), "; ".join(told[:8]),
        "Enter floor and cap as data of the zone; a price at the floor is valid, ties go to carbon, then time.",
    )  # fmt: skip


def _constant(raw: Raw, order: Whole) -> Check:
    """Runs of one value, against the series' own habit of repeating itself."""
    values = raw.values[order]
    same = np.concatenate([[False], values[1:] == values[:-1]])
    starts = np.flatnonzero(~same)
    lengths = np.diff(np.append(starts, len(values)))
    if len(lengths) < 10:
        return _passed("constant runs", "too few changes to tell")
    habit = max(24.0, 10.0 * float(np.quantile(lengths, 0.99)))
    frozen = (
        (lengths > habit)
        & ~_at_an_extreme(raw.stamps_s[order], values)[starts]
        & ~np.isnan(values[starts])
    )
    if not frozen.any():
        return _passed(
            "constant runs", f"no value lasts longer than this series' habit ({habit:.0f} rows)"
        )
    longest = int(np.argmax(np.where(frozen, lengths, 0)))
    began = starts[longest]
    return _decide(
        "constant runs", raw, order[starts[frozen]],
        f"{int(frozen.sum())} runs of one value, the longest {lengths[longest]} rows from "
        f"{_when(raw.stamps_s[order][began])}",
        "Check whether a sensor or a feed was frozen.",
    )  # fmt: skip


def _at_an_extreme(stamps_s: Real, values: Real) -> NDArray[np.bool_]:
    """Whether a value is the lowest or highest of its year, where floors and caps hold."""
    year = (np.nan_to_num(stamps_s) // (365.25 * DAY_S)).astype(np.int64)
    extreme = np.zeros(len(values), dtype=np.bool_)
    for number in np.unique(year):
        inside = (year == number) & np.isfinite(values)
        if inside.any():
            extreme |= inside & (
                (values == values[inside].min()) | (values == values[inside].max())
            )
    return extreme


def _smoothed(raw: Raw, order: Whole) -> Check:
    """A mean over two rows leaves nothing at the highest frequency the rows can carry."""
    values = raw.values[order]
    values = values[np.isfinite(values)]
    if len(values) < 2 * SPECTRUM or np.std(values) == 0:
        return _passed("hidden smoothing", "too few rows to tell")
    ratio = _fastest_share(values)
    if ratio >= SMOOTHED_BELOW:
        return _passed("hidden smoothing", "fast changes are there")
    return Check(
        check="hidden smoothing",
        verdict=Verdict.DECIDE,
        count=len(values),
        sentence=f"fast changes are missing as after a mean over two rows (ratio {ratio:.3f})",
        mend="Use the raw series; a smoothed price hides its peaks.",
    )


def _fastest_share(values: Real) -> float:
    """Power at the highest frequency over power at middle ones, medians over overlapping windows.

    Raw hourly prices of sixteen markets give 0.7 to 2.9, their two-hour means below 0.003.
    """
    changes = np.diff(values)
    windows = np.lib.stride_tricks.sliding_window_view(changes, SPECTRUM)[:: SPECTRUM // 2]
    centred = (windows - windows.mean(axis=1, keepdims=True)) * np.hanning(SPECTRUM)
    power = np.median(np.abs(np.fft.rfft(centred, axis=1)) ** 2, axis=0)
    frequency = np.fft.rfftfreq(SPECTRUM)
    middle = float(np.median(power[(frequency > 0.30) & (frequency < 0.42)]))
    return 1.0 if middle == 0 else float(np.median(power[frequency > 0.485])) / middle


def _copied(raw: Raw, order: Whole) -> Check:
    """Seven days in a row that equal seven other days, hour by hour."""
    stamps, values = raw.stamps_s[order], raw.values[order]
    day = (stamps // DAY_S).astype(np.int64)
    days, first, counts = np.unique(day, return_index=True, return_counts=True)
    full = counts == np.max(counts, initial=0)
    prints: dict[bytes, int] = {}
    twins: list[tuple[int, int]] = []
    for number, begin, count, whole in zip(days, first, counts, full, strict=True):
        part = values[begin : begin + count]
        if not whole or count < 4 or np.isnan(part).any() or np.ptp(part) == 0:
            continue
        key = np.round(part, 6).tobytes()
        if key in prints:
            twins.append((int(number), prints[key]))
        else:
            prints[key] = int(number)
    run = 1
    for (one, other), (before, earlier) in zip(twins[1:], twins, strict=False):
        run = run + 1 if one - before == 1 and other - earlier == 1 else 1
        if run >= 7:
            return Check(
                check="copied periods",
                verdict=Verdict.DECIDE,
                count=run,
                sentence=f"days up to {instant(one * DAY_S):%Y-%m-%d} equal days up to "
                f"{instant(other * DAY_S):%Y-%m-%d}, hour by hour",
                mend="Leave the copied period out.",
            )
    return _passed("copied periods", "no week repeats another")


def _lag(raw: Raw, reference: Raw) -> Check:
    """The shift in hours at which the series agrees best with another one."""
    best, margin, at_zero = best_lag_h(raw, reference)
    if best == 0:
        return _passed(
            "lag", f"agrees best with {reference.name} unshifted (correlation {at_zero:.2f})"
        )
    return Check(
        check="lag",
        verdict=Verdict.DECIDE,
        count=len(raw.rows),
        sentence=f"agrees best with {reference.name} when moved by {best:+d} h (better by {margin:.2f})",
        mend="Check whether times were converted to UTC twice, or mark the end of an interval.",
    )


def best_lag_h(raw: Raw, reference: Raw) -> tuple[int, float, float]:
    """Best lag in -12…12 h, its gain in correlation over none, and the correlation unshifted."""
    hours = {
        int(stamp // 3600): value
        for stamp, value in zip(reference.stamps_s, reference.values, strict=True)
    }
    own = (raw.stamps_s // 3600).astype(np.int64)
    found = []
    for lag in range(-12, 13):
        other = np.asarray([hours.get(int(hour) + lag, np.nan) for hour in own])
        both = np.isfinite(other) & np.isfinite(raw.values)
        one, two = raw.values[both], other[both]
        flat = both.sum() < 48 or np.std(one) == 0 or np.std(two) == 0
        found.append(-1.0 if flat else float(np.corrcoef(one, two)[0, 1]))
    best = int(np.argmax(found)) - 12
    return best, max(found) - found[12], found[12]
