"""How places and kinds of work are called wherever a result is shown."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.fleet import Fleet
from gridtide.fleet.menu import at_share
from gridtide.simulate.study import Study

Whole = NDArray[np.int64]
FULL = "full"
"""The point every pool has."""


class HasFleet(Protocol):
    """A study, or a situation."""

    @property
    def fleet(self) -> Fleet:
        """Its sites and places."""
        ...


def place_names(of: HasFleet) -> list[str]:
    """`site/pool` of each place."""
    sites = of.fleet.sites
    return [
        f"{sites[place.site].name}/{sites[place.site].pools[place.pool].name}"
        for place in of.fleet.places
    ]


def point_names(study: Study, place: Whole, point: Whole) -> list[str]:
    """The operating point of each row by its name in the pool of its place; empty for nowhere (-1)."""
    pools = study.fleet.pools
    return [
        pools[at].points[number].name if at >= 0 else ""
        for at, number in zip(place.tolist(), point.tolist(), strict=True)
    ]


def slower_name(study: Study, place: int, point: int) -> str:
    """The name of an operating point below full speed; empty for full speed and for nowhere (-1)."""
    return study.fleet.pools[place].points[point].name if place >= 0 and point > 0 else ""


def accelerators_told(study: Study, job: Whole, place: Whole, point: Whole) -> dict[str, Whole]:
    """The column of accelerators each row's job runs on, where any work may run on others than its gang."""
    menu = study.fleet.menu
    if (menu.gang_share == 1.0).all():
        return {}
    taken = at_share(study.jobs.accelerators[job], menu.gang_share[menu.entry(place, point)])
    return {"accelerators": taken}


def resized(taken: int, gang: int) -> tuple[int, int] | None:
    """Accelerators a job runs on and those of its gang, None where they are the same."""
    return None if taken == gang else (taken, gang)


def work_names(study: Study) -> tuple[list[str], list[str]]:
    """Classes of jobs, then services; a service that is called like a class says that it is one."""
    classes = [kind.name for kind in study.jobs.classes]
    services = [
        f"{service.name} (service)" if service.name in classes else service.name
        for service in study.services
    ]
    return classes, services
