"""Kinds of deferrable work: what their names tell where nobody states it."""

import pytest

from gridtide.decide.flexibility.mix import guessed_kinds, kind_of
from gridtide.fleet.jobs import WorkClass
from gridtide.fleet.work_kind import WorkKind, kind_by_name


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("training", WorkKind.PRE_TRAINING),
        ("LLM pre-training", WorkKind.PRE_TRAINING),
        ("fine-tune", WorkKind.FINE_TUNING),
        ("rlhf", WorkKind.FINE_TUNING),
        ("batch-inference", WorkKind.BATCH),
        ("online inference", WorkKind.SERVING),
        ("research", None),
    ],
)
def test_a_name_tells_its_kind_or_nothing(name: str, kind: WorkKind | None) -> None:
    """Batches of answers are batches."""
    assert kind_by_name(name) is kind


def test_a_stated_kind_goes_before_the_name_and_a_guess_is_said() -> None:
    """Only what nobody stated is guessed, and what a name does not tell is a batch."""
    stated = WorkClass(name="training", value_per_accelerator_h=1.0, kind=WorkKind.BATCH)
    named = WorkClass(name="training-2", value_per_accelerator_h=1.0)
    silent = WorkClass(name="research", value_per_accelerator_h=1.0)
    kinds = [kind_of(work) for work in (stated, named, silent)]
    assert kinds == [WorkKind.BATCH, WorkKind.PRE_TRAINING, WorkKind.BATCH]
    said = tuple(guessed_kinds((stated, named, silent)))
    assert len(said) == 2 and "by its name" in said[0] and "says nothing" in said[1]
