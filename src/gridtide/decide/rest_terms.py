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

    after_use: for which a node stays idle; before_use: by which it is awake ahead of a need that is expected;
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
    off beyond staying parked, (2, R). steps: how long what takes. expects: whether a need is expected in a step, for
    which a day must have been seen, (T,). counts: whether power costs something, so that no plan keeps nodes awake to
    burn it, (R, T).
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
    expects: NDArray[np.bool_]
    counts: NDArray[np.bool_]

    def __post_init__(self) -> None:
        real = ("kept", "others", "awake_now", "off_now", "idle_kw", "spared_kw")
        freeze(
            self, **dict.fromkeys(("place", "site"), np.int64), **dict.fromkeys(real, np.float64)
        )
        freeze(self, spared_at_meter_kw=np.float64, wake_kwh=np.float64)
        freeze(self, expects=np.bool_, counts=np.bool_)


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
        awake_now=np.maximum(kept - measured[1] - measured[2], 0.0),
        off_now=measured[2],
        idle_kw=np.asarray([one.idle_kw - one.parked_kw for one in rests]),
        spared_kw=spared_kw,
        spared_at_meter_kw=spared_kw[:, None] * curve.slope[site, :, 0],
        wake_kwh=np.maximum(np.asarray(wakes).T, 0.0),
        steps=_steps(rests, horizon),
        expects=_expects(horizon, situation.state.rest_watched_s),
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
        expects=np.zeros(steps, dtype=np.bool_),
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
        expects=np.ones_like(terms.expects),
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
    step_s = int((horizon.edges_s[1:] - horizon.edges_s[:-1]).min())

    def whole(seconds: list[float]) -> Whole:
        found = np.minimum(np.ceil(np.asarray(seconds) / step_s), MOST_STEPS)
        return np.asarray(found, dtype=np.int64)

    return RestSteps(
        after_use=whole([one.least_idle_s for one in rests]),
        before_use=whole([one.wake_parked_s for one in rests]),
        after_off=whole([one.least_idle_s + one.least_parked_s for one in rests]),
        before_off=whole([one.wake_off_s for one in rests]),
        least_off=whole([one.wake_off_s + one.least_off_s for one in rests]),
    )


def _alike(steps: Whole) -> RestSteps:
    """All things taking the same steps."""
    return RestSteps(
        after_use=steps, before_use=steps, after_off=steps, before_off=steps, least_off=steps
    )


def _expects(horizon: Timeline, watched_s: int) -> NDArray[np.bool_]:
    """Whether the step after each lies within a day that was seen, so that a need in it is expected."""
    ends_s = horizon.edges_s[1:] - horizon.edges_s[0]
    return np.asarray(watched_s + ends_s >= DAY_S)
