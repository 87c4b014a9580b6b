"""Work and time at a speed other than the full one, in whole seconds."""

import math

ROUNDING_S = 1e-6
"""Seconds that rounding of a quotient may add; work and time are whole seconds."""


def seconds_at_speed(work_s: int, speed: float) -> int:
    """Whole seconds that work of so many seconds at full speed takes at a speed above 0, above 1 of a grown gang.

    work_s: 0 or more. Reference: definition.
    """
    return math.ceil(work_s / speed - ROUNDING_S)


def work_in_seconds(time_s: int, speed: float) -> int:
    """Work done in so many seconds at a speed above 0, in seconds at full speed, rounded up.

    Rounded up, because time in whole slots is counted by `seconds_at_speed`: what that calls enough for some
    work stays enough for what is left of it, however often it is asked on the way. Reference: the inverse of
    `seconds_at_speed`, on the safe side.
    """
    return math.ceil(time_s * speed - ROUNDING_S)
