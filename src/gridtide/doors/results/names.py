"""How places and kinds of work are called wherever a result is shown."""

import numpy as np
from numpy.typing import NDArray

from gridtide.simulate.study import Study

Whole = NDArray[np.int64]
FULL = "full"
"""The point every pool has."""


def place_names(study: Study) -> list[str]:
    """`site/pool` of each place."""
    return [
        f"{study.fleet.sites[place.site].name}/{study.fleet.sites[place.site].pools[place.pool].name}"
        for place in study.fleet.places
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


def work_names(study: Study) -> tuple[list[str], list[str]]:
    """Classes of jobs, then services; a service that is called like a class says that it is one."""
    classes = [kind.name for kind in study.jobs.classes]
    services = [
        f"{service.name} (service)" if service.name in classes else service.name
        for service in study.services
    ]
    return classes, services
