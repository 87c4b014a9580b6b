"""How prompts and tokens of one replica get in each other's way: reading by pieces, clumps, what others read meanwhile.

Every iteration gives each sequence in flight its token and then reads at most a piece of prompts, so that reading a
backlog takes the iterations between the pieces as well. What is stated as work is seconds of a replica.
"""

import math

from gridtide.physics.serving_quantiles import gamma_below


def token_read_s(prefill_s: float, iteration_s: float, piece_tokens: float) -> float:
    """Time that a token of a backlog takes [s]: its own reading, and its part of the iteration after its piece.

    prefill_s: reading one token alone [s]. iteration_s: giving everyone in flight a token [s]. piece_tokens: read in
    one iteration at most, > 0. Derived; without iterations it is prefill_s.
    """
    return prefill_s + iteration_s / piece_tokens


def own_read_s(
    prompt_tokens: float, prefill_s: float, iteration_s: float, piece_tokens: float
) -> float:
    """From when a prompt is next until its first token [s]: its reading and the iterations that takes, on average.

    A prompt of at most half a piece takes one iteration; a longer one starts anywhere in a piece, so that it takes
    half an iteration more than its pieces. Derived.
    """
    pieces = max(prompt_tokens / piece_tokens + 0.5, 1.0)
    return prompt_tokens * prefill_s + pieces * iteration_s


def sequences_that_let_read(
    prompt_tokens_per_s: float,
    prefill_s: float,
    piece_tokens: float,
    iteration: tuple[float, float, float],
) -> float:
    """Sequences in flight beyond which pieces come too rarely for the prompts that arrive; 0 where none may be, inf
    without prompts.

    iteration: first, per sequence and per its square, seconds (physics.serving_power.iteration_s). Derived from
    prompt_tokens_per_s × token_read_s = 1. piece_tokens: above 0.
    """
    if prompt_tokens_per_s <= 0.0:
        return math.inf
    first_s, line_s, square_s = iteration
    left_s = (1.0 / prompt_tokens_per_s - prefill_s) * piece_tokens - first_s
    if left_s <= 0.0:
        return 0.0
    if square_s == 0.0:
        return left_s / line_s
    inside = line_s * line_s + 4.0 * square_s * left_s
    return (math.sqrt(inside) - line_s) / (2.0 * square_s) if inside > 0.0 else math.inf


def mean_work_s(busy: float, service_s: float, at_once: float, queued_s: float) -> float:
    """Work there is on average [s]: what arrives at one instant, and what queues beyond it.

    busy: share of time served, 0 to below 1. service_s: mean of one request. at_once: work that comes at one instant,
    mean square over mean and over service_s (1 + SCV where requests come alone). queued_s: largest `work_bound_s` over
    windows. With independent arrivals it is busy × service × (1 + SCV) / (2 (1 - busy)), exactly
    (Pollaczek and Khinchine); without a queue it is the exact mean for clumps that are read before the next. Derived.
    """
    return busy * (0.5 * service_s * at_once + queued_s)


def mean_up_to(most: float, mean: float, variance: float) -> float:
    """Mean of the smaller of a gamma variable and `most`; mean >= 0, variance > 0 where mean > 0.

    Vector: exponential of mean 1 up to 1: 1 - 1/e. Unit: that of the variable [s where it is a time]. Derived:
    integral of a gamma law.
    """
    if mean <= 0.0 or most <= 0.0:
        return 0.0
    scale = variance / mean
    inside = mean * gamma_below(most, mean + scale, variance + scale * scale)
    return inside + most * (1.0 - gamma_below(most, mean, variance))


def others_read_s(
    decode_s: float, backlog_s: float, backlog_var: float, reading: float, quiet_s: float
) -> float:
    """Mean time that goes into others' prompts while one answer is generated [s].

    decode_s: its iterations alone. backlog_s, backlog_var: prompts waiting behind it when it begins, mean [s] and
    variance [s²] (gamma). reading: share of time spent on prompts, below 1. quiet_s: time after an arrival in which
    fewer come than on average, made whole (`quiet_after_s`): 0 for independent arrivals, where it is the delay
    cycle (Conway, Maxwell and Miller, 1967). Derived from it.
    """
    beyond_s = max(decode_s - quiet_s, 0.0) + backlog_s
    beyond_s -= mean_up_to(quiet_s - decode_s, backlog_s, backlog_var)
    return backlog_s + reading / (1.0 - reading) * beyond_s


def quiet_after_s(requests_per_s: float, at_once: float, later: float) -> float:
    """For how long fewer requests follow an arrival than on average, made whole [s].

    at_once: dispersion of counts at one instant, mean square of a clump over its mean. later: their dispersion over
    the time looked at. Palm's relation of counts: the mean number within t of an arrival, without those of the same
    instant, is rate × t - (at_once - later) / 2 for t beyond the clumps' distance. Vector: clumps of b every T
    seconds, later = 0: T / 2. Derived.
    """
    return max(at_once - later, 0.0) / (2.0 * requests_per_s)


def empty_share(load: float, growth: float) -> float:
    """Share of time in which nothing is in flight: birth and death with departures n / (base + growth part × n).

    load: requests a second × tokens × first_s, > 0; growth: × per_sequence_s, 0 to below 1. Negative binomial; with
    growth 0 Poisson's exp(-load). Share [1]. Derived: the stationary law's first term.
    """
    if growth <= 1e-9:
        return math.exp(-load)
    return math.exp((load / growth + 1.0) * math.log1p(-growth))
