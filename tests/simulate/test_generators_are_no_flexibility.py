"""What generators for emergencies could give is in no supply curve, whether the grid is away or not."""

from dataclasses import replace

import pytest

from gridtide.decide.flexibility.curve import curve
from gridtide.decide.flexibility.outlook import outlook_of
from gridtide.decide.flexibility.step import DURATIONS_S, Step
from gridtide.simulate.flexing import standing_at
from gridtide.simulate.policies import policy_named
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.testing.gensets import GENSET, cut_off, with_genset
from gridtide.testing.studies import small_study


def curve_in(study: Study, hour: float) -> tuple[Step, ...]:
    """Every step of the coordinated policy's supply curve at an hour of the study."""
    policy, forecaster, known = policy_named("coordinated", study)
    at = round(hour * 4)
    standing = standing_at(known, truth_of(known), policy, forecaster, at, lambda done, whole: None)
    outlook = outlook_of(standing.plan, standing.turn.situation, standing.turn.orders.dispatch)
    return curve(outlook, DURATIONS_S)


def told(steps: tuple[Step, ...]) -> list[tuple[object, ...]]:
    """What a curve says of its steps."""
    return [(one.site, one.work, one.duration_s, one.kw, one.price_per_kwh) for one in steps]


@pytest.mark.parametrize("hour", [6.0, 13.0])
def test_thirty_times_the_machines_give_the_same_curve(hour: float) -> None:
    """Before a cut and in it: the same steps, kW and prices; in it nothing of the site that is cut off."""
    study = cut_off(small_study(4, hours=24, jobs=30, accelerators=32), (5.0, 12.0, 15.0))
    few, many = (
        curve_in(with_genset(study, replace(GENSET, units=units)), hour) for units in (2, 60)
    )
    assert few
    assert told(few) == told(many)
    if hour == 13.0:
        assert all(one.site != 0 for one in few)
