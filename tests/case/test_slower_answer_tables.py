"""Slower points of a case: read from a fit within the tolerance, or stated; every fault at once."""

from pathlib import Path

import numpy as np
import pytest

from gridtide.case.load import load_case
from gridtide.case.machines import serving_models
from gridtide.case.slower_answers import batch_within
from gridtide.finding import BadInput
from gridtide.physics.serving_power import iteration_s

EXAMPLE = Path("examples/slower_answers.toml")
STATED = """requests_per_accelerator_s = 1.0
time_to_first_token_s = 0.1
"""


def case_with(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    """The example with some of its words changed."""
    text = EXAMPLE.read_text()
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    path = tmp_path / "case.toml"
    path.write_text(text)
    return path


def slower_point(rate: float, first_s: float, it_kw: float) -> str:
    """One stated point."""
    return (
        f"\n[[service.place.point]]\nrequests_per_accelerator_s = {rate}\n"
        f"time_to_first_token_s = {first_s}\nit_kw_per_accelerator = {it_kw}\n"
    )


def test_fuller_batches_take_as_much_longer_as_is_tolerated_within_the_fit() -> None:
    """By hand: 1.5 times the iteration of 64 sequences, 25.95 + 0.1375 x 64 ms, is that of 221 sequences."""
    model = serving_models()["Qwen3-235B-A22B-FP8", "H100"]
    batch = batch_within(model, 64.0, 1.5)
    slow, usual = (iteration_s(one, model.first_s, *model.per_sequence_s) for one in (batch, 64.0))
    assert slow == pytest.approx(1.5 * usual, rel=1e-9)
    assert batch_within(model, 64.0, 100.0) == model.sequences_to


def test_each_slower_point_answers_more_on_an_accelerator_and_takes_less_for_a_request() -> None:
    """The points of the example, fastest first."""
    (service,) = load_case(EXAMPLE).services
    rates = [float(service.requests_per_accelerator_s[0])]
    rates += [float(one.requests_per_accelerator_s[0]) for one in service.slower]
    firsts = [float(service.time_to_first_token_s[0])]
    firsts += [float(one.time_to_first_token_s[0]) for one in service.slower]
    assert len(rates) == 3
    assert np.all(np.diff(rates) > 0)
    assert np.all(np.diff(firsts) > 0)


def test_without_a_tolerance_there_is_no_slower_point(tmp_path: Path) -> None:
    """Nothing is slower than nobody allowed."""
    (service,) = load_case(case_with(tmp_path, ("delay_tolerance = 0.5\n", ""))).services
    assert service.slower == ()


def test_a_stated_point_that_saves_nothing_is_left_out(tmp_path: Path) -> None:
    """Of two stated points one takes more energy for a request than the usual one."""
    stated = STATED + slower_point(1.1, 0.12, 1.4) + slower_point(1.5, 0.15, 1.25)
    path = case_with(tmp_path, ("sequences = 64\nhome = 1.0\n", "home = 1.0\n" + stated))
    (service,) = load_case(path).services
    assert [float(one.requests_per_accelerator_s[0]) for one in service.slower] == [1.5]


def test_every_fault_of_stated_points_is_named_at_once(tmp_path: Path) -> None:
    """Not slower, and later than tolerated."""
    stated = STATED + slower_point(1.1, 0.1, 0.8) + slower_point(1.5, 3.5, 0.8)
    path = case_with(tmp_path, ("sequences = 64\nhome = 1.0\n", "home = 1.0\n" + stated))
    with pytest.raises(BadInput) as refused:
        load_case(path)
    named = [one for one in refused.value.findings if "point" in one.subject]
    assert [one.subject for one in named] == [
        "service[1].place[1].point[1].time_to_first_token_s",
        "service[1].place[1].point[2].time_to_first_token_s",
    ]


def test_points_beside_a_model_or_without_a_tolerance_are_refused(tmp_path: Path) -> None:
    """They would say the same thing twice, or what nobody allowed."""
    path = case_with(
        tmp_path,
        ("home = 1.0\n", "home = 1.0\n" + slower_point(1.5, 0.15, 0.9)),
        ("delay_tolerance = 0.5\n", ""),
    )
    with pytest.raises(BadInput) as refused:
        load_case(path)
    assert len([one for one in refused.value.findings if "point" in one.subject]) == 2
