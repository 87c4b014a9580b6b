"""Whose flexibility is counted: work that is trained and computed, work that is answered, both, or assets besides."""

from enum import StrEnum

from gridtide.decide.flexibility.step import Step
from gridtide.decide.situation import Situation
from gridtide.finding import BadInput, Finding


class Mix(StrEnum):
    """pre-training: jobs of every class; serving: services; mixed: both; all: with batteries and cooling."""

    PRE_TRAINING = "pre-training"
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


def in_mix(steps: tuple[Step, ...], mix: Mix, situation: Situation) -> tuple[Step, ...]:
    """The steps of the work that counts in a mix."""
    jobs = {kind.name for kind in situation.jobs.classes}
    services = {service.name for service in situation.services}
    counted = {
        Mix.PRE_TRAINING: jobs,
        Mix.SERVING: services,
        Mix.MIXED: jobs | services,
        Mix.ALL: {step.work for step in steps},
    }[mix]
    return tuple(step for step in steps if step.work in counted)
