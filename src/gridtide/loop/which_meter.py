"""Which meter shows what jobs draw: that of their class, or, where no class of a site has one, that of all its IT.

The meter of all IT says something of jobs only where nothing but jobs is answered there: requests draw what they like.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from gridtide.fleet.device import PowerReading
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.service import Service
from gridtide.loop.expecting import Draw

Drawn = Mapping[str, Draw]
Power = Mapping[str, PowerReading]


def sites_of_jobs_alone(fleet: Fleet, services: tuple[Service, ...]) -> frozenset[str]:
    """Sites at whose places no service is answered."""
    answering = {
        fleet.sites[site].name
        for service in services
        for site, there, per_s in zip(
            fleet.site_of_place.tolist(),
            np.asarray(service.resident, dtype=np.bool_).tolist(),
            np.asarray(service.requests_per_accelerator_s).tolist(),
            strict=True,
        )
        if there and per_s > 0.0
    }
    return frozenset(site.name for site in fleet.sites) - answering


def by_meters_that_read(
    drawn: tuple[Drawn, Drawn], power: tuple[Power, Power], jobs_alone: frozenset[str]
) -> tuple[Drawn, Drawn]:
    """What jobs draw at the meters that read them. drawn, power: before and after; jobs_alone: sites whose IT is jobs.

    All jobs of a site go to the meter of its IT together, or none does: a class that were read twice would count
    twice."""
    both = power[0].keys() & power[1].keys()
    classes = {one.of for some in drawn for one in some.values()}
    own = {one.site for some in drawn for one in some.values() if one.of in classes & both}
    whole = {site: f"{site} IT" for site in jobs_alone - own if f"{site} IT" in both}
    first, last = (
        {
            name: replace(one, of=whole[one.site]) if one.site in whole else one
            for name, one in some.items()
        }
        for some in drawn
    )
    return first, last
