"""The runs of a site with their starts and stops staggered, so that its ramp rules hold by construction."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gridtide.finding import InputError
from gridtide.grid.ramp import Direction, step_within
from gridtide.grid.rule import Rule
from gridtide.grid.stagger import Step, WindowCap, caps_of, staggered
from gridtide.simulate.second_power import SitePower, with_runs

LONGEST_WAIT_S = 900.0


def calmer(
    power: SitePower, rules: Sequence[Rule], nominal_kw: float
) -> tuple[SitePower, dict[str, float]] | None:
    """The site with starts and stops moved later, each by LONGEST_WAIT_S at most, and as slow as the rules ask of it;
    None where there is none to move or no room. figures: steps moved, and seconds of delay.

    Starts and stops that other runs of the same job join are none. A stop that waits keeps its power until then. What
    is not jobs keeps its own changes, and leaves the rest of every window to them.
    """
    runs = power.runs
    caps = _left_by_the_rest(power, caps_of(rules, power.waveform.peak_kw, nominal_kw, 0))
    lasts_s = power.waveform.lasts_s
    starts = np.flatnonzero(~runs.joined_start & (runs.start_s > 0.0) & (runs.start_s < lasts_s))
    stops = np.flatnonzero(~runs.joined_end & (runs.end_s > 0.0) & (runs.end_s < lasts_s))
    if not caps or not len(starts) + len(stops):
        return None
    slowest = runs.mean_kw.max() * max(cap.window_s / min(cap.up_kw, cap.down_kw) for cap in caps)
    ramp_s = np.maximum(runs.ramp_s, np.minimum(slowest, 0.5 * (runs.end_s - runs.start_s)))
    steps = [
        _step(power, int(r), float(runs.start_s[r]), 1.0, float(ramp_s[r])) for r in starts
    ] + [
        _step(power, int(r), float(runs.end_s[r] - ramp_s[r]), -1.0, float(ramp_s[r]))
        for r in stops
    ]
    try:
        found = staggered(steps, caps)
    except InputError:
        return None
    start_s, end_s = np.array(runs.start_s), np.array(runs.end_s)
    start_s[starts] = found.start_s[: len(starts)]
    end_s[stops] = found.start_s[len(starts) :] + ramp_s[stops]
    end_s = np.maximum(end_s, start_s + 2.0 * ramp_s)
    moved = sum(float(at) > step.earliest_s for at, step in zip(found.start_s, steps, strict=True))
    figures = {
        "moved": float(moved),
        "steps": float(len(steps)),
        "delay_s": found.delay_s,
        "ramp_s": float(ramp_s.max()),
    }
    return with_runs(power, replace(runs, start_s=start_s, end_s=end_s, ramp_s=ramp_s)), figures


def _left_by_the_rest(power: SitePower, caps: Sequence[WindowCap]) -> list[WindowCap]:
    """The caps less what the power that is not jobs changes by in a window; none where it takes all of one."""
    rest = replace(power.waveform, power_kw=power.rest_kw)
    left = []
    for cap in caps:
        if cap.window_s < rest.step_s:
            return []
        taken = step_within(rest, cap.window_s, Direction.BOTH).value
        left.append(replace(cap, up_kw=cap.up_kw - taken, down_kw=cap.down_kw - taken))
    return left if all(min(cap.up_kw, cap.down_kw) > 0.0 for cap in left) else []


def _step(power: SitePower, run: int, at_s: float, sign: float, ramp_s: float) -> Step:
    return Step(
        name=power.names[run],
        kw=sign * float(power.runs.mean_kw[run]),
        earliest_s=at_s,
        latest_s=at_s + LONGEST_WAIT_S,
        ramp_s=ramp_s,
    )
