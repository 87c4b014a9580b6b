"""What a case may say of uncertainty."""

from pathlib import Path

import pytest

from gridtide.case.load import load_case, read_case
from gridtide.decide.risk import Risk, Uncertainty
from gridtide.finding import BadInput

FIXTURE = Path(__file__).resolve().parents[1] / "fixtures" / "one_day.toml"


def with_planning(tmp_path: Path, lines: str, policies: str = "") -> Path:
    """The one-day case with more lines under [planning]."""
    text = FIXTURE.read_text()
    assert "[planning]" in text
    text = text.replace("[planning]", "[planning]\n" + lines)
    if policies:
        kept = [line for line in text.splitlines() if not line.startswith("policies")]
        text = "\n".join(kept).replace("[case]", "[case]\n" + policies)
    path = tmp_path / "case.toml"
    path.write_text(text)
    return path


def test_a_case_without_a_word_of_it_plans_by_the_point_forecast(tmp_path: Path) -> None:
    """Nothing changes for those who do not ask."""
    assert load_case(with_planning(tmp_path, "")).risk == Risk()


def test_what_a_case_says_reaches_the_study(tmp_path: Path) -> None:
    """Each key by its name."""
    lines = (
        'uncertainty = "cvar"\nscenarios = 4\ncvar_weight = 0.3\ncvar_level = 0.6\n'
        'confidence = 0.8\nforecaster = "ridge"'
    )
    text = with_planning(tmp_path, lines)
    assert load_case(text).risk == Risk(
        uncertainty=Uncertainty.CVAR, scenarios=4, cvar_weight=0.3, cvar_level=0.6, confidence=0.8
    )


@pytest.mark.parametrize(
    "line",
    [
        'uncertainty = "perhaps"',
        "scenarios = 0",
        "scenarios = 33",
        "cvar_weight = 1.1",
        "cvar_level = 1.0",
        "confidence = 0.4",
        "confidence = 1.0",
    ],
)
def test_a_term_out_of_its_range_is_refused_by_its_key(tmp_path: Path, line: str) -> None:
    """The fault names the key."""
    with pytest.raises(BadInput) as refused:
        read_case(with_planning(tmp_path, line))
    assert line.partition(" ")[0] in str(refused.value)


@pytest.mark.parametrize(
    ("lines", "policies"),
    [
        ('uncertainty = "cvar"', ""),
        ("", 'policies = ["run-at-once", "coordinated-chance"]'),
    ],
)
def test_a_forecaster_of_points_is_refused_before_anything_runs(
    tmp_path: Path, lines: str, policies: str
) -> None:
    """Whether the key asks for more than points, or the name of a policy."""
    with pytest.raises(BadInput) as refused:
        read_case(with_planning(tmp_path, lines, policies))
    assert "planning.forecaster" in str(refused.value)
    assert "ridge" in str(refused.value)


def test_a_telescope_stands_beside_plans_over_courses(tmp_path: Path) -> None:
    """Every course is seen through the same steps."""
    lines = 'uncertainty = "cvar"\nforecaster = "ridge"\ntelescope = [[24, 60], [6, 240]]'
    path = with_planning(tmp_path, lines)
    path.write_text(
        "\n".join(row for row in path.read_text().splitlines() if not row.startswith("plan_h"))
    )
    assert read_case(path).planning.telescope == ((24, 60), (6, 240))


def test_bids_by_price_under_a_forecaster_of_points_are_refused_as_bids(tmp_path: Path) -> None:
    """Not as plans by cvar, which the case does not ask for: what mends it is another forecaster, or one quantity."""
    path = with_planning(tmp_path, "")
    bids = (
        'exposure = "two-settlement", real_time_zone = "DE-LU", bids_by_price = true, import_max_kw'
    )
    path.write_text(path.read_text().replace("import_max_kw", bids, 1))
    with pytest.raises(BadInput) as caught:
        load_case(path)
    (fault,) = caught.value.findings
    assert fault.subject == "planning.forecaster" and fault.limit.endswith("for bids by price")
    assert fault.mend == 'Choose forecaster = "ridge", or bids_by_price = false.'
