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


def demand_of_requests(
    *,
    at_s: NDArray[np.float64],
    input_tokens: NDArray[np.float64],
    output_tokens: NDArray[np.float64],
    window_s: int,
    anchored: bool,
    source: str,
    notes: tuple[str, ...] = (),
) -> DemandTrace:
    """Single requests, in order of time, as mean rates per window.

    at_s: seconds since 1970, or since the start of the trace, with fractions; shape (n,).
    Windows are whole: the rest of the trace after the last whole window is left out and noted, since
    its mean rate is not known. Burstiness is taken from the gaps inside a window, NaN below two gaps.
    Raises ValueError when the requests are out of order or do not fill one window.
    """
    if len(at_s) < 2 or (np.diff(at_s) < 0).any():
        raise ValueError(f"{source}: two requests or more, in the order of time")
    first_s = int(np.floor(at_s[0]))
    count = int((at_s[-1] - first_s) // window_s)
    if count < 1:
        raise ValueError(f"{source}: {at_s[-1] - at_s[0]:g} s do not fill a window of {window_s} s")
    window = ((at_s - first_s) // window_s).astype(np.int64)
    inside = window < count
    rates = [
        np.bincount(window[inside], weights=weights[inside], minlength=count) / window_s
        for weights in (np.ones(len(at_s)), input_tokens, output_tokens)
    ]
    left_out = int((~inside).sum())
    more = (f"the last {left_out} requests do not fill a window and are left out",)
    return DemandTrace(
        start_s=first_s + window_s * np.arange(count, dtype=np.int64),
        window_s=window_s,
        requests_per_s=rates[0],
        input_tokens_per_s=rates[1],
        output_tokens_per_s=rates[2],
        burstiness=_burstiness(at_s[inside], window[inside], count),
        anchored=anchored,
        source=source,
        notes=notes + (more if left_out else ()),
    )


def _burstiness(
    at_s: NDArray[np.float64], window: NDArray[np.int64], count: int
) -> NDArray[np.float64]:
    """Squared coefficient of variation of the gaps inside each window."""
    together = window[1:] == window[:-1]
    gap_s, where = np.diff(at_s)[together], window[1:][together]
    gaps = np.bincount(where, minlength=count).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean_s = np.bincount(where, weights=gap_s, minlength=count) / gaps
        offset_s = gap_s - mean_s[where]
        variance = np.bincount(where, weights=offset_s**2, minlength=count) / gaps
        squared = variance / mean_s**2
    return np.where((gaps >= 2) & (mean_s > 0), squared, np.nan)
