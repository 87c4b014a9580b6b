"""What would one more hour, kilowatt or machine be worth to somebody who knows everything?

The best course is solved again with one thing changed; the difference is its worth. No duals are read: a
difference holds for the whole step, a dual only at its beginning.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from gridtide.decide.bound import Best, best_course
from gridtide.decide.situation import Situation
from gridtide.fleet.jobs import NO_DEADLINE_S
from gridtide.fleet.site import Site
from gridtide.simulate.bound import known_course
from gridtide.simulate.study import Study
from gridtide.simulate.truth import Truth

HOUR_S = 3600
TENTH = 0.1


@dataclass(frozen=True, kw_only=True)
class Change:
    """One thing changed, in words, and the course it is changed in."""

    what: str
    situation: Situation


@dataclass(frozen=True, kw_only=True)
class Worth:
    """What a change saves in money, between least and most; negative where it costs. None: no course holds."""

    what: str
    least: float | None
    most: float | None


@dataclass(frozen=True, kw_only=True)
class Worths:
    """The best course with limits as they are (None: none holds), and what each change is worth to it."""

    best: Best | None
    changes: tuple[Worth, ...]


def worths_of(study: Study, truth: Truth, told: Callable[[str], None]) -> Worths:
    """Solves the course as it is and once for each change; told: hears each before it is solved."""
    situation = known_course(study, truth)
    told("the course as it is")
    best = best_course(situation, study.objective)
    found = []
    for change in changes_of(situation):
        told(change.what)
        other = best_course(change.situation, study.objective)
        found.append(_worth(change.what, best, other))
    return Worths(best=best, changes=tuple(found))


def _worth(what: str, best: Best | None, other: Best | None) -> Worth:
    if best is None or other is None:
        return Worth(what=what, least=None, most=None)
    return Worth(what=what, least=best.lower_bound - other.cost, most=best.cost - other.lower_bound)


def changes_of(situation: Situation) -> Iterator[Change]:
    """An hour of slack for each class of work, then what each site has: import, ramp, store, machines."""
    yield from _slack(situation)
    for index, site in enumerate(situation.fleet.sites):
        if site.battery is not None:
            yield _without_battery(situation, index)
        for what, changed in _site_changes(site):
            yield Change(what=what, situation=_with_site(situation, index, changed))


def _with_site(situation: Situation, index: int, site: Site) -> Situation:
    sites = list(situation.fleet.sites)
    sites[index] = site
    return replace(situation, fleet=replace(situation.fleet, sites=tuple(sites)))


def _without_battery(situation: Situation, index: int) -> Change:
    """What was in it is gone with it."""
    site = situation.fleet.sites[index]
    soc_kwh = situation.state.soc_kwh.copy()
    soc_kwh[index] = 0.0
    bare = _with_site(situation, index, replace(site, battery=None))
    return Change(
        what=f"no battery at {site.name}",
        situation=replace(bare, state=replace(bare.state, soc_kwh=soc_kwh)),
    )


def _slack(situation: Situation) -> Iterator[Change]:
    jobs = situation.jobs
    for number, kind in enumerate(jobs.classes):
        waits = (jobs.work_class == number) & jobs.movable & (jobs.deadline_s < NO_DEADLINE_S)
        if not waits.any():
            continue
        later = np.where(waits, jobs.deadline_s + HOUR_S, jobs.deadline_s)
        yield Change(
            what=f"one more hour until every deadline of {kind.name} ({int(waits.sum()):,} jobs)",
            situation=replace(situation, jobs=replace(jobs, deadline_s=later)),
        )


def _site_changes(site: Site) -> Iterator[tuple[str, Site]]:
    contract = site.contract
    if np.isfinite(contract.import_max_kw):
        more = TENTH * contract.import_max_kw
        wider = replace(contract, import_max_kw=contract.import_max_kw + more)
        yield f"{more:,.0f} kW more import at {site.name}", replace(site, contract=wider)
    if contract.ramp_max_kw_per_min is not None:
        free = replace(contract, ramp_max_kw_per_min=None)
        yield f"no ramp rule at {site.name}", replace(site, contract=free)
    if contract.demand_charge_per_kw_month > 0:
        free = replace(contract, demand_charge_per_kw_month=0.0)
        yield f"no demand charge at {site.name}", replace(site, contract=free)
    if site.battery is not None:
        larger = replace(
            site.battery,
            energy_kwh=site.battery.energy_kwh * (1 + TENTH),
            charge_max_kw=site.battery.charge_max_kw * (1 + TENTH),
            discharge_max_kw=site.battery.discharge_max_kw * (1 + TENTH),
        )
        yield (
            f"{TENTH * site.battery.energy_kwh:,.0f} kWh more battery at {site.name}",
            replace(site, battery=larger),
        )
    for number, pool in enumerate(site.pools):
        more = max(1, round(TENTH * pool.accelerators))
        pools = list(site.pools)
        pools[number] = replace(pool, accelerators=pool.accelerators + more)
        yield (
            f"{more:,} more {pool.accelerator} in {pool.name} at {site.name}",
            replace(site, pools=tuple(pools)),
        )
