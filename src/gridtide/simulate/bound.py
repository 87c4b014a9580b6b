"""What no policy can fall below: the bound of a whole course, from its truth."""

import numpy as np

from gridtide.decide.bound import course_bound
from gridtide.decide.situation import Situation
from gridtide.loop.sight import see
from gridtide.settle.cost import contracted_relief
from gridtide.settle.ppa import fixed_part
from gridtide.settle.two_part import least_transformers
from gridtide.simulate.calls import most_paid
from gridtide.simulate.course import mandate_of
from gridtide.simulate.policies import PERFECT, policy_named
from gridtide.simulate.settlement import months_of, produced_kw
from gridtide.simulate.study import Study
from gridtide.simulate.truth import Truth
from gridtide.simulate.twin import Twin


def bound_of(study: Study, truth: Truth) -> float | None:
    """A lower bound on the total cost of any policy on this study, in its currency; None where there is none.

    Less all that calls of the grid may pay, so that no policy that answers them falls below it.
    """
    least, paid = course_bound(known_course(study, truth), study.objective), most_paid(study)
    if least is None or not np.isfinite(paid):
        return None
    return least - paid - _relief(study) + _whatever_is_drawn(study, truth)


def _relief(study: Study) -> float:
    """What plans count too much for demand that was contracted, money."""
    share, found = study.objective.demand_charge_share, 0.0
    for site in study.fleet.sites:
        if site.contract.demand_over_factor == 1.0:
            continue
        months = len(np.unique(months_of(study, site.clock)))
        found += contracted_relief(site.contract, months, share)
    return found


def _whatever_is_drawn(study: Study, truth: Truth) -> float:
    """What agreements and transformers cost at least, which no plan counts and no policy changes, money."""
    share, found = study.objective.demand_charge_share, 0.0
    for index, site in enumerate(study.fleet.sites):
        produced_kwh = produced_kw(study, truth, index) * study.timeline.hours
        paid = truth.price_per_mwh[index], truth.real_time_price_per_mwh[index]
        found += fixed_part(site.contract, *paid, produced_kwh, study.timeline.hours)
        months = len(np.unique(months_of(study, site.clock)))
        found += least_transformers(site.contract.transformers, months, share)
    return found


def known_course(study: Study, truth: Truth) -> Situation:
    """The whole course ahead as somebody sees it who knows every arrival, length and signal."""
    _, forecaster, knowing = policy_named(PERFECT, study)
    twin = Twin.of(knowing, truth)
    situation, _ = see(mandate_of(knowing, forecaster), twin, twin.now)
    return situation
