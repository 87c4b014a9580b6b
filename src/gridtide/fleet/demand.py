"""Requests that users send, as rates over time: what latency-bound services must answer."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze


@dataclass(frozen=True, kw_only=True, eq=False)
class DemandTrace:
    """Mean rates per window of one kind of request, shape (n,) each.

    start_s: window starts, strictly increasing; seconds since 1970 (UTC), or since the start of the
    trace when `anchored` is false. window_s: length of every window.
    requests_per_s, input_tokens_per_s, output_tokens_per_s: means over the window; NaN in a window in
    which nothing was collected (never 0).
    burstiness: squared coefficient of variation of the times between requests; 1 = Poisson.
    """

    start_s: NDArray[np.int64]
    window_s: int
    requests_per_s: NDArray[np.float64]
    input_tokens_per_s: NDArray[np.float64]
    output_tokens_per_s: NDArray[np.float64]
    burstiness: NDArray[np.float64]
    anchored: bool
    source: str
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        rates = ("requests_per_s", "input_tokens_per_s", "output_tokens_per_s", "burstiness")
        freeze(self, start_s=np.int64, **dict.fromkeys(rates, np.float64))
        if len({getattr(self, column).shape for column in ("start_s", *rates)}) != 1:
            raise ValueError(f"columns of different lengths in {self.source}")

    def __len__(self) -> int:
        return len(self.start_s)
