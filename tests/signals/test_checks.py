"""Every check: silent on what is clean, and heard where its fault was planted."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gridtide.signals.check import Check, Verdict
from gridtide.signals.doctor import ALONE, examined
from gridtide.signals.evidence.local_clock import by_the_clock, changes, never_were
from gridtide.signals.raw import Raw, in_time, rows_of, stretches
from gridtide.signals.signal import Kind
from gridtide.testing.clean_series import made_up
from gridtide.testing.series_faults import FAULTS, Fault

TWO_YEARS = 731


def series(name: str, seed: int = 0, days: int = TWO_YEARS) -> Raw:
    """One of the made-up clean series."""
    return dict(made_up(np.random.default_rng(seed), days))[name]


def speaking(checks: tuple[Check, ...]) -> set[str]:
    """Names of the checks that say more than that all is well."""
    return {check.check for check in checks if check.verdict is not Verdict.PASSED}


def answer(raw: Raw, check: str, other: Raw | None = None) -> Check:
    """What one check says."""
    return next(found for found in examined(raw, other) if found.check == check)


def befallen(fault: Fault) -> Raw:
    """A clean series that this fault can befall."""
    names = {
        Kind.PRICE: "wandering price",
        Kind.HUMIDITY: "humidity in per cent",
        Kind.TEMPERATURE: "temperature to a tenth",
        Kind.SOLAR: "solar power",
    }
    return series(next(name for kind, name in names.items() if kind in fault.kinds))


@given(seed=st.integers(0, 10_000))
@settings(max_examples=10)
def test_clean_series_raise_no_alarm(seed: int) -> None:
    """Whatever the seed, no check of any made-up series speaks."""
    heard = {
        name: speaking(examined(raw)) for name, raw in made_up(np.random.default_rng(seed), 120)
    }
    assert {name: told for name, told in heard.items() if told} == {}


@pytest.mark.parametrize("seed", [1])
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: str(fault.name))
def test_a_planted_fault_is_found_by_its_check(fault: Fault, seed: int) -> None:
    """Alone, or beside the series as it was with noise on it."""
    raw = befallen(fault)
    noise = np.random.default_rng(seed).normal(0.0, 0.1, len(raw.rows))
    other = replace(raw, name="a copy", values=raw.values + noise) if fault.against else None
    assert speaking(examined(raw, other)) == set()
    ill = fault.plant(raw, np.random.default_rng(seed))
    assert fault.check in speaking(examined(ill, other))


@given(seed=st.integers(0, 10_000))
@settings(max_examples=10)
def test_the_order_of_rows_changes_no_answer(seed: int) -> None:
    """A shuffled file has the faults of the sorted one, in the same rows."""
    chance = np.random.default_rng(seed)
    raw = FAULTS[0].plant(series("wandering price", seed, 90), chance)
    shuffled = rows_of(raw, chance.permutation(len(raw.rows)))
    assert examined(raw) == examined(shuffled)


def test_a_column_without_a_value_is_said_to_be_empty_and_nothing_else() -> None:
    """A price that is not there needs no currency, and its absence is no gap."""
    raw = series("wandering price", days=60)
    empty = replace(raw, values=np.full(len(raw.rows), np.nan), currencies=())
    assert speaking(examined(empty)) == {"unfilled column"}


def test_a_measurement_that_never_moves_is_not_called_filled_but_a_flat_tariff_is() -> None:
    """A demand of 7 for sixty days is no demand."""
    raw = series("demand", days=60)
    flat = replace(raw, values=np.full(len(raw.rows), 7.0))
    assert "unfilled column" in speaking(examined(flat))
    price = replace(series("wandering price", days=60), values=np.full(1440, 7.0))
    assert "unfilled column" not in speaking(examined(price))


def test_a_feed_frozen_for_a_month_is_no_floor() -> None:
    """A month of one value from the middle of the range is heard as frozen, not as a rest."""
    raw = series("wandering price")
    values = raw.values.copy()
    values[3000:3720] = float(np.median(values))
    heard = speaking(examined(replace(raw, values=values)))
    assert "constant runs" in heard and "floors and caps" not in heard


def test_a_floor_that_the_zone_is_known_to_have_is_no_news() -> None:
    """It is named, and nothing needs a decision."""
    raw = series("wandering price")
    ill = replace(raw, values=np.maximum(raw.values, 40.0))
    assert answer(ill, "floors and caps").verdict is Verdict.DECIDE
    known = answer(replace(ill, floor_per_mwh=40.0), "floors and caps")
    assert known.verdict is Verdict.PASSED and "40 (floor)" in known.sentence


def test_prices_of_two_currencies_in_one_series_are_named() -> None:
    """Neither is chosen."""
    raw = replace(series("wandering price", days=60), currencies=("EUR", "USD"))
    assert "EUR and USD" in answer(raw, "currency").sentence


def test_a_price_a_thousand_times_too_large_for_its_currency_is_found() -> None:
    """Won under the label of dollars."""
    raw = series("wandering price")
    won = replace(raw, values=raw.values * 1300, currencies=("USD",), market_currency=None)
    assert answer(won, "currency").verdict is Verdict.DECIDE


def test_a_lag_that_turns_names_the_day() -> None:
    """The stamps of a source changed in April."""
    raw = series("wandering price", days=240)
    stamps = raw.stamps_s + 3600.0 * (np.arange(len(raw.rows)) >= 100 * 24)
    found = answer(replace(raw, stamps_s=stamps), "lag", replace(raw, name="a copy"))
    assert "0 h until about 2023-04" in found.sentence and "-1 h after" in found.sentence


def test_two_places_that_share_nothing_but_the_hours_of_the_day_have_no_lag() -> None:
    """Days resemble each other all over the world; only what departs from them is compared."""
    here = series("temperature to a tenth", 1, 200)
    there = replace(series("temperature to a tenth", 2, 200), zone="JP-TK", name="there")
    late = replace(there, stamps_s=there.stamps_s + 9 * 3600)
    assert answer(here, "lag", late).verdict is Verdict.PASSED


def test_a_period_taken_from_another_zone_is_named() -> None:
    """A month of the neighbour's prices."""
    raw = series("wandering price", 1, 200)
    other = replace(series("wandering price", 2, 200), zone="NL", name="price of NL")
    values = raw.values.copy()
    values[1000:1800] = other.values[1000:1800]
    found = answer(replace(raw, values=values), "filled from", other)
    assert (found.verdict, found.count) == (Verdict.DECIDE, 800)


def test_warmth_before_its_sun_is_a_slip() -> None:
    """Temperature is held against solar power of the same place."""
    sun = series("solar power", days=60)
    warm = series("temperature to a tenth", days=60)
    assert answer(warm, "sun against", sun).verdict is Verdict.PASSED
    slipped = replace(warm, stamps_s=warm.stamps_s - 5 * 3600)
    assert answer(slipped, "sun against", sun).verdict is Verdict.DECIDE


def test_whole_days_by_a_clock_on_the_wall_have_no_gap_and_no_duplicate() -> None:
    """Days of 23 and 25 hours are ordinary once the clock is known."""
    raw = series("demand")
    offsets = np.zeros(len(raw.rows))
    for change in changes("Europe/Berlin", raw.stamps_s[0], raw.stamps_s[-1]):
        offsets[raw.stamps_s >= change.at_s] += change.by_s
    wall = replace(raw, stamps_s=raw.stamps_s + 3600 + offsets, naive=True)
    assert speaking(examined(wall)) == {"time zone"}
    assert "fit a clock of Europe" in answer(wall, "time zone").sentence
    assert np.array_equal(by_the_clock(in_time(wall), "Europe/Berlin").stamps_s, raw.stamps_s)


def test_days_of_24_hours_each_are_no_times_of_a_changing_clock() -> None:
    """A fixed offset is told from the clock of its people."""
    raw = replace(series("demand"), naive=True)
    assert len(never_were(raw, "Europe/Berlin")) == 2
    assert "by a fixed offset" in answer(raw, "time zone").sentence
    assert answer(raw, "clock changes").count == 2


def test_an_autumn_hour_filled_with_zero_is_found() -> None:
    """As a reader leaves it that starts from zeros."""
    raw = series("demand")
    change = next(c for c in changes("Europe/Berlin", *raw.stamps_s[[0, -1]]) if c.by_s < 0)
    values = np.where(raw.stamps_s == change.at_s - 3600, 0.0, raw.values)
    assert "is 0" in answer(replace(raw, values=values), "clock changes").sentence


def test_a_signal_of_seconds_is_not_called_smoothed() -> None:
    """Frequency and set-points are smooth by themselves."""
    raw = series("wandering price")
    mean = np.convolve(raw.values, [0.5, 0.5], "same")
    fast = replace(
        raw,
        kind=None,
        stamps_s=4.0 * np.arange(len(mean), dtype=np.float64),
        values=mean,
        relative=True,
    )
    assert answer(fast, "hidden smoothing").verdict is Verdict.PASSED


def test_values_held_for_two_rows_are_not_called_a_mean() -> None:
    """Half-hours written as quarters leave the same mark in the spectrum."""
    raw = series("wandering price")
    held = np.repeat(raw.values[::2], 2)[: len(raw.rows)]
    assert answer(replace(raw, values=held), "hidden smoothing").verdict is Verdict.PASSED


@given(holes=st.lists(st.integers(0, 499), max_size=20))
def test_stretches_hold_every_pair_of_neighbours_and_nothing_else(holes: list[int]) -> None:
    """Each run is whole, and no run could be longer."""
    raw = series("demand", days=21)
    part = rows_of(raw, np.setdiff1d(np.arange(len(raw.rows)), holes))
    runs = stretches(part)
    pairs = sum(last - first - 1 for first, last in runs)
    assert pairs == int(np.sum(np.diff(part.stamps_s) == 3600))
    assert all(
        np.ptp(part.stamps_s[first:last]) == 3600 * (last - first - 1) for first, last in runs
    )


def test_every_check_has_a_name_of_its_own() -> None:
    """So that a reader of JSON finds each."""
    raw = series("wandering price", days=60)
    names = [check.check for check in examined(raw, replace(raw, name="a copy"))]
    assert len(names) == len(set(names)) == len(ALONE) + 7


CELLS = st.one_of(
    st.sampled_from([np.nan, 0.0, 1.0, -5.0, 50.0, 1e9, np.inf, -np.inf]),
    st.floats(-1e4, 1e4, allow_nan=False),
)


@example(
    cells=[np.nan, np.nan, np.nan, 0.0, np.inf, np.nan, 0.0],
    steps_s=3600.0,
    kind=None,
    naive=False,
    relative=False,
    clock=None,
    unread=[],
    repeats=4,
)
@example(
    cells=[0.0, 0.0, 0.0, 1.0],
    steps_s=900.0,
    kind=None,
    naive=False,
    relative=False,
    clock=None,
    unread=[],
    repeats=50,
)
@given(
    cells=st.lists(CELLS, min_size=1, max_size=60),
    steps_s=st.sampled_from([1.0, 900.0, 3600.0, 86_400.0, 0.0]),
    kind=st.sampled_from([None, *Kind]),
    naive=st.booleans(),
    relative=st.booleans(),
    clock=st.sampled_from([None, "Europe/Berlin", "Etc/GMT-10"]),
    unread=st.lists(st.integers(0, 59), max_size=4),
    repeats=st.integers(1, 60),
)
@settings(max_examples=150)
def test_no_column_is_too_strange_to_be_examined(
    cells: list[float],
    steps_s: float,
    kind: Kind | None,
    naive: bool,
    relative: bool,
    clock: str | None,
    unread: list[int],
    repeats: int,
) -> None:
    """Every check answers, alone and beside another, and none warns."""
    values = np.tile(np.asarray(cells), repeats)
    stamps = 1_679_700_000.0 + steps_s * np.arange(len(values), dtype=np.float64)
    stamps[[at for at in unread if at < len(stamps)]] = np.nan
    raw = Raw(
        name="x of here",
        kind=kind,
        zone="here",
        stamps_s=stamps,
        values=values,
        rows=np.arange(1, len(values) + 1),
        naive=naive,
        relative=relative,
        clock=clock,
        per_cent=naive,
        currencies=("EUR",) if kind is Kind.PRICE else (),
        estimated=values > 0,
    )
    found = examined(raw, replace(raw, name="the same"))
    assert all(check.sentence and check.count >= len(check.rows) for check in found)
