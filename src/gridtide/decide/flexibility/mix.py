"""Whose flexibility is counted: work of one kind, work that is answered, all work, or assets besides."""

from collections.abc import Iterator
from enum import StrEnum

from gridtide.decide.flexibility.step import Step
from gridtide.decide.situation import Situation
from gridtide.finding import BadInput, Finding
from gridtide.fleet.jobs import WorkClass
from gridtide.fleet.work_kind import WorkKind, kind_by_name


class Mix(StrEnum):
    """pre-training, fine-tuning, batch: jobs of that kind; serving: services, and jobs that serve; mixed: all of them;
    all: with batteries and cooling."""

    PRE_TRAINING = "pre-training"
    FINE_TUNING = "fine-tuning"
    BATCH = "batch"
    MIXED = "mixed"
    SERVING = "serving"
    ALL = "all"


def mix_named(name: str) -> Mix:
    """Raises BadInput for a mix nobody knows."""
    try:
        return Mix(name)
    except ValueError:
        raise BadInput(
            [
                Finding(
                    subject=f"--mix {name}",
                    value="is no task mix that is known",
                    limit="one of " + ", ".join(Mix),
                    mend="Name one of them.",
                )
            ]
        ) from None


def kind_of(work: WorkClass) -> WorkKind:
    """The kind of a class: as stated, else by its name, else batch."""
    return work.kind or kind_by_name(work.name) or WorkKind.BATCH


def guessed_kinds(classes: tuple[WorkClass, ...]) -> Iterator[str]:
    """A sentence for each class whose kind nobody stated."""
    for work in classes:
        if work.kind is None:
            why = "by its name" if kind_by_name(work.name) else "as its name says nothing"
            yield f"class {work.name} counts as {kind_of(work)}, {why}; `kind` of [[class]] states it"


def in_mix(steps: tuple[Step, ...], mix: Mix, situation: Situation) -> tuple[Step, ...]:
    """The steps of the work that counts in a mix."""
    services = {service.name for service in situation.services}
    classes = situation.jobs.classes
    counted = {
        Mix.MIXED: services | {work.name for work in classes},
        Mix.ALL: {step.work for step in steps},
    }.get(mix)
    if counted is None:
        counted = {work.name for work in classes if str(kind_of(work)) == str(mix)}
        counted |= services if mix is Mix.SERVING else set()
    return tuple(step for step in steps if step.work in counted)
