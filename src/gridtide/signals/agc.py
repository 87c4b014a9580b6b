"""A recorded regulation signal: what a dispatch centre asked for every few seconds."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze


@dataclass(frozen=True, kw_only=True, eq=False)
class AgcSignal:
    """less: share of the offer to draw less by, -1 to 1, below 0 to draw more; NaN where nothing came, (N,).

    every_s: whole seconds from one value to the next.
    """

    every_s: int
    less: NDArray[np.float64]
    source: str

    def __post_init__(self) -> None:
        freeze(self, less=np.float64)

    def __len__(self) -> int:
        return len(self.less)

    @property
    def seconds(self) -> int:
        """How long it lasts."""
        return self.every_s * len(self)
