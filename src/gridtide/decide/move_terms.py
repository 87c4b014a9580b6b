"""What a plan reads of requests that move: what their lost caches take, and where users were answered last."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.situation import Situation
from gridtide.digest import freeze
from gridtide.fleet.service import lost_caches_s

Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class MoveTerms:
    """lost_cache_s: seconds of an accelerator that a moved request takes more, (V, P). before: share of each origin
    answered at each place in the step before the first, (V, O, P), of no services where nobody was answered yet.
    step_h: hours through which those who move pay, the shortest step there is."""

    lost_cache_s: Real
    before: Real
    step_h: float

    def __post_init__(self) -> None:
        freeze(self, lost_cache_s=np.float64, before=np.float64)


def move_terms(situation: Situation) -> MoveTerms:
    """The terms of the situation's services."""
    return MoveTerms(
        lost_cache_s=lost_caches_s(situation.services, len(situation.fleet.places)),
        before=situation.state.answered_shares,
        step_h=float(situation.horizon.hours.min()),
    )


def nothing_lost(terms: MoveTerms) -> MoveTerms:
    """Terms under which moving takes nothing, which only lowers the cost."""
    return replace(terms, lost_cache_s=np.zeros_like(terms.lost_cache_s))
