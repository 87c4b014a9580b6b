"""One loop, two worlds: what decides over devices, told single acts, decides exactly what it decides in the twin."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.case.load import load_case
from gridtide.finding import BadInput
from gridtide.simulate.study import LengthKnowledge
from gridtide.testing.studies import small_study
from gridtide.testing.two_worlds import both_worlds

ROOT = Path(__file__).parents[2]


@settings(max_examples=2)
@given(
    seed=st.integers(0, 10_000),
    knows=st.sampled_from([LengthKnowledge.DECLARED, LengthKnowledge.ESTIMATE]),
)
def test_devices_and_twin_lead_to_the_same_decisions(seed: int, knows: LengthKnowledge) -> None:
    """Every situation and every dispatch of a course has the same digest in both worlds."""
    study = small_study(seed, hours=24, jobs=16, accelerators=32, length_knowledge=knows)
    found = both_worlds(study)
    assert found.first_difference is None
    assert found.whole


@pytest.mark.parametrize(
    ("case", "hours"),
    [("src/gridtide/case/demo/case.toml", 12), ("examples/events.toml", 6)],
)
def test_a_case_is_decided_alike_by_twin_and_devices(case: str, hours: int) -> None:
    """The bundled week and one with calls, elastic gangs and set-points, their first hours; the whole of them by
    `benchmarks/live_and_twin.py`."""
    study = load_case(ROOT / case)
    found = both_worlds(study, hours * 4)
    assert len(found.twin) > 5
    assert found.first_difference is None
    assert set(found.acts) == {"done"}


def test_what_no_act_tells_yet_is_refused_before_anything_is_told() -> None:
    """A case with capacity for the grid is named with all that stands in the way."""
    with pytest.raises(BadInput) as said:
        both_worlds(load_case(ROOT / "examples" / "offers.toml"))
    assert "capacity for the grid" in str(said.value)
