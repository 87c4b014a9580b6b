"""Every formula is told whole and held to a figure."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHELF = sorted((ROOT / "src" / "gridtide" / "physics").glob("*.py"))
FORMULAS = [
    (path.stem, node.name, " ".join((ast.get_docstring(node) or "").split()))
    for path in SHELF
    for node in ast.parse(path.read_text()).body
    if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
]
SOURCE = re.compile(
    r"reference|source|derived|derivation|derivative|inverse|definition|balance|measured|quoted|assumed"
    r"|of the exact solution|arxiv",
    re.IGNORECASE,
)
UNIT = re.compile(r"\[[^\]]+\]|dimensionless|whether|seconds|degrees|J a bit", re.IGNORECASE)
RANGE = re.compile(
    r"\d (to|or more|and)\b|above 0|0-1|[(\[]0, 1[\])]|\[0-|>=? ?0|≥|below 1|0 <= |as in `|\(0|valid|within"
    r"|positive|rising|enough|at most|up to|\[share|Arguments",
    re.IGNORECASE,
)


def names_in_tests() -> set[str]:
    """Every name that a test of physics uses."""
    used: set[str] = set()
    for path in (ROOT / "tests" / "physics").glob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Name):
                used.add(node.id)
            elif isinstance(node, ast.Attribute):
                used.add(node.attr)
    return used


def test_every_formula_is_held_to_a_figure() -> None:
    """A public function of physics that no test of physics calls is a claim without a check."""
    used = names_in_tests()
    assert [f"{shelf}.{name}" for shelf, name, _ in FORMULAS if name not in used] == []


@pytest.mark.parametrize("told", [SOURCE, UNIT, RANGE], ids=["source", "unit", "range"])
def test_every_formula_says_its_unit_its_range_and_where_it_is_from(told: re.Pattern[str]) -> None:
    """In its own docstring: a reader of one function needs no other page."""
    assert [f"{shelf}.{name}" for shelf, name, said in FORMULAS if not told.search(said)] == []
