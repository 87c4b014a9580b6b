"""The independent check of every dispatch: promises, places, capacity, services, stores and offers.

It shares no code with the policies it checks. A breach names the subject, the value and the limit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.carried import of_sites, reach_of, sure_slots
from gridtide.decide.dispatch import Dispatch
from gridtide.decide.limits import import_max_kw
from gridtide.decide.situation import Situation
from gridtide.decide.state import Status
from gridtide.fleet.building import facility_power_kw
from gridtide.fleet.operating_point import ANY_CLASS, OperatingPoint
from gridtide.fleet.reactor import Reactor
from gridtide.fleet.response_cap import is_ruled
from gridtide.fleet.thermal import ColdStore
from gridtide.fleet.ways import Ways, by_way, ways_of
from gridtide.timeline import Timeline
from gridtide.trust.at_once import too_much_at_once

TOLERANCE = 1e-6
WHOLE = 1e-9
"""Of an accelerator: what rounding of a product may add to a whole number."""
ANY_HEAT_KW = 1e9
"""More heat than any hall is asked to take; what it can take at once the twin and the plant know."""


class Rung(StrEnum):
    """Whose dispatch is carried out: the policy's, the witness the guard keeps, or nobody's."""

    POLICY = "policy"
    WITNESS = "witness"
    HOLD = "hold"


@dataclass(frozen=True, kw_only=True)
class Breach:
    """A limit a dispatch would break: which, whose, by how much."""

    limit: str
    subject: str
    value: str
    allowed: str

    def __str__(self) -> str:
        return f"{self.subject}: {self.limit} {self.value}, allowed {self.allowed}"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What is carried out and what was refused on the way. call: whether a person must look."""

    rung: Rung
    refused: tuple[Breach, ...]
    call: bool


def check(
    dispatch: Dispatch, situation: Situation, room: NDArray[np.int64], promised: NDArray[np.bool_]
) -> tuple[Breach, ...]:
    """Every breach of a dispatch; empty when it may be carried out."""
    load = _load(dispatch, situation, len(room))
    return (
        *_unknown_points(dispatch, situation),
        *_wrong_sizes(dispatch, situation),
        *_overfull(dispatch, room, load),
        *_overdrawn_sites(dispatch, situation),
        *_slots_out_of_order(dispatch, situation),
        *_broken_promises(dispatch, situation, promised),
        *_wrong_places(dispatch, situation),
        *_lost_requests(dispatch, situation),
        *_overdrawn_stores(dispatch, situation),
        *_halting_stores(dispatch, situation),
        *_overdrawn_cold(dispatch, situation),
        *_overdriven_plants(dispatch, situation),
        *_empty_offers(dispatch, situation),
        *_work_that_cannot_carry(dispatch, situation),
        *_at_once(dispatch, situation, room - load),
    )


def judge(
    proposed: Dispatch,
    witness: Dispatch,
    situation: Situation,
    room: NDArray[np.int64],
    promised: NDArray[np.bool_],
) -> tuple[Dispatch, Verdict]:
    """The dispatch to carry out: the proposed one, else the witness, else the witness on hold."""
    refused = check(proposed, situation, room, promised)
    if not refused:
        return proposed, Verdict(rung=Rung.POLICY, refused=(), call=False)
    fallback = check(witness, situation, room, promised)
    if not fallback:
        return witness, Verdict(rung=Rung.WITNESS, refused=refused, call=False)
    return witness, Verdict(rung=Rung.HOLD, refused=(*refused, *fallback), call=True)


def _load(dispatch: Dispatch, situation: Situation, places: int) -> NDArray[np.int64]:
    """Accelerators that placed jobs hold at each place and slot, (P, T)."""
    placement = dispatch.placement
    count = np.diff(placement.offsets)
    place = np.repeat(placement.place, count)
    gang = np.repeat(_accelerators(situation, _points(dispatch, situation)), count)
    load = np.zeros((places, len(placement.horizon)), dtype=np.int64)
    np.add.at(load, (place[place >= 0], placement.slots[place >= 0]), gang[place >= 0])
    return load


def _overfull(dispatch: Dispatch, room: NDArray[np.int64], load: NDArray[np.int64]) -> list[Breach]:
    placement = dispatch.placement
    breaches = []
    for place in np.flatnonzero((load > room).any(axis=1)):
        step = int(np.argmax(load[place] - room[place]))
        breaches.append(
            Breach(
                limit="accelerators in use",
                subject=f"place {place} at {placement.horizon.starts_s[step]} s",
                value=str(load[place, step]),
                allowed=str(room[place, step]),
            )
        )
    return breaches


def _unknown_points(dispatch: Dispatch, situation: Situation) -> list[Breach]:
    """Jobs told an operating point that their pool does not have, or protected ones slowed down."""
    placement, pools = dispatch.placement, situation.fleet.pools
    breaches = []
    for job in np.flatnonzero((placement.place >= 0) & (placement.point != 0)):
        most = len(pools[placement.place[job]].points) - 1
        if not situation.jobs.movable[job]:
            most = 0
        if not 0 <= placement.point[job] <= most:
            breaches.append(
                _job_breach(
                    "operating point",
                    situation.jobs.name[job],
                    placement.point[job],
                    f"0 to {most}" if most else "0, full speed",
                )
            )
    return breaches


def _wrong_sizes(dispatch: Dispatch, situation: Situation) -> list[Breach]:
    """Gangs of another size where the work is not elastic, not of the class whose speed-up it is, or where it runs
    without checkpoints and would start over."""
    placement, jobs = dispatch.placement, situation.jobs
    breaches = []
    points, runs_with = _points(dispatch, situation), _running_accelerators(situation)
    takes = _accelerators(situation, points)
    for job in np.flatnonzero(placement.place >= 0):
        gang, point = int(jobs.accelerators[job]), points[job]
        of_class = point.work_class in (ANY_CLASS, int(jobs.work_class[job]))
        if takes[job] != gang and not (jobs.elastic[job] and of_class):
            breaches.append(_job_breach("accelerators", jobs.name[job], takes[job], gang))
        elif runs_with[job] not in (0, takes[job]) and not jobs.interruptible[job]:
            breaches.append(_job_breach("accelerators", jobs.name[job], takes[job], runs_with[job]))
    return breaches


def _accelerators(situation: Situation, points: Sequence[OperatingPoint]) -> NDArray[np.int64]:
    """What each job runs on at its point, whole accelerators, (n,)."""
    takes = [
        ceil(int(gang) * point.gang_share - WHOLE)
        for gang, point in zip(situation.jobs.accelerators, points, strict=True)
    ]
    return np.asarray(takes, dtype=np.int64)


def _running_accelerators(situation: Situation) -> NDArray[np.int64]:
    """What each job runs on now, 0 where it does not, (n,)."""
    state, pools = situation.state, situation.fleet.pools
    points = [
        pools[max(place, 0)].points[point if place >= 0 else 0]
        for place, point in zip(state.told_place, state.told_point, strict=True)
    ]
    running = state.status == Status.RUNNING
    return np.where(running, _accelerators(situation, points), 0)


def _points(dispatch: Dispatch, situation: Situation) -> list[OperatingPoint]:
    """The operating point of each job; what a pool does not have counts as full speed."""
    pools = situation.fleet.pools
    found = []
    for place, point in zip(dispatch.placement.place, dispatch.placement.point, strict=True):
        points = pools[max(place, 0)].points
        found.append(points[point] if 0 <= point < len(points) else points[0])
    return found


def _each_kw(dispatch: Dispatch, situation: Situation) -> NDArray[np.float64]:
    """IT power that each job draws at its operating point beyond parked machines, (n,)."""
    parked = [pool.parked_kw_per_accelerator for pool in situation.fleet.pools]
    points = _points(dispatch, situation)
    each = [
        int(gang) * (point.it_kw_per_accelerator - parked[max(place, 0)])
        for gang, point, place in zip(
            _accelerators(situation, points),
            points,
            dispatch.placement.place,
            strict=True,
        )
    ]
    return np.asarray(each, dtype=np.float64)


def _jobs_kw(dispatch: Dispatch, situation: Situation) -> NDArray[np.float64]:
    """IT power that jobs draw at their operating points beyond parked machines, (S, T)."""
    placement, fleet = dispatch.placement, situation.fleet
    each = _each_kw(dispatch, situation)
    job = np.repeat(np.arange(len(placement)), np.diff(placement.offsets))
    there = placement.place[job] >= 0
    site = fleet.site_of_place[placement.place[job[there]]]
    jobs_kw = np.zeros((len(fleet.sites), len(placement.horizon)))
    np.add.at(jobs_kw, (site, placement.slots[there]), each[job[there]])
    return jobs_kw


def _overdrawn_sites(dispatch: Dispatch, situation: Situation) -> list[Breach]:
    """Sites at which jobs, beside all machines held for services, would draw more than building or connection
    carry on the hottest day the plant was built for."""
    fleet, horizon = situation.fleet, dispatch.placement.horizon
    it_kw = np.zeros((len(fleet.sites), len(horizon)))
    jobs_kw = _jobs_kw(dispatch, situation)
    for index, (place, pool) in enumerate(zip(fleet.places, fleet.pools, strict=True)):
        parked_kw = pool.parked_kw_per_accelerator
        waking_kw = [pool.parking.wake_kw, pool.parking.idle_kw] if pool.parking else []
        answering_kw = max(
            [service.it_kw_per_accelerator[index] for service in situation.services]
            + [parked_kw, *waking_kw]
        )
        it_kw[place.site] += (pool.accelerators - pool.for_services) * parked_kw
        it_kw[place.site] += pool.for_services * answering_kw
    it_kw += jobs_kw
    design_c = np.asarray([site.facility.design_outdoor_c for site in fleet.sites])
    drawn_kw = facility_power_kw(fleet, it_kw, np.repeat(design_c[:, None], len(horizon), axis=1))
    most_kw = import_max_kw(fleet, situation.events, horizon)
    breaches = []
    for index, site in enumerate(fleet.sites):
        capacity_kw = np.full(len(horizon), site.facility.it_capacity_kw)
        for limit, value, most in (
            ("it_power_kw", it_kw[index], capacity_kw),
            ("import_kw", drawn_kw[index], most_kw[index]),
        ):
            over = np.where(jobs_kw[index] > 0, value - most, -np.inf)
            step = int(np.argmax(over))
            if over[step] > TOLERANCE * (1.0 + most[step]):
                breaches.append(
                    Breach(
                        limit=limit,
                        subject=f"{site.name} at {horizon.starts_s[step]} s",
                        value=f"{value[step]:,.0f}",
                        allowed=f"{most[step]:,.0f}",
                    )
                )
    return breaches


def _slots_out_of_order(dispatch: Dispatch, situation: Situation) -> list[Breach]:
    """Jobs told a slot twice, or a later one before an earlier one: what they hold could not be counted."""
    placement = dispatch.placement
    owner = np.repeat(np.arange(len(placement)), np.diff(placement.offsets))
    back = np.flatnonzero((np.diff(placement.slots) <= 0) & (owner[1:] == owner[:-1]))
    return [
        _job_breach(
            "slots in order",
            situation.jobs.name[owner[index]],
            f"{placement.slots[index + 1]} after {placement.slots[index]}",
            "each later than the one before",
        )
        for index in back
    ]


def _times(dispatch: Dispatch, situation: Situation) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Seconds that the slots of each job hold, less what its turns take of them, and that it needs, (n,) both."""
    placement, jobs, state = dispatch.placement, situation.jobs, situation.state
    edges_s, turns = placement.horizon.edges_s, dispatch.turns
    points, runs_with = _points(dispatch, situation), _running_accelerators(situation)
    takes = _accelerators(situation, points)
    reserved, needed = np.zeros((2, len(placement)), dtype=np.int64)
    for job in range(len(placement)):
        own = slice(int(placement.offsets[job]), int(placement.offsets[job + 1]))
        slots = placement.slots[own]
        reserved[job] = int((edges_s[slots + 1] - edges_s[slots]).sum())
        if len(turns):
            lost_s = np.ceil(turns.late_s[own]).sum() + np.ceil(turns.early_s[own]).sum()
            reserved[job] -= int(lost_s)
        breaks = int((np.diff(slots) > 1).sum())
        work_s = ceil(int(state.remaining_s[job]) / points[job].speed - TOLERANCE)
        resized = int(runs_with[job] not in (0, takes[job]))
        needed[job] = work_s + (breaks + resized) * int(jobs.restart_s[job])
    return reserved, needed


def _at_once(
    dispatch: Dispatch, situation: Situation, free: NDArray[np.int64]
) -> tuple[Breach, ...]:
    """What starts or stops at once beyond the fleet's cap on simultaneous response or a site's ramp rule."""
    if not is_ruled(situation.fleet):
        return ()
    reserved_s, needed_s = _times(dispatch, situation)
    gang = _accelerators(situation, _points(dispatch, situation))
    found = too_much_at_once(
        dispatch, situation, _each_kw(dispatch, situation), reserved_s - needed_s, free, gang
    )
    limit = "simultaneous response cap"
    return tuple(
        Breach(limit=limit, subject=one.subject, value=one.value, allowed=one.allowed)
        for one in found
    )


def _broken_promises(
    dispatch: Dispatch, situation: Situation, promised: NDArray[np.bool_]
) -> list[Breach]:
    placement, jobs = dispatch.placement, situation.jobs
    edges_s = placement.horizon.edges_s
    reserved, needed = _times(dispatch, situation)
    breaches = []
    for job in np.flatnonzero(promised):
        slots = placement.slots[placement.offsets[job] : placement.offsets[job + 1]]
        end_s = int(edges_s[slots[-1] + 1]) if len(slots) else 0
        breaks = int((np.diff(slots) > 1).sum())
        reserved_s, needed_s = int(reserved[job]), int(needed[job])
        if end_s > jobs.deadline_s[job]:
            breaches.append(_job_breach("end", jobs.name[job], end_s, jobs.deadline_s[job]))
        if reserved_s < needed_s:
            breaches.append(_job_breach("reserved time", jobs.name[job], reserved_s, needed_s))
        if breaks and not jobs.interruptible[job]:
            breaches.append(_job_breach("interruptions", jobs.name[job], breaks, 0))
        if len(slots) and edges_s[slots[0]] < jobs.release_s[job]:
            breaches.append(
                _job_breach("start", jobs.name[job], edges_s[slots[0]], jobs.release_s[job])
            )
    return breaches


def _wrong_places(dispatch: Dispatch, situation: Situation) -> list[Breach]:
    placement, jobs = dispatch.placement, situation.jobs
    placed = np.flatnonzero(placement.place >= 0)
    wrong = placed[~jobs.allowed[placed, placement.place[placed]]]
    breaches = [
        Breach(
            limit="place",
            subject=str(jobs.name[job]),
            value=str(placement.place[job]),
            allowed=str(np.flatnonzero(jobs.allowed[job]).tolist()),
        )
        for job in wrong
    ]
    site = situation.fleet.site_of_place
    held = placed[~jobs.movable[placed]]
    moved = held[site[placement.place[held]] != site[situation.state.place[held]]]
    return breaches + [
        _job_breach("moves of protected work", jobs.name[job], 1, 0) for job in moved
    ]


def _lost_requests(dispatch: Dispatch, situation: Situation) -> list[Breach]:
    if not len(situation.services):
        return []
    shares = dispatch.shares
    ways = ways_of(situation.fleet, situation.services)
    usual = by_way(shares, dispatch.slower_shares, ways)
    breaches = _slower_than_tolerated(dispatch, situation, ways)
    network = situation.fleet.network
    site = situation.fleet.site_of_place
    for index, service in enumerate(situation.services):
        used = usual[index].max(axis=-1) > TOLERANCE
        late_s = network.latency_ms[:, site] / 1000.0 + service.time_to_first_token_s[None, :]
        forbidden = used & ((late_s > service.latency_max_s) | ~service.resident[None, :])
        forbidden &= service.home <= 0.0
        if forbidden.any():
            origin, place = np.argwhere(forbidden)[0]
            breaches.append(
                Breach(
                    limit="answer time without queueing",
                    subject=f"{service.name} from {network.origins[origin]} at place {place}",
                    value=f"{late_s[origin, place]:.3f} s",
                    allowed=f"{service.latency_max_s:.3f} s and resident weights",
                )
            )
        sums = shares[index].sum(axis=1)
        if not ((sums <= 1.0 + TOLERANCE).all() and (shares[index] >= -TOLERANCE).all()):
            breaches.append(
                Breach(
                    limit="share of requests",
                    subject=service.name,
                    value=f"{shares[index].min():.6f} to {sums.max():.6f} in all",
                    allowed="none below 0, at most 1 in all",
                )
            )
    return breaches


def _slower_than_tolerated(dispatch: Dispatch, situation: Situation, ways: Ways) -> list[Breach]:
    """Slower points that come too late even within the tolerance, or answer more than is sent there."""
    slower, network = dispatch.slower_shares, situation.fleet.network
    if not slower.size:
        return []
    breaches = []
    for number, service in enumerate(ways.services[ways.usual :]):
        of = int(ways.of[ways.usual + number])
        forbidden = (slower[number].max(axis=-1) > TOLERANCE) & ~ways.may[ways.usual + number]
        for origin, place in np.argwhere(forbidden)[:1]:
            late_s = network.latency_ms[origin, situation.fleet.site_of_place[place]] / 1000.0
            breaches.append(
                Breach(
                    limit="slower answer time without queueing",
                    subject=f"{service.name} from {network.origins[origin]} at place {place}",
                    value=f"{late_s + service.time_to_first_token_s[place]:.3f} s",
                    allowed=f"{service.latency_max_s:.3f} s and resident weights",
                )
            )
        mine = ways.of[ways.usual :] == of
        over = float((slower[mine].sum(axis=0) - dispatch.shares[of]).max())
        if over > TOLERANCE or float(slower[number].min()) < -TOLERANCE:
            breaches.append(
                Breach(
                    limit="share of slower answers",
                    subject=service.name,
                    value=f"{slower[number].min():.6f}, {over:.6f} more in all than is sent there",
                    allowed="none below 0, at most what is sent there",
                )
            )
    return breaches


def _overdrawn_stores(dispatch: Dispatch, situation: Situation) -> list[Breach]:
    breaches = []
    for index, site in enumerate(situation.fleet.sites):
        charge, discharge = dispatch.charge_kw[index], dispatch.discharge_kw[index]
        charge_max = site.battery.charge_max_kw if site.battery else 0.0
        discharge_max = site.battery.discharge_max_kw if site.battery else 0.0
        for name, value, most in (
            ("charge", charge, charge_max),
            ("discharge", discharge, discharge_max),
        ):
            within = TOLERANCE * (1.0 + most)
            if not ((value >= -within) & (value <= most + within)).all():
                worst = value[np.argmax(np.abs(value - 0.5 * most))]
                breaches.append(
                    Breach(
                        limit=f"battery {name}_kw",
                        subject=site.name,
                        value=f"{worst:.3f}",
                        allowed=f"0 to {most:.3f}",
                    )
                )
    return breaches


def _halting_stores(dispatch: Dispatch, situation: Situation) -> list[Breach]:
    """Stores told to charge at less than they can, and more than nothing."""
    breaches = []
    for site, charge in zip(situation.fleet.sites, dispatch.charge_kw, strict=True):
        least_kw = site.battery.charge_least_kw if site.battery else 0.0
        within = TOLERANCE * (1.0 + least_kw)
        low = (charge > within) & (charge < least_kw - within)
        if low.any():
            value, allowed = f"{charge[low].min():.3f}", f"0, or at least {least_kw:.3f}"
            breaches.append(
                Breach(limit="charge_kw", subject=site.name, value=value, allowed=allowed)
            )
    return breaches


def _overdrawn_cold(dispatch: Dispatch, situation: Situation) -> list[Breach]:
    """Heat carried out early or late where nothing keeps it, faster than a store takes it, or by no number."""
    asked_kw = dispatch.cooling.heat_kw
    if not asked_kw.size:
        return []
    breaches = []
    for index, site in enumerate(situation.fleet.sites):
        any_kw = ANY_HEAT_KW if site.hall else 0.0
        store = site.cold_store or ColdStore(
            energy_kwh=0.0, charge_max_kw=0.0, discharge_max_kw=0.0
        )
        for name, kw, late_kw, early_kw in (
            ("hall", asked_kw[0, index], any_kw, any_kw),
            ("cold store", asked_kw[1, index], store.discharge_max_kw, store.charge_max_kw),
        ):
            within = 10.0 * TOLERANCE * (1.0 + early_kw + late_kw)
            if not ((kw >= -late_kw - within) & (kw <= early_kw + within)).all():
                breaches.append(
                    Breach(
                        limit=f"{name}, kW of heat",
                        subject=site.name,
                        value=f"{np.min(kw):,.3f} to {np.max(kw):,.3f}",
                        allowed=f"{-late_kw:,.3f} to {early_kw:,.3f}",
                    )
                )
    return breaches


def _overdriven_plants(dispatch: Dispatch, situation: Situation) -> list[Breach]:
    """Plants told to make more or less than they can, while they stand, or to change faster than they do."""
    made_kw, steps = dispatch.made_kw, dispatch.placement.horizon
    if not made_kw.size:
        return []
    plants = [(site.name, site.reactor) for site in situation.fleet.sites if site.reactor]
    if made_kw.shape[0] != len(plants):
        return [_wrong_count(made_kw.shape[0], len(plants))]
    breaches = []
    for row, (name, plant) in enumerate(plants):
        stands = np.zeros(len(steps), dtype=np.bool_)
        for outage in plant.outages:
            begins, ends = outage.start.timestamp(), outage.end.timestamp()
            stands |= (steps.ends_s > begins) & (steps.starts_s < ends)
        told_kw, within = made_kw[row], TOLERANCE * (1.0 + plant.capacity_kw)
        least_kw = plant.least_share * plant.capacity_kw
        for limit, over_kw, allowed in (
            ("made_kw in an outage", np.where(stands, told_kw, 0.0), "0"),
            ("made_kw", told_kw - plant.capacity_kw, f"{plant.capacity_kw:,.3f}"),
            ("least made_kw", np.where(stands, 0.0, least_kw - told_kw), f"{least_kw:,.3f}"),
            ("change of made_kw", _too_fast_kw(plant, told_kw, stands, row, situation, steps),
             f"{plant.ramp_kw_per_min:,.3f} kW a minute"),
        ):  # fmt: skip
            step = int(np.argmax(np.nan_to_num(over_kw, nan=np.inf)))
            if not over_kw[step] <= within:
                value = f"{told_kw[step]:,.3f} at {steps.starts_s[step]} s"
                breaches.append(Breach(limit=limit, subject=name, value=value, allowed=allowed))
    return breaches


def _wrong_count(told: int, plants: int) -> Breach:
    return Breach(limit="plants told", subject="the fleet", value=str(told), allowed=str(plants))


def _too_fast_kw(
    plant: Reactor,
    told_kw: NDArray[np.float64],
    stands: NDArray[np.bool_],
    row: int,
    situation: Situation,
    steps: Timeline,
) -> NDArray[np.float64]:
    """By how much each step changes more than a plant can, (T,); a step after an outage begins at its least."""
    known = situation.state.made_kw
    now_kw = float(known[row]) if len(known) else np.nan
    before_kw = np.concatenate([[now_kw], told_kw[:-1]])
    stood = np.concatenate([[now_kw == 0.0], stands[:-1]])
    before_kw = np.where(stood, plant.least_share * plant.capacity_kw, before_kw)
    shorter_h = np.minimum(steps.hours, np.concatenate([steps.hours[:1], steps.hours[:-1]]))
    most_kw = plant.ramp_kw_per_min * 60.0 * shorter_h
    over_kw = np.abs(told_kw - before_kw) - most_kw
    return np.where(stands | np.isnan(before_kw), -np.inf, over_kw)


def _empty_offers(dispatch: Dispatch, situation: Situation) -> list[Breach]:
    """Capacity offered to the grid beyond its product, or beyond what the store can give and take besides."""
    sites, offered_kw = situation.fleet.sites, dispatch.offered_kw
    if not offered_kw.size:
        return []
    called_kw = np.zeros((2, len(sites), offered_kw.shape[1]))
    breaches = []
    carried_kw = dispatch.carried_kw
    if not carried_kw.size:
        carried_kw = np.zeros((2, *offered_kw.shape))
    parts = zip(situation.fleet.products, offered_kw, *carried_kw, strict=True)
    for (index, product), kw, less_kw, more_kw in parts:
        name = f"{product.name} of {sites[index].name}"
        called_kw[0, index] += (kw - less_kw) * product.goes_up
        called_kw[1, index] += (kw - more_kw) * product.goes_down
        breaches += _offer_breach("offered_kw", name, kw, product.offered_max_kw)
        breaches += _offer_breach("offered_kw below 0", name, -kw, 0.0)
    for index, site in enumerate(sites):
        given_kw = dispatch.discharge_kw[index] - dispatch.charge_kw[index]
        gives_kw, takes_kw = (
            (site.battery.discharge_max_kw, site.battery.charge_max_kw)
            if site.battery
            else (0.0, 0.0)
        )
        for limit, kw, own_kw, most_kw in (
            ("battery discharge", called_kw[0, index], given_kw, gives_kw),
            ("battery charge", called_kw[1, index], -given_kw, takes_kw),
        ):
            wanted_kw = np.where(kw > TOLERANCE, kw + own_kw, 0.0)
            breaches += _offer_breach(f"{limit} when called, kW", site.name, wanted_kw, most_kw)
    return breaches


def _work_that_cannot_carry(dispatch: Dispatch, situation: Situation) -> list[Breach]:
    """Offers that rest on more than the work told can draw less or more, its deadlines kept."""
    if not dispatch.carried_kw.size:
        return []
    sites, placement = situation.fleet.sites, dispatch.placement
    reach_kw = reach_of(
        situation.fleet, situation.jobs, placement, sure_slots(situation, placement)
    )
    beyond_kw = of_sites(situation.fleet, dispatch.carried_kw) - reach_kw
    breaches = []
    for number, site in enumerate(sites):
        for way, called in enumerate(("less", "more")):
            limit = f"offered beyond what work can draw {called}, kW"
            breaches += _offer_breach(limit, site.name, beyond_kw[way, number], 0.0)
    return breaches


def _offer_breach(
    limit: str, subject: str, value_kw: NDArray[np.float64], most_kw: float
) -> list[Breach]:
    """The step in which a limit is passed farthest, if it is at all."""
    worst_kw = float(value_kw.max(initial=0.0))
    if worst_kw <= most_kw + 10.0 * TOLERANCE * (1.0 + most_kw):
        return []
    return [
        Breach(limit=limit, subject=subject, value=f"{worst_kw:,.3f}", allowed=f"{most_kw:,.3f}")
    ]


def _job_breach(limit: str, job: object, value: object, allowed: object) -> Breach:
    return Breach(limit=limit, subject=str(job), value=str(value), allowed=str(allowed))
