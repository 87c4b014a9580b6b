"""How deep a call can go so that every tier holds, borne out by the course itself."""

import math

from gridtide.decide.response.best_course import deepest_kw
from gridtide.decide.response.call import Call, flat_call
from gridtide.fleet.capped_job import CappedCluster
from gridtide.simulate.response import answer, marks_of

STEP = 1e-3
"""Share of the baseline to which the depth is found."""

PROBE = 0.02
"""Share of the baseline by which a deeper limit is tried, one that needs gangs to stand still."""


def deepest_kept_kw(cluster: CappedCluster, call: Call, margin: float = 0.0) -> float:
    """The lowest flat limit over the window of a call, and with its notice, that a course keeps with every tier.

    Below what caps and parking reach by program, limits that need gangs to stand still are tried as well. nan where
    not even the baseline is kept.
    """
    program = deepest_kw(cluster, call)
    if math.isnan(program) or not _kept(cluster, call, cluster.baseline_kw, margin):
        return math.nan
    least, most = program / (1.0 - margin), cluster.baseline_kw
    if _kept(cluster, call, min(least + STEP * most, most), margin):
        most = min(least + STEP * most, most)
        step = PROBE * cluster.baseline_kw
        while most > step and _kept(cluster, call, most - step, margin):
            most -= step
        least = max(most - step, 0.0) if most < least else most
    while most - least > STEP * cluster.baseline_kw:
        middle = 0.5 * (least + most)
        least, most = (least, middle) if _kept(cluster, call, middle, margin) else (middle, most)
    return most


def _kept(cluster: CappedCluster, call: Call, limit_kw: float, margin: float) -> bool:
    asked = flat_call(
        call.name, len(call.limit_kw), (call.start, call.end), limit_kw, call.start - call.known_from
    )  # fmt: skip
    marks = marks_of(cluster, asked, answer(cluster, asked, margin=margin))
    return not marks.minutes_over and not marks.tiers_broken
