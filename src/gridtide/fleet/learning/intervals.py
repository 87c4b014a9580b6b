"""How far off a map may be: conformal intervals from held-out errors, wider where errors were larger.

Split conformal prediction with a local scale (Lei et al., arXiv 1604.04173): errors over the mean error of like
hours are ranked, and the same ranks are asked of what is to come.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze

Real = NDArray[np.float64]
CELLS = 4
ROWS_OF_ALL = 150.0
"""How many rows the mean error of all hours counts as in the mean of like hours."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Spread:
    """scale: mean size of relative errors in cells of utilisation and wet bulb, (C, C), by inner edges.

    below, above: quantiles of error over scale that the interval reaches down and up to.
    """

    edges_utilisation: Real
    edges_wet_c: Real
    scale: Real
    below: float
    above: float

    def __post_init__(self) -> None:
        freeze(self, **dict.fromkeys(("edges_utilisation", "edges_wet_c", "scale"), np.float64))


def spread_of(utilisation: Real, wet_c: Real, errors: Real, level: float) -> Spread:
    """The spread of relative errors of held-out rows, (measured - predicted) / predicted, for a level such as 0.9."""
    inner = np.linspace(0.0, 1.0, CELLS + 1)[1:-1]
    edges = np.quantile(utilisation, inner), np.quantile(wet_c, inner)
    cell = _cell(utilisation, wet_c, *edges)
    size = np.abs(errors)
    count = np.bincount(cell, minlength=CELLS * CELLS)
    total = np.bincount(cell, weights=size, minlength=CELLS * CELLS)
    scale = (total + ROWS_OF_ALL * size.mean()) / (count + ROWS_OF_ALL)
    ranked = np.sort(errors / scale[cell])
    tail = 0.5 * (1.0 - level)
    last = len(ranked) - 1
    return Spread(
        edges_utilisation=edges[0],
        edges_wet_c=edges[1],
        scale=scale.reshape(CELLS, CELLS),
        below=float(ranked[max(int(np.floor(tail * (last + 2))) - 1, 0)]),
        above=float(ranked[min(int(np.ceil((1.0 - tail) * (last + 2))) - 1, last)]),
    )


def interval_of(
    spread: Spread, utilisation: Real, wet_c: Real, facility_kw: Real
) -> tuple[Real, Real]:
    """Lower and upper end around what a map says, kW, each (n,)."""
    cell = _cell(utilisation, wet_c, spread.edges_utilisation, spread.edges_wet_c)
    scale = spread.scale.ravel()[cell]
    return facility_kw * (1.0 + spread.below * scale), facility_kw * (1.0 + spread.above * scale)


def _cell(utilisation: Real, wet_c: Real, edges_u: Real, edges_c: Real) -> NDArray[np.int64]:
    return np.asarray(
        np.searchsorted(edges_u, utilisation) * CELLS + np.searchsorted(edges_c, wet_c),
        dtype=np.int64,
    )
