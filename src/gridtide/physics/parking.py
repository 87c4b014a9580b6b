"""Machines between two uses: how long a rest must last before it saves energy."""


def least_rest_s(wake_s: float, wake_kw: float, kept_kw: float, resting_kw: float) -> float:
    """The shortest time out of use [s] from which resting takes no more energy than staying as one is, inf if none.

    wake_s: time to wake, within that time [s]. wake_kw, kept_kw, resting_kw: power while it wakes, if it stays, and
    while it rests [kW], all of one machine. Reference: resting × (t − wake) + waking × wake = kept × t.
    """
    if wake_s <= 0.0:
        return 0.0
    if kept_kw <= resting_kw:
        return float("inf")
    return max(wake_s, wake_s * (wake_kw - resting_kw) / (kept_kw - resting_kw))
