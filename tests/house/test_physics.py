"""Every formula is held to a figure."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHELF = sorted((ROOT / "src" / "gridtide" / "physics").glob("*.py"))
FORMULAS = [
    (path.stem, node.name)
    for path in SHELF
    for node in ast.parse(path.read_text()).body
    if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
]


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
    assert [f"{shelf}.{name}" for shelf, name in FORMULAS if name not in used] == []
