"""Operation modes of RTS-GMLC: the set, a fleet that makes no new overload, prices that are what a kilowatt costs."""

from pathlib import Path

import numpy as np
import pytest

from gridtide.grid.fleet_moves import Sites
from gridtide.grid.lossless_grid import flow_after, lossless_grid
from gridtide.grid.mode_hours import chosen_hours, months_of, weather_units
from gridtide.grid.mode_study import ModeCase, Out, Response, System, standing_without, studied
from gridtide.grid.optimal_flow import optimal_flow
from gridtide.grid.system_year import bus_load_kw, most_kw
from gridtide.grid.unit_dispatch import offers_of
from gridtide.sources.rts_gmlc import RtsGmlc, RtsGmlcFolder

pytestmark = pytest.mark.real
PEAK = 5726


@pytest.fixture(scope="module")
def rts(data_dir: Path) -> RtsGmlc:
    """The published system."""
    return RtsGmlcFolder(path=data_dir / "rts_gmlc").read()


@pytest.fixture(scope="module")
def cases(rts: RtsGmlc) -> list[ModeCase]:
    """Every mode of its winter hours with nothing and with one circuit out, three sites of 450 MW together on it."""
    place = rts.network.buses.names.index
    sites = Sites(
        names=("a", "b", "c"),
        bus=np.asarray([place("113"), place("215"), place("303")]),
        least_kw=np.asarray([40e3, 60e3, 40e3]),
        most_kw=np.asarray([260e3, 300e3, 200e3]),
        ramp_kw_per_min=np.full(3, 10e3),
        move_price_per_mwh=np.full(3, 8.0),
    )
    system = System(
        network=rts.network,
        units=rts.units,
        year=rts.year,
        sites=sites,
        site_kw=np.tile([150e3, 180e3, 120e3], (24, 1)),
    )
    sunny = weather_units(rts.year, rts.units.technology)
    hours = chosen_hours(
        rts.year.load_kw.sum(axis=1),
        rts.year.available_kw[:, sunny].sum(axis=1),
        months_of(len(rts.year)),
    )
    outs = (Out(name="nothing"), Out(name="A34", branch=rts.branch_names.index("A34")))
    standings = [standing_without(rts.network, out) for out in outs]
    return list(studied(system, hours[4:], tuple(one for one in standings if one is not None)))


def test_chasing_the_price_overloads_and_the_room_of_the_grid_is_kept(
    cases: list[ModeCase],
) -> None:
    """On every one of eight days the one puts a branch further over its rating, the other never."""
    by = {response: [c for c in cases if c.response is response] for response in Response}
    assert [len(one) for one in by.values()] == [8, 8, 8]
    assert all(case.new_over_kw.max() > 1_000.0 for case in by[Response.BY_PRICE])
    assert all(case.new_over_kw.max() == 0.0 for case in by[Response.WITHIN_ROOM])
    for still, naive, ours in zip(*by.values(), strict=True):
        assert naive.moved.cost <= ours.moved.cost <= still.moved.cost
        before = np.asarray(still.moved.drawn_kw).sum(axis=0)
        assert ours.moved.drawn_kw.sum(axis=0) == pytest.approx(before)


def test_output_ahead_of_losses_keeps_every_emergency_rating(cases: list[ModeCase]) -> None:
    """Every branch after the loss of any one that splits nothing; at no less cost."""
    for case in cases:
        if case.response is not Response.NOTHING or case.secured.optimum.over_kw.sum() > 1.0:
            continue
        after = np.nan_to_num(flow_after(case.standing.grid, case.secured.optimum.flow_kw))
        rating = case.standing.grid.branches.emergency_kw[:, None]
        assert (np.abs(after) <= rating + 0.1).all()
        assert case.secured.cost_per_h >= case.dispatch.cost_per_h - 0.01


def test_a_price_at_a_bus_is_what_a_megawatt_more_costs_there(rts: RtsGmlc) -> None:
    """By finite differences on the hour of the peak, one outage ahead, at a dozen buses."""
    grid = lossless_grid(rts.network)
    hour = np.asarray([PEAK])
    load = bus_load_kw(rts.year, hour)[0]
    none = np.zeros(len(rts.units))
    offers = offers_of(rts.units, most_kw(rts.year, rts.units.max_kw, hour)[0], none, none)
    found = optimal_flow(grid, offers, load, outages=True)
    assert found.price_per_mwh.max() - found.price_per_mwh.min() > 10.0
    for bus in range(0, 73, 6):
        step = np.zeros(len(load))
        step[bus] = 100.0
        costs = [
            optimal_flow(grid, offers, load + sign * step, outages=True).cost_per_h
            for sign in (-1.0, 0.0, 1.0)
        ]
        less, more = (np.diff(costs) / 0.1).tolist()
        assert min(less, more) - 0.05 <= found.price_per_mwh[bus] <= max(less, more) + 0.05
