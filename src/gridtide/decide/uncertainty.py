"""What a situation knows of how far its forecasts miss: the same situation along a course, or at a quantile."""

from collections.abc import Callable, Container
from dataclasses import replace

import numpy as np

from gridtide.decide.situation import Situation
from gridtide.signals.signal import Kind, Nature, Signal, is_point


def courses_known(situation: Situation) -> int:
    """How many courses stand beside the point forecasts; 0 where none do."""
    return len({one.scenario for one in situation.signals if one.scenario is not None})


def in_course(situation: Situation, number: int) -> Situation:
    """The situation as it is if course `number` comes; what has no course is as its point forecast says."""
    chosen = [replace(one, scenario=None) for one in situation.signals if one.scenario == number]
    return _seen(situation, chosen)


def at_levels(situation: Situation, level_of: Callable[[Kind], float | None]) -> Situation:
    """The situation with every series at a quantile; what has no such quantile is as its point forecast says.

    level_of: the quantile wanted of a kind, None for the point forecast.
    """
    chosen = [
        replace(one, quantile=None)
        for one in situation.signals
        if one.quantile is not None and one.quantile == level_of(one.kind)
    ]
    return _seen(situation, chosen)


def without_spread(situation: Situation, kinds: Container[Kind]) -> tuple[str, ...]:
    """Forecast series of these kinds of which nothing is known but the point, as `kind of zone`."""
    spread = {
        (one.kind, one.zone)
        for one in situation.signals
        if not is_point(one) and not np.isnan(one.values).all()
    }
    return tuple(
        f"{one.kind} of {one.zone}"
        for one in situation.signals
        if is_point(one)
        and one.nature is Nature.FORECAST
        and one.kind in kinds
        and not np.isnan(one.values).all()
        and (one.kind, one.zone) not in spread
    )


def _seen(situation: Situation, first: list[Signal]) -> Situation:
    """Chosen series before the point forecasts; they say nothing where something was published."""
    points = [one for one in situation.signals if is_point(one)]
    return replace(situation, signals=(*first, *points))
