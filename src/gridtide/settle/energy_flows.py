"""Where energy went: flows between named places, each with how it is known, that balance at every one of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

SMALLEST_KWH = 1e-9


class Mark(StrEnum):
    """How a flow is known: seen by a meter, from a model of physics, or from a share that is assumed."""

    METERED = "metered"
    MODELLED = "modelled"
    ASSUMED = "assumed"


@dataclass(frozen=True, kw_only=True)
class Flow:
    """Energy [kWh], never negative, from one place to another."""

    source: str
    target: str
    kwh: float
    mark: Mark


def gathered(flows: Iterable[Flow]) -> tuple[Flow, ...]:
    """Flows between the same places as one, in the order they were first named; nothing that is empty.

    Raises ValueError for a flow that runs backward.
    """
    sums: dict[tuple[str, str, Mark], float] = {}
    for flow in flows:
        key = (flow.source, flow.target, flow.mark)
        sums[key] = sums.get(key, 0.0) + flow.kwh
    whole = sum(sums.values())
    found = []
    for (source, target, mark), kwh in sums.items():
        if kwh < -1e-9 * max(whole, 1.0):
            raise ValueError(f"{kwh:g} kWh from {source} to {target} runs backward")
        if kwh > SMALLEST_KWH:
            found.append(Flow(source=source, target=target, kwh=kwh, mark=mark))
    return tuple(found)


def imbalance(flows: Iterable[Flow]) -> float:
    """The largest share by which what enters a place differs from what leaves it; ends and beginnings have one side."""
    enters: dict[str, float] = {}
    leaves: dict[str, float] = {}
    for flow in flows:
        enters[flow.target] = enters.get(flow.target, 0.0) + flow.kwh
        leaves[flow.source] = leaves.get(flow.source, 0.0) + flow.kwh
    through = sorted(set(enters) & set(leaves))
    return max((abs(enters[name] - leaves[name]) / enters[name] for name in through), default=0.0)


def into(flows: Iterable[Flow], target: str) -> float:
    """All energy that enters a place, kWh."""
    return sum(flow.kwh for flow in flows if flow.target == target)
