"""What a room would have saved and did save, day by day: the same work under its program, under nobody, and metered."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.state import Status
from gridtide.digest import freeze
from gridtide.loop.at_the_meter import metered_of
from gridtide.loop.basis import Basis
from gridtide.loop.settling import HeldThrough
from gridtide.settle.carbon import settle_emissions_kg
from gridtide.settle.cost import Metered, settle_energy_cost, settle_wear
from gridtide.settle.curtailment import absorbed_kwh
from gridtide.simulate.course import Course
from gridtide.simulate.study import Study
from gridtide.simulate.truth import Truth
from gridtide.timeline import epoch_s

Real = NDArray[np.float64]
Steps = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Drawn:
    """One side of the comparison. import_kw, export_kw, discharge_kw, position_kw: of each site, (S, T), NaN where no
    meter was read."""

    import_kw: Real
    export_kw: Real
    discharge_kw: Real
    position_kw: Real

    def __post_init__(self) -> None:
        freeze(self, **dict.fromkeys(vars(self), np.float64))

    @property
    def known(self) -> Steps:
        """Steps in which every site is known, (T,)."""
        seen = [self.import_kw, self.export_kw, self.discharge_kw]
        return np.asarray(~np.isnan(seen).any(axis=(0, 1)))


@dataclass(frozen=True, kw_only=True)
class Worth:
    """What one side came to over some steps: money for energy and wear, average emissions (None where an intensity is
    unknown), energy drawn, and what it soaked up of curtailed energy beyond the reference, never below 0."""

    energy_cost: float
    wear_cost: float
    emissions_kg: float | None
    import_kwh: float
    absorbed_kwh: float

    @property
    def cost(self) -> float:
        """Energy and wear."""
        return self.energy_cost + self.wear_cost


def drawn_of(course: Course) -> Drawn:
    """What meters of the twin saw of a course."""
    seen = course.telemetry
    return Drawn(
        import_kw=seen.import_kw,
        export_kw=seen.export_kw,
        discharge_kw=seen.discharge_kw,
        position_kw=course.position_kw,
    )


def drawn_really(study: Study, held: Sequence[HeldThrough]) -> tuple[Drawn, Steps]:
    """What meters read, on the steps of the study, and the steps through which some decision held, (T,)."""
    shape = (len(study.fleet.sites), len(study.timeline))
    rows = [np.full(shape, np.nan) for _ in fields(Drawn)]
    told = np.zeros(shape[1], dtype=np.bool_)
    edges_s = study.timeline.edges_s
    for one in held:
        at = np.searchsorted(edges_s, one.timeline.starts_s)
        inside = (at < shape[1]) & (edges_s[np.minimum(at, shape[1])] == one.timeline.starts_s)
        steps, hours = at[inside], one.timeline.hours[inside]
        told[steps] = bool(one.decision)
        for n, metered in enumerate(one.metered):
            rows[0][n, steps] = metered.import_kwh[inside] / hours
            rows[1][n, steps] = metered.export_kwh[inside] / hours
            rows[2][n, steps] = one.discharge_kw[n][inside]
            rows[3][n, steps] = metered.position_kwh[inside] / hours
    import_kw, export_kw, discharge_kw, position_kw = rows
    found = Drawn(
        import_kw=import_kw,
        export_kw=export_kw,
        discharge_kw=discharge_kw,
        position_kw=position_kw,
    )
    return found, told


def worth(study: Study, truth: Truth, side: Drawn, reference: Drawn, steps: Steps) -> Worth:
    """What one side came to over some steps, (T,), all of them known: by the contracts of the sites at the prices of
    the study. reference: beside which curtailed energy is soaked up."""
    shown, energy, wear, emissions = study.timeline, 0.0, 0.0, 0.0
    for n, site in enumerate(study.fleet.sites):
        drawn = (side.import_kw[n], side.export_kw[n], side.position_kw[n])
        metered = _of_steps(metered_of(study.history, site, shown, drawn), steps)
        energy += settle_energy_cost(site.contract, metered)
        wear += settle_wear(site.battery, side.discharge_kw[n, steps], shown.hours[steps])
        intensity = truth.carbon_average_g_per_kwh[n, steps]
        emissions += settle_emissions_kg(metered.import_kwh, intensity)
    import_kwh = float((side.import_kw[:, steps] * shown.hours[steps]).sum())
    return Worth(
        energy_cost=energy,
        wear_cost=wear,
        emissions_kg=emissions if np.isfinite(emissions) else None,
        import_kwh=import_kwh,
        absorbed_kwh=_soaked_up_kwh(study, truth, side, reference, steps),
    )


@dataclass(frozen=True, kw_only=True)
class Owed:
    """What is still to be drawn at the end, kWh at the meters: for work that is not done yet, less what stores give."""

    reference_kwh: float
    program_kwh: float
    metered_kwh: float


def owed(study: Study, courses: tuple[Course, Course], last: Basis) -> Owed:
    """What each side owes at the end. courses: reference and program. last: the turn that saw last what is left. An
    hour of an accelerator draws what it drew in the reference."""
    reference, program = courses
    seen, hours = reference.telemetry, study.timeline.hours
    did_h = float((reference.done_s * study.jobs.accelerators).sum()) / 3600.0
    it_kwh, facility_kwh = ((one * hours).sum() for one in (seen.it_kw, seen.facility_kw))
    drawn_kwh = float((seen.class_kw * hours).sum()) * float(facility_kwh / max(it_kwh, 1e-9))
    kwh_per_h = drawn_kwh / did_h if did_h > 0.0 else 0.0
    return Owed(
        reference_kwh=_undone_h(study, reference) * kwh_per_h - _content_kwh(study, reference),
        program_kwh=_undone_h(study, program) * kwh_per_h - _content_kwh(study, program),
        metered_kwh=_left_h(study, last) * kwh_per_h
        - float((last.situation.state.soc_kwh * _gives(study)).sum()),
    )


def _undone_h(study: Study, course: Course) -> float:
    """Accelerator-hours that a course has left."""
    left_s = np.maximum(study.true_s - course.done_s, 0)
    return float((left_s * study.jobs.accelerators).sum()) / 3600.0


def _left_h(study: Study, last: Basis) -> float:
    """Accelerator-hours that are really left: of what each job really takes, by the last turn and the time since."""
    state, jobs = last.situation.state, last.situation.jobs
    row_of = {name: row for row, name in enumerate(study.jobs.name.tolist())}
    rows = np.asarray([row_of[name] for name in jobs.name.tolist()], dtype=np.int64)
    since_s = int(study.timeline.edges_s[-1]) - epoch_s(last.situation.as_of)
    ran_s = np.where(state.status == Status.RUNNING, since_s, 0)
    did_s = study.jobs.declared_s[rows] - state.remaining_s + ran_s
    left_s = np.maximum(study.true_s[rows] - did_s, 0)
    return float((left_s * jobs.accelerators).sum()) / 3600.0


def _content_kwh(study: Study, course: Course) -> float:
    """What stores could give at the end of a course."""
    return float((course.telemetry.soc_kwh[:, -1] * _gives(study)).sum())


def _gives(study: Study) -> Real:
    """What of each site's content comes out, 0 without a store, (S,)."""
    stores = [site.battery for site in study.fleet.sites]
    return np.asarray([0.0 if one is None else one.discharge_efficiency for one in stores])


def _soaked_up_kwh(
    study: Study, truth: Truth, side: Drawn, reference: Drawn, steps: Steps
) -> float:
    """Curtailed energy soaked up beyond the reference, over all zones."""
    hours, total = study.timeline.hours[steps], 0.0
    named = np.asarray([site.curtailment_zone or "" for site in study.fleet.sites])
    for zone in sorted(set(named.tolist()) - {""}):
        members = named == zone
        curtailed = truth.curtailment_kw[int(np.argmax(members)), steps] * hours
        ours, theirs = (
            (one.import_kw[members][:, steps] * hours).sum(axis=0) for one in (side, reference)
        )
        total += absorbed_kwh(curtailed, ours, theirs)
    return total


def _of_steps(metered: Metered, steps: Steps) -> Metered:
    return replace(
        metered, **{one.name: getattr(metered, one.name)[steps] for one in fields(metered)}
    )
