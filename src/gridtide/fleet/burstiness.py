"""How requests bunch: at one instant, and in windows of every length."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.fleet.request_mix import RequestMix, dispersion, rate_per_s, scv

Real = NDArray[np.float64]
OCTAVES_BELOW = 24


@dataclass(frozen=True, kw_only=True, eq=False)
class Burstiness:
    """What varies in a mix of requests at its own rate.

    windows_s, prompts, counts: windows [s], and the dispersion of prompt tokens and of requests in them: variance over
    mean (and over mean size), as far as longer windows do not take it back, (W,).
    prompts_at_once, counts_at_once: the same at one instant: mean square of what comes together over its mean.
    clump_wait, clump_wait_square: prompts of the same instant that are read before one's own, mean and mean
    square, in mean prompts. prompt_scv: squared coefficient of variation of prompts.
    """

    windows_s: Real
    prompts: Real
    counts: Real
    prompts_at_once: float
    counts_at_once: float
    clump_wait: float
    clump_wait_square: float
    prompt_scv: float

    def __post_init__(self) -> None:
        freeze(self, windows_s=np.float64, prompts=np.float64, counts=np.float64)


def burstiness(mix: RequestMix) -> Burstiness:
    """The burstiness of a mix, measured on its instants and prompts. Windows below the mean gap count as the gap."""
    windows, prompts = dispersion(mix, mix.prompt_tokens)
    _, counts = dispersion(mix, np.ones(len(mix.arrival_s)))
    below = windows[0] * 2.0 ** -np.arange(OCTAVES_BELOW, 0.0, -1.0)
    size = mix.prompt_tokens / np.mean(mix.prompt_tokens)
    _, clump = np.unique(mix.arrival_s, return_inverse=True)
    together, members = np.bincount(clump, weights=size), np.bincount(clump)
    at_once = _moment(together, 2)
    ahead = 0.5 * (at_once - _moment(size, 2))
    square = (_moment(together, 3) - _moment(size, 3)) / 3.0 - ahead * _moment(size, 2)
    return Burstiness(
        windows_s=np.concatenate([below, windows]),
        prompts=np.concatenate([np.full(OCTAVES_BELOW, _lasting(prompts)[0]), _lasting(prompts)]),
        counts=np.concatenate([np.full(OCTAVES_BELOW, _lasting(counts)[0]), _lasting(counts)]),
        prompts_at_once=at_once,
        counts_at_once=_moment(members, 2),
        clump_wait=max(ahead, 0.0),
        clump_wait_square=max(square, 0.0),
        prompt_scv=scv(mix.prompt_tokens),
    )


def _moment(values: Real | NDArray[np.int64], power: int) -> float:
    """Mean of a power over the mean, of values met as often as they are large."""
    return float((values.astype(np.float64) ** power).sum() / values.sum())


def _lasting(varies: Real) -> Real:
    """The least dispersion of this and of every longer window: what later arrivals take back never queues."""
    least: Real = np.minimum.accumulate(varies[::-1])[::-1]
    return least


def steady_rates(
    mix: RequestMix, span_s: float, excess: float
) -> tuple[float, tuple[Real, Real, Real]]:
    """Length [s] of equal spans near span_s, and requests, prompt and answer tokens a second in each, (M,) each.

    excess: variance over mean of the counts that is to be taken as bunching, not as another rate: rates are drawn
    towards their means until they vary by so much less. 0 leaves them as they were.
    """
    total_s = float(mix.arrival_s[-1] - mix.arrival_s[0])
    spans = max(int(total_s / span_s), 1)
    which = np.minimum(
        ((mix.arrival_s - mix.arrival_s[0]) / total_s * spans).astype(np.int64), spans - 1
    )
    counts = np.bincount(which, minlength=spans).astype(np.float64)
    varies = float(np.var(counts))
    kept = np.sqrt(max(0.0, 1.0 - excess * counts.mean() / varies)) if varies > 0.0 else 0.0
    length_s = total_s / spans
    sums = [
        np.bincount(which, weights=weights, minlength=spans) / length_s
        for weights in (np.ones(len(which)), mix.prompt_tokens, mix.answer_tokens)
    ]
    drawn = [rates.mean() + (rates - rates.mean()) * kept for rates in sums]
    return length_s, (drawn[0], drawn[1], drawn[2])


def usual_rate(mix: RequestMix) -> tuple[float, float, float]:
    """Requests a second, and prompt and answer tokens of one on average."""
    return rate_per_s(mix), float(np.mean(mix.prompt_tokens)), float(np.mean(mix.answer_tokens))
