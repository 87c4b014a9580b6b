"""What each job of a cluster is told for a minute."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]
Whole = NDArray[np.int64]


def nobody_borrows() -> Whole:
    """Where no accelerator changes its job."""
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, kw_only=True, eq=False)
class Orders:
    """upper: accelerators of each job held to upper_w [W]; the others are held to lower_w, where they stand still if
    that is what a paused one draws, (jobs,). assigned: accelerators of others that each job has, borrowed: those of
    them that work for it at its cap, lent: of its own that work for others, (jobs,), or of no jobs where none do."""

    upper: Whole
    upper_w: Real
    lower_w: Real
    assigned: Whole = field(default_factory=nobody_borrows)
    borrowed: Whole = field(default_factory=nobody_borrows)
    lent: Whole = field(default_factory=nobody_borrows)
