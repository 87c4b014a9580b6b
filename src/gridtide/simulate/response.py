"""A call answered minute by minute on measured curves: what was drawn, what was done, which marks were passed."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.response.best_course import wanted, worth_of
from gridtide.decide.response.call import Call, believed_kw, told_kw
from gridtide.decide.response.controller import Sight, orders_for
from gridtide.decide.response.lending import READY_MIN
from gridtide.decide.response.orders import Orders
from gridtide.fleet.capped_job import CappedCluster, CappedJob, Pausing, speed_under
from gridtide.units import kw_of_w

Real = NDArray[np.float64]

EXACT = 1e-9
"""Share of the baseline below which a difference is one of rounding."""

DRIFT = 0.9
"""How much of a minute's error of caps is still there a minute later [assumed]."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Response:
    """power_kw: of each job, (minutes, jobs); meter_kw: of all and what else is drawn, (minutes,); speed: what each
    job did, answered elsewhere included by its value, less what it lost where it paused, (minutes, jobs); running:
    accelerators that were not paused."""

    power_kw: Real
    meter_kw: Real
    speed: Real
    running: Real


class _Pauses:
    """What pauses of whole gangs cost, minute by minute. minutes: that each job has stood still until now, (jobs,)."""

    def __init__(self, jobs: tuple[CappedJob, ...]) -> None:
        gang = np.array([job.pausing is Pausing.WHOLE for job in jobs])
        self._lost_min = np.where(gang, [job.checkpoint_min for job in jobs], 0.0)
        self._back_min = np.where(gang, [job.restart_min for job in jobs], 0.0)
        self._left_min = np.zeros(len(jobs))
        self._before = np.zeros(len(jobs))
        self.minutes = np.zeros(len(jobs), dtype=np.int64)

    def booked(self, running: Real, speed: Real) -> Real:
        """Speed of a minute with what is lost where a job stops, and not done while it comes back, (jobs,)."""
        stands = running == 0.0
        stops, returns = stands & (self.minutes == 0), ~stands & (self.minutes > 0)
        lost = np.where(stops, self._lost_min * self._before, 0.0)
        self._left_min = np.where(returns, self._back_min, np.where(stands, 0.0, self._left_min))
        without = np.minimum(self._left_min, 1.0)
        done = speed * (1.0 - without) - lost
        self._left_min = self._left_min - without
        self.minutes = np.where(stands, self.minutes + 1, 0)
        self._before = np.where(stands, 0.0, speed)
        return np.asarray(done)


@dataclass(frozen=True, kw_only=True)
class Noise:
    """error: how far a job's power and speed stray from the curve, as a share (standard deviation); seed: of them."""

    error: float
    seed: int


def answer(
    cluster: CappedCluster,
    call: Call,
    noise: Noise | None = None,
    margin: float = 0.0,
    orders: Callable[[CappedCluster, Sight], Orders] = orders_for,
) -> Response:
    """The course of a call under a policy that sees a minute at a time.

    margin: share by which limits are kept off. Power strays from what was told and speed from the curve by a drifting
    error where there is noise; a cap is never passed by more than it.
    """
    minutes, jobs = len(call.limit_kw), cluster.jobs
    stray = _stray(minutes, len(jobs), noise)
    power, speed = np.zeros((minutes, len(jobs))), np.zeros((minutes, len(jobs)))
    running = np.zeros((minutes, len(jobs)))
    pauses, last_kw = _Pauses(jobs), cluster.baseline_kw
    assigned = np.zeros((minutes, len(jobs)), dtype=np.int64)
    for minute in range(minutes):
        called = call.called[minute:].copy()
        if minute < call.known_from:
            called[1:] = False
        told = orders(
            cluster,
            Sight(
                told_kw=told_kw(call, minute), limit_kw=believed_kw(call, minute), called=called, minutes=minutes,
                done=speed[:minute].sum(axis=0), paused_for=pauses.minutes, last_kw=last_kw, margin=margin,
                warm=_warm(assigned, minute),
            ),
        )  # fmt: skip
        asked = bool(call.called[minute])
        power[minute], speed[minute] = _lived(jobs, told, stray[:, minute], asked)
        running[minute] = _running(jobs, told)
        assigned[minute] = told.assigned if len(told.assigned) else 0
        speed[minute] = pauses.booked(running[minute], speed[minute])
        last_kw = float(power[minute].sum()) + cluster.other_kw
    return Response(
        power_kw=power, meter_kw=power.sum(axis=1) + cluster.other_kw, speed=speed, running=running
    )


def planned(cluster: CappedCluster, call: Call, running: Real, power_w: Real) -> Response:
    """The course of orders that were all given beforehand, (minutes, jobs) both, without noise."""
    pauses = _Pauses(cluster.jobs)
    idle_w = np.array([job.idle_w for job in cluster.jobs])
    lived = [
        _lived(
            cluster.jobs,
            Orders(upper=running[minute].astype(np.int64), upper_w=power_w[minute], lower_w=idle_w),
            np.zeros((2, len(cluster.jobs))),
            bool(call.called[minute]),
        )
        for minute in range(len(running))
    ]
    power = np.array([one[0] for one in lived])
    return Response(
        power_kw=power,
        meter_kw=power.sum(axis=1) + cluster.other_kw,
        speed=np.array(
            [pauses.booked(ran, one[1]) for ran, one in zip(running, lived, strict=True)]
        ),
        running=running.astype(np.float64),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Marks:
    """minutes_over: of the window above what was announced; minutes_above: of all minutes above their own limit.

    share: of its usual work that each job did, no more than all of it, (jobs,); tiers_broken: jobs whose share lies
    below their floor. weighted: shares by weight. mean, most, least: of the meter over the window, highest: afterwards,
    largest_fall, largest_rise: from one minute to the next; all as shares of the baseline.
    """

    minutes_over: int
    minutes_above: int
    share: Real
    tiers_broken: int
    weighted: float
    mean: float
    most: float
    least: float
    highest_after: float
    largest_fall: float
    largest_rise: float


def marks_of(cluster: CappedCluster, call: Call, lived: Response) -> Marks:
    """The pass marks of a call."""
    base, meter = cluster.baseline_kw, lived.meter_kw
    window, after = meter[call.start : call.end], meter[call.end :]
    share = np.minimum(lived.speed.sum(axis=0) / wanted(cluster.jobs, len(meter)), 1.0)
    floor = np.array([job.floor for job in cluster.jobs])
    step = np.diff(meter, prepend=meter[0]) / base
    return Marks(
        minutes_over=int((window > call.announced_kw + EXACT * base).sum()),
        minutes_above=int((meter > np.minimum(call.limit_kw, base) + EXACT * base).sum()),
        share=share,
        tiers_broken=int((share < floor - EXACT).sum()),
        weighted=float(worth_of(cluster.jobs) @ share),
        mean=float(window.mean() / base),
        most=float(window.max() / base),
        least=float(window.min() / base),
        highest_after=float(after.max() / base) if len(after) else float("nan"),
        largest_fall=float(max(0.0, -step.min())),
        largest_rise=float(max(0.0, step.max())),
    )


def _stray(minutes: int, jobs: int, noise: Noise | None) -> Real:
    """Errors of power and of speed, (2, minutes, jobs)."""
    if noise is None:
        return np.zeros((2, minutes, jobs))
    fresh = np.random.default_rng(noise.seed).normal(0.0, noise.error, (2, minutes, jobs))
    drift = np.zeros_like(fresh)
    drift[:, 0] = fresh[:, 0]
    for minute in range(1, minutes):
        drift[:, minute] = DRIFT * drift[:, minute - 1] + np.sqrt(1 - DRIFT**2) * fresh[:, minute]
    return drift


def _warm(assigned: NDArray[np.int64], minute: int) -> NDArray[np.int64]:
    """Accelerators that each job has been assigned all through the last minutes, (jobs,)."""
    if minute < READY_MIN:
        return np.zeros(assigned.shape[1], dtype=np.int64)
    return np.asarray(assigned[minute - READY_MIN : minute].min(axis=0))


def _running(jobs: tuple[CappedJob, ...], told: Orders) -> Real:
    size = np.array([job.accelerators for job in jobs])
    idle_w = np.array([job.idle_w for job in jobs])
    return np.where(told.lower_w > idle_w, size, told.upper).astype(np.float64)


def _lived(
    jobs: tuple[CappedJob, ...], told: Orders, stray: Real, asked: bool
) -> tuple[Real, Real]:
    """Power [kW] and speed of each job in a minute."""
    power, speed = [], []
    for number, job in enumerate(jobs):
        caps_w = np.array([told.upper_w[number], told.lower_w[number]])
        part = told.upper[number] / job.accelerators
        shares = np.array([part, 1.0 - part])
        borrowed = int(told.borrowed[number]) if len(told.borrowed) else 0
        lent = int(told.lent[number]) if len(told.lent) else 0
        works = 1.0 + job.borrowed_worth * borrowed / job.accelerators
        own = float(shares @ speed_under(job, caps_w)) * works
        away = min(job.away_share, max(job.usual - own, 0.0)) if asked else 0.0
        moved = np.where(caps_w > job.idle_w, 1.0 + stray[0, number], 1.0)
        watts = job.accelerators * float(shares @ (caps_w * moved)) - lent * job.idle_w
        watts += borrowed * float(caps_w[0] * moved[0])
        power.append(float(kw_of_w(watts)))
        speed.append(min(own * (1.0 + stray[1, number]), 1.0) + job.away_value * away)
    return np.array(power), np.array(speed)
