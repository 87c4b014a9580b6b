"""The capacity a course kept ready for the grid, settled by what its meters said."""

import numpy as np

from gridtide.decide.limits import export_max_kw, import_max_kw
from gridtide.decide.offer_terms import block_of
from gridtide.settle.capacity import Capacity, SiteMeters, settle_capacity
from gridtide.simulate.course import Course
from gridtide.simulate.study import Study, binding_events
from gridtide.simulate.truth import Truth

REVENUE = "capacity revenue"


def capacity_of(study: Study, truth: Truth, course: Course) -> tuple[tuple[str, Capacity], ...]:
    """By the name of each site that may offer capacity; empty where none may."""
    return tuple(
        (
            site.name,
            settle_capacity(
                site,
                truth.capacity_price_per_mw_h[_own(study, index)],
                meters_of(study, course, index),
            ),
        )
        for index, site in enumerate(study.fleet.sites)
        if site.products
    )


def earned(capacity: tuple[tuple[str, Capacity], ...]) -> tuple[tuple[str, float], ...]:
    """The part of a total cost that is revenue, below 0; none where no site may offer anything."""
    if not capacity:
        return ()
    return ((REVENUE, -sum(one.revenue for _, one in capacity)),)


def meters_of(study: Study, course: Course, index: int) -> SiteMeters:
    """What the meters of one site said over a course, and what it had offered."""
    seen, site = course.telemetry, study.fleet.sites[index]
    events = binding_events(study)
    limit_kw = import_max_kw(study.fleet, events, study.timeline)
    feed_in_kw = export_max_kw(study.fleet, events, study.timeline)
    battery = site.battery
    begins_kwh = battery.energy_kwh * battery.soc_start if battery else 0.0
    starts_s = study.timeline.starts_s
    return SiteMeters(
        import_kw=seen.import_kw[index],
        export_kw=seen.export_kw[index],
        charge_kw=seen.charge_kw[index],
        discharge_kw=seen.discharge_kw[index],
        store_before_kwh=np.append(begins_kwh, seen.soc_kwh[index][:-1]),
        store_kwh=seen.soc_kwh[index],
        import_max_kw=limit_kw[index],
        export_max_kw=feed_in_kw[index],
        hours=study.timeline.hours,
        offered_kw=course.offered_kw[_own(study, index)],
        work_kw=seen.carried_kw[:, index] if seen.carried_kw.size else np.zeros((2, 1)),
        block=np.stack([block_of(product, starts_s) for product in site.products]),
    )


def _own(study: Study, index: int) -> list[int]:
    """Numbers of a site's products among the fleet's."""
    return [row for row, (number, _) in enumerate(study.fleet.products) if number == index]
