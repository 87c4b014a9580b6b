"""The telescope of a case: read as written, refused with every fault at once."""

from pathlib import Path

import pytest

from gridtide.case.load import load_case
from gridtide.finding import BadInput

CASE = Path(__file__).resolve().parents[1] / "fixtures" / "one_day.toml"


def case_with(folder: Path, planning: str) -> Path:
    """The one-day case with another [planning]."""
    text = CASE.read_text()
    before, _, rest = text.partition("[planning]")
    after = rest[rest.index("\n[") :] if "\n[" in rest else ""
    path = folder / "case.toml"
    path.write_text(f"{before}[planning]\n{planning}\n{after}")
    return path


def faults(path: Path) -> str:
    """What is said of a case that cannot be used."""
    with pytest.raises(BadInput) as refused:
        load_case(path)
    return "\n".join(str(finding) for finding in refused.value.findings)


def test_a_telescope_says_how_far_the_plan_looks(tmp_path: Path) -> None:
    """Steps times minutes are the hours a plan covers."""
    study = load_case(case_with(tmp_path, "telescope = [[24, 15], [42, 60], [30, 240]]"))
    assert study.cadence.telescope == ((24, 900), (42, 3600), (30, 14_400))
    assert study.cadence.plan_h == 168.0


def test_without_a_telescope_nothing_changes(tmp_path: Path) -> None:
    """plan_h says how far, and steps are those of the course."""
    study = load_case(case_with(tmp_path, "plan_h = 24"))
    assert study.cadence.telescope == () and study.cadence.plan_h == 24.0


def test_every_fault_of_a_telescope_is_said_at_once(tmp_path: Path) -> None:
    """Steps that do not divide, steps that grow finer, hours that contradict plan_h."""
    said = faults(case_with(tmp_path, "plan_h = 20\ntelescope = [[4, 60], [8, 50], [2, 240]]"))
    assert "planning.telescope[2]" in said and "case.step_min" in said
    assert "never grow finer" in said
    assert "planning.plan_h" in said


@pytest.mark.parametrize(
    "wrong", ["[[0, 15]]", "[[4, -15]]", "[[4]]", "[15, 60]", '"fine"', "[[4, 15.5]]"]
)
def test_what_is_no_telescope_is_named_by_its_key(tmp_path: Path, wrong: str) -> None:
    """The key, what stands there and what may."""
    assert "planning.telescope" in faults(case_with(tmp_path, f"telescope = {wrong}"))
