"""Shortfalls of generation that fails: published figures, laws, and drawn years beside convolution."""

import itertools
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.case.adequacy_file import adequacy_question
from gridtide.case.study_file import kind_of
from gridtide.grid.adequacy import (
    adequacy_of,
    carried_scale,
    elcc_kw,
    lolp,
    perfect_kw,
    unserved_kw,
)
from gridtide.grid.adequacy_study import AdequacySystem, FailingUnits, assessed
from gridtide.grid.outage_course import drawn_years
from gridtide.grid.outage_table import outage_table
from gridtide.grid.short_years import (
    CallableLoad,
    ShortStore,
    estimate,
    lived_years,
)

EXAMPLES = Path(__file__).parents[2] / "examples"
LOAD = np.asarray([150_000.0])


@pytest.mark.parametrize(
    ("count", "size_kw", "chance", "short_kw"),
    [
        (2, 100_000.0, 0.0975, 5_125.0),
        (4, 50_000.0, 0.0140188, 725.3),
        (5, 50_000.0, 0.00115813, 59.42),
    ],
)
def test_units_alike_lack_as_the_reference_says(
    count: int, size_kw: float, chance: float, short_kw: float
) -> None:
    """Lost 5 % of the time each, 150,000 kW of load: to the last printed digit."""
    table = outage_table(np.full(count, size_kw), np.full(count, 0.05))
    assert float(lolp(table, LOAD)[0]) == pytest.approx(chance, rel=5e-6)
    assert float(unserved_kw(table, LOAD)[0]) == pytest.approx(short_kw, abs=0.05)


def test_the_fifth_unit_is_worth_47_500_kw() -> None:
    """Perfect capacity that leaves as little unserved."""
    four, five = (outage_table(np.full(n, 50_000.0), np.full(n, 0.05)) for n in (4, 5))
    assert elcc_kw(four, five, LOAD, np.zeros(1)) == pytest.approx(47_500.0, abs=1e-3)


def test_the_reliability_test_system_comes_out_as_published() -> None:
    """IEEE RTS of 1979, 8,736 hours: LOLE 9.394 h and 1.369 days a year, EENS 1,176 MWh."""
    path = EXAMPLES / "adequacy_rts79.toml"
    asked = adequacy_question(path, kind_of(path)[1])
    units, load_kw = asked.system.units, asked.system.load_kw
    assert len(units) == 32 and units.max_kw.sum() == 3_405_000.0
    assert len(load_kw) == 8_736 and load_kw.max() == 2_850_000.0
    found = adequacy_of(outage_table(units.max_kw, units.outage_rate), load_kw)
    assert found.lole_h == pytest.approx(9.394, abs=5e-4)
    assert found.lole_days == pytest.approx(1.369, abs=5e-4)
    assert found.eens_kwh == pytest.approx(1_176_000.0, abs=500.0)


@given(
    st.lists(st.tuples(st.integers(1, 9), st.floats(0.0, 1.0)), min_size=1, max_size=6),
    st.floats(0.0, 60_000.0),
)
def test_convolution_is_the_sum_over_all_states(
    units: list[tuple[int, float]], load_kw: float
) -> None:
    """Every combination of units that run and units that are lost, by hand."""
    sizes = np.asarray([1_000.0 * size for size, _ in units])
    rates = np.asarray([rate for _, rate in units])
    table = outage_table(sizes, rates)
    chance = short = 0.0
    for lost in itertools.product((False, True), repeat=len(units)):
        state = math.prod(rate if gone else 1.0 - rate for gone, rate in zip(lost, rates))  # noqa: B905
        there = sum(size for gone, size in zip(lost, sizes) if not gone)  # noqa: B905
        lacks = load_kw - there
        chance += state * (lacks > 1e-5)
        short += state * max(0.0, lacks)
    assert table.exact and table.probability.sum() == pytest.approx(1.0)
    assert float(lolp(table, np.asarray([load_kw]))[0]) == pytest.approx(chance, abs=1e-9)
    assert float(unserved_kw(table, np.asarray([load_kw]))[0]) == pytest.approx(short, abs=1e-4)


@given(
    st.lists(st.tuples(st.floats(10.0, 9_000.0), st.floats(0.0, 1.0)), min_size=1, max_size=6),
)
def test_a_coarse_table_keeps_the_mean_of_what_is_lost(units: list[tuple[float, float]]) -> None:
    """Losses between two levels are split between them; nothing is short of more than all."""
    sizes, rates = np.asarray(units).T
    table = outage_table(sizes, rates, 1_000.0)
    levels = table.step_kw * np.arange(len(table.probability))
    assert table.probability.sum() == pytest.approx(1.0)
    assert table.probability @ levels == pytest.approx(sizes @ rates, rel=1e-9, abs=1e-6)
    assert float(unserved_kw(table, np.asarray([sizes.sum()]))[0]) == pytest.approx(
        sizes @ rates, rel=1e-6, abs=1e-3
    )


def test_tables_refuse_what_cannot_be() -> None:
    """Rates outside 0 to 1, capacities below 0, columns of two lengths, a step of 0."""
    good = np.asarray([10.0, 20.0])
    for sizes, rates, step in (
        (good, np.asarray([0.1, 1.1]), None),
        (-good, np.asarray([0.1, 0.1]), None),
        (good, np.asarray([0.1]), None),
        (good, np.asarray([0.1, 0.1]), 0.0),
    ):
        with pytest.raises(ValueError, match=r"rate|capacit|step"):
            outage_table(sizes, rates, step)


def test_a_load_is_carried_up_to_where_its_target_breaks() -> None:
    """A hundredth more of it passes the target, and no target at all is met by no load."""
    table = outage_table(np.full(5, 50_000.0), np.full(5, 0.05))
    load = np.linspace(80_000.0, 150_000.0, 8_760)
    scale = carried_scale(table, load, np.zeros(8_760), 2.4)
    assert (
        float(lolp(table, scale * load).sum())
        <= 2.4
        < float(lolp(table, 1.01 * scale * load).sum())
    )
    assert perfect_kw(lambda kw: 5.0 - kw, 10.0, 100.0) == 0.0
    assert perfect_kw(lambda kw: 5.0, 1.0, 100.0) == 100.0


def test_drawn_years_agree_with_convolution_within_their_confidence() -> None:
    """LOLE and energy of 600 years of five units, at three standard errors, whatever the size of a batch."""
    sizes, rates = np.full(5, 50_000.0), np.full(5, 0.05)
    load = np.tile(np.linspace(90_000.0, 170_000.0, 24), 365)
    exact = adequacy_of(outage_table(sizes, rates), load)
    years = drawn_years(sizes, rates, np.full(5, 40.0), 8_760, 600, np.random.default_rng(7))
    lived = lived_years(years, load)
    for values, true in ((lived.unserved_kwh, exact.eens_kwh), (lived.short_h, exact.lole_h)):
        found = estimate(values)
        assert abs(found.mean - true) <= 3.0 / 1.96 * found.within
        assert found.within < 0.2 * true


def test_a_unit_is_lost_as_long_as_it_is_told() -> None:
    """Share of the time and mean length of an outage; a unit that never or always fails does so."""
    drawn = np.concatenate(
        [
            *drawn_years(
                np.asarray([1.0]),
                np.asarray([0.2]),
                np.asarray([30.0]),
                8_760,
                300,
                np.random.default_rng(3),
            )
        ]
    ).ravel()
    lost = drawn < 0.5
    begins = int((np.diff(lost.astype(int)) == 1).sum())
    assert lost.mean() == pytest.approx(0.2, abs=0.005)
    assert lost.sum() / begins == pytest.approx(30.0, rel=0.05)
    for rate in (0.0, 1.0):
        (years,) = drawn_years(np.asarray([5.0]), np.asarray([rate]), np.asarray([9.0]), 48, 3,
                               np.random.default_rng(1))  # fmt: skip
        assert (years == 5.0 * (1.0 - rate)).all()


def test_the_same_seed_draws_the_same_years() -> None:
    """To the last bit."""
    one, other = (
        np.concatenate([*drawn_years(np.asarray([3.0, 4.0]), np.asarray([0.1, 0.3]),
                                     np.asarray([20.0, 50.0]), 500, 130, np.random.default_rng(9))])
        for _ in range(2)
    )  # fmt: skip
    assert np.array_equal(one, other) and one.shape == (130, 500)


# ---------------------------------------------------------------------------------------------------
# Stores and calls, by hand


def test_a_store_covers_what_it_holds_and_fills_again() -> None:
    """Two hours lack 10 kW each; 15 kWh are there, then 8 of 10 kWh drawn are held."""
    capacity = np.asarray([[100.0, 90.0, 90.0, 110.0, 90.0]])
    store = ShortStore(power_kw=10.0, energy_kwh=15.0, efficiency=0.8)
    lived = lived_years([capacity], np.full(5, 100.0), (store,))
    assert lived.unserved_kwh[0] == pytest.approx(5.0 + 2.0)
    assert lived.short_h[0] == 2.0


def test_called_load_is_drawn_again_in_room_and_at_the_latest_without() -> None:
    """A call of two hours at 10 kW; 5 kWh come back in the hour with room, the rest by the sixth hour after it."""
    load = CallableLoad(kw=np.full(9, 10.0), call_h=2, calls=1, recover_h=6, recover_kw=10.0)
    capacity = np.asarray([[90.0, 90.0, 90.0, 105.0, 100.0, 100.0, 100.0, 100.0, 100.0]])
    lived = lived_years([capacity], np.full(9, 100.0), (), load)
    assert lived.called_kwh[0] == 20.0 and lived.calls[0] == 1.0
    assert lived.owed_kwh[0] == 0.0
    assert lived.unserved_kwh[0] == pytest.approx(10.0 + 15.0)


def test_the_last_hour_of_a_recovery_is_used() -> None:
    """20 kWh at 10 kW within three hours of the call's end: none must be drawn in the first, and the third has room."""
    load = CallableLoad(kw=np.full(4, 20.0), call_h=1, calls=1, recover_h=3, recover_kw=10.0)
    capacity = np.asarray([[80.0, 100.0, 100.0, 110.0]])
    lived = lived_years([capacity], np.full(4, 100.0), (), load)
    assert lived.called_kwh[0] == 20.0 and lived.owed_kwh[0] == 0.0
    assert lived.unserved_kwh[0] == pytest.approx(10.0)


def test_calls_are_counted_and_none_begins_before_the_last_is_drawn_again() -> None:
    """Three single hours lack; one call is allowed, then two, which need room between them."""
    capacity = np.asarray([[90.0, 120.0, 90.0, 100.0, 90.0, 120.0]])
    load = np.full(6, 100.0)

    def lived(calls: int) -> float:
        called = CallableLoad(
            kw=np.full(6, 10.0), call_h=1, calls=calls, recover_h=6, recover_kw=20.0
        )
        return float(lived_years([capacity], load, (), called).unserved_kwh[0])

    assert lived(0) == 30.0 and lived(1) == 20.0 and lived(2) == 10.0
    assert lived(3) == 10.0


@given(st.integers(0, 10_000), st.floats(0.0, 40.0), st.floats(0.0, 0.5))
def test_energy_balances_through_calls(seed: int, kw: float, rebound: float) -> None:
    """What is called comes back with its rebound or is owed, and a store never makes more unserved."""
    chance = np.random.default_rng(seed)
    capacity = chance.uniform(60.0, 140.0, (4, 60))
    load = np.full(60, 100.0)
    called = CallableLoad(
        kw=np.full(60, kw), call_h=3, calls=5, recover_h=8, recover_kw=15.0, rebound=rebound
    )
    bare = lived_years([capacity], load)
    stored = lived_years([capacity], load, (ShortStore(power_kw=10.0, energy_kwh=40.0),))
    answered = lived_years([capacity], load, (), called)
    assert (stored.unserved_kwh <= bare.unserved_kwh + 1e-9).all()
    back = (1.0 + rebound) * answered.called_kwh - answered.owed_kwh
    assert (back >= -1e-6).all() and (answered.calls <= 5).all()
    assert (answered.called_kwh <= 5 * 3 * kw + 1e-6).all()


def test_a_fleet_that_can_always_be_called_is_worth_all_of_itself() -> None:
    """One that never can is worth nothing; between them, more calls are worth more."""
    load = np.tile([60_000.0] * 20 + [150_000.0] * 4, 364)
    units = FailingUnits(
        names=tuple("abcde"),
        max_kw=np.full(5, 50_000.0),
        outage_rate=np.full(5, 0.05),
        repair_h=np.full(5, 40.0),
    )

    def worth(calls: int, call_h: int, recover_kw: float = 20_000.0) -> float:
        system = AdequacySystem(
            name="five", units=units, load_kw=load, feeds=(), feed_kw=np.zeros((0, len(load))),
            called=CallableLoad(kw=np.full(len(load), 20_000.0), call_h=call_h, calls=calls,
                                recover_h=8_000, recover_kw=recover_kw),
        )  # fmt: skip
        found = assessed(system, 2.4, 60, np.random.default_rng(5)).worth
        assert found is not None
        return found.elcc.mean

    assert worth(0, 4) == 0.0
    few, many = worth(1, 2), worth(40, 4)
    assert 0.0 < few < many <= 20_000.0
    assert worth(8_000, 8_000, 1e6) == pytest.approx(20_000.0, rel=0.02)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1_000), power_kw=st.floats(5_000.0, 30_000.0))
def test_a_store_is_worth_more_the_longer_it_lasts_and_never_more_than_capacity_that_never_fails(
    seed: int, power_kw: float
) -> None:
    """Behind another store, in the same years; perfect capacity of its power leaves no more unserved in any year."""
    load = np.tile([60_000.0] * 18 + [170_000.0] * 6, 56)
    units = FailingUnits(
        names=tuple("abcde"),
        max_kw=np.full(5, 50_000.0),
        outage_rate=np.full(5, 0.1),
        repair_h=np.full(5, 20.0),
    )
    first = ShortStore(name="first", power_kw=10_000.0, energy_kwh=20_000.0)
    drawn = tuple(
        drawn_years(
            units.max_kw,
            units.outage_rate,
            units.repair_h,
            len(load),
            20,
            np.random.default_rng(seed),
        )
    )
    perfect = lived_years(drawn, load - power_kw, (first,)).unserved_kwh

    def worth(lasts_h: float) -> float:
        store = ShortStore(name="last", power_kw=power_kw, energy_kwh=lasts_h * power_kw)
        system = AdequacySystem(
            name="five", units=units, load_kw=load, feeds=(), feed_kw=np.zeros((0, len(load))),
            stores=(store, first), asked=("last",),
        )  # fmt: skip
        (found,) = assessed(system, 2.4, 20, np.random.default_rng(seed)).stores_worth
        assert (lived_years(drawn, load, (first, store)).unserved_kwh >= perfect - 1e-6).all()
        return found.elcc.mean

    short, middle, long = worth(0.5), worth(3.0), worth(200.0)
    assert 0.0 <= short <= middle + 1.0 <= long + 2.0
    assert long <= power_kw


@pytest.mark.parametrize("wrong", ["power_kw", "energy_kwh", "efficiency"])
def test_a_store_that_cannot_be_is_refused(wrong: str) -> None:
    """Below 0, or an efficiency above 1."""
    told: dict[str, Any] = {"power_kw": 1.0, "energy_kwh": 1.0, "efficiency": 0.9}
    with pytest.raises(ValueError, match="store"):
        ShortStore(**{**told, wrong: 1.5 if wrong == "efficiency" else -1.0})


@pytest.mark.real
def test_a_flexible_load_on_rts_gmlc_is_worth_less_than_its_size_and_saves_energy(
    data_dir: Path, tmp_path: Path
) -> None:
    """Real outage rates of 73 units, 8,784 hours, load scaled to where something lacks."""
    path = tmp_path / "rts.toml"
    path.write_text(
        f'kind = "adequacy"\nname = "RTS-GMLC"\nrts_gmlc = "{data_dir / "rts_gmlc"}"\n'
        'load_scale = 1.2\nyears = 40\n[flexible]\nname = "fleet"\nkw = 400_000.0\n'
        "call_h = 4\ncalls = 30\nrecover_h = 24\nrecover_kw = 200_000.0\n"
    )
    asked = adequacy_question(path, kind_of(path)[1])
    system = asked.system
    assert len(system.load_kw) == 8_784 and len(system.units) == 73 and len(system.stores) == 1
    assert {"Wind", "Solar PV"} <= set(system.feeds)
    found = assessed(system, 2.4, asked.years, np.random.default_rng(asked.seed))
    assert found.worth is not None and found.stored is not None and found.called is not None
    assert 0.0 < found.worth.elcc.mean < 400_000.0
    assert found.called.eens_kwh.mean < found.stored.eens_kwh.mean < found.plain.eens_kwh.mean
    assert abs(found.plain.eens_kwh.mean - found.exact.eens_kwh) < 2.0 * found.plain.eens_kwh.within
