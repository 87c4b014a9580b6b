"""What the plants of a course made, by its meters."""

from gridtide.settle.plants import PlantUse, settle_plant
from gridtide.simulate.course import Course
from gridtide.simulate.study import Study

PLANTS = "plants"


def plants_used(study: Study, course: Course) -> tuple[tuple[str, PlantUse], ...]:
    """By the name of each site with a plant that is told what to make; empty where there is none."""
    seen = course.telemetry
    found: list[tuple[str, PlantUse]] = []
    for index, site in enumerate(study.fleet.sites):
        if site.reactor is not None:
            made_kw, past_kw = seen.made_kw[len(found)], seen.led_past_kw[index]
            used = settle_plant(site.reactor, made_kw, past_kw, study.timeline.hours)
            found.append((site.name, used))
    return tuple(found)


def plants_part(used: tuple[tuple[str, PlantUse], ...]) -> tuple[tuple[str, float], ...]:
    """The part of a total cost that plants take; none where no site has one."""
    return ((PLANTS, sum(one.cost for _, one in used)),) if used else ()
