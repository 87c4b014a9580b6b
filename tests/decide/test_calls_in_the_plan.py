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
from gridtide.decide.facts import held_of
from gridtide.decide.plan import Plan
from gridtide.decide.planners.coordinated import Coordinated
from gridtide.decide.situation import Situation
from gridtide.loop.turn import Memory, take_turn
from gridtide.simulate.course import mandate_of
from gridtide.simulate.policies import policy_named
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.simulate.twin import Twin

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
