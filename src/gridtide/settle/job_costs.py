"""What it costs that work moves, waits and is lost, from what each job did."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]
Whole = NDArray[np.int64]


def transfer_cost(gb: Iterable[float], cost_per_gb: Iterable[float]) -> float:
    """Money for transfers in their order. gb: of each, repeats included; cost_per_gb: of its link."""
    return float(sum((one * rate for one, rate in zip(gb, cost_per_gb, strict=True)), start=0.0))


def waited_cost(
    work_per_h: Real,
    cost_per_h: Real,
    span_s: tuple[Whole, Whole],
    behind_s: Real,
    release_s: Whole,
    step_s: int,
) -> Real:
    """Money for the hours that each slot of a run began after its job's release, (n,).

    work_per_h: accelerator-hours of work in an hour of the run. cost_per_h: money for an accelerator-hour that waits an
    hour. span_s: begin and end of each run; behind_s: how long after its begin it waited for its turn to start;
    release_s: of its job; step_s: length of a slot.
    """
    start_s, end_s = span_s
    whole, rest_s = np.divmod(end_s - start_s, step_s)
    late_s = (start_s - release_s).astype(np.float64)
    felt = step_s * (whole * late_s + step_s * whole * (whole - 1) / 2.0)
    felt = felt + rest_s * (late_s + whole * step_s) + behind_s * (end_s - start_s)
    return np.asarray(cost_per_h * (work_per_h * felt / 3600.0**2))


def lost_accelerator_h(
    accelerators: Whole, true_s: Whole, done_s: Whole, due: NDArray[np.bool_]
) -> Real:
    """Accelerator-hours of each job that were due and never done, (n,). true_s, done_s: work at full speed."""
    whole_h, done_h = accelerators * true_s / 3600.0, accelerators * done_s / 3600.0
    return np.where(due, np.maximum(whole_h - done_h, 0.0), 0.0)


def slower_cost(requests: Real, cost_per_request: Real) -> Real:
    """Money for requests that were answered at each slower point. requests: (N, T); cost_per_request: (N,)."""
    return np.asarray(requests.sum(axis=1) * cost_per_request)


def refused_cost(requests: Real, value_per_request: Real) -> float:
    """Money for requests that were refused. requests: by service, (V, T); value_per_request: (V,)."""
    return float((requests.sum(axis=1) * value_per_request).sum())
