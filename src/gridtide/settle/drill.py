"""Who delivered what of a call, when, and with what score."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.aggregate import BAND

Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Score:
    """Of one member, or of all: told and mean delivered power, its share, the share of the time in the band, and
    minutes until it first came into the band (None: never)."""

    name: str
    told_kw: float
    delivered_kw: float
    share: float | None
    in_band: float | None
    reached_min: float | None


def scored(
    told_kw: Mapping[str, float], delivered_kw: Mapping[str, Sequence[float]], step_min: float
) -> tuple[Score, ...]:
    """The score of each member that was told anything, in their order, and of all together last.

    delivered_kw: measured in steps of step_min from the call on, by name; nothing measured is nothing delivered.
    """
    told = {name: kw for name, kw in told_kw.items() if kw > 0.0}
    steps = max((len(values) for values in delivered_kw.values()), default=0)
    whole = np.zeros(steps)
    found = []
    for name, kw in told.items():
        seen = np.zeros(steps)
        values = np.asarray(delivered_kw.get(name, ()), dtype=np.float64)
        seen[: len(values)] = values
        whole += seen
        found.append(_score(name, kw, seen, step_min))
    return (*found, _score("all", sum(told.values()), whole, step_min))


def _score(name: str, told_kw: float, seen: Real, step_min: float) -> Score:
    if not len(seen) or told_kw <= 0.0:
        return Score(
            name=name, told_kw=told_kw, delivered_kw=0.0, share=None, in_band=None, reached_min=None
        )
    inside = seen >= BAND * told_kw
    return Score(
        name=name,
        told_kw=told_kw,
        delivered_kw=float(seen.mean()),
        share=float(seen.mean() / told_kw),
        in_band=float(inside.mean()),
        reached_min=step_min * float(np.argmax(inside)) if inside.any() else None,
    )
