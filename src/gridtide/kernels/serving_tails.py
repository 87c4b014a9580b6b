"""Means and quantiles of first tokens and of the time of a token, over hours that differ and requests that differ."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gridtide.kernels import scalar  # noqa: F401  (makes the physics callable from compiled code)
from gridtide.physics.serving_interference import (
    mean_up_to,
    others_read_s,
    own_read_s,
    quiet_after_s,
)
from gridtide.physics.serving_quantiles import gamma_below, read_while_decoding_var

Real = NDArray[np.float64]
HALVINGS = 40
NEVER_MORE = 40.0


class Spans(NamedTuple):
    """M spans of time, each steady. share: of the requests (sums to 1). ahead_s: before a prompt's turn, without
    queueing. wait_s, wait_var, waiting: mean and variance of the queue, chance that there is one. iteration_s:
    decoding part. reading: share of time spent on prompts. backlog_s, backlog_var: prompts behind a request when it
    begins. prompt, answer: how much longer than usual prompts and answers are. requests_per_s: arriving."""

    share: Real
    ahead_s: Real
    wait_s: Real
    wait_var: Real
    waiting: Real
    iteration_s: Real
    reading: Real
    backlog_s: Real
    backlog_var: Real
    prompt: Real
    answer: Real
    requests_per_s: Real


class Sizes(NamedTuple):
    """prompts, (K,), steps, (J,): tokens read, and given after the first, each as likely. prefill_s: of one token [s].
    piece_tokens: read in one iteration at most. mean_prompt: of all."""

    prompts: Real
    steps: Real
    prefill_s: float
    piece_tokens: float
    mean_prompt: float


class Varies(NamedTuple):
    """windows [s] and the dispersion of prompts and of counts in them, (W,). at_once: of counts at one instant."""

    windows: Real
    prompts: Real
    counts: Real
    at_once: float


@njit(cache=True, error_model="numpy")
def first_tokens(spans: Spans, sizes: Sizes, quantiles: Real) -> Real:
    """Mean, then each quantile of the time to the first token, seconds, (1 + Q,)."""
    least = np.empty((len(spans.share), len(sizes.prompts)))
    mean = 0.0
    for m in range(len(spans.share)):
        for k in range(len(sizes.prompts)):
            tokens = sizes.prompts[k] * spans.prompt[m]
            own = own_read_s(tokens, sizes.prefill_s, spans.iteration_s[m], sizes.piece_tokens)
            least[m, k] = spans.ahead_s[m] + own
        mean += spans.share[m] * (np.mean(least[m]) + spans.wait_s[m])
    found = np.empty(1 + len(quantiles))
    found[0] = mean
    for q in range(len(quantiles)):
        low, high = 0.0, NEVER_MORE * mean
        for _ in range(HALVINGS):
            middle = 0.5 * (low + high)
            if _later(spans, least, middle) > 1.0 - quantiles[q]:
                low = middle
            else:
                high = middle
        found[1 + q] = high
    return found


@njit(cache=True, error_model="numpy")
def _later(spans: Spans, least: Real, at_s: float) -> float:
    """Share of requests whose first token comes later than at_s."""
    total = 0.0
    for m in range(len(spans.share)):
        chance = spans.waiting[m]
        waits = spans.wait_s[m] > 1e-9 and chance > 0.0
        mean = spans.wait_s[m] / chance if waits else 0.0
        square = (spans.wait_var[m] + spans.wait_s[m] ** 2) / chance if waits else 0.0
        variance = max(square - mean * mean, 0.05 * mean * mean)
        part = 0.0
        for k in range(least.shape[1]):
            if at_s < least[m, k]:
                part += 1.0
            elif waits:
                part += chance * (1.0 - gamma_below(at_s - least[m, k], mean, variance))
        total += spans.share[m] * part / least.shape[1]
    return total


@njit(cache=True, error_model="numpy")
def token_times(spans: Spans, sizes: Sizes, varies: Varies, quantiles: Real) -> Real:
    """Mean, then each quantile over requests of the mean time of a token after the first, seconds, (1 + Q,)."""
    size = (len(spans.share), len(sizes.steps))
    steps, read_s, read_var = np.empty(size), np.empty(size), np.empty(size)
    piece_s = sizes.piece_tokens * sizes.prefill_s
    mean = 0.0
    for m in range(size[0]):
        for j in range(size[1]):
            steps[m, j] = max(sizes.steps[j] * spans.answer[m], 1.0)
            read_s[m, j], read_var[m, j] = _read_meanwhile(spans, sizes, varies, m, steps[m, j])
            most_s = steps[m, j] * piece_s
            each = mean_up_to(most_s, read_s[m, j], read_var[m, j]) / steps[m, j]
            mean += spans.share[m] * (spans.iteration_s[m] + each) / size[1]
    found = np.empty(1 + len(quantiles))
    found[0] = mean
    for q in range(len(quantiles)):
        low, high = 0.0, piece_s + np.max(spans.iteration_s)
        for _ in range(HALVINGS):
            middle = 0.5 * (low + high)
            if _slower(spans, steps, read_s, read_var, piece_s, middle) > 1.0 - quantiles[q]:
                low = middle
            else:
                high = middle
        found[1 + q] = high
    return found


@njit(cache=True, error_model="numpy")
def _read_meanwhile(
    spans: Spans, sizes: Sizes, varies: Varies, m: int, steps: float
) -> tuple[float, float]:
    """Mean [s] and variance [s²] of what others read while so many tokens follow the first."""
    decode_s, reading = steps * spans.iteration_s[m], spans.reading[m]
    backlog_s, backlog_var = spans.backlog_s[m], spans.backlog_var[m]
    prompt_s = sizes.mean_prompt * spans.prompt[m] * sizes.prefill_s
    about_s = decode_s / (1.0 - reading)
    later = np.interp(about_s + backlog_s, varies.windows, varies.counts)
    quiet_s = quiet_after_s(spans.requests_per_s[m], varies.at_once, later)
    mean = others_read_s(decode_s, backlog_s, backlog_var, reading, quiet_s)
    dispersion = np.interp(about_s, varies.windows, varies.prompts)
    variance = read_while_decoding_var(
        decode_s, backlog_s, backlog_var, reading, prompt_s, dispersion
    )
    return mean, max(variance, 1e-12)


@njit(cache=True, error_model="numpy")
def _slower(
    spans: Spans, steps: Real, read_s: Real, read_var: Real, piece_s: float, at_s: float
) -> float:
    """Share of requests whose tokens take longer than at_s each."""
    total = 0.0
    for m in range(steps.shape[0]):
        beyond_s = at_s - spans.iteration_s[m]
        part = 0.0
        for j in range(steps.shape[1]):
            if beyond_s <= 0.0:
                part += 1.0
            elif beyond_s < piece_s and read_s[m, j] > 0.0:
                part += 1.0 - gamma_below(beyond_s * steps[m, j], read_s[m, j], read_var[m, j])
        total += spans.share[m] * part / steps.shape[1]
    return total
