"""What one replica answers by its load: times, sequences and power, read between what was replayed or estimated."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze

Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class ServingTable:
    """Answers of a replica to one mix of requests at K loads, rising, (K,) each.

    requests_per_s: load. first_p50_s, first_p95_s, first_mean_s: to the first token. per_token_mean_s,
    per_token_p95_s: over requests, of the mean time of a token after it. sequences: in flight. accelerator_w: mean
    power of one. All rise with the load: where a replay dips, the value before it stands. prompt_tokens,
    answer_tokens: of a request on average. replayed: whether the replay says so, or the estimate.
    """

    mix: str
    requests_per_s: Real
    first_p50_s: Real
    first_p95_s: Real
    first_mean_s: Real
    per_token_mean_s: Real
    per_token_p95_s: Real
    sequences: Real
    accelerator_w: Real
    prompt_tokens: float
    answer_tokens: float
    replayed: bool

    def __post_init__(self) -> None:
        freeze(self, requests_per_s=np.float64)
        names = (
            *("first_p50_s", "first_p95_s", "first_mean_s"),
            *("per_token_mean_s", "per_token_p95_s", "sequences", "accelerator_w"),
        )
        for name in names:
            rising = np.maximum.accumulate(np.asarray(getattr(self, name), dtype=np.float64))
            object.__setattr__(self, name, rising)
        freeze(self, **dict.fromkeys(names, np.float64))


def at_load(table: ServingTable, values: Real, requests_per_s: Real) -> Real:
    """A column at loads [1/s]: straight between the loads of the table, the lightest below them, inf beyond."""
    found = np.interp(requests_per_s, table.requests_per_s, values)
    return np.where(requests_per_s > table.requests_per_s[-1] * (1.0 + 1e-9), np.inf, found)


def power_at_load(table: ServingTable, requests_per_s: Real) -> Real:
    """Mean power of an accelerator at loads [W]; held flat outside the table."""
    return np.asarray(np.interp(requests_per_s, table.requests_per_s, table.accelerator_w))


def rate_within(
    table: ServingTable,
    first_p95_s: float = np.inf,
    per_token_s: float = np.inf,
    sequences: float = np.inf,
) -> float:
    """The largest load [1/s] of the table at which the p95 first token, the mean time of a token and the sequences in
    flight are within these; the lightest load of the table where none is."""
    rate = float(table.requests_per_s[-1])
    for values, most in (
        (table.first_p95_s, first_p95_s),
        (table.per_token_mean_s, per_token_s),
        (table.sequences, sequences),
    ):
        rate = min(rate, _last_within(table.requests_per_s, values, most))
    return rate


def _last_within(loads: Real, values: Real, most: float) -> float:
    within = np.flatnonzero(values <= most)
    if not len(within):
        return float(loads[0])
    last = int(within[-1])
    if last == len(loads) - 1:
        return float(loads[-1])
    share = (most - values[last]) / (values[last + 1] - values[last])
    return float(loads[last] + share * (loads[last + 1] - loads[last]))
