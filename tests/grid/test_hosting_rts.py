"""A year of RTS-GMLC: every bus and hour, dispatched within all ratings."""

from pathlib import Path

import numpy as np
import pytest

from gridtide.doors.results.network_file import hosting_in
from gridtide.grid.hosting_capacity import hosted_at
from gridtide.grid.hosting_system import (
    Feeding,
    Standing,
    reinforced_for,
    relieved_at,
    room_at,
    rooms_of_all,
    standing_of,
)
from gridtide.grid.system_year import bus_load_kw

pytestmark = pytest.mark.real
UNITS, ANEW = Feeding(by="units"), Feeding(by="redispatch")


@pytest.fixture(scope="module")
def standing(data_dir: Path) -> Standing:
    """The year, within all ratings."""
    system = hosting_in(data_dir / "rts_gmlc")
    return standing_of(system, secure=True)


def test_every_hour_is_served_within_all_ratings(standing: Standing) -> None:
    """As the grid stands and after the loss of each of 118 branches; supply meets load."""
    fed, found = standing.fed, standing.found
    assert (fed.over_kw == 0.0).all() and fed.unfed_kw.max() < 1.0
    assert fed.redispatched.sum() > 4_000
    drawn = bus_load_kw(standing.system.year).sum(axis=1) + standing.grid.drawn_kw.sum()
    assert fed.fed_kw.sum(axis=1) == pytest.approx(drawn, abs=1.0)
    for lost in np.flatnonzero(~found.is_bridge).tolist():
        after = fed.flow_kw + np.outer(fed.flow_kw[:, lost], found.lodf[:, lost])
        after[:, lost] = 0.0
        assert (np.abs(after) <= standing.branches.emergency_kw + 2.0).all()


def test_every_bus_and_hour_is_that_of_looking_at_every_pair(standing: Standing) -> None:
    """Hours drawn from the year; N-1 with emergency ratings above the normal ones may pass N-0 nowhere."""
    by_slack = Feeding(by=standing.system.network.buses.names[standing.system.network.feeding_bus])
    now, after = (rooms_of_all(standing, by_slack, outages) for outages in (False, True))
    assert now.hosted_kw.shape == (8784, 73)
    assert (after.hosted_kw <= now.hosted_kw).all()
    assert after.looked_at < 0.1
    for hour in np.random.default_rng(5).integers(0, 8784, 6).tolist():
        for bus in range(0, 73, 9):
            alone = hosted_at(
                standing.branches, standing.found, standing.fed.flow_kw[hour], bus, outages=True
            )
            here = after.hosted_kw[hour, bus]
            assert here == pytest.approx(alone.hosted_kw, rel=1e-9, abs=1e-3)


def test_ratings_that_are_raised_as_told_make_the_load_firm(standing: Standing) -> None:
    """At bus 207, fed anew: as much as asked in the hour that had least, one kW more than is asked is not enough."""
    bus = standing.system.network.buses.names.index("207")
    before = room_at(standing, ANEW, bus, outages=True)
    firm = float(before.hosted_kw.min())
    size = firm + 30_000.0
    more = reinforced_for(standing, ANEW, bus, size, before)
    assert more.max() > 0.0
    raised = _raised(standing, more)
    assert float(room_at(raised, ANEW, bus, outages=True).hosted_kw.min()) >= size - 5.0
    full = int(before.branch[before.hosted_kw[:, 0].argmin(), 0])
    alone = relieved_at(standing, ANEW, bus, (full,), before)
    assert alone.firm_kw >= firm - 1.0
    twins = (full, int(before.lost[before.hosted_kw[:, 0].argmin(), 0]))
    assert relieved_at(standing, ANEW, bus, twins, before).firm_kw > firm + 50_000.0


def test_shares_find_no_more_than_redispatch_where_units_can_still_rise(
    standing: Standing,
) -> None:
    """Whatever a fixed share serves, some dispatch serves."""
    bus = standing.system.network.buses.names.index("106")
    shares = room_at(standing, UNITS, bus, outages=True).hosted_kw[:, 0]
    anew = room_at(standing, ANEW, bus, outages=True).hosted_kw[:, 0]
    assert (anew >= np.minimum(shares, 50_000.0) - 5.0).all()


def _raised(standing: Standing, more: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Standing:
    from dataclasses import replace

    branches = standing.branches
    raised = replace(
        branches,
        rating_kw=branches.rating_kw + more,
        emergency_kw=branches.emergency_kw + more,
    )
    return replace(standing, grid=replace(standing.grid, branches=raised))
