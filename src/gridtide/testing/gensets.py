"""Studies whose first site has generators and loses the grid for a while."""

from dataclasses import replace
from datetime import timedelta

from gridtide.decide.situation import Event
from gridtide.fleet.genset import Genset
from gridtide.simulate.study import Study

GENSET = Genset(
    units=2,
    rated_kw=20.0,
    fuel_l=400.0,
    start_s=0.0,
    start_failure=0.0,
    fuel_price_per_l=1.5,
    start_cost=4.0,
)


def with_genset(study: Study, genset: Genset | None = GENSET) -> Study:
    """The same study with these generators at its first site."""
    first, *others = study.fleet.sites
    sites = (replace(first, genset=genset), *others)
    return replace(study, fleet=replace(study.fleet, sites=sites))


def cut_off(study: Study, hours: tuple[float, float, float], import_kw: float = 0.0) -> Study:
    """The same study, its first site left so much by a call: issued, from and to, in hours from its start."""
    issued, start, end = (study.timeline.start + timedelta(hours=hour) for hour in hours)
    site = study.fleet.sites[0].name
    event = Event(site=site, start=start, end=end, import_max_kw=import_kw, issued_at=issued)
    return replace(study, events=(event,))
