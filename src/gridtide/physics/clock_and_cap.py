"""What a lower clock or a power cap does to speed and power. Powers are shares of the rated power."""


def speed_at_clock(clock: float, clocked_share: float) -> float:
    """Speed [0-1] at a clock given as a share of the highest. clocked_share: of the time the clock limits.

    clock: (0, 1]; clocked_share: 0 to 1, 0.05 to 0.3 of decode and 0.8 to 1 of prefill, assumed. Reference: time of
    two parts, of which one follows the clock.
    """
    return 1.0 / ((1.0 - clocked_share) + clocked_share / clock)


def power_at_clock(clock: float, static: float, highest: float, exponent: float) -> float:
    """Power at a clock: a static part and one that grows with the clock to `exponent` (2 to 3).

    Shares of the rated power [1]; clock: share of the highest (0, 1]. Reference: power law of voltage and frequency;
    below the knee of voltage the exponent is about 1, assumed.
    """
    return float(static + (highest - static) * clock**exponent)


def cap_acts(cap: float, uncapped: float) -> bool:
    """Whether a cap changes anything: only where the work would draw more without it. Both in one unit, W or shares.

    Reference: decode of language models at 137 to 300 W of 700 W, where no settable cap binds (arXiv 2605.11999).
    """
    return uncapped > cap


def clock_under_cap(cap: float, static: float, highest: float, exponent: float) -> float:
    """The highest clock whose power stays under a cap, (0, 1]. Nothing changes while the cap is not reached.

    A cap at or below the static power leaves the lowest clock there is, 0. Share of the highest clock [1]; cap,
    static, highest: shares of the rated power. Reference: the inverse of `power_at_clock`.
    """
    if not cap_acts(cap, highest):
        return 1.0
    share = max(0.0, (cap - static) / (highest - static))
    return float(share ** (1.0 / exponent))


def throughput_under_cap(cap: float, floor: float, exponent: float) -> float:
    """Throughput [0-1] of training under a cap, by the closed form of measured curves.

    cap: share of the rated power, 0.42 or more; below that the curves have a cliff and only a table tells.
    floor, exponent: fitted to one workload on one accelerator.
    """
    return float(((cap - floor) / (1.0 - floor)) ** exponent)
