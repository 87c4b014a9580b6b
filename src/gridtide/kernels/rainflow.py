"""Cycles of a course of content, counted as rain flows off a roof (ASTM E1049), and what they take of a life."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gridtide.kernels import scalar  # noqa: F401  (makes the physics callable from compiled code)
from gridtide.physics.battery_life import cycle_damage

Real = NDArray[np.float64]


@njit(cache=True, error_model="numpy")
def rainflow(course: Real) -> tuple[Real, Real]:
    """Ranges of the cycles in a course (T,) of values, and how much of a cycle each is, 0.5 or 1; same order.

    Turning points are found first, the ends count as such. Reference: ASTM E1049-85, section 5.4.4.
    """
    points = np.empty(len(course))
    ranges = np.empty(len(course))
    counts = np.empty(len(course))
    held = found = 0
    for at in turning(course):
        points[held] = course[at]
        held += 1
        while held >= 3:
            newest = abs(points[held - 1] - points[held - 2])
            before = abs(points[held - 2] - points[held - 3])
            if newest < before:
                break
            ranges[found] = before
            if held == 3:
                counts[found] = 0.5
                points[0], points[1] = points[1], points[2]
                held = 2
            else:
                counts[found] = 1.0
                points[held - 3] = points[held - 1]
                held -= 2
            found += 1
    for at in range(held - 1):
        ranges[found] = abs(points[at + 1] - points[at])
        counts[found] = 0.5
        found += 1
    return ranges[:found], counts[:found]


@njit(cache=True, error_model="numpy")
def turning(course: Real) -> NDArray[np.int64]:
    """Where a course turns, its ends with it; of values that stay the same, the last."""
    turns = np.empty(len(course), dtype=np.int64)
    found = 0
    for at in range(len(course)):
        if found > 0 and course[at] == course[turns[found - 1]]:
            turns[found - 1] = at
            continue
        if found > 1:
            rose = course[turns[found - 1]] > course[turns[found - 2]]
            if rose == (course[at] > course[turns[found - 1]]):
                found -= 1
        turns[found] = at
        found += 1
    return turns[:found]


@njit(cache=True, error_model="numpy")
def course_damage(soc: Real, cycles_at_full: float, exponent: float) -> float:
    """Share of a battery's life that the cycles of a course of states of charge [0-1], (T,), take."""
    ranges, counts = rainflow(soc)
    damage = 0.0
    for at in range(len(ranges)):
        damage += cycle_damage(ranges[at], counts[at], cycles_at_full, exponent)
    return damage
