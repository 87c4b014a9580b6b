"""Requests that move to another place read their prompts again, once."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gridtide.fleet.ways import ways_of
from gridtide.simulate.moved_requests import LostCaches
from gridtide.simulate.study import Study
from gridtide.testing.courses import course_of
from gridtide.testing.studies import small_study

EAST, NORTH = 1, 3
"""The places that answer."""


def study_with(lost_cache_s: float) -> Study:
    """Two days of two sites, whose service loses its caches so."""
    study = small_study(3, hours=48)
    (service,) = study.services
    return replace(study, services=(replace(service, lost_cache_s=np.full(4, lost_cache_s)),))


def extra_of(shares: list[float], cut: int = 0) -> np.ndarray:
    """Accelerators that moved requests keep busy, (P, T), at 10 a second, 0.5 s each; shares: of the north."""
    study = study_with(0.5)
    ways = ways_of(study.fleet, study.services)
    north = np.asarray(shares)
    asked = np.zeros((1, 1, len(study.fleet.places), len(shares)))
    asked[0, 0, NORTH], asked[0, 0, EAST] = 10.0 * north, 10.0 * (1.0 - north)
    lost, requests = LostCaches(), np.full((1, 1, len(shares)), 10.0)
    parts = [slice(0, cut), slice(cut, None)]
    found = [lost.extra_machines(ways, asked[..., at], requests[..., at]) for at in parts]
    joined: np.ndarray = np.concatenate(found, axis=-1)[0]
    return joined


def test_what_moves_pays_once_where_it_goes() -> None:
    """Half of ten requests a second move north in the second step, all come back in the fourth; nothing else pays."""
    extra = extra_of([0.0, 0.5, 0.5, 0.0, 0.0])
    np.testing.assert_allclose(extra[NORTH], [0.0, 2.5, 0.0, 0.0, 0.0])
    np.testing.assert_allclose(extra[EAST], [0.0, 0.0, 0.0, 2.5, 0.0])


@given(st.lists(st.floats(0.0, 1.0), min_size=2, max_size=12), st.integers(0, 12))
def test_blocks_do_not_matter(shares: list[float], cut: int) -> None:
    """Where a span of the twin ends, nothing is forgotten."""
    np.testing.assert_allclose(extra_of(shares, min(cut, len(shares))), extra_of(shares))


def test_a_course_pays_for_its_routes() -> None:
    """The same policy needs more machines where caches are lost, and as many where they are not."""
    plain, same, paying = (
        course_of(study_with(lost_s), "coordinated").telemetry.active.sum()
        for lost_s in (0.0, 0.0, 2.0)
    )
    assert plain == same < paying
