"""A call lived through: met where it can be met, and said so where it cannot."""

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from gridtide.decide.response.best_course import best_course
from gridtide.decide.response.call import flat_call
from gridtide.fleet.capped_job import CappedCluster, Pausing
from gridtide.simulate.response import answer, marks_of
from gridtide.simulate.response_depth import deepest_kept_kw
from gridtide.testing.called_clusters import clusters
from gridtide.testing.one_gang import one_gang

MINUTES, WINDOW = 60, (15, 40)


@given(cluster=clusters(), share=st.floats(0.0, 1.0))
@settings(max_examples=8, phases=[Phase.generate])
def test_a_call_that_can_be_met_is_met_and_no_tier_breaks(
    cluster: CappedCluster, share: float
) -> None:
    """Anywhere between the deepest call and the baseline: power stays below, tiers hold, nothing comes back above."""
    asked = flat_call("any", MINUTES, WINDOW, cluster.baseline_kw, 10)
    deepest = deepest_kept_kw(cluster, asked)
    limit = deepest + share * (cluster.baseline_kw - deepest)
    call = flat_call("any", MINUTES, WINDOW, limit, 10)
    marks = marks_of(cluster, call, answer(cluster, call))
    assert marks.minutes_above == 0
    assert marks.tiers_broken == 0
    assert marks.highest_after <= 1.0 + 1e-9
    assert marks.weighted <= best_course(cluster, call).weighted + 1e-9


def test_where_caps_do_not_reach_a_gang_pauses_whole() -> None:
    """For a quarter of an hour at least; a job without checkpoint never, and the minutes above are counted."""
    call = flat_call("deep", MINUTES, (20, 24), 150.0, 10)
    whole = answer(one_gang(Pausing.WHOLE), call)
    assert marks_of(one_gang(Pausing.WHOLE), call, whole).minutes_above == 0
    assert (whole.running == 0.0).sum() == 15
    never = answer(one_gang(Pausing.NEVER), call)
    assert marks_of(one_gang(Pausing.NEVER), call, never).minutes_above == 4
    assert never.meter_kw[21] == pytest.approx(200.0)


def test_a_part_of_a_server_is_parked_where_that_beats_a_lower_cap() -> None:
    """By hand: 120 kW of 400 are 2 x 222 accelerators at 200 W and the others at 20 W, or 0.222 of the work."""
    call = flat_call("deep", MINUTES, (20, 24), 120.0, 10)
    lived = answer(one_gang(Pausing.SOME), call)
    assert lived.running[21].sum() == pytest.approx(444.0, abs=1.0)
    assert lived.meter_kw[21] <= 120.0
    assert lived.speed[21].mean() == pytest.approx(0.222, abs=1e-3)
