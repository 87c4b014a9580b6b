"""When each of many starts to respond, so that together they never change faster than a ramp allows."""

from collections.abc import Sequence


def starts_s(steps_kw: Sequence[float], ramp_max_kw_per_min: float) -> tuple[float, ...]:
    """Seconds after the call at which each of the steps, in their order, is taken.

    Each waits until those before it have had their time at the ramp, so that by construction no more than
    `ramp_max_kw_per_min` x minutes, and one step, changes within any span. Raises ValueError for a ramp that is not
    above 0.
    """
    if not ramp_max_kw_per_min > 0.0:
        raise ValueError(f"a ramp of {ramp_max_kw_per_min} kW/min lets nothing change")
    found, before_kw = [], 0.0
    for kw in steps_kw:
        found.append(60.0 * before_kw / ramp_max_kw_per_min)
        before_kw += abs(kw)
    return tuple(found)
