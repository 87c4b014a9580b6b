"""A market over the share of its load that fleets hold: from which share a price alone over-reacts, from which
reserve is given by fleets alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from gridtide.invest.market.rules import Market
from gridtide.invest.market.system import PowerSystem

FINE = 0.005
"""Width of the bracket at which looking for a share ends."""
GOLDEN = (5.0**0.5 - 1.0) / 2.0
LOST = 0.1
HALF = 0.5


@dataclass(frozen=True, kw_only=True)
class Moved:
    """What a rule saves in a year beside nobody moving, and which part of the spread of prices is left after it."""

    saved: float
    spread: float


@dataclass(frozen=True, kw_only=True)
class OverReaction:
    """From which share the published price alone over-reacts, each None where it does not up to the highest looked
    at.

    spread_turned_from: work goes to hours that are dearer, once all have moved, than those it left;
    half_of_spread_from: less than half of the spread is left that it moved for; a_tenth_lost_from: a tenth of what
    the best rule would save is lost; most_saved_at: what it saves stops growing; worse_than_none_from: it costs more
    than nobody moving. looked: how many shares were cleared beside those asked.
    """

    spread_turned_from: float | None
    half_of_spread_from: float | None
    a_tenth_lost_from: float | None
    most_saved_at: float | None
    worse_than_none_from: float | None
    looked: int


def over_reaction(
    shares: Sequence[float],
    moved: Sequence[Moved],
    possible: Sequence[float],
    looked_at: Callable[[float], Moved] | None,
) -> OverReaction:
    """From what the rule does at shares that rise, and what is possible to save at each. looked_at: tells of more
    shares, None where only those of the list count.

    Where the spread turns and where savings fall below 0 is brought closer by halving between shares of the list,
    where savings are highest by golden section; the other two lie on a line between shares of the list.
    """
    known = dict(zip(shares, moved, strict=True))

    def asked(share: float) -> Moved:
        if share not in known and looked_at is not None:
            known[share] = looked_at(share)
        return known[share]

    saved = [one.saved for one in moved]
    falls = next((k for k in range(1, len(shares)) if saved[k] < saved[k - 1]), None)
    most = None if falls is None else shares[falls - 1]
    if looked_at is not None and falls is not None:
        low = shares[falls - 2] if falls > 1 else 0.0
        most = _highest(lambda share: asked(share).saved, max(low, FINE), shares[falls])

    def below(value: Callable[[Moved], float]) -> float | None:
        first = next((k for k, one in enumerate(moved) if value(one) < 0.0), None)
        if first is None or looked_at is None:
            return None if first is None else shares[first]
        low = shares[first - 1] if first else 0.0
        return _crossing(lambda share: value(asked(share)), low, shares[first])

    pairs = zip(saved, possible, strict=True)
    return OverReaction(
        spread_turned_from=below(lambda one: one.spread),
        half_of_spread_from=_passed(shares, [1.0 - one.spread for one in moved], HALF),
        a_tenth_lost_from=_passed(
            shares, [1.0 - have / could if could > 0.0 else 0.0 for have, could in pairs], LOST
        ),
        most_saved_at=most,
        worse_than_none_from=below(lambda one: one.saved),
        looked=len(known) - len(shares),
    )


def _highest(value: Callable[[float], float], low: float, high: float) -> float:
    """The share of the highest value between two, within FINE, where it has one hill."""
    inner = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)]
    while high - low > FINE:
        if value(inner[0]) >= value(inner[1]):
            high, inner = inner[1], [inner[1] - GOLDEN * (inner[1] - low), inner[0]]
        else:
            low, inner = inner[0], [inner[1], inner[0] + GOLDEN * (high - inner[0])]
    return (low + high) / 2.0


def _crossing(value: Callable[[float], float], low: float, high: float) -> float:
    """A share from which the value is below 0, within FINE."""
    while high - low > FINE:
        middle = (low + high) / 2.0
        if value(middle) < 0.0:
            high = middle
        else:
            low = middle
    return high


def _passed(shares: Sequence[float], values: Sequence[float], limit: float) -> float | None:
    """Where values first reach a limit, on the line between two shares of the list; None where they do not."""
    for place, one in enumerate(values):
        if one >= limit:
            if place == 0:
                return shares[0]
            part = (limit - values[place - 1]) / (one - values[place - 1])
            return shares[place - 1] + part * (shares[place] - shares[place - 1])
    return None


@dataclass(frozen=True, kw_only=True)
class Saturation:
    """Upward reserve. needed_kw: of all its products; ready_kw_per_share: what fleets with all of the load could hold
    ready in the mean hour without moving first; from_share: where the two meet, 0-1, None above all of the load."""

    needed_kw: float
    ready_kw_per_share: float
    from_share: float | None


def saturation(system: PowerSystem, market: Market) -> Saturation:
    """What fleets could hold ready grows with their share, so that of one market says it for all."""
    needed = float(system.reserves.required_kw[system.reserves.upward].sum())
    waits = [kinds.window for kinds in market.kinds]
    ready = 0.0
    for window, drawn in zip(waits, market.at_once, strict=True):
        served = np.cumsum(drawn, axis=1)
        served += (window.arrived_kwh - served).min(axis=1, keepdims=True)
        ready += float(np.minimum(drawn, np.maximum(served - window.due_kwh, 0.0)).sum())
    per_share = ready / len(system) / market.share
    share = needed / per_share if per_share > 0.0 else np.inf
    return Saturation(
        needed_kw=needed, ready_kw_per_share=per_share, from_share=share if share <= 1.0 else None
    )
