"""The repository about itself: rooms, names, sizes, pages."""

import ast
import re
import subprocess
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path

import pytest

import gridtide

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "src" / "gridtide").rglob("*.py"))
ROOMS = [path for path in SOURCES if path.name == "__init__.py" and path.parent.name != "gridtide"]


def tracked() -> list[Path]:
    """Files of the repository; all files of the source tree where there is no git."""
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    names = (
        listed.stdout.split("\n")
        if listed.returncode == 0
        else [str(p.relative_to(ROOT)) for p in SOURCES]
    )
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("room", ROOMS, ids=lambda path: str(path.parent.name))
def test_every_room_answers_a_question(room: Path) -> None:
    """Its first line is the question."""
    docstring = ast.get_docstring(ast.parse(room.read_text())) or ""
    assert "?" in docstring.splitlines()[0]


def test_every_file_says_what_it_is() -> None:
    """A module without a first sentence is not finished."""
    silent = [
        path.name
        for path in SOURCES
        if path.read_text().strip() and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []


def functions() -> list[tuple[str, int]]:
    """Name and lines, without docstring, of every function of the product."""
    found = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                first = node.body[0]
                said = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
                told = (first.end_lineno or 0) - first.lineno + 1 if said else 0
                found.append(
                    (f"{path.name}:{node.name}", (node.end_lineno or 0) - node.lineno + 1 - told)
                )
    return found


def test_functions_stay_readable() -> None:
    """95 % within 45 lines, none above 90."""
    lengths = sorted(length for _, length in functions())
    assert lengths[int(0.95 * len(lengths))] <= 45
    assert [name for name, length in functions() if length > 90] == []


def test_no_name_ends_in_a_unit_that_means_two_things() -> None:
    """_mw is read as milliwatt by some and megawatt by others."""
    names = re.compile(r"\b[a-z0-9][a-z0-9_]*_mw\b")
    bad = {path.name for path in SOURCES if names.search(path.read_text())}
    foreign = {"aemo.py", "eia930.py", "finland_forecasts.py"}
    assert bad <= foreign, "only columns of foreign files may end so"


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    """No path or address of a machine."""
    where = re.compile("|".join(["/work" + "/", "/root" + "/", "/home" + "/", "/opt" + "/"]))
    suspects = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path.suffix in {".py", ".md", ".toml", ".txt", ".js", ".css", ""}
        and "vendor" not in path.parts
        and where.search(path.read_text(errors="ignore"))
    ]
    assert suspects == []


def test_entry_points_lead_somewhere() -> None:
    """A shelf's line in pyproject.toml names a thing that can be imported."""
    for shelf in (
        "gridtide.sources",
        "gridtide.devices",
        "gridtide.forecasters",
        "gridtide.planners",
    ):
        found = list(entry_points(group=shelf))
        assert found
        for point in found:
            module, _, name = point.value.partition(":")
            assert hasattr(import_module(module), name)


def test_every_policy_has_a_page() -> None:
    """What stands on the shelf stands in the manual."""
    shelf = ROOT / "src" / "gridtide" / "decide" / "planners"
    names = [path.stem.replace("_", "-") for path in shelf.glob("*.py") if path.stem != "__init__"]
    pages = {path.stem for path in (ROOT / "docs" / "planners").glob("*.md")}
    assert sorted(set(names) - pages) == []


def test_the_public_face_is_what_it_says() -> None:
    """`__all__` is sorted and every name of it is there."""
    assert list(gridtide.__all__) == sorted(gridtide.__all__)
    for name in gridtide.__all__:
        assert getattr(gridtide, name) is not None


def test_the_vendored_library_is_the_one_it_says() -> None:
    """The checksum beside it is its own."""
    import hashlib

    folder = ROOT / "src" / "gridtide" / "static" / "vendor"
    said = re.search(r"sha256 ([0-9a-f]{64})", (folder / "VENDOR.txt").read_text())
    assert said is not None
    assert hashlib.sha256((folder / "echarts.min.js").read_bytes()).hexdigest() == said[1]
