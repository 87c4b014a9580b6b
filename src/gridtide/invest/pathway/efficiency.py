"""How much more work comes of a joule, year by year: process and architecture, specialised chips, and the building."""

import numpy as np

from gridtide.invest.pathway.assumptions import ACCELERATED, KINDS, YEARS, Drivers, Real


def parts_of(drivers: Drivers, past: int = 1, before: Real | None = None) -> Real:
    """Process, architecture and plain servers, 1 in 2024: (D, Y, 3).

    past: years that are over; in them stands what is given as `before` (Y, 3), and from the last of them each course
    goes its own way.
    """
    parts = np.ones((len(drivers), len(YEARS), 3))
    if before is not None:
        parts[:, :past] = before[:past]
    passed = np.arange(len(YEARS) - past + 1, dtype=np.float64)[None, :]
    for at, (most, gain) in enumerate(
        (
            (drivers.process_most, drivers.process_gain),
            (drivers.architecture_most, drivers.architecture_gain),
            (drivers.plain_most, drivers.plain_gain),
        )
    ):
        start: Real = parts[:, past - 1, at]
        left = np.maximum(most / start, 1.0)
        way = towards(left, gain, passed)
        parts[:, past - 1 :, at] = way * start[:, None]
    return parts


def work_per_joule(drivers: Drivers, parts: Real) -> Real:
    """Work of each kind per joule of IT, 1 in 2024: (D, Y, K)."""
    chips = parts[..., 0] * parts[..., 1] * _specialised(drivers)
    work = np.repeat(parts[..., 2:], len(KINDS), axis=2)
    work[:, :, ACCELERATED] = chips[:, :, None]
    return work


def towards(most: Real, gain: Real, passed: Real) -> Real:
    """What begins at 1 and grows by a gain a year towards the most, as the logistic curve does: (D, Y).

    most: (D,) 1 or more; gain: (D,) share of a year; passed: (1, Y) years. Reference: logistic growth, exact between
    whole years, x = M / (1 + (M - 1) (1 + gain)^-t).
    """
    left = (most - 1.0)[:, None] * (1.0 + gain)[:, None] ** -passed
    grown: Real = most[:, None] / (1.0 + left)
    return grown


def adopted(drivers: Drivers) -> Real:
    """Share of accelerated work on specialised chips: (D, Y), straight from the year they arrive to the end."""
    since = YEARS[None, :] - drivers.special_year[:, None] + 1.0
    share: Real = np.clip(since / drivers.special_years[:, None], 0.0, 1.0)
    return share * drivers.special_share[:, None]


def _specialised(drivers: Drivers) -> Real:
    """What is not on them draws as before, so that a small rest soon draws most (Amdahl)."""
    share = adopted(drivers)
    return 1.0 / (1.0 - share + share / drivers.special_factor[:, None])
