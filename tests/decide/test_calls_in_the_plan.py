"""Calls of the grid in a plan: what is taken is worth it, limits hold, nothing rebounds, nothing is burnt."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from gridtide.case.load import load_case
from gridtide.decide.answering_calls import weighed
from gridtide.decide.call_answer import CallAnswer
from gridtide.decide.event import Event, EventKind
from gridtide.decide.facts import facts_of, held_of
from gridtide.decide.plan import Plan
from gridtide.decide.planners.coordinated import Coordinated, written
from gridtide.decide.program import matrix_of, solve
from gridtide.decide.situation import Situation
from gridtide.decide.solving import structured
from gridtide.loop.sight import see
from gridtide.loop.turn import Memory, take_turn
from gridtide.simulate.course import mandate_of
from gridtide.simulate.policies import policy_named
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.simulate.twin import Twin
from gridtide.testing.instances.asked_fleet import asked_fleet

TEXT = (Path(__file__).parents[1] / "fixtures" / "one_day.toml").read_text()
STORE = """
[site.battery]
energy_kwh = 300
charge_max_kw = 100
discharge_max_kw = 100

[[site.pool]]
"""


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Situation]:
    """A day of known work at a site with a battery and without a demand charge, as the first turn sees it."""
    path = tmp_path_factory.mktemp("case") / "case.toml"
    text = TEXT.replace("[[site.pool]]", STORE, 1).replace(", demand_charge_per_kw_month = 5", "")
    path.write_text(text.replace("slack_h = 6.0", "slack_h = 10.0"))
    study = replace(load_case(path), arrivals_known=True)
    policy, forecaster, known = policy_named("coordinated", study)
    twin = Twin.of(known, truth_of(known))
    turn = take_turn(mandate_of(known, forecaster), policy, twin, Memory(), twin.now)
    return study, turn.situation


def planned(study: Study, situation: Situation) -> Plan:
    """The cheapest plan."""
    return Coordinated(objective=study.objective).plan(situation)


def asked(
    study: Study, situation: Situation, kind: EventKind, from_h: int = 12, **told: float
) -> CallAnswer:
    """A fresh call for two hours, its baseline what the plan draws without it."""
    start = study.timeline.start + timedelta(hours=from_h)
    event = Event(
        site="here",
        start=start,
        end=start + timedelta(hours=2),
        issued_at=study.timeline.start,
        kind=kind,
        mandatory=False,
        recover_h=told.pop("recover_h", 0.0),
        reduce_kw=told.pop("reduce_kw", 0.0),
        take_kw=told.pop("take_kw", 0.0),
        payment_per_mwh=told.pop("payment_per_mwh"),
    )
    return CallAnswer(
        event=event,
        answered_at=situation.as_of,
        steps=situation.horizon,
        baseline_kw=planned(study, situation).import_kw[0],
        share=0.0,
        cost_per_mwh=0.0,
        reason="",
    )


def taken(study: Study, situation: Situation, answer: CallAnswer) -> tuple[CallAnswer, Plan]:
    """How the call is answered, and the plan that follows."""
    held = held_of(situation, study.objective)
    (found,) = weighed(situation, study.objective, held, (answer,))
    return found, planned(study, replace(situation, commitments=(found,)))


def inside(study: Study, answer: CallAnswer) -> np.ndarray:
    """Steps of the call."""
    return answer.asked_over(study.timeline) > 0.0


def test_a_better_paid_call_is_never_taken_less(morning: tuple[Study, Situation]) -> None:
    """From nothing to all of it."""
    shares = []
    for payment in (0.0, 20.0, 60.0, 150.0, 1_000.0):
        call = asked(
            *morning, EventKind.DEMAND_RESPONSE, 10, reduce_kw=40.0, payment_per_mwh=payment
        )
        shares.append(taken(*morning, call)[0].share)
    assert shares[0] == 0.0 and shares[-1] > 0.9
    assert np.diff(shares).min() >= -1e-6


@pytest.mark.parametrize(
    ("kind", "told", "from_h"),
    [
        (EventKind.DEMAND_RESPONSE, {"reduce_kw": 25.0}, 10),
        (EventKind.ABSORB, {"take_kw": 60.0}, 2),
    ],
)
def test_what_is_taken_is_planned_beside_the_baseline(
    morning: tuple[Study, Situation], kind: EventKind, told: dict[str, float], from_h: int
) -> None:
    """Less or more than it in every step of the call, as far as there is anything to leave, within every limit."""
    study, situation = morning
    call = asked(study, situation, kind, from_h, payment_per_mwh=500.0, recover_h=3.0, **told)
    found, plan = taken(study, situation, call)
    steps = inside(study, call)
    assert found.share == pytest.approx(1.0)
    beside = call.sign * (call.baseline_kw - plan.import_kw[0])[steps]
    can_kw = call.baseline_kw[steps] if kind is EventKind.DEMAND_RESPONSE else np.inf
    assert (beside >= np.minimum(sum(told.values()), can_kw) - 1e-4).all()
    assert plan.import_kw.max() <= 700.0 + 1e-6
    level = found.level_after_kw(situation.horizon)
    assert (plan.import_kw[0] <= level + 1e-4).all()


def test_opposite_calls_at_once_are_answered_by_the_one_that_saves_more(
    morning: tuple[Study, Situation],
) -> None:
    """Their rows once held each other at the baseline, so that both were declined for a cost that neither has."""
    study, situation = morning
    held = held_of(situation, study.objective)
    absorb, less, later = (
        asked(study, situation, EventKind.ABSORB, 2, take_kw=60.0, payment_per_mwh=900.0),
        asked(study, situation, EventKind.DEMAND_RESPONSE, 2, reduce_kw=5.0, payment_per_mwh=300.0),
        asked(
            study, situation, EventKind.DEMAND_RESPONSE, 10, reduce_kw=25.0, payment_per_mwh=500.0
        ),
    )
    for calls in ((absorb, less, later), (later, less, absorb)):
        found = {id(call): answer for call, answer in
                 zip(calls, weighed(situation, study.objective, held, calls), strict=True)}  # fmt: skip
        assert [found[id(one)].share for one in (absorb, less, later)] == pytest.approx([1, 0, 1])
        assert [one.event for one in found.values()] == [one.event for one in calls]
    (alone,) = weighed(situation, study.objective, held, (less,))
    if alone.share > 0.0:
        assert "opposite call" in found[id(less)].reason
    poor = [replace(one, event=replace(one.event, payment_per_mwh=0.0)) for one in (absorb, less)]
    for one in weighed(situation, study.objective, held, poor):
        assert one.share == 0.0 and "it pays 0.00 per MWh" in one.reason


def test_of_opposite_calls_the_lower_number_of_priority_goes_first(
    morning: tuple[Study, Situation],
) -> None:
    """Though the other saves more; where it is not worth taking, the other is."""
    study, situation = morning
    held = held_of(situation, study.objective)
    rich = asked(study, situation, EventKind.ABSORB, 2, take_kw=60.0, payment_per_mwh=900.0)
    fair = asked(
        study, situation, EventKind.DEMAND_RESPONSE, 2, reduce_kw=5.0, payment_per_mwh=600.0
    )
    rich = replace(rich, event=replace(rich.event, priority=2))
    first, second = weighed(situation, study.objective, held, (fair, rich))
    assert first.share > 0.0 and second.share == 0.0
    assert "lower number of priority" in second.reason
    poor = replace(fair, event=replace(fair.event, payment_per_mwh=0.0))
    first, second = weighed(situation, study.objective, held, (poor, rich))
    assert first.share == 0.0 and second.share > 0.0


def test_opposite_calls_at_two_sites_are_decided_at_each(tmp_path: Path) -> None:
    """Whichever side one site takes, the other takes its own: all four pairs of payments."""
    text = TEXT.replace("[[site.pool]]", STORE, 1).replace(", demand_charge_per_kw_month = 5", "")
    head, _, work = text.partition("[[class]]")
    before, _, site = head.partition("[[site]]")
    there = site.replace('name = "here"', 'name = "there"')
    path = tmp_path / "case.toml"
    path.write_text(f"{before}[[site]]{site}[[site]]{there}[[class]]{work}")
    study = replace(load_case(path), arrivals_known=True)
    policy, forecaster, known = policy_named("coordinated", study)
    twin = Twin.of(known, truth_of(known))
    situation = take_turn(mandate_of(known, forecaster), policy, twin, Memory(), twin.now).situation
    held = held_of(situation, study.objective)
    baseline_kw = planned(study, situation).import_kw
    for more_pays in ((1500.0, 0.0), (0.0, 1500.0), (1500.0, 1500.0), (0.0, 0.0)):
        calls = []
        for site_row, pays in enumerate(more_pays):
            for kind, paid in ((EventKind.ABSORB, pays), (EventKind.DEMAND_RESPONSE, 500.0)):
                one = asked(
                    study, situation, kind, 2, payment_per_mwh=paid,
                    take_kw=60.0 * (kind is EventKind.ABSORB),
                    reduce_kw=5.0 * (kind is not EventKind.ABSORB),
                )  # fmt: skip
                event = replace(one.event, site=("here", "there")[site_row])
                calls.append(replace(one, event=event, baseline_kw=baseline_kw[site_row]))
        shares = [one.share > 0.0 for one in weighed(situation, study.objective, held, calls)]
        assert [shares[0], shares[2]] == [pays > 0.0 for pays in more_pays]
        assert not (shares[0] and shares[1]) and not (shares[2] and shares[3])


def test_a_declined_call_leaves_the_plan_as_it_was(morning: tuple[Study, Situation]) -> None:
    """To the byte, and it says what it would have cost."""
    study, situation = morning
    call = asked(
        study, situation, EventKind.DEMAND_RESPONSE, 10, reduce_kw=40.0, payment_per_mwh=0.0
    )
    found, plan = taken(study, situation, call)
    assert found.share == 0.0 and found.reason.startswith("declined")
    assert plan.import_kw.tobytes() == planned(study, situation).import_kw.tobytes()


def test_absorbing_burns_nothing(morning: tuple[Study, Situation]) -> None:
    """Paid ten times the price of energy, a plan does the same work; what it draws more in all is lost in its store."""
    study, situation = morning
    call = asked(study, situation, EventKind.ABSORB, 2, take_kw=90.0, payment_per_mwh=800.0)
    found, plan = taken(study, situation, call)
    plain, hours = planned(study, situation), study.timeline.hours
    more_kwh = float(((plan.import_kw - plain.import_kw) * hours).sum())
    through_kwh = float(((plan.charge_kw + plan.discharge_kw) * hours).sum())
    assert found.share > 0.5
    work = [float((one.class_accelerators.sum(axis=(0, 1)) * hours).sum()) for one in (plain, plan)]
    assert work[1] == pytest.approx(work[0], rel=1e-6)
    assert (np.minimum(plan.charge_kw, plan.discharge_kw) < 1e-6).all()
    assert more_kwh <= 0.1 * through_kwh + 0.02 * float((plain.import_kw * hours).sum())


def test_a_site_comes_down_to_what_it_agreed_no_faster_than_the_ramp_of_the_call(
    morning: tuple[Study, Situation],
) -> None:
    """From any height it may be at, so many minutes before."""
    study, situation = morning
    call = asked(
        study, situation, EventKind.DEMAND_RESPONSE, 10, reduce_kw=20.0, payment_per_mwh=900.0
    )
    call = replace(call, event=replace(call.event, ramp_max_kw_per_min=0.5))
    found, plan = taken(study, situation, call)
    assert found.share > 0.9
    first = int(np.flatnonzero(inside(study, call))[0])
    agreed_kw = float(call.baseline_kw[first] - found.share * 20.0)
    minutes = 60.0 * study.timeline.hours[0] * (1 + np.arange(first))
    before = plan.import_kw[0][first - 1 :: -1]
    assert (before <= agreed_kw + 0.5 * minutes + 1e-4).all()


def test_a_large_plan_with_calls_is_solved_by_its_shape_as_by_simplex() -> None:
    """The rows of calls stand where rows of sites and steps stand."""
    study = asked_fleet(4, 60)
    _, forecaster, known = policy_named("coordinated", study)
    twin = Twin.of(known, truth_of(known))
    situation, _ = see(mandate_of(known, forecaster), twin, twin.now)
    start = situation.as_of + timedelta(hours=10)
    answers = tuple(
        CallAnswer(
            event=Event(
                site=situation.fleet.sites[place].name,
                start=start,
                end=start + timedelta(hours=3),
                issued_at=situation.as_of,
                kind=kind,
                mandatory=False,
                recover_h=2.0,
                reduce_kw=400.0 if kind is EventKind.DEMAND_RESPONSE else 0.0,
                take_kw=400.0 if kind is EventKind.ABSORB else 0.0,
                payment_per_mwh=200.0,
            ),
            answered_at=situation.as_of,
            steps=situation.horizon,
            baseline_kw=np.full(len(situation.horizon), 2_000.0),
            share=1.0,
            cost_per_mwh=0.0,
            reason="",
        )
        for place, kind in enumerate((EventKind.DEMAND_RESPONSE, EventKind.ABSORB))
    )
    called = replace(situation, commitments=answers)
    facts = facts_of(called, study.objective, held_of(called, study.objective))
    plain, _, _ = written(situation, facts)
    program, _, _ = written(called, facts)
    assert program.rows > plain.rows
    matrix = matrix_of(program)
    exact = solve(matrix).objective
    assert structured(matrix, 1e-6).objective == pytest.approx(exact, rel=2e-6)


def test_a_plan_feeds_in_no_more_than_a_limit_of_export_leaves(
    morning: tuple[Study, Situation],
) -> None:
    """Where a store would else be emptied into the grid for money; before and after it is, and a bound stays below."""
    study, situation = morning
    (site,) = situation.fleet.sites
    selling = replace(site, contract=replace(site.contract, export_max_kw=90.0))
    open_ = replace(situation, fleet=replace(situation.fleet, sites=(selling,)))
    start = study.timeline.start + timedelta(hours=17)
    limit = Event(
        site="here",
        start=start,
        end=start + timedelta(hours=3),
        issued_at=study.timeline.start,
        kind=EventKind.EXPORT_LIMIT,
        export_max_kw=5.0,
    )
    free = planned(study, open_)
    bounded = planned(study, replace(open_, events=(limit,)))
    at_s = situation.horizon.starts_s
    inside = (at_s >= int(start.timestamp())) & (at_s < int(limit.end.timestamp()))
    assert free.export_kw[0][inside].max() > 5.0 + 1.0
    assert bounded.export_kw[0][inside].max() <= 5.0 + 1e-6
    assert bounded.certificate.lower_bound >= free.certificate.lower_bound - 1e-6
