"""How far the straight lines that plans reckon with were off what the meters of a course saw."""

from dataclasses import dataclass

import numpy as np

from gridtide.decide.cooling_terms import drawn_per_kw
from gridtide.decide.power_curve import on_curve, power_curve
from gridtide.simulate.course import Course
from gridtide.simulate.study import Study
from gridtide.simulate.truth import Truth


@dataclass(frozen=True, kw_only=True)
class LinearView:
    """Of one site. cvrmse: root mean square of line less meter, over the mean of the meter; bias: mean of it, likewise.

    Names as in ASHRAE Guideline 14; both are shares, a bias above 0 is a plan that counts on too much power.
    """

    site: str
    cvrmse: float
    bias: float


def linear_view(study: Study, truth: Truth, course: Course) -> tuple[LinearView, ...]:
    """Lines at the IT power, the weather and the heat moved in time of each step as they were, beside the meter.

    So what forecasts did not know is no part of it.
    """
    seen, fleet = course.telemetry, study.fleet
    line_kw = on_curve(power_curve(fleet, study.services, truth.outdoor_c), seen.it_kw)
    if seen.extra_cooling_kw.size:
        moved_kw = seen.extra_cooling_kw.sum(axis=0)
        line_kw = line_kw + drawn_per_kw(fleet, truth.outdoor_c) * moved_kw
    off_kw = line_kw - seen.facility_kw
    hours = study.timeline.hours
    mean_kw = (seen.facility_kw @ hours) / hours.sum()
    cvrmse = np.sqrt((off_kw**2 @ hours) / hours.sum()) / mean_kw
    bias = (off_kw @ hours) / hours.sum() / mean_kw
    return tuple(
        LinearView(site=site.name, cvrmse=float(cvrmse[s]), bias=float(bias[s]))
        for s, site in enumerate(fleet.sites)
    )
