"""Studies whose first site has a plant that is told what to make."""

from dataclasses import replace
from datetime import timedelta

from gridtide.fleet.reactor import Outage, Reactor
from gridtide.simulate.study import Study

REACTOR = Reactor(capacity_kw=60.0, ramp_kw_per_min=0.5, cost_per_mwh=30.0, least_share=0.4)


def with_reactor(study: Study, reactor: Reactor | None = REACTOR, export_kw: float = 0.0) -> Study:
    """The same study with this plant at its first site, which may sell up to export_kw."""
    first, *others = study.fleet.sites
    contract = replace(first.contract, export_max_kw=export_kw)
    sites = (replace(first, reactor=reactor, contract=contract), *others)
    return replace(study, fleet=replace(study.fleet, sites=sites))


def with_outage(study: Study, reactor: Reactor, hours: tuple[float, float]) -> Reactor:
    """The same plant, which stands from one hour of a study up to another."""
    begins, ends = (study.timeline.start + timedelta(hours=hour) for hour in hours)
    return replace(reactor, outages=(*reactor.outages, Outage(start=begins, end=ends)))
