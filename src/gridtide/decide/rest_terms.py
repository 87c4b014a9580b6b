"""What a plan reads of nodes that rest: how many, what each state draws, and how long it takes and lasts."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.power_curve import PowerCurve
from gridtide.decide.situation import Situation
from gridtide.digest import freeze
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.parking import Parking
from gridtide.timeline import Timeline

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
DAY_S = 86_400
S_PER_H = 3600.0
MOST_STEPS = 1_000_000


@dataclass(frozen=True, kw_only=True, eq=False)
class RestSteps:
    """How long things take at R places, in steps, (R,).

    after_use: for which a node stays idle; before_use: by which it is awake ahead of its use, whole
    steps of its wake;
    after_off: from its use until it may go off; before_off: by which it is woken from off; least_off.
    """

    after_use: Whole
    before_use: Whole
    after_off: Whole
    before_off: Whole
    least_off: Whole


@dataclass(frozen=True, kw_only=True, eq=False)
class RestTerms:
    """R places whose nodes rest, over T steps. place, site (R,).

    kept: accelerators that may rest; others: that answer beside them and never rest, (R,). awake_now, off_now: of
    those that may, (R,). idle_kw: IT power of an idle one, spared_kw: what one that is off spares, beside a parked
    one, (R,). spared_at_meter_kw: the same at the meter, (R, T). wake_kwh: IT energy of a wake from parked and from
    off beyond staying parked, (2, R). steps: how long what takes. unready: share of a step for which a wake from
    parked lasts, and one from off in its first and its second step, (3, R). awake_least: used so shortly before the
    first step that it is awake still, (R, T). counts: whether power costs something, so that no plan keeps nodes
    awake to burn it, (R, T).
    """

    place: Whole
    site: Whole
    kept: Real
    others: Real
    awake_now: Real
    off_now: Real
    idle_kw: Real
    spared_kw: Real
    spared_at_meter_kw: Real
    wake_kwh: Real
    steps: RestSteps
    unready: Real
    awake_least: Real
    counts: NDArray[np.bool_]

    def __post_init__(self) -> None:
        real = ("kept", "others", "awake_now", "off_now", "idle_kw", "spared_kw")
        freeze(
            self, **dict.fromkeys(("place", "site"), np.int64), **dict.fromkeys(real, np.float64)
        )
        over = ("spared_at_meter_kw", "wake_kwh", "awake_least", "unready")
        freeze(self, **dict.fromkeys(over, np.float64), counts=np.bool_)


def rest_terms(situation: Situation, curve: PowerCurve, drawn_per_kwh: Real) -> RestTerms:
    """The terms of the situation's nodes. drawn_per_kwh: money for a kWh drawn with its carbon, (S, T)."""
    fleet, horizon = situation.fleet, situation.horizon
    place = _resting_places(fleet)
    if not len(place):
        return nothing_rests(len(horizon))
    rests = [_rest_of(fleet, number) for number in place]
    site = fleet.site_of_place[place]
    kept = np.asarray([nodes_of_place(fleet, number) for number in place], dtype=np.float64)
    spared_kw = np.asarray([one.parked_kw - one.off_kw for one in rests])
    at_rest = situation.state.at_rest
    measured = at_rest[:, place] if at_rest.size else np.zeros((3, len(place)))
    steps = _steps(rests, horizon)
    awake_now = np.maximum(kept - measured[1] - measured[2], 0.0)
    record = _record(situation, place)
    wakes = [
        (
            one.wake_parked_s / S_PER_H * (one.wake_kw - one.parked_kw),
            one.wake_off_s / S_PER_H * (one.wake_kw - one.parked_kw),
        )
        for one in rests
    ]
    return RestTerms(
        place=place,
        site=site,
        kept=kept,
        others=fleet.accelerators[place] - kept,
        awake_now=awake_now,
        off_now=measured[2],
        idle_kw=np.asarray([one.idle_kw - one.parked_kw for one in rests]),
        spared_kw=spared_kw,
        spared_at_meter_kw=spared_kw[:, None] * curve.slope[site, :, 0],
        wake_kwh=np.maximum(np.asarray(wakes).T, 0.0),
        steps=steps,
        unready=_unready(rests, _step_s(horizon)),
        awake_least=_still_awake(record, steps, awake_now, len(horizon)),
        counts=drawn_per_kwh[site] >= 0.0,
    )


def nothing_rests(steps: int) -> RestTerms:
    """Terms of no place."""
    none, over, whole = np.zeros(0), np.zeros((0, steps)), np.zeros(0, dtype=np.int64)
    return RestTerms(
        place=whole,
        site=whole,
        kept=none,
        others=none,
        awake_now=none,
        off_now=none,
        idle_kw=none,
        spared_kw=none,
        spared_at_meter_kw=over,
        wake_kwh=np.zeros((2, 0)),
        steps=_alike(whole),
        unready=np.zeros((3, 0)),
        awake_least=over,
        counts=over.astype(np.bool_),
    )


def cheapest_rest(terms: RestTerms, curve: PowerCurve) -> RestTerms:
    """Terms that only lower the cost: what is not used is off at once, spares the most it can, wakes for nothing."""
    most = curve.slope[terms.site].max(axis=2, initial=0.0)
    return replace(
        terms,
        idle_kw=np.zeros_like(terms.idle_kw),
        spared_at_meter_kw=terms.spared_kw[:, None] * most,
        wake_kwh=np.zeros_like(terms.wake_kwh),
        steps=_alike(np.zeros_like(terms.place)),
        unready=np.zeros_like(terms.unready),
        awake_least=np.zeros_like(terms.awake_least),
    )


def nodes_of_place(fleet: Fleet, place: int) -> int:
    """Accelerators of whole nodes that are kept for services at a place and may rest."""
    pool = fleet.pools[place]
    if pool.parking is None:
        return 0
    size = pool.parking.node_accelerators
    return pool.for_services // size * size


def _resting_places(fleet: Fleet) -> Whole:
    found = [number for number in range(len(fleet.pools)) if nodes_of_place(fleet, number)]
    return np.asarray(found, dtype=np.int64)


def _rest_of(fleet: Fleet, place: int) -> Parking:
    parking = fleet.pools[place].parking
    assert parking is not None
    return parking


def _steps(rests: list[Parking], horizon: Timeline) -> RestSteps:
    """Seconds as whole steps of the horizon, at least as long."""
    step_s = _step_s(horizon)

    def whole(seconds: list[float]) -> Whole:
        found = np.minimum(np.ceil(np.asarray(seconds) / step_s), MOST_STEPS)
        return np.asarray(found, dtype=np.int64)

    return RestSteps(
        after_use=whole([one.least_idle_s for one in rests]),
        before_use=_floor([one.wake_parked_s for one in rests], step_s),
        after_off=whole([one.least_idle_s + one.least_parked_s for one in rests]),
        before_off=whole([one.wake_off_s for one in rests]),
        least_off=whole([one.wake_off_s + one.least_off_s for one in rests]),
    )


def _step_s(horizon: Timeline) -> int:
    return int((horizon.edges_s[1:] - horizon.edges_s[:-1]).min())


def _unready(rests: list[Parking], step_s: int) -> Real:
    parked = np.asarray([one.wake_parked_s for one in rests]) / step_s
    off = np.asarray([one.wake_off_s for one in rests]) / step_s
    return np.clip(np.stack([parked, off, off - 1.0]), 0.0, 1.0)


def _floor(seconds: list[float], step_s: int) -> Whole:
    return np.asarray(np.asarray(seconds) // step_s, dtype=np.int64)


def _alike(steps: Whole) -> RestSteps:
    """All things taking the same steps."""
    return RestSteps(
        after_use=steps, before_use=steps, after_off=steps, before_off=steps, least_off=steps
    )


def _record(situation: Situation, place: Whole) -> Real:
    """What was used in each step of the day before, in steps of the horizon, oldest first, NaN where unseen, (R, D)."""
    step_s = _step_s(situation.horizon)
    day = max(1, DAY_S // step_s)
    used = situation.state.rest_used
    seen = used.shape[-1]
    if not used.size or (seen % day and day % seen):
        return np.full((len(place), day), np.nan)
    if seen >= day:
        return np.asarray(used[place].reshape(len(place), day, -1).max(axis=2))
    return np.repeat(used[place], day // seen, axis=1)


def _still_awake(record: Real, steps: RestSteps, awake_now: Real, count: int) -> Real:
    """What has been used so shortly before that it is awake still, (R, T)."""
    found = np.zeros((len(record), count))
    for place, used in enumerate(record):
        after = int(steps.after_use[place])
        for step in range(min(after, count)):
            lately = used[max(len(used) - (after - step), 0) :]
            found[place, step] = np.nan_to_num(lately, nan=awake_now[place]).max(initial=0.0)
    return found
