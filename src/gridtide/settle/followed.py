"""A followed regulation signal by blocks of five minutes, put beside the clearing prices of its hours."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.finding import BadInput, Finding
from gridtide.settle.pjm_regulation import Awards
from gridtide.timeline import instant

Real = NDArray[np.float64]
BLOCK_S = 300


@dataclass(frozen=True, kw_only=True, eq=False)
class FollowedBlocks:
    """Blocks of one site, (n,): begin, what was offered both ways, and the score of each, 0 to 1."""

    site: str
    start_s: NDArray[np.int64]
    award_kw: Real
    score: Real

    def __post_init__(self) -> None:
        freeze(self, start_s=np.int64, award_kw=np.float64, score=np.float64)


@dataclass(frozen=True, kw_only=True, eq=False)
class Clearing:
    """Clearing prices, money per MW and hour, and mileage ratio, from start_s up to end_s, (m,) each, in order."""

    start_s: NDArray[np.int64]
    end_s: NDArray[np.int64]
    capability_price_per_mw_h: Real
    performance_price_per_mw_h: Real
    mileage_ratio: Real

    def __post_init__(self) -> None:
        freeze(
            self,
            start_s=np.int64,
            end_s=np.int64,
            capability_price_per_mw_h=np.float64,
            performance_price_per_mw_h=np.float64,
            mileage_ratio=np.float64,
        )


def followed_awards(blocks: FollowedBlocks, clearing: Clearing) -> Awards:
    """Each block with the prices that hold as it begins. Raises BadInput for blocks without a price."""
    at = np.searchsorted(clearing.start_s, blocks.start_s, side="right") - 1
    held = (at >= 0) & (blocks.start_s < clearing.end_s[np.maximum(at, 0)])
    if not held.all():
        first = instant(int(blocks.start_s[int(np.argmin(held))])).isoformat()
        raise BadInput(
            [
                Finding(
                    subject=f"followed signal of {blocks.site}",
                    value=f"{int((~held).sum())} blocks have no clearing price, the first at {first}",
                    limit="a price for every block",
                    mend="Give the prices of its hours.",
                )
            ]
        )
    return Awards(
        start_s=blocks.start_s,
        hours=np.full(len(at), BLOCK_S / 3600.0),
        award_kw=blocks.award_kw,
        score=blocks.score,
        capability_price_per_mw_h=clearing.capability_price_per_mw_h[at],
        performance_price_per_mw_h=clearing.performance_price_per_mw_h[at],
        mileage_ratio=clearing.mileage_ratio[at],
    )
