"""Where the energy of a course goes: it balances, and it is what the meters saw."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gridtide.case.energy_facts import energy_facts
from gridtide.case.load import load_case
from gridtide.fleet.building import facility_power_kw
from gridtide.loop.world import Telemetry
from gridtide.settle.energy_flows import Flow, Mark, gathered, imbalance, into
from gridtide.settle.ladder import best_sequences, joules_at, ladder_of
from gridtide.simulate.answer_energy import answers_of
from gridtide.simulate.course import run_course
from gridtide.simulate.energy import energy_of, parts_kw
from gridtide.simulate.policies import policy_named
from gridtide.simulate.study import Study
from gridtide.simulate.truth import Truth, truth_of
from gridtide.stores.memory import MemoryStore

FIXTURES = Path(__file__).parents[1] / "fixtures"
DEMO = Path(__file__).parents[2] / "src" / "gridtide" / "case" / "demo" / "case.toml"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Truth, Telemetry]:
    """The demo's first day, everything at once."""
    path = tmp_path_factory.mktemp("energy") / "day.toml"
    path.write_text(DEMO.read_text().replace("end = 2026-03-09T", "end = 2026-03-03T"))
    study = load_case(path)
    truth = truth_of(study)
    policy, forecaster, known = policy_named("run-at-once", study)
    return (
        study,
        truth,
        run_course(
            known, truth, policy, forecaster, MemoryStore(), lambda done, whole: None
        ).telemetry,
    )


def test_flows_balance_at_every_place(course: tuple[Study, Truth, Telemetry]) -> None:
    """What enters leaves, to a billionth, and all of it came through a meter."""
    study, truth, seen = course
    flows = energy_of(study, truth, seen, energy_facts(), {"chat": 1155.0}).flows
    assert imbalance(flows) < 1e-9
    imported = float((seen.import_kw * study.timeline.hours).sum())
    assert sum(flow.kwh for flow in flows if flow.source == "grid") == pytest.approx(imported)
    assert into(flows, "IT") == pytest.approx(float((seen.it_kw * study.timeline.hours).sum()))


def test_moving_data_and_computing_are_marked_modelled(
    course: tuple[Study, Truth, Telemetry],
) -> None:
    """Nobody meters them."""
    study, truth, seen = course
    flows = energy_of(study, truth, seen, energy_facts(), {"chat": 1155.0}).flows
    inside = [flow for flow in flows if flow.source == "working accelerators"]
    assert {"reading memory", "computation"} <= {flow.target for flow in inside}
    assert {flow.mark for flow in inside} == {Mark.MODELLED}


def test_the_parts_of_a_building_sum_to_its_meter(
    course: tuple[Study, Truth, Telemetry],
) -> None:
    """By the very functions of the twin."""
    study, truth, seen = course
    parts = parts_kw(study.fleet, seen.it_kw, truth.outdoor_c)
    whole = facility_power_kw(study.fleet, seen.it_kw, truth.outdoor_c)
    np.testing.assert_allclose(seen.it_kw + parts.sum(axis=0), whole, rtol=1e-12)


def test_parts_that_miss_the_meter_are_refused(course: tuple[Study, Truth, Telemetry]) -> None:
    """A meter that says something else is no rounding."""
    study, truth, seen = course
    with pytest.raises(ValueError, match="do not sum"):
        energy_of(
            study, truth, replace(seen, facility_kw=1.01 * seen.facility_kw), energy_facts(), {}
        )


def test_servers_of_an_unknown_kind_stay_whole_and_are_named(
    course: tuple[Study, Truth, Telemetry],
) -> None:
    """No parts are made up for them."""
    study, truth, seen = course
    found = energy_of(study, truth, seen, replace(energy_facts(), servers={}), {})
    assert into(found.flows, "servers, not divided") == pytest.approx(into(found.flows, "IT"))
    assert any("not divided" in note for note in found.notes)


def test_a_token_takes_more_at_each_meter_outward(
    course: tuple[Study, Truth, Telemetry],
) -> None:
    """Accelerators within IT, IT within the site."""
    study, _, seen = course
    chat = next(one for one in answers_of(study, seen, energy_facts()) if one.service == "chat")
    assert chat.accelerator_kwh is not None
    assert 0 < chat.accelerator_kwh < chat.it_kwh < chat.meter_kwh


def test_every_rung_takes_less_than_the_one_above(
    course: tuple[Study, Truth, Telemetry],
) -> None:
    """Down to Landauer; and no number in flight inside the fit takes less than the best."""
    study, _, _ = course
    facts = energy_facts()
    model = next(model for service in study.services for model in service.models if model)
    steps = ladder_of(2.0, "modelled", model, facts.models[model.name], facts)
    sizes = [step.joules_per_token for step in steps]
    assert sizes == sorted(sizes, reverse=True)
    assert all(step.mark and step.source for step in steps)
    assert min(joules_at(model, count) for count in (8.0, 100.0, 511.0)) >= sizes[1]
    assert 8 <= best_sequences(model) <= 511


def test_a_flow_that_runs_backward_is_refused() -> None:
    """Energy is never negative here."""
    with pytest.raises(ValueError, match="backward"):
        gathered([Flow(source="a", target="b", kwh=-1.0, mark=Mark.METERED)])
