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
from gridtide.simulate.policies import PERFECT, Entry, policy_named
from gridtide.simulate.settlement import Settlement, settle
from gridtide.simulate.study import Study
from gridtide.simulate.truth import Truth, truth_of
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


@dataclass(frozen=True, kw_only=True, eq=False)
class PolicyScore:
    """One policy under one forecaster. Ratios are None (n/a) where the possible saving vanishes.

    forecaster: None for the reference, which is run once, and for perfect foresight, which needs none.
    capture_ratio: of all costs. capture_by_slack: of the energy of jobs at the racks, over jobs that were
    done under this policy, the reference and perfect foresight alike, by SLACK_NAMES. capture_by_zone: of
    energy, wear and carbon at the sites of each kind of zone. daily_regret: cost of energy, wear and carbon
    less perfect foresight's on the same day, (D,); negative where work was moved out of that day.
    """

    policy: str
    forecaster: str | None
    settlement: Settlement
    capture_ratio: float | None
    capture_by_slack: dict[str, float | None]
    capture_by_zone: dict[str, float | None]
    daily_regret: Real
    regret_p95: float

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
    forecaster. Raises BadInput for an unknown name and for a series with holes.
    """
    truth = truth_of(study)
    asked = [name for name in policies if name not in (study.reference, PERFECT)]
    turns: list[tuple[str, str | None]] = [
        (study.reference, None),
        *[(name, forecaster) for name in asked for forecaster in forecasters],
        (PERFECT, None),
    ]
    ready = [(forecaster, *_entrant(study, name, forecaster)) for name, forecaster in turns]
    forecasts = forecast_scores(study, forecasters)
    replays: list[_Replay] = []
    for forecaster, policy, sees, knowing in ready:
        title = policy.name if forecaster is None else f"{policy.name} with {forecaster}"
        course = run_course(knowing, truth, policy, sees, new_store(), announce(title))
        reference = replays[0].course if replays else course
        replays.append(_replayed(study, truth, forecaster, course, reference))
    scores = tuple(_score(study, replay, replays[0], replays[-1]) for replay in replays)
    return Backtest(study=study, forecasts=forecasts, policies=scores)


def _entrant(study: Study, name: str, forecaster: str | None) -> Entry:
    seen = forecaster or study.cadence.forecaster
    return policy_named(name, replace(study, cadence=replace(study.cadence, forecaster=seen)))


def _replayed(
    study: Study, truth: Truth, forecaster: str | None, course: Course, reference: Course
) -> _Replay:
    return _Replay(
        forecaster=forecaster,
        course=course,
        settlement=settle(study, truth, course, absorbed_by(study, truth, course, reference)),
        daily=daily_cost(study, truth, course),
        by_job=cost_by_job(study, truth, course),
    )


def _score(study: Study, replay: _Replay, reference: _Replay, perfect: _Replay) -> PolicyScore:
    three = (reference, replay, perfect)
    regret = replay.daily.sum(axis=0) - perfect.daily.sum(axis=0)
    return PolicyScore(
        policy=replay.course.policy,
        forecaster=replay.forecaster,
        settlement=replay.settlement,
        capture_ratio=_captured(*(one.settlement.total_cost for one in three)),
        capture_by_slack=_by_slack(study, three),
        capture_by_zone=_by_zone(study, three),
        daily_regret=regret,
        regret_p95=float(np.quantile(regret, REGRET_QUANTILE)),
    )


def _captured(reference: float, policy: float, perfect: float) -> float | None:
    """What is possible is the better of perfect foresight and the policy itself."""
    return capture_ratio([reference], [policy], [min(perfect, policy)])


def _by_slack(study: Study, three: tuple[_Replay, _Replay, _Replay]) -> dict[str, float | None]:
    done = np.logical_and.reduce([one.course.complete for one in three])
    number = slack_class(study)
    return {
        name: _captured(*(float(one.by_job[done & (number == index)].sum()) for one in three))
        for index, name in enumerate(SLACK_NAMES)
        if (done & (number == index)).any()
    }


def slack_class(study: Study) -> NDArray[np.int64]:
    """Place in SLACK_NAMES of each job, (n,), by the hours between its latest start and its release."""
    jobs = study.jobs
    slack_h = (jobs.deadline_s - jobs.release_s - jobs.declared_s) / 3600.0
    number = np.searchsorted(SLACKS_H, slack_h, side="left")
    endless = len(SLACK_NAMES) - 1
    return np.where(jobs.deadline_s >= NO_DEADLINE_S, endless, number)


def _by_zone(study: Study, three: tuple[_Replay, _Replay, _Replay]) -> dict[str, float | None]:
    kinds = [zone_kind(study, site) for site in study.fleet.sites]
    found: dict[str, float | None] = {}
    for kind in ZoneKind:
        members = np.asarray([one is kind for one in kinds])
        if members.any():
            found[str(kind)] = _captured(*(float(one.daily[members].sum()) for one in three))
    return found


def zone_kind(study: Study, site: Site) -> ZoneKind:
    """By when the prices of the study's own history were published: most before their step begins, or not."""
    if not site.contract.follows_market:
        return ZoneKind.OWN_TARIFF
    rows = study.history.of(Kind.PRICE, site.zone)
    if rows is None or not len(rows.start_s):
        return ZoneKind.OWN_TARIFF
    ahead = (rows.issued_s <= rows.start_s)[~rows.expected]
    return ZoneKind.DAY_AHEAD if ahead.mean() > 0.5 else ZoneKind.REAL_TIME
