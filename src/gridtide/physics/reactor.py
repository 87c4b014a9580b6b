"""A small reactor: slow to follow, never far down, and sometimes out."""

import math

RUNNING_LEAST, RAMP_PER_MIN = 0.50, 0.03
"""Least share of rated power, 0.40 to 0.50, and share of it a minute, 0.02 to 0.05; assumed, give your own."""


def reactor_after_kw(
    power_kw: float,
    wanted_kw: float,
    rated_kw: float,
    minutes: float,
    ramp_per_min: float = RAMP_PER_MIN,
    least_share: float = RUNNING_LEAST,
) -> float:
    """Power [kW] of a running reactor some minutes after it was asked for wanted_kw [kW].

    Towards what is wanted at most by its ramp, never below its least nor above its rating [kW]. minutes: 0 or more.
    Reference: definition of a ramp; its rate is assumed, give your own.
    """
    aim = min(rated_kw, max(least_share * rated_kw, wanted_kw))
    most = ramp_per_min * rated_kw * minutes
    return power_kw + max(-most, min(most, aim - power_kw))


def failure_rate_per_h(outage_share: float, repair_h: float) -> float:
    """Forced outages [1/h of running] of a unit that is out for a share of time [0-1), repair_h [h] each time.

    outage_share: 0.03 to 0.08, assumed. Reference: two states, mean times.
    """
    return outage_share / ((1.0 - outage_share) * repair_h)


def runs_after(runs: bool, draw: float, hours: float, outage_share: float, repair_h: float) -> bool:
    """Whether a unit runs some hours later; draw: evenly from [0, 1), so that chance comes in as an argument.

    Reference: Markov chain of two states in its exact form over a step, so that no step is too long.
    """
    back_per_h = 1.0 / repair_h
    settle = math.exp(-(failure_rate_per_h(outage_share, repair_h) + back_per_h) * hours)
    chance = 1.0 - outage_share + ((1.0 if runs else 0.0) - 1.0 + outage_share) * settle
    return draw < chance
