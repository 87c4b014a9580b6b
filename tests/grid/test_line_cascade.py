"""Flows after an accident: against factors, by hand, and through steps until it is over."""

from pathlib import Path

import numpy as np
import pytest

from gridtide.grid.branch_names import branch_names
from gridtide.grid.line_cascade import cascade_of
from gridtide.grid.network import lossless, lossless_kw
from gridtide.grid.sensitivities import flows_after_kw, flows_kw, sensitivities, solved_flows_kw
from gridtide.sources.matpower_case import MatpowerCase

NINE = MatpowerCase(path=Path(__file__).parents[2] / "examples" / "nine_buses.m").read()
NEVER = 1e9


@pytest.mark.parametrize("name", ["4-5", "5-6", "6-7", "7-8", "8-9", "9-4"])
def test_flows_after_a_loss_are_those_of_the_factors(name: str) -> None:
    """LODF on the flows before, for each line that is no bridge."""
    lost = branch_names(NINE).index(name)
    factors = sensitivities(lossless(NINE), NINE.feeding_bus)
    before = lossless_kw(NINE, factors.ptdf)
    found = cascade_of(NINE, (lost,), {}, NEVER)
    assert found.before_kw == pytest.approx(before, abs=1e-6)
    (step,) = found.steps
    assert step.flow_kw == pytest.approx(flows_after_kw(factors, before, lost), abs=1e-6)
    assert step.cut_off == () and found.ends


def test_one_solve_is_what_the_factors_say() -> None:
    """For any injection."""
    injection = np.linspace(-50.0, 70.0, 9)
    factors = sensitivities(lossless(NINE), NINE.feeding_bus)
    assert solved_flows_kw(lossless(NINE), NINE.feeding_bus, injection) == pytest.approx(
        flows_kw(factors, injection), abs=1e-9
    )


def test_load_that_is_lost_is_taken_from_machines_by_what_they_fed() -> None:
    """60,000 kW less at bus 9: each of the three gives back its share of 315,000 kW."""
    found = cascade_of(NINE, (), {NINE.buses.names.index("9"): -60_000.0}, NEVER)
    names = branch_names(NINE)
    flow = dict(zip(names, found.steps[0].flow_kw, strict=True))
    before = dict(zip(names, found.before_kw, strict=True))
    kept = 1.0 - 60_000.0 / 315_000.0
    for name in ("1-4", "3-6"):
        assert flow[name] == pytest.approx(kept * before[name])


def test_a_bridge_takes_what_is_behind_it() -> None:
    """The machine at bus 3 is cut off; the others feed its 85,000 kW."""
    lost = branch_names(NINE).index("3-6")
    (step,) = cascade_of(NINE, (lost,), {}, NEVER).steps
    assert [NINE.buses.names[bus] for bus in step.cut_off] == ["3"]
    assert step.fed_kw == 85_000.0 and step.load_kw == 0.0 and step.flow_kw[lost] == 0.0


def test_lines_above_their_limit_trip_step_by_step() -> None:
    """A limit that every line passes leaves nothing but what is at the feeding bus, each load counted once."""
    found = cascade_of(NINE, (branch_names(NINE).index("4-5"),), {}, 0.05)
    assert found.ends and len(found.steps) > 1
    assert sum(step.load_kw for step in found.steps) == pytest.approx(315_000.0)
    lost = [k for step in found.steps for k in step.lost]
    assert len(lost) == len(set(lost))
