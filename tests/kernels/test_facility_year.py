"""A year of buildings by vector instructions is the year that the models of a building tell one by one."""

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gridtide.kernels.extra_cooling import run_cooling
from gridtide.kernels.facility import facility_power
from gridtide.kernels.facility_year import LANES, SUMS, TILE, run_year
from gridtide.testing.plain_year import PlainBuilding

Real = NDArray[np.float64]
HOURS = 0.25
SERIES = 5


class Year:
    """A drawn fleet of S sites over T steps, with halls where a third of the draws say so."""

    def __init__(
        self, seed: int, sites: int, steps: int, battery: float = 1.0, reused: float = 0.6
    ) -> None:
        rng = np.random.default_rng(seed)
        self.capacity = rng.uniform(500.0, 50_000.0, sites)
        self.plant = rng.integers(0, 3, sites)
        self.it_kw = rng.uniform(0.0, 1.0, (steps, sites)) * self.capacity
        outdoor = rng.uniform(-20.0, 45.0, (steps, SERIES))
        asked = rng.normal(0.0, 0.2, (steps, 3 * SERIES)) * rng.integers(0, 2, (steps, 3 * SERIES))
        self.given = np.hstack([outdoor, asked])
        self.column = rng.integers(0, SERIES, (4, sites)) + SERIES * np.arange(4)[:, None]
        self.meter_max = rng.uniform(1.0, 1.5, sites) * self.capacity
        each, there = np.ones(sites), rng.integers(0, 3, sites) > 0
        self.hall = np.stack(
            [
                3.62 * self.capacity * there,
                60 * self.capacity,
                0.06 * self.capacity,
                18 * each,
                27 * each,
                20 * each,
            ]
        )
        self.cold = np.stack(
            [
                self.capacity,
                0.3 * self.capacity,
                0.4 * self.capacity,
                0.01 * each * (rng.integers(0, 2, sites)),
            ]
        )
        self.reuse = np.stack([reused * rng.integers(0, 2, sites), rng.uniform(2.0, 6.0, sites)])
        full = battery * 0.5 * self.capacity
        self.battery = np.stack([full, 0.1 * full, 0.95 * each, 0.9 * each, 0.5 * full])
        self.start = np.stack([24 * each, 24 * each, 0.5 * self.capacity, 0.5 * full])

    def run(self, kind: type[np.floating[Any]] = np.float64) -> tuple[Real, Real, Real]:
        """Meter (T, S), sums (7, S), state behind it (4, S)."""
        meter: NDArray[Any] = np.zeros(self.it_kw.shape, dtype=kind)
        totals = np.zeros((SUMS, len(self.plant)))
        state = tuple(self.start.astype(kind))
        run_year(
            self.it_kw.astype(kind), self.given.astype(kind), self.column,
            (self.capacity.astype(kind), self.plant, self.meter_max.astype(kind)),
            tuple(self.reuse.astype(kind)),
            tuple(self.hall.astype(kind)), tuple(self.cold.astype(kind)), tuple(self.battery.astype(kind)),
            state, HOURS, meter, totals,
        )  # fmt: skip
        return meter, totals, np.stack(state)

    def of(self, row: int) -> Real:
        """What is given to each site of one kind, (T, S)."""
        return self.given[:, self.column[row]]


@given(st.integers(0, 10_000), st.integers(1, 3 * LANES), st.integers(1, 30))
@settings(max_examples=25, deadline=None)
def test_a_year_is_that_of_the_loops_over_buildings_and_their_cooling(
    seed: int, sites: int, steps: int
) -> None:
    """Without batteries: the loops of the twin over the same functions, to 1e-9; air, mass and cold as well."""
    year = Year(seed, sites, steps, battery=0.0, reused=0.0)
    it, outdoor = year.it_kw.T.copy(), year.of(0).T.copy()
    drawn = facility_power(it, year.capacity, outdoor, year.plant)
    orders = np.stack([year.of(1).T, year.of(2).T]) * year.capacity[:, None]
    state = (year.start[0].copy(), year.start[1].copy(), year.start[2].copy())
    moved, extra = np.zeros((2, sites, steps)), np.zeros((sites, steps))
    run_cooling(
        it, orders, (year.capacity, outdoor, year.plant),
        np.maximum(year.meter_max[:, None] - drawn, 0.0),
        tuple(year.hall), tuple(year.cold), state, np.full(steps, HOURS),
        (moved, extra, np.zeros_like(extra), np.zeros_like(extra)),
    )  # fmt: skip
    meter, totals, behind = year.run()
    np.testing.assert_allclose(meter, (drawn + extra).T, rtol=1e-9)
    np.testing.assert_allclose(behind[:3], np.stack(state), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(totals[-1], (drawn + extra).sum(axis=1) * HOURS, rtol=1e-9)


@given(st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_a_year_is_that_of_the_plain_writing_batteries_included(seed: int) -> None:
    """One site and one step at a time, by the scalar functions: meters and states to 1e-9."""
    year = Year(seed, 7, 20)
    meter, _, behind = year.run()
    for site in np.flatnonzero(year.hall[0] > 0.0):
        building = PlainBuilding(
            capacity_kw=year.capacity[site], plant=int(year.plant[site]), meter_max_kw=year.meter_max[site],
            hall=tuple(year.hall[:3, site]), limits=tuple(year.hall[3:, site]),
            cold_store=tuple(year.cold[:, site]), battery=tuple(year.battery[:, site]),
            reuse=(year.reuse[0, site], year.reuse[1, site]),
            air_c=year.start[0, site], mass_c=year.start[1, site],
            cold_kwh=year.start[2, site], charge_kwh=year.start[3, site],
        )  # fmt: skip
        asked = np.stack([year.of(row)[:, site] for row in (1, 2, 3)], axis=1)
        told = [
            building.step(it, outdoor, tuple(row), HOURS)
            for it, outdoor, row in zip(
                year.it_kw[:, site], year.of(0)[:, site], asked, strict=True
            )
        ]
        np.testing.assert_allclose(meter[:, site], told, rtol=1e-9)
        kept = [building.air_c, building.mass_c, building.cold_kwh, building.charge_kwh]
        np.testing.assert_allclose(behind[:, site], kept, rtol=1e-9, atol=1e-9)


@given(st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_the_sums_of_a_year_balance_and_its_stores_stay_within_their_bounds(seed: int) -> None:
    """At the meter: heat of the room, what is always on, plant, extra cooling and battery; nothing below 0."""
    year = Year(seed, 20, 40)
    meter, totals, (_, _, cold, charge) = year.run()
    it, room, others, plant, extra, battery, whole = totals
    source = year.reuse[0] * it
    np.testing.assert_allclose(others, source * year.reuse[1] / (year.reuse[1] - 1.0), rtol=1e-9)
    assert (room >= it).all() and (whole >= room + plant + extra + battery).all()
    assert (meter >= 0.0).all()
    assert (cold >= -1e-9).all() and (cold <= year.cold[0] * (1 + 1e-12)).all()
    assert (charge >= year.battery[1] * (1 - 1e-12)).all()
    assert (charge <= year.battery[0] * (1 + 1e-12)).all()


def test_a_month_in_float32_draws_the_energy_of_float64_to_a_hundred_thousandth() -> None:
    """Of the fleet and of every site, over more sites than one tile holds."""
    year = Year(1, TILE + 30, 2_880)
    single, double = year.run(np.float32)[1][-1], year.run()[1][-1]
    assert abs(single.sum() / double.sum() - 1.0) < 1e-5
    assert np.abs(single / double - 1.0).max() < 1e-5


def test_neighbours_do_not_change_a_site() -> None:
    """A site alone, and the same between others of its kind and of other kinds: the same to the last bit."""
    year = Year(3, 4 * LANES + 3, 50)
    meter, _, _ = year.run()
    for site in (0, LANES, 4 * LANES + 2):
        alone = Year(3, 4 * LANES + 3, 50)
        for name in ("capacity", "plant", "meter_max"):
            setattr(alone, name, getattr(alone, name)[site : site + 1])
        for name in ("it_kw", "column", "reuse", "hall", "cold", "battery", "start"):
            setattr(alone, name, getattr(alone, name)[:, site : site + 1])
        np.testing.assert_array_equal(alone.run()[0][:, 0], meter[:, site])
