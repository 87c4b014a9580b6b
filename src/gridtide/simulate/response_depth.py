"""How deep a call can go so that every tier holds, borne out by the course itself."""

import math

from gridtide.decide.response.best_course import deepest_kw
from gridtide.decide.response.call import Call, flat_call
from gridtide.fleet.capped_job import CappedCluster
from gridtide.simulate.response import answer, marks_of

STEP = 1e-3
"""Share of the baseline to which the depth is found."""

RUNGS = (0.04, 0.01)
"""Shares of the baseline by which deeper limits are tried, one below the other, the wide steps first."""


def deepest_kept_kw(cluster: CappedCluster, call: Call, margin: float = 0.0) -> float:
    """The lowest flat limit over the window of a call, and with its notice, that a course keeps with every tier, as it
    keeps every limit tried above it.

    Limits are tried from the baseline down, in steps of RUNGS until one breaks, and between that one and the last by
    halves. Keeping is not proven to be monotone, so a limit between two that were tried may break; none is tried below
    what the bound proves that nobody keeps. nan where not even the baseline is kept.
    """
    base, proven_kw = cluster.baseline_kw, deepest_kw(cluster, call, relaxed=True)
    if math.isnan(proven_kw) or not _kept(cluster, call, base, margin):
        return math.nan
    kept_kw, least_kw = base, proven_kw / (1.0 - margin)
    for step_kw in (rung * base for rung in RUNGS):
        while kept_kw - step_kw >= least_kw and _kept(cluster, call, kept_kw - step_kw, margin):
            kept_kw -= step_kw
    broken_kw = max(kept_kw - RUNGS[-1] * base, least_kw)
    while kept_kw - broken_kw > STEP * base:
        middle_kw = 0.5 * (broken_kw + kept_kw)
        if _kept(cluster, call, middle_kw, margin):
            kept_kw = middle_kw
        else:
            broken_kw = middle_kw
    return kept_kw


def _kept(cluster: CappedCluster, call: Call, limit_kw: float, margin: float) -> bool:
    asked = flat_call(
        call.name, len(call.limit_kw), (call.start, call.end), limit_kw, call.start - call.known_from
    )  # fmt: skip
    marks = marks_of(cluster, asked, answer(cluster, asked, margin=margin))
    return not marks.minutes_over and not marks.tiers_broken
