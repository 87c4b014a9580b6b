"""How a plugin would have decided, day by day, beside the house: what it cost, what the guard refused, where it failed.

Both run the same study on the same truth. Days without a flag, one after the other up to the last, are what a plugin
is raised for: from shadow to advising, from advising to acting.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np

from gridtide.decide.dispatch import Dispatch
from gridtide.decide.dispatchers.keep_told import KeepTold
from gridtide.decide.plan import Plan
from gridtide.decide.reservations import Reservations
from gridtide.decide.situation import Situation
from gridtide.finding import BadInput
from gridtide.loop.mandate import Policy
from gridtide.settle.promises import Cause
from gridtide.simulate.cost_shares import daily_cost
from gridtide.simulate.course import Progress, run_course
from gridtide.simulate.local_days import local_days
from gridtide.simulate.policies import policy_named
from gridtide.simulate.settlement import promises_of
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.trust.audit import contents
from gridtide.trust.beside_house import WORSE_SHARE
from gridtide.trust.record import Stage, Store


@dataclass(frozen=True, kw_only=True)
class CanaryDay:
    """One day of the clocks of sites. refused: decisions of the plugin that the guard refused; failed: turns at which
    it had no answer, after which jobs were left as told. flags: what speaks against it, in words."""

    date: date
    whole: bool
    house_cost: float
    plugin_cost: float
    refused: int
    failed: int
    flags: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Canary:
    """The days of a plugin. missed: promises it broke without a cause, which the guard lets no policy do."""

    plugin: str
    days: tuple[CanaryDay, ...]
    missed: int
    faults: tuple[str, ...]

    @property
    def clean_days(self) -> int:
        """Whole days without a flag, counted back from the last."""
        whole = [day for day in self.days if day.whole]
        flagged = [number for number, day in enumerate(whole) if day.flags]
        return len(whole) - (flagged[-1] + 1 if flagged else 0)


@dataclass(kw_only=True, eq=False)
class OrElse:
    """A policy that may fail, and what is done then: jobs stay as told."""

    policy: Policy
    name: str
    failed_at: list[datetime] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def decide(
        self, plan: Plan | None, situation: Situation, held: Reservations, due: bool
    ) -> tuple[Plan | None, Dispatch]:
        """What the policy says, or nothing new where it fails."""
        try:
            return self.policy.decide(plan, situation, held, due)
        except BadInput as fault:
            self.failed_at.append(situation.as_of)
            self.faults += [said for said in [str(fault)] if said not in self.faults]
            return None, KeepTold(policy=self.name).dispatch(situation, held)


def canary(
    study: Study,
    plugin: str,
    house: str,
    new_store: Callable[[], Store],
    announce: Callable[[str], Progress],
) -> Canary:
    """Runs the house, then the plugin, over the whole study and holds them against each other day by day."""
    truth, days = truth_of(study), local_days(study)
    ours, forecaster, known = policy_named(house, study)
    base = run_course(known, truth, ours, forecaster, new_store(), announce(house))
    asked, forecaster, known = policy_named(plugin, study)
    tried, store = OrElse(policy=asked, name=plugin), new_store()
    course = run_course(known, truth, tried, forecaster, store, announce(plugin))
    costs = [daily_cost(study, truth, one, days).sum(axis=0) for one in (base, course)]
    usual = float(np.abs(costs[0][days.whole]).mean()) if days.whole.any() else np.inf
    refused, failed = _refusals(store, study), _dates(tried.failed_at, study)
    rows = [
        CanaryDay(
            date=day,
            whole=bool(days.whole[number]),
            house_cost=float(costs[0][number]),
            plugin_cost=float(costs[1][number]),
            refused=refused.count(day),
            failed=failed.count(day),
            flags=tuple(
                _flags(
                    costs[1][number] - costs[0][number],
                    usual,
                    refused.count(day),
                    failed.count(day),
                )
            ),
        )
        for number, day in enumerate(days.dates)
    ]
    return Canary(
        plugin=plugin,
        days=tuple(rows),
        missed=promises_of(study, course).missed.get(Cause.UNEXPLAINED, 0),
        faults=tuple(tried.faults),
    )


def _flags(extra: float, usual: float, refused: int, failed: int) -> list[str]:
    flags = []
    if extra > WORSE_SHARE * usual:
        flags.append(f"cost {extra / usual:.0%} of a usual day more than the house")
    if refused:
        flags.append(f"the guard refused {refused} of its decisions")
    if failed:
        flags.append(f"{failed} times it had no answer")
    return flags


def _refusals(store: Store, study: Study) -> list[date]:
    """The dates of decisions in whose place the witness ran, each as the first site's clock has it."""
    told = [one for one in contents(store.entries()) if one["stage"] == str(Stage.TOLD)]
    return _dates(
        [datetime.fromisoformat(str(one["as_of"])) for one in told if one["refused"]], study
    )


def _dates(moments: list[datetime], study: Study) -> list[date]:
    clock = ZoneInfo(study.fleet.sites[0].clock)
    return [moment.astimezone(clock).date() for moment in moments]
