"""Settings of reference policies as a person writes them: numbers in range, and the array functions they make."""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from gridtide.decide.policy_names import Choice, parsed, policy_of
from gridtide.decide.slots import SlotJobs, SlotPlan, SlotSignal
from gridtide.finding import Finding, Gathered

Maker = Callable[[SlotJobs, SlotSignal], SlotPlan]
NUMBERS: dict[str, tuple[float, float]] = {
    "q": (0.0, 1.0),
    "horizon": (1e-3, 876_600.0),
    "abs": (-1e9, 1e9),
    "w": (0, 1_000_000),
    "reserved": (0, 1e9),
    "peak": (0.0, 1e6),
    "signal": (-1e6, 1e6),
    "risk": (0.0, 1.0),
    "ratio": (0.0, 1e6),
    "strike": (1, 100_000),
    "cooldown": (0, 100_000),
}
"""Lowest and highest value of each setting that is a number."""


def checked(text: str) -> Choice:
    """A policy as a person wrote it, with settings it has. Raises BadInput otherwise."""
    choice = parsed(text)
    makers_of((choice,), None)
    return choice


def makers_of(choices: tuple[Choice, ...], capacity: int | None) -> list[Maker]:
    """The array function of each choice. Raises BadInput with the faults of all their settings."""
    faults = Gathered()
    faults.findings += [fault for choice in choices for fault in _setting_faults(choice)]
    faults.refuse_if_any()
    makers = [faults.of(partial(policy_of, choice, capacity)) for choice in choices]
    faults.refuse_if_any()
    return [make for make in makers if make is not None]


def _setting_faults(choice: Choice) -> Iterator[Finding]:
    """Settings that are no number where one is needed, or lie beyond any use."""
    for name, text in choice.settings.items():
        if name not in NUMBERS:
            continue
        least, most = NUMBERS[name]
        whole = isinstance(least, int)
        try:
            value = float(text.removesuffix("h") if name == "horizon" else text)
        except ValueError:
            value = np.nan
        if not least <= value <= most or (whole and not text.lstrip("+-").isdigit()):
            kind = "a whole number" if whole else "a number"
            yield Finding(
                subject=f"--policy {choice.text}",
                value=f"{name}={text}",
                limit=f"{name}: {kind} from {least:g} to {most:g}",
                mend=f"Write --policy '{choice.name}({name}=…)' with such a number.",
            )
