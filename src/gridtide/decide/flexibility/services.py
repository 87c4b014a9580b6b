"""Requests answered at another site, or in fuller batches on fewer machines while the rest is parked."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.dispatch import load_of
from gridtide.decide.flexibility.candidate import Candidate
from gridtide.decide.flexibility.outlook import Outlook
from gridtide.decide.flexibility.step import DELAYS, Change, Direction, Rerouting, Source, Step
from gridtide.fleet.building import capacities_kw
from gridtide.fleet.ways import Ways, by_way, later_share, slower_ways, ways_of

Real = NDArray[np.float64]
LEAST_SHARE = 1e-3
"""Of an origin's answers at a place; less is not worth a row."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Answers:
    """W ways of V services over the T slots of a window. asked: requests a second, (W, O, P, T).

    machines: accelerators in use for one request a second, with the burst reserve, (W, P); 0 where it is not answered.
    it_kw: IT power of each beyond a parked one, (W, P). late_s: way and first token, (W, O, P). later: by what share
    answers may come later than at the usual point, (W,). free: accelerators that
    nothing uses, the least over the window, (P,). spare_it_kw: IT power each site may draw more, (S,).
    """

    ways: Ways
    asked: Real
    machines: Real
    it_kw: Real
    late_s: Real
    later: Real
    free: Real
    spare_it_kw: Real


def from_services(
    outlook: Outlook, duration_s: int, moves: bool, moved: tuple[Step, ...] = ()
) -> list[Candidate]:
    """What services give. moves: at each site, requests that go to another and come from another, and of those that
    stay what can be answered slower; without, as for the fleet, slower answers alone, of what `moved` leaves there."""
    if not outlook.situation.services:
        return []
    answers, found = _answers(outlook, duration_s), []
    gone: dict[tuple[int, int, int], float] = {}
    routes = [route for step in moved for route in step.change.routes]
    if moves:
        for site in range(len(outlook.situation.fleet.sites)):
            leaving = _moves(outlook, answers, site, duration_s, Direction.DOWN)
            found += leaving + _moves(outlook, answers, site, duration_s, Direction.UP)
            routes += [route for one in leaving for route in one.change.routes]
    for route in routes:
        flow = (route.way, route.origin, route.place)
        gone[flow] = gone.get(flow, 0.0) + route.share
    return (
        found + _slower(outlook, answers, duration_s, gone) + _quicker(outlook, answers, duration_s)
    )


def _slower(
    outlook: Outlook,
    answers: Answers,
    duration_s: int,
    gone: dict[tuple[int, int, int], float],
) -> list[Candidate]:
    """What is answered now and could be at the slower point that saves most within each delay, each beside the one
    before it. gone: share of each flow that has moved away."""
    found = []
    for way, origin, place in np.argwhere(answers.asked.min(-1) > 0.0):
        stays = 1.0 - gone.get((int(way), int(origin), int(place)), 0.0)
        if stays <= LEAST_SHARE:
            continue
        leaves = int(way)
        for delay in DELAYS:
            to = _thriftiest(answers, (int(way), int(origin), int(place)), leaves, delay)
            if to is not None:
                flow = (int(way), int(origin), int(place), leaves, to)
                found.append(_slowed(outlook, answers, flow, stays, delay, duration_s))
                leaves = to
    return found


def _thriftiest(
    answers: Answers, flow: tuple[int, int, int], leaves: int, delay: float
) -> int | None:
    """The way within a delay that takes least power for a request of a flow, None where none takes less than the one
    it leaves."""
    way, origin, place = flow
    each = answers.machines[:, place] * answers.it_kw[:, place]
    now_s = answers.late_s[way, origin, place]
    later = np.maximum(answers.later, answers.late_s[:, origin, place] / now_s - 1.0)
    may = (answers.ways.of == answers.ways.of[way]) & answers.ways.may[:, origin, place]
    may &= (later <= delay + 1e-9) & (np.arange(len(each)) >= answers.ways.usual)
    ways = [int(one) for one in np.flatnonzero(may) if each[one] < each[leaves]]
    return min(ways, key=lambda one: (each[one], one)) if ways else None


def _quicker(outlook: Outlook, answers: Answers, duration_s: int) -> list[Candidate]:
    """What is answered slower and could be at the usual point, on machines that are free."""
    found, free = [], answers.free.copy()
    for way, origin, place in np.argwhere(answers.asked.min(axis=-1) > 0.0):
        usual = answers.ways.of[way]
        if way == usual:
            continue
        more = float(answers.asked[way, origin, place].min()) * float(
            answers.machines[usual, place] - answers.machines[way, place]
        )
        share = min(1.0, float(free[place]) / more) if more > 0.0 else 1.0
        if share > LEAST_SHARE:
            free[place] -= share * max(more, 0.0)
            flow = (int(way), int(origin), int(place), int(way), int(usual))
            one = _slowed(outlook, answers, flow, share, 0.0, duration_s)
            found += [one] if one.it_kw > 0.0 else []
    return found


def _slowed(
    outlook: Outlook,
    answers: Answers,
    flow: tuple[int, int, int, int, int],
    share: float,
    delay: float,
    duration_s: int,
) -> Candidate:
    """flow: way, origin and place, the way it leaves and the one it is answered in instead, slower (down) or the usual
    (up)."""
    way, origin, place, leaves, to_way = flow
    service = int(answers.ways.of[way])
    one, hours = outlook.situation.services[service], duration_s / 3600.0
    site = int(outlook.situation.fleet.site_of_place[place])
    requests = share * float(answers.asked[way, origin, place].min())
    machines, power = answers.machines[:, place], answers.it_kw[:, place]
    sign = 1.0 if to_way != service else -1.0
    it_kw = (
        sign * requests * float(machines[leaves] * power[leaves] - machines[to_way] * power[to_way])
    )
    freed = sign * requests * float(machines[leaves] - machines[to_way])
    waiting = one.delay_cost_per_request if service in (leaves, to_way) else 0.0
    saved = _price(outlook, site, duration_s) * it_kw
    saved += _machine_price(outlook, place, duration_s) * freed
    return Candidate(
        site=site,
        work=one.name,
        source=Source.PACKING,
        direction=Direction.DOWN if sign > 0.0 else Direction.UP,
        delay=delay,
        it_kw=it_kw,
        meter_kw=0.0,
        cost=sign * (waiting * requests * duration_s - saved * hours),
        rebound_kwh=0.0,
        change=Change(
            routes=(
                _route(
                    service,
                    (way, origin, place),
                    (to_way, place),
                    share,
                    leaves=leaves,
                    tolerated=bool(answers.later[to_way] <= one.delay_tolerance),
                ),
            )
        ),
    )


def _moves(
    outlook: Outlook, answers: Answers, site: int, duration_s: int, direction: Direction
) -> list[Candidate]:
    """Requests that leave a site (down), or that come to it (up), the cheapest first, each beside those before."""
    site_of, hours = outlook.situation.fleet.site_of_place, duration_s / 3600.0
    free, spare = answers.free.copy(), answers.spare_it_kw.copy()
    left = answers.asked.min(axis=-1)
    whole = left.copy()
    found = []
    for price, way, origin, place, to in _pairs(outlook, answers, site, duration_s, direction):
        here, there = (answers.machines[way, at] * answers.it_kw[way, at] for at in (place, to))
        most = min(
            float(left[way, origin, place]),
            float(free[to] / answers.machines[way, to]),
            float(spare[site_of[to]] / there) if there > 0.0 else np.inf,
        )
        if most <= LEAST_SHARE * whole[way, origin, place]:
            continue
        left[way, origin, place] -= most
        free[to] -= most * answers.machines[way, to]
        spare[site_of[to]] -= most * there
        delay = _delay_of(
            answers.late_s[way, origin, to] / answers.late_s[way, origin, place] - 1.0
        )
        if delay is None:
            continue
        down, service = direction is Direction.DOWN, int(answers.ways.of[way])
        share = float(most / whole[way, origin, place])
        found.append(
            Candidate(
                site=site,
                work=outlook.situation.services[service].name,
                source=Source.RELOCATION,
                direction=direction,
                delay=delay,
                it_kw=float(most * (here if down else there)),
                meter_kw=0.0,
                cost=float(price * most * hours),
                rebound_kwh=0.0,
                change=Change(
                    routes=(
                        _route(service, (way, origin, place), (way, to), share, leaves=int(way)),
                    )
                ),
            )
        )
    return found


def _pairs(
    outlook: Outlook, answers: Answers, site: int, duration_s: int, direction: Direction
) -> list[tuple[float, int, int, int, int]]:
    """(money an hour for a request a second moved, way, origin, from, to), the cheapest kilowatt first."""
    site_of = outlook.situation.fleet.site_of_place
    here, takes = site_of == site, direction is Direction.DOWN
    found = []
    for way, origin, place in np.argwhere(answers.asked.min(axis=-1) > 0.0):
        for to in np.flatnonzero(answers.ways.may[way, origin] & (site_of != site_of[place])):
            at = place if direction is Direction.DOWN else to
            kw = answers.machines[way, at] * answers.it_kw[way, at]
            if here[at] and kw > 0.0 and answers.machines[way, to] > 0.0:
                dearer = [
                    answers.machines[way, one]
                    * (
                        _price(outlook, site_of[one], duration_s, elsewhere=takes and one == to)
                        * answers.it_kw[way, one]
                        + _machine_price(outlook, int(one), duration_s)
                    )
                    for one in (place, to)
                ]
                price = float(dearer[1] - dearer[0])
                found.append((price / float(kw), price, int(way), int(origin), int(place), int(to)))  # fmt: skip
    return [pair[1:] for pair in sorted(found)]


def _answers(outlook: Outlook, duration_s: int) -> Answers:
    situation, window = outlook.situation, outlook.window(duration_s)
    fleet, ways = situation.fleet, ways_of(situation.fleet, situation.services)
    dispatch = outlook.dispatch
    slower = dispatch.slower_shares
    shares = by_way(
        dispatch.shares[..., :window], slower[..., :window] if slower.size else slower, ways
    )
    asked = shares * outlook.requests_per_s[ways.of][:, :, None, :window]
    rates = np.stack([one.requests_per_accelerator_s for one in ways.services])
    reserve = 1.0 + np.asarray([pool.burst_reserve for pool in fleet.pools])
    machines = np.where(rates > 0.0, reserve / np.where(rates > 0.0, rates, 1.0), 0.0)
    parked = np.asarray([pool.parked_kw_per_accelerator for pool in fleet.pools])
    power = np.stack([one.it_kw_per_accelerator for one in ways.services])
    used = (asked.sum(axis=1) * machines[:, :, None]).sum(axis=0)
    jobs = load_of(dispatch.placement, situation.jobs.accelerators, fleet.menu)[:, :window]
    held = fleet.menu.by_place(jobs.astype(np.float64))
    first_s = np.stack([one.time_to_first_token_s for one in ways.services])
    travel_s = fleet.network.latency_ms[:, fleet.site_of_place] / 1000.0
    room_kw = (outlook.import_max_kw - outlook.import_kw)[:, :window] / outlook.slope[:, :window]
    later = [
        later_share(situation.services[of], point) for of, point in slower_ways(situation.services)
    ]
    built_kw = capacities_kw(fleet)[:, None] - outlook.it_kw[:, :window]
    return Answers(
        ways=ways,
        asked=asked,
        machines=machines,
        it_kw=power - parked,
        late_s=travel_s[None] + first_s[:, None, :],
        later=np.asarray([0.0] * ways.usual + later),
        free=np.maximum(fleet.accelerators[:, None] - held - used, 0.0).min(axis=1),
        spare_it_kw=np.maximum(np.minimum(room_kw, built_kw), 0.0).min(axis=1),
    )


def _delay_of(later: float) -> float | None:
    """The least delay at which answers may come later by such a share, None where that is more than any."""
    fitting = [delay for delay in DELAYS if later <= delay + 1e-9]
    return fitting[0] if fitting else None


def _price(outlook: Outlook, site: int, duration_s: int, *, elsewhere: bool = False) -> float:
    """Of IT in the window; elsewhere: where a site is not asked itself but takes over, its peak counts."""
    price = (
        outlook.it_price_per_kwh
        if elsewhere
        else outlook.it_price_per_kwh - outlook.it_peak_per_kwh
    )
    return float(price[site, : outlook.window(duration_s)].mean())


def _machine_price(outlook: Outlook, place: int, duration_s: int) -> float:
    return float(outlook.accelerator_price_per_h[place, : outlook.window(duration_s)].mean())


def _route(
    service: int,
    flow: tuple[int, int, int],
    to: tuple[int, int],
    share: float,
    *,
    leaves: int,
    tolerated: bool = True,
) -> Rerouting:
    """flow: way, origin and place; to: way and place; leaves: the way it leaves."""
    way, origin, place = (int(number) for number in flow)
    return Rerouting(
        service=service,
        origin=origin,
        place=place,
        way=way,
        to=int(to[1]),
        to_way=int(to[0]),
        from_way=leaves,
        share=share,
        tolerated=tolerated,
    )
