"""Studies whose nodes for services rest."""

from dataclasses import replace

from gridtide.fleet.parking import Parking
from gridtide.simulate.study import Study

PARKING = Parking(
    node_accelerators=8,
    idle_kw=0.15,
    parked_kw=0.1,
    off_kw=0.01,
    wake_kw=0.5,
    wake_parked_s=30.0,
    wake_off_s=600.0,
    least_idle_s=0.0,
    least_parked_s=900.0,
    least_off_s=1800.0,
)


def with_parking(study: Study, parking: Parking) -> Study:
    """The same study, its nodes for services resting so."""
    sites = tuple(
        replace(site, pools=tuple(replace(pool, parking=parking) if pool.for_services else pool for pool in site.pools))
        for site in study.fleet.sites
    )  # fmt: skip
    return replace(study, fleet=replace(study.fleet, sites=sites))
