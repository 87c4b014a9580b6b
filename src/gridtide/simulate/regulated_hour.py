"""What a site may move in one hour of a course without breaking a promise, and what goes on beside it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.dispatch import Placement
from gridtide.decide.regulate import Gangs, Lags, Means, Resting, Store
from gridtide.decide.regulated_parts import building_of, store_of, weights_of
from gridtide.fleet.jobs import NO_DEADLINE_S
from gridtide.fleet.site import Site
from gridtide.loop.world import Telemetry
from gridtide.simulate.flexing import Window
from gridtide.timeline import epoch_s

Real = NDArray[np.float64]
Whole = NDArray[np.int64]

MINUTE_S = 60
HANDOVER_S = 10.0
"""Slack that is kept back: orders of the hour before act a little into the next."""
ONE_IN_TEN = 1.2816
"""Standard deviations of a normal law that one case of ten exceeds."""
NEXT_TO_NOTHING = 1e-3
"""Of a gang's power: one that may move by less is left alone."""
LONGEST_WAKE_S = 30.0
"""Nodes that take longer from parked are not moved within seconds."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Running:
    """Jobs that a plan has given slots at a site, within a window or later, (n,) each.

    row: among the jobs of the situation. slots: whether it is told to run in each minute, (n, minutes). told_kw,
    told_speed: IT power beyond parked machines and work a second as told. points_kw, speeds: of the points of its pool,
    rising, (n, K), narrower menus repeat their fastest. slack_s: between the end of its slots and its deadline. left_s:
    true work left at full speed as the window begins, which only the twin sees; expected_left_s: what decisions take it
    for. value_per_h: of its work. accelerators: it holds. slot_minutes: of all its slots, also later ones.
    begun: started for a signal, before its slots. tolerant: whether it may run slower at all.
    """

    row: Whole
    slots: NDArray[np.bool_]
    told_kw: Real
    told_speed: Real
    points_kw: Real
    speeds: Real
    slack_s: Real
    left_s: Real
    expected_left_s: Real
    value_per_h: Real
    accelerators: Whole
    slot_minutes: Whole
    begun: NDArray[np.bool_]
    tolerant: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.row)

    def drawn_kw(self, minutes: slice, chosen: NDArray[np.bool_]) -> Real:
        """What these jobs draw as they were told, minute by minute, kW; a job that truly ends draws nothing more."""
        since_s = np.cumsum(self.slots, axis=1) * float(MINUTE_S)
        worked_s = self.told_speed[:, None] * since_s
        whole = np.minimum(worked_s, self.left_s[:, None])
        share = np.diff(whole, axis=1, prepend=0.0) / (self.told_speed[:, None] * MINUTE_S)
        return np.asarray((self.told_kw[:, None] * share)[chosen, minutes].sum(axis=0))

    def told_to_draw_kw(self, chosen: NDArray[np.bool_]) -> Real:
        """What these jobs draw by what they were told, whenever they end, minute by minute, kW."""
        return np.asarray((self.told_kw[:, None] * self.slots)[chosen].sum(axis=0))


def running_at(window: Window, site: int) -> Running:
    """The jobs of a site that run in a window, and those that its plan has run later and in time, in the order of the
    situation."""
    study, standing = window.standing.study, window.standing
    fleet, menu, jobs = study.fleet, study.fleet.menu, standing.turn.orders.jobs
    placement, planned = window.dispatch.placement, standing.turn.orders.dispatch.placement
    here = (placement.place >= 0) & (np.diff(planned.offsets) > 0)
    here &= fleet.site_of_place[np.maximum(placement.place, 0)] == site
    rows = np.flatnonzero(here)
    in_time = (np.diff(placement.offsets)[rows] > 0) | (_slack_s(window, rows) >= 0.0)
    rows = rows[in_time]
    slots = np.zeros((len(rows), len(placement.horizon)), dtype=np.bool_)
    for number, row in enumerate(rows):
        slots[number, placement.slots[placement.offsets[row] : placement.offsets[row + 1]]] = True
    entry = menu.entry(placement.place[rows], placement.point[rows])
    gang = jobs.accelerators[rows] * menu.gang_share[entry]
    points_kw, speeds = _points(window, site, rows, gang)
    known = standing.twin.active_rows()[rows]
    left_s = (
        np.minimum(study.true_s[known], jobs.declared_s[rows]) - standing.twin.book.done_s[known]
    )
    value = np.asarray([one.value_per_accelerator_h for one in jobs.classes])
    return Running(
        row=rows,
        slots=slots,
        told_kw=gang * menu.extra_kw[entry],
        told_speed=menu.speed[entry],
        points_kw=points_kw,
        speeds=speeds,
        slack_s=_slack_s(window, rows),
        left_s=np.maximum(left_s, 0).astype(np.float64),
        expected_left_s=standing.turn.situation.state.expected_left_s[rows].astype(np.float64),
        value_per_h=value[jobs.work_class[rows]] * gang,
        accelerators=np.rint(gang).astype(np.int64),
        slot_minutes=np.asarray([_minutes(planned, int(row)) for row in rows], dtype=np.int64),
        begun=np.zeros(len(rows), dtype=np.bool_),
        tolerant=jobs.movable[rows] & ~jobs.elastic[rows] & (menu.gang_share[entry] == 1.0),
    )


def _minutes(placement: Placement, row: int) -> int:
    """Minutes of all slots of a job."""
    own = placement.slots[placement.offsets[row] : placement.offsets[row + 1]]
    edges_s = placement.horizon.edges_s
    return int((edges_s[own + 1] - edges_s[own]).sum()) // MINUTE_S


def _points(window: Window, site: int, rows: Whole, gang: Real) -> tuple[Real, Real]:
    """Power and speed of the points of whole gangs that each job's pool has, rising, (n, K) each."""
    fleet, placement = window.standing.study.fleet, window.dispatch.placement
    menu = fleet.menu
    bounds = menu.bounds
    whole = [
        [
            entry
            for entry in range(bounds[place], bounds[place + 1])
            if menu.gang_share[entry] == 1.0
        ]
        for place in range(len(fleet.places))
    ]
    most = max(len(entries) for entries in whole)
    points_kw, speeds = np.zeros((len(rows), most)), np.zeros((len(rows), most))
    for number, row in enumerate(rows):
        entries = sorted(whole[placement.place[row]], key=lambda entry: float(menu.extra_kw[entry]))
        padded = entries + [entries[-1]] * (most - len(entries))
        points_kw[number] = gang[number] * menu.extra_kw[padded]
        speeds[number] = menu.speed[padded]
    return points_kw, speeds


def _slack_s(window: Window, rows: Whole) -> Real:
    """Seconds between the end of all slots a job was told and its deadline, inf where nobody waits."""
    orders = window.standing.turn.orders
    jobs, placement = orders.jobs, orders.dispatch.placement
    ends_s = placement.horizon.ends_s
    last_s = np.asarray(
        [ends_s[placement.slots[placement.offsets[row + 1] - 1]] for row in rows], dtype=np.int64
    )
    deadline_s = jobs.deadline_s[rows]
    return np.where(deadline_s == NO_DEADLINE_S, np.inf, (deadline_s - last_s).astype(np.float64))


@dataclass(frozen=True, kw_only=True, eq=False)
class RegulatedHour:
    """What may be moved in one hour. chosen: which of the jobs, (n,), waits: of the chosen those that may be started,
    lowest_kw, highest_kw: of the chosen; resting: nodes at rest that may be woken; planned_kw: IT power of all else as
    planned each minute; other_kw: as it truly is; may_end_kw: of the chosen, what ends on the mean over the hour, by
    how long each is expected to run on; could_end_kw: what will have ended as it closes, in one hour of ten more."""

    minutes: slice
    chosen: NDArray[np.bool_]
    waits: NDArray[np.bool_]
    resting: Resting
    lowest_kw: Real
    highest_kw: Real
    planned_kw: Real
    other_kw: Real
    may_end_kw: float
    could_end_kw: float


def between(at: Real, known: Real, values: Real) -> Real:
    """Values at points between the known ones, row by row by straight lines, (n,). at (n,); known, rising, and values
    (n, K)."""
    rows = zip(at, known, values, strict=True)
    return np.asarray([np.interp(*row) for row in rows], dtype=np.float64)


def hour_of(
    running: Running,
    seen_it_kw: Real,
    minutes: slice,
    lost_s: Real,
    done_before_s: Real,
    waiting: NDArray[np.bool_],
    resting: Resting,
) -> RegulatedHour:
    """The jobs that run through an hour, and those that wait, what slack for its worst signal lets them draw, and the
    nodes at rest.

    A gang may go as low, between two points of its menu as well, as its slack bears. seen_it_kw: IT power of the site
    if nothing were regulated, by minute. lost_s: work that each job is behind by already; done_before_s: work it would
    have done by the hour's begin. A job that is seen to have ended is not chosen.
    """
    seconds = float(MINUTE_S * (minutes.stop - minutes.start))
    there = running.slots[:, minutes].all(axis=1) & running.tolerant
    there &= running.left_s - done_before_s + lost_s > 0.0
    may_lose_s = np.maximum(running.slack_s - lost_s - HANDOVER_S, 0.0)
    may_lose_s = np.where(running.tolerant, may_lose_s, 0.0)
    slowest = running.told_speed - may_lose_s / seconds
    lowest = between(slowest, running.speeds, running.points_kw)
    highest = running.points_kw.max(axis=1)
    chosen = (there & (highest - lowest > NEXT_TO_NOTHING * highest)) | waiting
    moved = chosen & ~waiting
    own_kw = running.drawn_kw(minutes, moved)
    left_s = np.maximum(running.expected_left_s - done_before_s + lost_s, seconds)
    ends = seconds / left_s
    kw = np.where(moved, running.told_kw, 0.0)
    spread_kw = float(np.sqrt((ends * (1.0 - ends) * kw**2).sum()))
    other_kw = np.maximum(seen_it_kw[minutes] - own_kw, 0.0)
    told_kw = running.told_to_draw_kw(~moved)[minutes]
    return RegulatedHour(
        minutes=minutes,
        chosen=chosen,
        waits=waiting[chosen],
        resting=resting,
        lowest_kw=lowest[chosen],
        highest_kw=highest[chosen],
        planned_kw=np.maximum(other_kw[0] + told_kw - told_kw[0], 0.0),
        other_kw=other_kw,
        may_end_kw=0.5 * float(ends @ kw),
        could_end_kw=float(ends @ kw) + ONE_IN_TEN * spread_kw,
    )


def resting_at(window: Window, site: int, seen: Telemetry, minute: int) -> Resting:
    """The nodes of a site that rest as an hour begins and may be woken through it: of the pool where they draw most.

    Only nodes that are parked are woken, and only they are parked again: a request never waits for one that the course
    would have had awake. Nodes that are off, or wake more slowly than LONGEST_WAKE_S, are left alone.
    """
    fleet = window.study.fleet
    found = Resting()
    for place, pool in enumerate(fleet.pools):
        rest = pool.parking
        if (
            rest is None
            or fleet.site_of_place[place] != site
            or rest.wake_parked_s > LONGEST_WAKE_S
        ):
            continue
        one_kw = (rest.idle_kw - rest.parked_kw) * rest.node_accelerators
        nodes = int(seen.resting[1, place, minute] / rest.node_accelerators + 1e-9)
        if one_kw * nodes > found.node_kw * found.most:
            found = Resting(node_kw=one_kw, most=nodes)
    return found


def _menus(points_kw: Real, speeds: Real, lowest_kw: Real) -> tuple[Real, Real]:
    """Points of gangs from the least their slack bears on, a cap between two points taken as one; both (G, K).

    A shorter menu repeats its fastest.
    """
    if not len(lowest_kw):
        return points_kw, speeds
    below = (points_kw <= lowest_kw[:, None]).sum(axis=1) - 1
    kept = np.minimum(np.arange(points_kw.shape[1]) + below[:, None], points_kw.shape[1] - 1)
    own_kw, own_speeds = (np.take_along_axis(of, kept, axis=1) for of in (points_kw, speeds))
    own_kw[:, 0], own_speeds[:, 0] = lowest_kw, between(lowest_kw, points_kw, speeds)
    return own_kw, own_speeds


def means_of(
    site: Site,
    hour: RegulatedHour,
    running: Running,
    share: float,
    outdoor_c: float,
    usual_kw: float,
) -> Means:
    """The means of an hour with gangs at a base point. share: of the way from lowest to highest power. usual_kw:
    discharge less charge of the store at the base point."""
    lowest, highest = hour.lowest_kw, hour.highest_kw
    reach = highest - lowest
    chosen = hour.chosen
    points_kw, speeds = _menus(running.points_kw[chosen], running.speeds[chosen], lowest)
    value_per_h = running.value_per_h[chosen]
    battery, ramp = site.battery, site.contract.ramp_max_kw_per_min
    return Means(
        store=Store() if battery is None else store_of(battery, usual_kw),
        gangs=Gangs(
            lowest_kw=lowest,
            highest_kw=highest,
            usual_kw=lowest + share * reach,
            weight=weights_of(value_per_h, speeds, lowest, highest),
            points_kw=points_kw,
            speeds=speeds,
            accelerators=running.accelerators[chosen],
            waits=hour.waits,
        ),
        resting=hour.resting,
        building=building_of(site.facility, outdoor_c),
        lags=Lags(),
        ramp_kw_per_s=np.inf if ramp is None else ramp / MINUTE_S,
    )


def seen_it_kw(seen: Telemetry, site: int) -> Real:
    """IT power of a site by minute."""
    return np.asarray(seen.it_kw[site])


def starts_s(window: Window) -> int:
    """Second at which a window begins, since 1970."""
    return epoch_s(window.study.timeline.start)
