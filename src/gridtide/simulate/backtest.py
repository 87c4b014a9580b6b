"""A study replayed with several forecasters and policies, each measured against perfect foresight."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.fleet.jobs import NO_DEADLINE_S
from gridtide.fleet.site import Site
from gridtide.settle.capture import capture_ratio
from gridtide.settle.promises import Promises
from gridtide.signals.signal import Kind
from gridtide.simulate.compare import absorbed_by
from gridtide.simulate.cost_shares import cost_by_job, daily_cost
from gridtide.simulate.course import Course, Progress, run_course
from gridtide.simulate.forecast_scores import ForecastScore, forecast_scores
from gridtide.simulate.local_days import LocalDays, local_days
from gridtide.simulate.policies import PERFECT, Entry, policy_named
from gridtide.simulate.settlement import Settlement, settle
from gridtide.simulate.study import Study
from gridtide.simulate.truth import Truth, truth_of
from gridtide.timeline import clock_offsets_s
from gridtide.trust.record import Store

Real = NDArray[np.float64]
REGRET_QUANTILE = 0.95
SLACKS_H = (8.0, 24.0, 72.0)
SLACK_NAMES = ("to 8 h", "8 to 24 h", "24 to 72 h", "over 72 h", "no deadline")


class ZoneKind(StrEnum):
    """When the price of a zone is known: before its hours begin, as they happen, or fixed by contract."""

    DAY_AHEAD = "day-ahead"
    REAL_TIME = "real-time"
    OWN_TARIFF = "own tariff"


@dataclass(frozen=True, kw_only=True)
class Captures:
    """Which share of a yardstick's saving against the reference was taken. None (n/a) where there is next to none.

    ratio: of all costs. by_slack: of the energy of jobs at the racks, over jobs that were done under the
    policy, the reference and the yardstick alike, by SLACK_NAMES. by_zone: of energy, wear and carbon at the
    sites of each kind of zone. by_zone_and_slack: as by_slack, of the jobs whose home is in each kind of zone.
    """

    ratio: float | None
    by_slack: dict[str, float | None]
    by_zone: dict[str, float | None]
    by_zone_and_slack: dict[str, dict[str, float | None]]


@dataclass(frozen=True, kw_only=True, eq=False)
class PolicyScore:
    """One policy under one forecaster.

    forecaster: None for the reference, which is run once, and for perfect foresight, which needs none.
    capture: measured against perfect foresight, which knows signals, arrivals and run times. forecast_capture:
    measured against the same policy with every signal known and all else as unknown as it is to the policy.
    daily_regret: cost of energy, wear and carbon less perfect foresight's on the same day of each site's clock, (D,);
    negative where work was moved out of that day. regret_p95: of whole days; None where no day is whole. unspread:
    series whose misses plans wanted to know and could not, and in how many plans.
    """

    policy: str
    forecaster: str | None
    settlement: Settlement
    capture: Captures
    forecast_capture: Captures
    daily_regret: Real
    regret_p95: float | None
    unspread: tuple[tuple[str, int], ...] = ()

    def __post_init__(self) -> None:
        freeze(self, daily_regret=np.float64)

    @property
    def promises(self) -> Promises:
        """What was promised and kept."""
        return self.settlement.promises


@dataclass(frozen=True, kw_only=True, eq=False)
class Backtest:
    """Scores of forecasters by series, and of policies by forecaster: the reference first, perfect foresight last."""

    study: Study
    days: LocalDays
    forecasts: tuple[ForecastScore, ...]
    policies: tuple[PolicyScore, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Replay:
    """A course with everything its scores are made of."""

    forecaster: str | None
    course: Course
    settlement: Settlement
    daily: Real
    by_job: Real


def backtest(
    study: Study,
    forecasters: tuple[str, ...],
    policies: tuple[str, ...],
    new_store: Callable[[], Store],
    announce: Callable[[str], Progress],
) -> Backtest:
    """Score forecasters on the study's series and policies on its course, on one truth.

    The reference of the study runs first and once, perfect foresight last; every other policy runs once a
    forecaster, and once more with every signal known. Raises BadInput for an unknown name and for a series with holes.
    """
    truth = truth_of(study)
    asked = [name for name in policies if name not in (study.reference, PERFECT)]
    turns: list[tuple[str, str | None]] = [
        (study.reference, None),
        *[
            (name, forecaster)
            for name in asked
            for forecaster in dict.fromkeys((*forecasters, PERFECT))
        ],
        (PERFECT, None),
    ]
    ready = [(forecaster, *_entrant(study, name, forecaster)) for name, forecaster in turns]
    forecasts = forecast_scores(study, forecasters)
    days = local_days(study)
    replays: list[_Replay] = []
    for forecaster, policy, sees, knowing in ready:
        title = policy.name if forecaster is None else f"{policy.name} with {forecaster}"
        course = run_course(knowing, truth, policy, sees, new_store(), announce(title))
        reference = replays[0].course if replays else course
        replays.append(_replayed(study, truth, days, forecaster, course, reference))
    scores = tuple(_score(study, days, replay, replays) for replay in replays)
    return Backtest(study=study, days=days, forecasts=forecasts, policies=scores)


def _entrant(study: Study, name: str, forecaster: str | None) -> Entry:
    seen = forecaster or study.cadence.forecaster
    return policy_named(name, replace(study, cadence=replace(study.cadence, forecaster=seen)))


def _replayed(
    study: Study,
    truth: Truth,
    days: LocalDays,
    forecaster: str | None,
    course: Course,
    reference: Course,
) -> _Replay:
    return _Replay(
        forecaster=forecaster,
        course=course,
        settlement=settle(study, truth, course, absorbed_by(study, truth, course, reference)),
        daily=daily_cost(study, truth, course, days),
        by_job=cost_by_job(study, truth, course),
    )


def _score(study: Study, days: LocalDays, replay: _Replay, replays: list[_Replay]) -> PolicyScore:
    reference, perfect = replays[0], replays[-1]
    regret = replay.daily.sum(axis=0) - perfect.daily.sum(axis=0)
    return PolicyScore(
        policy=replay.course.policy,
        forecaster=replay.forecaster,
        settlement=replay.settlement,
        capture=_captures(study, (reference, replay, perfect)),
        forecast_capture=_captures(study, (reference, replay, _all_signals_known(replay, replays))),
        daily_regret=regret,
        regret_p95=_p95(regret[days.whole]),
        unspread=replay.course.unspread,
    )


def _p95(regret: Real) -> float | None:
    return float(np.quantile(regret, REGRET_QUANTILE)) if len(regret) else None


def _all_signals_known(replay: _Replay, replays: list[_Replay]) -> _Replay:
    """The same policy with every signal known; the policy itself where it looks at no forecast or knows all."""
    return next(
        (
            other
            for other in replays
            if other.course.policy == replay.course.policy and other.forecaster == PERFECT
        ),
        replay,
    )


def _captures(study: Study, three: tuple[_Replay, _Replay, _Replay]) -> Captures:
    return Captures(
        ratio=_captured(*(one.settlement.total_cost for one in three)),
        by_slack=_by_slack(study, three, np.ones(len(study.jobs), dtype=np.bool_)),
        by_zone=_by_zone(study, three),
        by_zone_and_slack={
            str(kind): _by_slack(study, three, members[study.fleet.site_of_place[study.jobs.home]])
            for kind, members in _zones(study).items()
        },
    )


def _captured(reference: float, policy: float, yardstick: float) -> float | None:
    """What is possible is the better of the yardstick and the policy itself."""
    return capture_ratio([reference], [policy], [min(yardstick, policy)])


def _by_slack(
    study: Study, three: tuple[_Replay, _Replay, _Replay], jobs: NDArray[np.bool_]
) -> dict[str, float | None]:
    """Of some jobs, those that were done in all three."""
    done = np.logical_and.reduce([jobs, *(one.course.complete for one in three)])
    number = slack_class(study)
    return {
        name: _captured(*(float(one.by_job[done & (number == index)].sum()) for one in three))
        for index, name in enumerate(SLACK_NAMES)
        if (done & (number == index)).any()
    }


def slack_class(study: Study) -> NDArray[np.int64]:
    """Place in SLACK_NAMES of each job, (n,), by the hours between its release and its latest start.

    Hours are those that its home's clock shows: the same hour of the next day is 24 h away on a day of 23 or 25 h, too.
    """
    jobs, slack_s = study.jobs, np.zeros(len(study.jobs), dtype=np.int64)
    endless = jobs.deadline_s >= NO_DEADLINE_S
    home = study.fleet.site_of_place[jobs.home]
    for index, site in enumerate(study.fleet.sites):
        own = (home == index) & ~endless
        slack_s[own] = (
            _wall_s(site.clock, jobs.deadline_s[own])
            - _wall_s(site.clock, jobs.release_s[own])
            - jobs.declared_s[own]
        )
    number = np.searchsorted(SLACKS_H, slack_s / 3600.0, side="left")
    return np.where(endless, len(SLACK_NAMES) - 1, number)


def _wall_s(clock: str, at_s: NDArray[np.int64]) -> NDArray[np.int64]:
    """What a clock on the wall shows, counted as if it were UTC."""
    return at_s + clock_offsets_s(clock, at_s)


def _by_zone(study: Study, three: tuple[_Replay, _Replay, _Replay]) -> dict[str, float | None]:
    return {
        str(kind): _captured(*(float(one.daily[members].sum()) for one in three))
        for kind, members in _zones(study).items()
    }


def _zones(study: Study) -> dict[ZoneKind, NDArray[np.bool_]]:
    """Which sites are in each kind of zone, (S,), without kinds that have none."""
    kinds = [zone_kind(study, site) for site in study.fleet.sites]
    members = {kind: np.asarray([one is kind for one in kinds]) for kind in ZoneKind}
    return {kind: sites for kind, sites in members.items() if sites.any()}


def zone_kind(study: Study, site: Site) -> ZoneKind:
    """By when the prices of the study's own history were published: most before their step begins, or not."""
    if not site.contract.follows_market:
        return ZoneKind.OWN_TARIFF
    rows = study.history.of(Kind.PRICE, site.zone)
    if rows is None or not len(rows.start_s):
        return ZoneKind.OWN_TARIFF
    ahead = (rows.issued_s <= rows.start_s)[~rows.expected]
    return ZoneKind.DAY_AHEAD if ahead.mean() > 0.5 else ZoneKind.REAL_TIME
