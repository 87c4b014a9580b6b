"""Policies by name: how each plans and dispatches, and what it may know."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.metadata import entry_points

import numpy as np

from gridtide.decide.answering_calls import less_taken, weighed
from gridtide.decide.beside_stores import of_stores_alone
from gridtide.decide.call_answer import CallAnswer, taken_of
from gridtide.decide.dispatch import Dispatch, Placement
from gridtide.decide.dispatchers.by_reference import ByReference
from gridtide.decide.dispatchers.keep_told import KeepTold
from gridtide.decide.dispatchers.price_guided import PriceGuided
from gridtide.decide.offer_terms import nothing_offered
from gridtide.decide.plan import Plan, Planner
from gridtide.decide.planners.coordinated import Coordinated
from gridtide.decide.policy_names import POLICIES, parsed, policy_of
from gridtide.decide.readings import Readings
from gridtide.decide.reservations import Reservations
from gridtide.decide.risk import Uncertainty
from gridtide.decide.situation import Situation
from gridtide.decide.steering import covered
from gridtide.decide.told import same_slots, told_of, work_cost
from gridtide.decide.uncertain.planning import PlansAround, planner_for
from gridtide.finding import BadInput, Finding, refuse_if_any
from gridtide.fleet.fleet import Fleet
from gridtide.loop.mandate import Policy
from gridtide.loop.spread import FORESIGHT, spread_faults
from gridtide.simulate.study import LengthKnowledge, Study, binding_events
from gridtide.timeline import epoch_s

PERFECT = "perfect-foresight"
GROUP = "gridtide.planners"
FITTINGS = 2
"""Rounds of placing and planning around what was placed; a third was never taken on the cases tried."""


@dataclass(frozen=True, kw_only=True)
class RunAtOnce:
    """Every job where and when it can start first at home; requests at home; stores at rest."""

    name: str = "run-at-once"

    def decide(
        self, plan: Plan | None, situation: Situation, held: Reservations, due: bool
    ) -> tuple[Plan | None, Dispatch]:
        """The slots admission found, earliest first; nothing is planned."""
        return None, KeepTold(policy=self.name).dispatch(situation, held)


@dataclass(frozen=True, kw_only=True)
class Referred:
    """A policy of the literature at home, by its own array function."""

    dispatcher: ByReference
    name: str

    def decide(
        self, plan: Plan | None, situation: Situation, held: Reservations, due: bool
    ) -> tuple[Plan | None, Dispatch]:
        """Waiting jobs in the slots the policy names; nothing is planned."""
        return None, self.dispatcher.dispatch(situation, held, due)


@dataclass(frozen=True, kw_only=True)
class PlanAndPlace:
    """The coordinated plan, its jobs placed by its prices, its stores and routes fitted to where they fell."""

    planner: Planner
    fitter: PlansAround
    dispatcher: PriceGuided
    name: str = "coordinated"

    def decide(
        self, plan: Plan | None, situation: Situation, held: Reservations, due: bool
    ) -> tuple[Plan, Dispatch]:
        """When a plan is due: plan, place, plan again around the placed jobs, until that gains nothing.

        Between plans newcomers are placed at the prices of the fleet as it is told by then: what was free
        when the plan was made may be taken. While a call stands that was taken, stores and routes are fitted again to
        where work fell by then: what was agreed is delivered beside it.
        """
        holds, dispatch, _ = self._decided(plan, situation, held, due)
        return holds, dispatch

    def weigh(
        self, situation: Situation, held: Reservations, answers: tuple[CallAnswer, ...]
    ) -> tuple[CallAnswer, ...]:
        """The share taken of each call that may be declined, by a plan at the point forecast.

        No more than is left of it once jobs lie in whole slots: a plan may move half a job into a call.
        """
        objective, readings = self.dispatcher.objective, self.dispatcher.readings
        situation = self.planned_for(situation)
        taken = weighed(situation, objective, held, answers, readings)
        if not any(one.share > 0.0 for one in taken):
            return taken
        seen = replace(situation, commitments=(*situation.commitments, *taken))
        told = told_of(self._decided(None, seen, held, True)[1].placement, held)
        placed = replace(held, told=told, settled=np.ones_like(held.settled))
        return less_taken(taken, weighed(situation, objective, placed, answers, readings))

    def placing(
        self, plan: Plan | None, situation: Situation, held: Reservations, due: bool
    ) -> Plan:
        """The plan at whose prices `decide` placed what it told; the one that holds is fitted to that."""
        return self._decided(plan, situation, held, due)[2]

    def _decided(
        self, plan: Plan | None, situation: Situation, held: Reservations, due: bool
    ) -> tuple[Plan, Dispatch, Plan]:
        situation = self.planned_for(situation)
        if not due:
            if plan is None:
                raise ValueError(f"{self.name} dispatches by a plan")
            newcomers = situation.jobs.release_s > epoch_s(plan.made_at)
            if (newcomers & ~self.dispatcher.hurried(situation, held)).any():
                plan = self._refitted(plan, situation, held)
            dispatch, by = self.dispatcher.dispatch(plan, situation, held, due), plan
            if taken_of(situation.commitments):
                fell = replace(held, told=told_of(dispatch.placement, held))
                plan = self._refitted(plan, situation, fell)
                dispatch = self.dispatcher.follow(plan, situation, fell, dispatch.placement)
            return plan, dispatch, by
        plan = first = self.planner.plan(situation)
        best: _Placed | None = None
        for _ in range(FITTINGS):
            anew = best is None
            placed = [self._placed(by, situation, held, due, anew) for by in _priced(plan)]
            found = min((one for one in placed if one is not None), key=_cost, default=None)
            if found is None or (best is not None and found.cost >= best.cost - 1e-9):
                break
            best, plan, held = found, found.plan, found.held
        assert best is not None
        told = self.dispatcher.follow(best.plan, situation, best.held, best.placement)
        return _with_promises(best.plan, first), told, best.by

    def planned_for(self, situation: Situation) -> Situation:
        """What is planned: work carries offers in a plan where all arrivals are known, else it is offered beside."""
        return of_stores_alone(situation) if self.dispatcher.more_may_come else situation

    def _placed(
        self, by: Plan, situation: Situation, held: Reservations, due: bool, anew: bool
    ) -> "_Placed | None":
        """The jobs placed at the prices of a plan, and the plan around them; None where they stay, if not anew."""
        placement = self.dispatcher.dispatch(by, situation, held, due).placement
        told = told_of(placement, held)
        if not anew and same_slots(told, held.told):
            return None
        held = replace(held, told=told)
        plan = replace(self.fitter.around(situation, held), policy=self.name)
        cost = plan.certificate.cost + work_cost(held)
        return _Placed(cost=cost, plan=plan, placement=placement, held=held, by=by)

    def _refitted(self, plan: Plan, situation: Situation, held: Reservations) -> Plan:
        """The plan around what is told by now; what it knows is what the plan knew."""
        seen = replace(situation, horizon=covered(situation))
        fitted = self.fitter.around(seen, held)
        return replace(fitted, policy=self.name, made_at=plan.made_at)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Placed:
    """Jobs placed at the prices of a plan (by), the plan around them and its cost with their waits and moves."""

    cost: float
    plan: Plan
    placement: Placement
    held: Reservations
    by: Plan


def _cost(placed: _Placed) -> float:
    return placed.cost


def _priced(plan: Plan) -> tuple[Plan, ...]:
    """A plan, and beside it, where work may carry offers, the same without what it earns by that: then no work is
    moved for an offer unless the whole costs less."""
    if not plan.prices.carried_price_per_h.size:
        return (plan,)
    nothing = replace(plan.prices, carried_price_per_h=nothing_offered())
    return plan, replace(plan, prices=nothing)


def _with_promises(fitted: Plan, first: Plan) -> Plan:
    """A plan around placed jobs, which says what promises and the cap on response cost and what is proved while the
    jobs could still be chosen for."""
    prices = replace(fitted.prices, promise_price=first.prices.promise_price)
    proof = replace(fitted.certificate, placed_by=first.certificate)
    return replace(fitted, prices=prices, certificate=proof, response_price=first.response_price)


Entry = tuple[Policy, str, Study]


def policy_named(name: str, study: Study) -> Entry:
    """A policy, the forecaster it sees, and the study as it may know it. Raises BadInput when unknown.

    Besides the policies of MAKERS: every policy of the literature by its name and settings, without
    those that know true lengths (`lowest-window`, `threshold(q=0.2)`), and every planner that an installed
    package registers, its plans placed and fitted like the coordinated one's; and the plugins of the case.
    """
    if name in MAKERS:
        return MAKERS[name](study)
    if name.partition("(")[0] in LITERATURE:
        choice = parsed(name)
        policy_of(choice, 1)
        dispatcher = ByReference(choice=choice, objective=study.objective)
        return Referred(dispatcher=dispatcher, name=name), study.cadence.forecaster, _at_home(study)
    if name in study.plugins:
        return study.plugins[name], study.cadence.forecaster, _by_point(study)
    if name in installed():
        plain = _by_point(study)
        return _plan_and_place(plain, name, _loaded(name)), study.cadence.forecaster, plain
    raise BadInput(
        [
            Finding(
                subject="case.policies",
                value=repr(name),
                limit="one of " + ", ".join((*names_known(), *study.plugins)),
                mend="Choose one of them.",
            )
        ]
    )


def names_known() -> tuple[str, ...]:
    """Every name `policy_named` takes, settings left out."""
    return (*MAKERS, *LITERATURE, *installed())


def installed() -> dict[str, str]:
    """Planners of installed packages by name, beside the bundled ones."""
    found = {point.name: point.value for point in sorted(entry_points(group=GROUP))}
    return {name: place for name, place in found.items() if name not in (*MAKERS, *LITERATURE)}


def _loaded(name: str) -> Callable[..., Planner]:
    module, _, attribute = installed()[name].partition(":")
    maker: Callable[..., Planner] = getattr(import_module(module), attribute)
    return maker


def _run_at_once(study: Study) -> Entry:
    return RunAtOnce(), study.cadence.forecaster, _at_home(study)


def _coordinated(study: Study) -> Entry:
    return _under(study.risk.uncertainty, "coordinated")(study)


def _under(uncertainty: Uncertainty, name: str) -> Callable[[Study], Entry]:
    """The coordinated policy whose plans meet uncertainty in one way; with signals foreseen there is none to meet."""

    def make(study: Study) -> Entry:
        met = Uncertainty.EXPECTED if study.cadence.forecaster == FORESIGHT else uncertainty
        refuse_if_any(spread_faults(study.cadence.forecaster, uncertainty))
        knowing = replace(study, risk=replace(study.risk, uncertainty=met))
        policy = _plan_and_place(study, name)
        planner = planner_for(
            study.objective,
            knowing.risk,
            study.cadence.replan_h,
            study.cadence.telescope,
            policy.dispatcher.readings,
        )
        policy = replace(policy, planner=planner, fitter=planner)
        return policy, study.cadence.forecaster, knowing

    return make


def _perfect(study: Study) -> Entry:
    """All signals, arrivals and true run times known from the start; one plan of the whole course.

    Room is kept for what a job will take, not for what it declared.
    """
    whole_h = float(study.timeline.hours.sum())
    takes_s = np.minimum(study.true_s, study.jobs.declared_s)
    knowing = replace(
        _by_point(study),
        jobs=replace(study.jobs, declared_s=takes_s, expected_s=takes_s),
        length_knowledge=LengthKnowledge.TRUE,
        arrivals_known=True,
        cadence=replace(study.cadence, plan_h=whole_h, replan_h=whole_h),
        fleet=_peaks_known(study.fleet),
        events=tuple(
            replace(event, issued_at=study.timeline.start) for event in binding_events(study)
        ),
    )
    return _plan_and_place(knowing, PERFECT), "perfect-foresight", knowing


def _peaks_known(fleet: Fleet) -> Fleet:
    """The fleet with contracts that know which of the system's peaks came."""
    if not any(site.contract.peaks for site in fleet.sites):
        return fleet
    sites = []
    for site in fleet.sites:
        peaks = [
            replace(peak, likelihood=float(peak.came), alerts=()) for peak in site.contract.peaks
        ]
        sites.append(replace(site, contract=replace(site.contract, peaks=tuple(peaks))))
    return replace(fleet, sites=tuple(sites))


def _plan_and_place(
    study: Study, name: str, planner: Callable[..., Planner] = Coordinated
) -> PlanAndPlace:
    readings = Readings()
    return PlanAndPlace(
        planner=planner(objective=study.objective),
        fitter=Coordinated(objective=study.objective, readings=readings),
        dispatcher=PriceGuided(
            objective=study.objective,
            more_may_come=not study.arrivals_known,
            readings=readings,
        ),
        name=name,
    )


def _at_home(study: Study) -> Study:
    """The study in which no job may leave the site it came to."""
    site = study.fleet.site_of_place
    stays = site[study.jobs.home][:, None] == site[None, :]
    jobs = replace(study.jobs, allowed=study.jobs.allowed & stays)
    return replace(_by_point(study), jobs=jobs)


def _by_point(study: Study) -> Study:
    """The study whose decisions see point forecasts alone."""
    return replace(study, risk=replace(study.risk, uncertainty=Uncertainty.EXPECTED))


MAKERS: dict[str, Callable[[Study], Entry]] = {
    "run-at-once": _run_at_once,
    "coordinated": _coordinated,
    **{f"coordinated-{way}": _under(way, f"coordinated-{way}") for way in Uncertainty},
    PERFECT: _perfect,
}

LITERATURE = tuple(
    name
    for name in POLICIES
    if name not in MAKERS and name != "vcc" and not name.endswith("-oracle")
)
"""Policies of the literature that run here: not those that know true lengths, and not the capacity curve,
whose queue knows no deadlines and so keeps no promise."""
