"""Whose energy, carbon and money a course was: every settled part divided over teams and services, nothing left over.

Energy at a site's meter is divided, step by step, by the IT power that each team and service draws there: buildings,
parked machines, stores and own supply with it. Money follows the energy of its own steps: the demand charge that of the
peak.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.menu import at_share
from gridtide.settle.cost import settle_energy_cost
from gridtide.signals.signal import Kind
from gridtide.simulate.course import Course
from gridtide.simulate.settlement import (
    Settlement,
    accelerator_hours,
    delay_costs,
    metered_of,
    slower_costs,
)
from gridtide.simulate.study import Study
from gridtide.simulate.truth import Truth

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
NOBODY = "nobody"
"""What was drawn where no team and no service drew at all."""


@dataclass(frozen=True, kw_only=True)
class Share:
    """One team or service. kwh: imported for it; carbon_kg: NaN where no intensity is known; parts: money by cause, as
    settled. accelerator_h: done for a team; mean_wait_h: from release to first slot, None where no job ran; late: jobs
    whose deadline passed."""

    name: str
    kind: str
    kwh: float
    carbon_kg: float
    parts: tuple[tuple[str, float], ...]
    accelerator_h: float
    mean_wait_h: float | None
    late: int

    @property
    def cost(self) -> float:
        """All parts together."""
        return sum(money for _, money in self.parts)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Owners:
    """O owners: teams, then services, then nobody. part: of what each site draws in each step, (O, S, T), summing to 1
    over owners. of_job: the owner of each job, (n,)."""

    names: tuple[str, ...]
    teams: int
    part: Real
    of_job: Whole


def showback(
    study: Study, truth: Truth, course: Course, settled: Settlement, teams: NDArray[np.str_]
) -> tuple[Share, ...]:
    """Shares of a settled course; they sum to it, part by part. teams: of each job, (n,)."""
    owners = _owners(study, course, teams)
    hours = study.timeline.hours
    drawn_kwh = owners.part * course.telemetry.import_kw * hours
    average = np.einsum("ost,st->o", drawn_kwh, truth.carbon_average_g_per_kwh) / 1000.0
    by_part = tuple(_money(study, truth, course, settled, owners, drawn_kwh))
    _, done_h = accelerator_hours(study, course)
    late = _late(study, course)
    shares = []
    for number, name in enumerate(owners.names):
        own = owners.of_job == number
        ran = own & (course.first_s >= 0)
        waits_h = (course.first_s - study.jobs.release_s)[ran] / 3600.0
        shares.append(
            Share(
                name=name,
                kind=_kind(owners, number),
                kwh=float(drawn_kwh[number].sum()),
                carbon_kg=float(average[number]),
                parts=tuple((cause, float(money[number])) for cause, money in by_part),
                accelerator_h=float(done_h[own].sum()),
                mean_wait_h=float(waits_h.mean()) if len(waits_h) else None,
                late=int((own & late).sum()),
            )
        )
    return tuple(shares)


def teams_of(study: Study) -> NDArray[np.str_]:
    """Whose each job is, as the case or its log says; else its group, its name without its number, (n,)."""
    if len(study.teams) == len(study.jobs):
        return study.teams
    return np.asarray(
        [str(name).rpartition("-")[0] or str(name) for name in study.jobs.name], np.str_
    )


def _kind(owners: _Owners, number: int) -> str:
    if number < owners.teams:
        return "team"
    return NOBODY if number == len(owners.names) - 1 else "service"


def _late(study: Study, course: Course) -> NDArray[np.bool_]:
    due = study.jobs.deadline_s <= study.timeline.edges_s[-1]
    return np.asarray(due & ((course.ended_s < 0) | (course.ended_s > study.jobs.deadline_s)))


def _owners(study: Study, course: Course, teams: NDArray[np.str_]) -> _Owners:
    names, of_job = np.unique(teams, return_inverse=True)
    services = tuple(service.name for service in study.services)
    drawn_kw = np.concatenate(
        [_team_kw(study, course, of_job.ravel(), len(names)), course.telemetry.service_kw]
    )
    whole = drawn_kw.sum(axis=0)
    nobody = (whole <= 0.0).astype(np.float64)[None]
    with np.errstate(invalid="ignore", divide="ignore"):
        part = np.where(whole > 0.0, drawn_kw / whole, 0.0)
    return _Owners(
        names=(*names.tolist(), *services, NOBODY),
        teams=len(names),
        part=np.concatenate([part, nobody]),
        of_job=of_job.ravel().astype(np.int64),
    )


def _team_kw(study: Study, course: Course, of_job: Whole, teams: int) -> Real:
    """IT power of each team, (teams, S, T): what the meters saw of each class, divided by what its runs would draw."""
    ran, menu, jobs = course.executed, study.fleet.menu, study.jobs
    entry = menu.entry(ran.place, ran.point)
    site = study.fleet.site_of_place[ran.place]
    kw = at_share(jobs.accelerators[ran.job], menu.gang_share[entry]) * menu.it_kw[entry]
    edges_s, seen = study.timeline.edges_s, course.telemetry
    shape = (len(jobs.classes), teams, *seen.import_kw.shape)
    planned = np.zeros(shape)
    begin = np.searchsorted(edges_s, ran.start_s, side="right") - 1
    end = np.searchsorted(edges_s, ran.end_s, side="left")
    for run in range(len(ran.job)):
        steps = np.arange(begin[run], end[run])
        inside_s = np.minimum(edges_s[steps + 1], ran.end_s[run])
        inside_s -= np.maximum(edges_s[steps], ran.start_s[run])
        job = ran.job[run]
        at = (jobs.work_class[job], of_job[job], site[run])
        planned[(*at, steps)] += kw[run] * inside_s / np.diff(edges_s)[steps]
    whole = planned.sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        part = np.where(whole > 0.0, planned / whole, 0.0)
    return np.asarray((part * seen.class_kw[:, None]).sum(axis=0))


def _money(
    study: Study,
    truth: Truth,
    course: Course,
    settled: Settlement,
    owners: _Owners,
    drawn_kwh: Real,
) -> Iterator[tuple[str, Real]]:
    """Each settled part by owner, (O,): by its own weights where it has some, else by energy."""
    weights = dict(_weights(study, truth, course, owners, drawn_kwh))
    energy = drawn_kwh.sum(axis=(1, 2))
    for cause, money in settled.parts:
        own = weights.get(cause, energy)
        total = float(own.sum())
        if total == 0.0:
            own, total = energy, float(energy.sum())
        yield cause, own * (money / total) if total else np.zeros(len(own))


def _weights(
    study: Study, truth: Truth, course: Course, owners: _Owners, drawn_kwh: Real
) -> Iterator[tuple[str, Real]]:
    """Of every part that is not divided by energy, what each owner stands for, (O,)."""
    seen, hours, jobs = course.telemetry, study.timeline.hours, study.jobs
    count = len(owners.names)
    yield "energy", np.einsum("ost,st->o", owners.part, _step_costs(study, truth, course))
    yield "demand charge", _peak_costs(study, course, owners)
    sites = study.fleet.sites
    wear = np.asarray([site.battery.wear_cost_per_kwh if site.battery else 0.0 for site in sites])
    spent = seen.discharge_kw * hours * wear[:, None]
    yield "wear", np.einsum("ost,st->o", owners.part, spent)
    marginal = study.objective.carbon is Kind.CARBON_MARGINAL
    grams = truth.carbon_marginal_g_per_kwh if marginal else truth.carbon_average_g_per_kwh
    yield "carbon", np.einsum("ost,st->o", drawn_kwh, np.nan_to_num(grams))
    yield "transfer", _by_owner(owners, owners.of_job, course.moves * jobs.data_gb)
    delay = _by_owner(owners, owners.of_job[course.executed.job], delay_costs(study, course))
    services = slice(owners.teams, count - 1)
    delay[services] += slower_costs(study, course)
    yield "delay", delay
    lost_h, _ = accelerator_hours(study, course)
    value = np.asarray([kind.value_per_accelerator_h for kind in jobs.classes])[jobs.work_class]
    yield "lost compute", _by_owner(owners, owners.of_job, lost_h * value)
    refused = np.zeros(count)
    value_each = np.asarray([service.value_per_request for service in study.services])
    refused[services] = (seen.refused * hours).sum(axis=(1, 2)) * value_each
    yield "refused requests", refused


def _by_owner(owners: _Owners, owner: Whole, values: Real) -> Real:
    summed = np.bincount(owner, weights=values, minlength=len(owners.names))
    return summed.astype(np.float64)


def _step_costs(study: Study, truth: Truth, course: Course) -> Real:
    """Money for the energy of each site and step, (S, T), by the contract's own rule."""
    rows = []
    for index, site in enumerate(study.fleet.sites):
        metered = metered_of(study, truth, course, index)
        columns = {field.name: getattr(metered, field.name) for field in fields(metered)}
        steps = (
            replace(metered, **{name: values[step : step + 1] for name, values in columns.items()})
            for step in range(len(metered.hours))
        )
        rows.append([settle_energy_cost(site.contract, one) for one in steps])
    return np.asarray(rows)


def _peak_costs(study: Study, course: Course, owners: _Owners) -> Real:
    """Demand charges by who drew in the highest step of each site and billing month, (O,)."""
    found = np.zeros(len(owners.names))
    for index, site in enumerate(study.fleet.sites):
        import_kw = course.telemetry.import_kw[index]
        local = study.timeline.local_times(site.clock)
        month = np.asarray([moment.year * 12 + moment.month for moment in local])
        for number in np.unique(month):
            peak = int(np.argmax(np.where(month == number, import_kw, -np.inf)))
            price = site.contract.demand_charge_per_kw_month
            found += owners.part[:, index, peak] * import_kw[peak] * price
    return found
