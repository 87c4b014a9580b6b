"""What the generators of a course did, by its meters."""

from gridtide.decide.limits import import_max_kw
from gridtide.settle.gensets import GensetUse, settle_genset
from gridtide.simulate.course import Course
from gridtide.simulate.study import Study, binding_events

FUEL = "generator fuel"


def gensets_used(study: Study, course: Course) -> tuple[tuple[str, GensetUse], ...]:
    """By the name of each site with generators for emergencies; empty where there are none."""
    seen = course.telemetry
    if not seen.genset.size:
        return ()
    above_kw = seen.import_kw - import_max_kw(study.fleet, binding_events(study), study.timeline)
    return tuple(
        (
            site.name,
            settle_genset(
                site.genset, seen.genset[:, index], above_kw[index], study.timeline.hours
            ),
        )
        for index, site in enumerate(study.fleet.sites)
        if site.genset is not None
    )


def fuel_part(used: tuple[tuple[str, GensetUse], ...]) -> tuple[tuple[str, float], ...]:
    """The part of a total cost that is fuel and starts; none where no site has generators."""
    return ((FUEL, sum(one.cost for _, one in used)),) if used else ()
