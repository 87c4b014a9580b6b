"""The work over several places: the cheapest by trying all, limits kept, what finds no place named; large and small."""

from dataclasses import replace
from itertools import pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.fleet.site import Cooling
from gridtide.invest.siting.choice import judged
from gridtide.invest.siting.edge import EdgeTerms, edge_ways, servers_for
from gridtide.invest.siting.place import DataPath, Place, PlaceCosts, PlaceLimits
from gridtide.invest.siting.question import CommonLimits, Siting
from gridtide.invest.siting.split import by_latency, split_of
from gridtide.invest.siting.work import DataNeed, Origin, WorkClass
from gridtide.physics.serving_queue import erlang_c
from gridtide.testing.plain_siting import plain_place, plain_siting, plain_work, plain_year

TOWNS = (
    Origin(name="east", latitude=0.0, longitude=10.0, share=0.6),
    Origin(name="middle", latitude=0.0, longitude=4.0, share=0.4),
)


def places(east: float = 80.0, west: float = 30.0, opened: float = 0.0) -> tuple[Place, Place]:
    """East beside its users, and west, 1,112 km and so 16.7 ms away."""
    costs = PlaceCosts(fixed_per_year=opened)
    return (
        replace(plain_place("east", plain_year(east), costs), longitude=10.0, region="east"),
        replace(plain_place("west", plain_year(west), costs), longitude=0.0, region="west"),
    )


def asked(here: tuple[Place, ...], *classes: WorkClass) -> Siting:
    """Those places for users of two towns."""
    return replace(plain_siting(here, classes), origins=TOWNS)


ONLINE = replace(plain_work("online"), rtt_max_ms=10.0)


def test_what_can_wait_goes_west_and_what_is_waited_for_stays_near() -> None:
    """The eastern town's requests stay, the middle's may go (6.7 ms), training goes."""
    found = split_of(asked(places(), ONLINE, plain_work("training", 2000.0)))
    told = {
        (one.item.work.name, one.item.origin and one.item.origin.name): one.place.name
        for one in found.placed
    }
    assert told == {
        ("online", "east"): "east", ("online", "middle"): "west", ("training", None): "west",
    }  # fmt: skip
    assert found.unplaced == () and found.away_share("east") == pytest.approx(2400.0 / 3000.0)
    assert found.latency_ms == pytest.approx(0.4 * 1.5 * 2.0 * 444.78 / 200.0, rel=1e-4)


@settings(max_examples=15, deadline=None)
@given(
    prices=st.tuples(st.floats(10.0, 90.0), st.floats(10.0, 90.0)),
    opened=st.floats(0.0, 400_000.0),
    sizes=st.tuples(st.floats(100.0, 3000.0), st.floats(100.0, 3000.0)),
)
def test_no_assignment_by_hand_is_cheaper(
    prices: tuple[float, float], opened: float, sizes: tuple[float, float]
) -> None:
    """All ways to put two classes at two places, each with what opening costs."""
    here = places(*prices, opened)
    classes = tuple(
        plain_work(name, kw) for name, kw in zip(("batch", "training"), sizes, strict=True)
    )
    siting = asked(here, *classes)
    costs = []
    for chosen in product(here, repeat=2):
        mixes = {
            place.name: tuple(
                (work, work.it_kw)
                for work, one in zip(classes, chosen, strict=True)
                if one is place
            )
            for place in here
        }
        costs.append(
            sum(
                judged(siting, place, mixes[place.name]).account.cost
                for place in here
                if mixes[place.name]
            )
        )
    assert split_of(siting).cost == pytest.approx(min(costs), rel=1e-9)


def test_a_network_that_is_full_takes_a_part_and_the_rest_stays() -> None:
    """West takes what 1,000 kW at its meter carry of 2,000 kW of IT; the other part is dearer, and placed."""
    east, west = places()
    full = replace(west, limits=PlaceLimits(headroom_kw=1000.0))
    found = split_of(asked((east, full), plain_work("training", 2000.0)))
    shares = {one.place.name: one.share for one in found.placed}
    account = next(one for one in found.accounts if one.place.name == "west")
    assert account.peak_kw == pytest.approx(1000.0)
    assert sum(shares.values()) == pytest.approx(1.0) and found.unplaced == ()


def test_what_finds_no_place_is_named_with_how_far_it_is_from_one() -> None:
    """The eastern town is 16.7 ms from west, which is all there is; the middle is 6.7."""
    _, west = places()
    found = split_of(asked((west,), ONLINE))
    (missing,) = found.unplaced
    assert missing.of == "online from east" and missing.share == pytest.approx(1.0)
    assert "west, is 16.7 ms away, limit 10, 6.7 too much" in missing.why
    small = replace(west, limits=PlaceLimits(headroom_kw=500.0))
    (missing,) = split_of(asked((small,), plain_work("training", 2000.0))).unplaced
    assert "used up" in missing.why and 0.7 < missing.share < 0.8
    (missing,) = split_of(asked((west,), replace(plain_work(), regions=("moon",)))).unplaced
    assert missing.why == "no candidate lies in moon"


@settings(max_examples=10, deadline=None)
@given(prices=st.tuples(st.floats(10.0, 90.0), st.floats(10.0, 90.0)))
def test_a_looser_limit_of_latency_never_costs_more(prices: tuple[float, float]) -> None:
    """Whatever the prices."""
    siting = asked(places(*prices), ONLINE, plain_work("training", 2000.0))
    costs = [found.cost for _, found in by_latency(siting, (9.0, 12.0, 20.0))]
    assert all(later <= earlier + 1e-6 * abs(earlier) for earlier, later in pairwise(costs))


def test_a_data_set_is_copied_once_or_read_by_the_share() -> None:
    """Its copy costs 730,000 a year whatever the share; reading all of it 36,500."""
    east, west = places(east=40.0)
    path = DataPath(origin="east", rate_gbps=100.0, price_per_gb=1.0)
    here = (replace(east, home_of=("east",)), replace(west, paths=(path,)))
    data = DataNeed(home="east", set_gb=1_460_000.0, change_gb_per_day=0.0, read_gb_per_day=100.0,
                    refresh_years=2.0)  # fmt: skip
    (one,) = split_of(asked(here, replace(plain_work("training", 2000.0), data=data))).placed
    assert (one.place.name, one.way) == ("west", "read from home")
    heavy = replace(data, read_gb_per_day=1e6)
    (one,) = split_of(asked(here, replace(plain_work("training", 2000.0), data=heavy))).placed
    assert (one.place.name, one.way) == ("east", "at home")


def test_the_fewest_servers_keep_the_chance_of_waiting() -> None:
    """One fewer would not; by the formula alone."""
    for load in (0.3, 4.0, 57.2, 900.0):
        servers = servers_for(load, 0.05)
        assert erlang_c(servers, load) <= 0.05
        assert servers - 1 <= load or erlang_c(servers - 1, load) > 0.05


EDGE = EdgeTerms(
    work="online",
    central="west",
    small=("east", "west"),
    sites_per_place=(1, 4, 16),
    requests_per_s=200.0,
    service_s=2.0,
    kw_per_server=1.0,
    small_cooling=Cooling.WATER_CHILLER,
    backbone_per_gb_1000km=0.1,
    gb_per_request=0.001,
)
"""Two hundred requests a second from a large site, or from one, four or sixteen small ones in each town."""


def test_small_pools_need_more_servers_and_are_nearer() -> None:
    """Pooling loss grows with the number of sites, from 0; users of the east are at their own site then."""
    large, *small = edge_ways(asked(places(), ONLINE), EDGE)
    losses = [large.pooling_loss, *(one.pooling_loss for one in small)]
    assert losses[0] == 0.0 and losses == sorted(losses) and losses[-1] > 0.1
    assert [one.sites for one in (large, *small)] == [1, 2, 8, 32]
    assert small[0].latency_ms < large.latency_ms
    assert small[0].farthest_ms <= large.farthest_ms


def test_the_backbone_carries_requests_by_distance() -> None:
    """Mean requests of a year times GB, price and megametres: 0.6 x 200 x 31,536,000 x 0.001 x 0.1 x 0.845."""
    large, small, *_ = edge_ways(asked(places(), ONLINE), EDGE)
    far = 0.6 * 1.111951 + 0.4 * 0.44478
    assert large.backbone == pytest.approx(0.6 * 200.0 * 31_536_000.0 * 1e-4 * far, rel=1e-4)
    assert small.backbone < large.backbone


def test_a_small_site_pays_what_small_sites_pay() -> None:
    """Air-cooled at the same weather and with idle servers, its PUE is higher; what is fixed counts for each site."""
    siting = asked(places(), ONLINE)
    air = replace(EDGE, small_cooling=Cooling.AIR_CHILLER, small_fixed_per_year=1000.0)
    large, small, *_ = edge_ways(siting, air)
    assert small.pue > large.pue
    assert small.lines.operations == pytest.approx(2 * 1000.0)
    assert small.lines.water == 0.0


def test_a_budget_below_the_cheapest_split_is_told_with_its_distance() -> None:
    """All work finds its place, and what that costs is more than there is."""
    siting = asked(places(), ONLINE, plain_work("training", 2000.0))
    free = split_of(siting)
    assert free.is_possible and free.breaches == ()
    poor = split_of(replace(siting, limits=CommonLimits(cost_max_per_year=0.9 * free.cost)))
    (breach,) = poor.breaches
    assert not poor.is_possible and poor.unplaced == ()
    assert (breach.constraint, breach.subject) == ("budget", "all places together")
    assert breach.over == pytest.approx(0.1 * free.cost)
    rich = split_of(replace(siting, limits=CommonLimits(cost_max_per_year=1.1 * free.cost)))
    assert rich.is_possible
