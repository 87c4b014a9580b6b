"""How late first tokens come and how slowly the others follow: means and tails on one replica.

All derivations treat the prompts as one queue that is served first come first served between decoding iterations.
Their work per window varies by an index of dispersion (`fleet.request_mix.dispersion`), 1 + SCV for independent
arrivals.
"""

import math

TERMS = 400
CLOSE = 1e-12


def work_bound_s(window_s: float, busy: float, service_s: float, dispersion: float) -> float:
    """Work that a window of arrivals leaves behind at most, robustly [s]; its largest over windows is the mean.

    busy: share of time served, 0 to below 1. service_s: mean of one. dispersion: of the work within the window.
    Constant dispersion gives busy × service × dispersion / (2 (1 - busy)) at the best window: exact for Poisson.
    Reference: robust queueing, Whitt and You, Operations Research 66 (2018).
    """
    return math.sqrt(2.0 * busy * service_s * window_s * dispersion) - (1.0 - busy) * window_s


def wait_from_work_s(work_s: float, busy: float, service_s: float, service_scv: float) -> float:
    """Mean wait in the queue [s] from the mean work there is (Brumelle): what serves is part of the work.

    work_s: time average. busy: above 0. service_s, service_scv: mean and squared variation of one service. Reference:
    Brumelle 1971.
    """
    return max(work_s / busy - 0.5 * service_s * (1.0 + service_scv), 0.0)


def shared_iteration_s(busy: float, service_s: float, dispersion: float, other_s: float) -> float:
    """How much later a prompt is done because all prompts of its iteration are done together [s].

    busy: share of time that prompts take, below 1. other_s: decoding part of an iteration. Derivation: gated
    service with a walking time against first come first served; without a limit on an iteration's prompts.
    """
    together = busy * busy * service_s * dispersion / (2.0 * (1.0 - busy * busy))
    return together + other_s * 1.5 * busy / (1.0 - busy)


def beyond_share(wait_s: float, busy: float, mean_s: float) -> float:
    """Chance that a wait is longer than wait_s: none with 1 - busy, else exponential; mean_s over all.

    Chance [0-1]; times in seconds [s], busy 0 to below 1. Reference: exact with one server and exponential service;
    assumed beyond.
    """
    if wait_s <= 0.0:
        return 1.0 if wait_s < 0.0 else busy
    if mean_s <= 0.0:
        return 0.0
    return busy * math.exp(-wait_s * busy / mean_s)


def read_while_decoding_s(decode_s: float, backlog_s: float, reading: float) -> float:
    """Mean time spent on others' prompts while one answer is generated [s]: a delay cycle.

    decode_s: its iterations alone. backlog_s: prompts that wait behind it when it begins. reading: their share of
    time, below 1. Reference: delay cycles, Conway, Maxwell and Miller (1967).
    """
    return (backlog_s + reading * decode_s) / (1.0 - reading)


def read_while_decoding_var(
    decode_s: float,
    backlog_s: float,
    backlog_var: float,
    reading: float,
    service_s: float,
    dispersion: float,
) -> float:
    """Variance of that time [s²]; backlog_var: of the backlog [s²]; service_s, dispersion: of the prompts.

    Derived: variance of the delay cycle. reading: below 1.
    """
    left = 1.0 - reading
    arriving = reading * service_s * dispersion * (decode_s + backlog_s)
    return backlog_var / (left * left) + arriving / (left * left * left)


def gamma_below(at: float, mean: float, variance: float) -> float:
    """Chance that a gamma variable of a mean and variance (both > 0) is at most `at` (regularised lower gamma).

    Series below shape + 1, else the continued fraction. Vector: chi-square of 1, 2 and 10 degrees at its 95 %.
    Reference: Press et al., Numerical Recipes, section 6.2.
    """
    if at <= 0.0:
        return 0.0
    shape = mean * mean / variance
    x = at * mean / variance
    front = math.exp(shape * math.log(x) - x - math.lgamma(shape)) if x > 0.0 else 0.0
    if x < shape + 1.0:
        term = total = 1.0 / shape
        for n in range(1, TERMS):
            term *= x / (shape + n)
            total += term
            if term < total * CLOSE:
                break
        return min(front * total, 1.0)
    return max(1.0 - front * _upper_fraction(x, shape), 0.0)


def _upper_fraction(x: float, shape: float) -> float:
    """Lentz's continued fraction of the upper incomplete gamma function."""
    b = x + 1.0 - shape
    c = 1e300
    d = 1.0 / b
    found = d
    for n in range(1, TERMS):
        a = -n * (n - shape)
        b += 2.0
        d = 1.0 / (a * d + b)
        c = b + a / c
        found *= d * c
        if abs(d * c - 1.0) < CLOSE:
            break
    return found
