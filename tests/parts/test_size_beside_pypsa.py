"""A campus as PyPSA sizes it: the same case written by its own components has the same least cost."""

import os
from importlib.util import find_spec
from typing import Any

import pytest
from size_in_pypsa import network_of, written_by_pypsa
from size_in_pypsa_form import in_pypsas_form, is_the_same

from gridtide.decide.program import lower_bound
from gridtide.invest.interior import solved_by_hours
from gridtide.invest.size import solved, written
from gridtide.invest.targets import Targets
from gridtide.testing.instances.campus_year import campus_year

pytestmark = [pytest.mark.parts, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def pypsa() -> Any:
    """The foreign program; skipped, or failed in CI, where it is not installed."""
    if find_spec("pypsa") is None:
        reason = "no PyPSA; make peers installs it"
        if os.environ.get("GRIDTIDE_REQUIRE_PARTS") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    import pypsa

    return pypsa


@pytest.mark.parametrize("asked", [None, 0.95])
@pytest.mark.parametrize("seed", [1, 2])
def test_the_least_cost_is_that_of_pypsa(pypsa: Any, seed: int, asked: float | None) -> None:
    """Eight technologies, a grid, work that waits, with and without an hourly target: within 0.1 %."""
    campus = campus_year(504, seed)
    ours = solved(written(campus, Targets(hourly_clean_share=asked)))
    model = written_by_pypsa(network_of(campus), campus, asked)
    model.solve(solver_name="highs", io_api="direct", progress=False, output_flag=False)
    assert ours.feasible
    assert ours.objective == pytest.approx(model.objective.value, rel=1e-5)


@pytest.mark.parametrize("seed", [1, 2])
def test_pypsas_own_program_is_written_entry_for_entry_and_solved(pypsa: Any, seed: int) -> None:
    """Every column, row, entry, limit and cost of PyPSA's program; our method on these rows finds its least cost."""
    campus = campus_year(504, seed)
    matrix = in_pypsas_form(campus, 0.95)
    model = written_by_pypsa(network_of(campus), campus, 0.95)
    assert is_the_same(model, matrix)
    found = solved_by_hours(matrix, float(campus.load_kw.mean()))
    model.solve(solver_name="highs", io_api="direct", progress=False, output_flag=False)
    assert found.objective == pytest.approx(model.objective.value, rel=1e-6)
    assert lower_bound(matrix, found.row_dual) == pytest.approx(found.objective, rel=1e-6)
