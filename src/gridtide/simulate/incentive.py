"""What an incentive for drawing less in called hours brings and costs: the same course again, with it, by the meters.

The baseline is the course without it: nothing is paid for what would have happened anyway. What is drawn more in called
hours pays the incentive back, so that load moved from one called hour or site to another earns nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.called_hours import CalledHours, called_share
from gridtide.decide.made_terms import made_at_sites
from gridtide.loop.world import Telemetry
from gridtide.settle.promises import Promises
from gridtide.simulate.called_window import CalledWindow
from gridtide.simulate.course import Course
from gridtide.simulate.settlement import Settlement, settle
from gridtide.simulate.study import Study
from gridtide.simulate.truth import Truth
from gridtide.units import cost_per_kwh

Real = NDArray[np.float64]
Runs = Callable[[Study, str], Course]
LOST = ("delay", "lost compute", "refused requests")
"""Parts of a settlement that are value lost to users; all others are costs."""


@dataclass(frozen=True, kw_only=True)
class SiteAnswer:
    """kWh at one site's meter: baseline_kwh and drawn_kwh in called hours, rebound_kwh drawn more outside of them."""

    site: str
    baseline_kwh: float
    drawn_kwh: float
    rebound_kwh: float

    @property
    def reduced_kwh(self) -> float:
        """Drawn less in called hours; negative where more was drawn."""
        return self.baseline_kwh - self.drawn_kwh


@dataclass(frozen=True, kw_only=True)
class Participant:
    """What one thing at one site drew less in called hours, kWh. All of a site sum to what its meter drew less.

    kind: class of jobs, service, store, or what follows from them: parked machines, building, on-site supply, export.
    hourly_kwh: of each called hour.
    """

    name: str
    kind: str
    site: str
    reduced_kwh: float
    hourly_kwh: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came of one incentive. payment: for reduced_kwh at all sites. extra_cost: what the course cost more, without
    payment and lost value; lost_value: of delay, lost compute and refused requests, more than in the baseline."""

    incentive_per_mwh: float
    sites: tuple[SiteAnswer, ...]
    participants: tuple[Participant, ...]
    payment: float
    extra_cost: float
    lost_value: float
    promises: Promises

    @property
    def reduced_kwh(self) -> float:
        """Of all sites."""
        return sum(site.reduced_kwh for site in self.sites)

    @property
    def rebound_kwh(self) -> float:
        """Of all sites."""
        return sum(site.rebound_kwh for site in self.sites)

    @property
    def net_benefit(self) -> float:
        """Money to whoever runs the fleet."""
        return self.payment - self.extra_cost - self.lost_value


def called(window: CalledWindow, incentive_per_mwh: float) -> CalledHours:
    """The call as a plan reads it."""
    return CalledHours(start=window.start, end=window.end, incentive_per_mwh=incentive_per_mwh)


def answer_of(
    study: Study,
    truth: Truth,
    baseline: Course,
    window: CalledWindow,
    incentive_per_mwh: float,
    runs: Runs,
) -> Answer:
    """The whole course again with an incentive, run and metered. runs: a course of a study, said by some words."""
    asked = called(window, incentive_per_mwh)
    paid = replace(study.objective, called=(*study.objective.called, asked))
    course = runs(replace(study, objective=paid), f"{incentive_per_mwh:g} per MWh")
    share = called_share(study.timeline, asked)
    sites = tuple(_sites(study, baseline.telemetry, course.telemetry, share))
    before, after = (settle(study, truth, one, 0.0) for one in (baseline, course))
    lost = _lost(after) - _lost(before)
    return Answer(
        incentive_per_mwh=incentive_per_mwh,
        sites=sites,
        participants=tuple(_participants(study, baseline.telemetry, course.telemetry, share)),
        payment=cost_per_kwh(incentive_per_mwh) * sum(site.reduced_kwh for site in sites),
        extra_cost=after.total_cost - before.total_cost - lost,
        lost_value=lost,
        promises=after.promises,
    )


def _lost(settled: Settlement) -> float:
    parts = dict(settled.parts)
    return sum(parts[name] for name in LOST)


def _sites(study: Study, before: Telemetry, after: Telemetry, share: Real) -> Iterator[SiteAnswer]:
    hours = study.timeline.hours
    for index, site in enumerate(study.fleet.sites):
        was_kwh, is_kwh = before.import_kw[index] * hours, after.import_kw[index] * hours
        yield SiteAnswer(
            site=site.name,
            baseline_kwh=float(was_kwh @ share),
            drawn_kwh=float(is_kwh @ share),
            rebound_kwh=float((is_kwh - was_kwh) @ (1.0 - share)),
        )


def drawers(study: Study, seen: Telemetry) -> Iterator[tuple[str, str, Real]]:
    """Name, kind and kW (S, T) of everything that sums to what sites import: supply and discharge count negative."""
    for number, work in enumerate(study.jobs.classes):
        yield work.name, "class of jobs", seen.class_kw[number]
    for number, service in enumerate(study.services):
        yield service.name, "service", seen.service_kw[number]
    yield "parked machines", "parked machines", _parked_kw(seen)
    yield "building", "building", seen.facility_kw - seen.it_kw
    yield "store", "store", seen.charge_kw - seen.discharge_kw
    yield "on-site supply", "on-site supply", seen.unused_supply_kw - seen.supply_kw
    if seen.made_kw.size:
        made_kw = made_at_sites(study.fleet, seen.made_kw, len(study.timeline))
        yield "plants", "plants", seen.led_past_kw - made_kw
    yield "export", "export", seen.export_kw


def _parked_kw(seen: Telemetry) -> Real:
    used = seen.class_kw.sum(axis=0) + seen.service_kw.sum(axis=0)
    return np.asarray(seen.it_kw - used, dtype=np.float64)


def _participants(
    study: Study, before: Telemetry, after: Telemetry, share: Real
) -> Iterator[Participant]:
    """Of every site what it has, also where it drew no less."""
    weight = study.timeline.hours * share
    inside = np.flatnonzero(share > 0)
    hour = (study.timeline.starts_s[inside] - study.timeline.starts_s[inside[0]]) // 3600
    pairs = zip(drawers(study, before), drawers(study, after), strict=True)
    for (name, kind, was_kw), (_, _, is_kw) in pairs:
        less_kwh = (was_kw - is_kw) * weight
        for index, site in enumerate(study.fleet.sites):
            if not (was_kw[index].any() or is_kw[index].any()):
                continue
            yield Participant(
                name=name,
                kind=kind,
                site=site.name,
                reduced_kwh=float(less_kwh[index].sum()),
                hourly_kwh=tuple(np.bincount(hour, weights=less_kwh[index, inside]).tolist()),
            )
