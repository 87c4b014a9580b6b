"""A cap on simultaneous response in a case: what it may be, and what work it cannot hold."""

from pathlib import Path

import pytest

from gridtide.case.load import load_case
from gridtide.finding import BadInput, Infeasible

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "simultaneous_response.toml"


def changed(tmp_path: Path, *pairs: tuple[str, str]) -> Path:
    """The example with some of its text replaced."""
    text = EXAMPLE.read_text()
    for before, after in pairs:
        assert before in text
        text = text.replace(before, after)
    path = tmp_path / "case.toml"
    path.write_text(text)
    return path


def test_the_cap_reaches_the_fleet() -> None:
    """As it is written."""
    assert load_case(EXAMPLE).fleet.response_max_kw_per_min == 150.0


@pytest.mark.parametrize("value", ["0", "-1", "nan", "inf", '"much"'])
def test_a_cap_that_lets_nothing_move_is_refused(tmp_path: Path, value: str) -> None:
    """By key."""
    path = changed(
        tmp_path, ("response_max_kw_per_min = 150", f"response_max_kw_per_min = {value}")
    )
    with pytest.raises(BadInput, match=r"fleet\.response_max_kw_per_min"):
        load_case(path)


def test_a_gang_that_fits_no_turn_is_named_with_the_least_cap(tmp_path: Path) -> None:
    """And with that cap the case is sound."""
    path = changed(tmp_path, ("_per_min = 150", "_per_min = 50"))
    with pytest.raises(Infeasible, match=r"at least 69\.66, at which the largest gang starts"):
        load_case(path)
    assert load_case(changed(tmp_path, ("_per_min = 150", "_per_min = 69.66")))


def test_work_that_cannot_wait_is_named_with_its_step(tmp_path: Path) -> None:
    """More of it at once than one step lets start."""
    path = changed(
        tmp_path, ("slack_h = 9.0", "slack_h = 0.0"), ("_per_min = 150", "_per_min = 75")
    )
    with pytest.raises(Infeasible, match=r"jobs without slack that start at .* cannot wait a step"):
        load_case(path)
