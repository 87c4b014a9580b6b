"""Power of a course second by second: its steps with the iterations, starts and stops of its jobs put back in."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.finding import BadInput, Finding
from gridtide.fleet.building import capacities_kw, is_learned, plants_of
from gridtide.fleet.iterations import ASSUMED, Iterations
from gridtide.fleet.menu import at_share
from gridtide.fleet.work_kind import WorkKind, kind_by_name
from gridtide.grid.period_guard import JobWave
from gridtide.grid.waveform import Waveform
from gridtide.physics.pue import fast_facility_power_kw
from gridtide.simulate.course import Course, Executed
from gridtide.simulate.study import Study
from gridtide.timeline import Timeline, instant

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
NUDGE = 0.01
"""Change of IT power, relative to the capacity of a building, over which its fast marginal power is taken."""
STEADY = (WorkKind.BATCH, WorkKind.SERVING)


@dataclass(frozen=True, kw_only=True, eq=False)
class Runs:
    """Runs at one site that touch a window, (R,) each; seconds from its beginning.

    job: row of the study; start_s, end_s; joined_start, joined_end: another run of the job goes on there; mean_kw,
    low_kw, high_kw: at the meter; period_s, duty, phase_s; ramp_s: of its start and stop.
    """

    job: Whole
    start_s: Real
    end_s: Real
    joined_start: NDArray[np.bool_]
    joined_end: NDArray[np.bool_]
    mean_kw: Real
    low_kw: Real
    high_kw: Real
    period_s: Real
    duty: Real
    phase_s: Real
    ramp_s: Real

    def __post_init__(self) -> None:
        reals = set(self.__dataclass_fields__) - {"job", "joined_start", "joined_end"}
        freeze(self, job=np.int64, joined_start=np.bool_, joined_end=np.bool_)
        freeze(self, **dict.fromkeys(sorted(reals), np.float64))


@dataclass(frozen=True, kw_only=True)
class ClassSwing:
    """How the jobs of a class swing, None for steady ones. kind: of the work, as the case says or the name tells, None
    where neither does; declared: in a [[wave]], else it is assumed by the kind."""

    work_class: str
    kind: WorkKind | None
    iterations: Iterations | None
    declared: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class SitePower:
    """One site in a window. rest_kw: what is not jobs, at each sample, (n,); waveform: all of it; names: of the jobs of
    `runs`."""

    site: str
    nominal_kw: float
    waveform: Waveform
    rest_kw: Real
    runs: Runs
    names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Window:
    """A stretch of a course: from first_s (seconds since 1970) on, samples each step_s."""

    first_s: float
    lasts_s: float
    step_s: float


def busiest_window(study: Study, course: Course, lasts_s: float, step_s: float) -> Window:
    """The window around the edge at which most job power starts or stops at one site, within the course."""
    edges_s = study.timeline.edges_s
    ran, kw = course.executed, _it_kw(study, course)
    site = study.fleet.site_of_place[ran.place]
    change: dict[tuple[int, int], float] = {}
    for r in range(len(ran.job)):
        for at_s, sign in ((int(ran.start_s[r]), 1.0), (int(ran.end_s[r]), -1.0)):
            if edges_s[0] < at_s < edges_s[-1]:
                key = (at_s, int(site[r]))
                change[key] = change.get(key, 0.0) + sign * float(kw[r])
    middle = max(change, key=lambda key: (abs(change[key]), -key[0], -key[1]), default=None)
    at = float(edges_s[0]) if middle is None else float(middle[0])
    latest = float(edges_s[-1]) - lasts_s
    first = min(max(at - lasts_s / 2.0, float(edges_s[0])), max(latest, float(edges_s[0])))
    return Window(first_s=first, lasts_s=lasts_s, step_s=step_s)


def refuse_outside(course: Timeline, first_s: float, lasts_s: float) -> None:
    """Raises BadInput for a window that begins before a course or ends after it."""
    start_s, end_s = (int(course.edges_s[k]) for k in (0, -1))
    if first_s >= start_s and first_s + lasts_s <= end_s + 1e-6:
        return
    raise BadInput(
        [
            Finding(
                subject="--at and --lasts",
                value=f"{instant(round(first_s)).isoformat()} for {lasts_s:g} s",
                limit=f"within the course, {instant(start_s).isoformat()} to {instant(end_s).isoformat()}",
                mend="Choose a window inside the period of the case.",
            )
        ]
    )


def second_power(
    study: Study, course: Course, window: Window, by_class: Mapping[str, Iterations], seed: int
) -> tuple[SitePower, ...]:
    """Each site's grid power in a window. The mean of each job is that of the course; what is not jobs follows the
    course's steps by straight lines between their middles.

    by_class: how jobs swing, ASSUMED for classes that train and are not named; the others are steady. seed: of periods
    and phases, which a job keeps through the course. Raises BadInput for a window outside the course.
    """
    refuse_outside(study.timeline, window.first_s, window.lasts_s)
    grid_kw = course.telemetry.import_kw - course.telemetry.export_kw
    count = round(window.lasts_s / window.step_s) + 1
    at_s = window.first_s + np.arange(count) * window.step_s
    edges_s = study.timeline.edges_s
    middles_s = (edges_s[1:] + edges_s[:-1]) / 2.0
    swings = _swings(study, by_class, seed)
    found = []
    for s, site in enumerate(study.fleet.sites):
        factor = _fast_factor(study, course, s)
        rest = grid_kw[s] - factor * _mean_it_kw(study, course, s)
        rest_kw = np.interp(at_s, middles_s, rest)
        runs = _runs_at(study, course, s, window, factor, swings)
        power = SitePower(
            site=site.name,
            nominal_kw=site.contract.import_max_kw,
            waveform=Waveform(name=site.name, start_s=0.0, step_s=window.step_s, power_kw=rest_kw),
            rest_kw=rest_kw,
            runs=runs,
            names=tuple(str(study.jobs.name[job]) for job in runs.job),
        )
        found.append(with_runs(power, runs))
    return tuple(found)


def with_runs(power: SitePower, runs: Runs) -> SitePower:
    """The same site with its runs moved or changed."""
    from gridtide.kernels.second_power import add_runs

    course = np.array(power.rest_kw)
    rises = np.where(runs.joined_start, runs.start_s - runs.ramp_s, runs.start_s)
    ends = np.where(runs.joined_end, runs.end_s + runs.ramp_s, runs.end_s)
    spans = (np.array(runs.start_s), np.array(runs.end_s), rises, ends)
    iterations = (
        np.array(runs.low_kw),
        np.array(runs.high_kw),
        np.array(runs.period_s),
        np.array(runs.duty),
        np.array(runs.phase_s),
    )
    add_runs(course, power.waveform.step_s, spans, iterations, np.array(runs.ramp_s))
    return replace(power, runs=runs, waveform=replace(power.waveform, power_kw=course))


def waves_of(power: SitePower) -> tuple[JobWave, ...]:
    """The iterations of the jobs of a site, each job once."""
    found: dict[str, JobWave] = {}
    runs = power.runs
    for r, name in enumerate(power.names):
        if runs.high_kw[r] > runs.low_kw[r]:
            found[name] = JobWave(
                job=name,
                low_kw=float(runs.low_kw[r]),
                high_kw=float(runs.high_kw[r]),
                period_s=float(runs.period_s[r]),
                duty=float(runs.duty[r]),
            )
    return tuple(found.values())


def class_swings(study: Study, by_class: Mapping[str, Iterations]) -> tuple[ClassSwing, ...]:
    """How each class of a case swings: as declared, else steady for batch and serving and ASSUMED for all that train or
    are of no known kind. Raises BadInput for a declared class that the case does not have."""
    unknown = [name for name in by_class if name not in {one.name for one in study.jobs.classes}]
    if unknown:
        known = ", ".join(one.name for one in study.jobs.classes)
        raise BadInput(
            Finding(subject=f"wave {name}", value="no class of the case has this name",
                    limit=f"one of {known}", mend="Name a class of the case.")
            for name in unknown
        )  # fmt: skip
    found = []
    for one in study.jobs.classes:
        kind = one.kind or kind_by_name(one.name)
        found.append(
            ClassSwing(
                work_class=one.name,
                kind=kind,
                iterations=by_class.get(one.name, None if kind in STEADY else ASSUMED),
                declared=one.name in by_class,
            )
        )
    return tuple(found)


def _swings(
    study: Study, by_class: Mapping[str, Iterations], seed: int
) -> tuple[list[Iterations | None], Real, Real]:
    """How each class swings, None for a steady one; and two numbers in [0, 1) for each job, its period and phase."""
    classes = [one.iterations for one in class_swings(study, by_class)]
    chance = np.random.default_rng(seed)
    return classes, chance.random(len(study.jobs)), chance.random(len(study.jobs))


def moved_s(ran: Executed) -> tuple[Real, Real]:
    """When the power of each run begins to rise and has fallen, as it took its turn in its first and last slot."""
    if not ran.turns.shape[1]:
        return ran.start_s.astype(np.float64), ran.end_s.astype(np.float64)
    late, rise, early, fall = ran.turns
    return ran.start_s + late - rise, ran.end_s - early + fall


def _it_kw(study: Study, course: Course) -> Real:
    """IT power of each run while it runs, (R,), kW."""
    menu, ran = study.fleet.menu, course.executed
    entry = menu.entry(ran.place, ran.point)
    gang = at_share(study.jobs.accelerators[ran.job], menu.gang_share[entry])
    return np.asarray(gang * menu.extra_kw[entry])


def _mean_it_kw(study: Study, course: Course, site: int) -> Real:
    """Mean IT power of the jobs of a site beyond parked machines in each step, (T,), kW."""
    edges_s, ran = study.timeline.edges_s, course.executed
    starts_s, ends_s = moved_s(ran)
    kw, here = _it_kw(study, course), study.fleet.site_of_place[ran.place] == site
    mean = np.zeros(len(study.timeline))
    for r in np.flatnonzero(here):
        first = int(np.searchsorted(edges_s, ran.start_s[r], side="right")) - 1
        last = int(np.searchsorted(edges_s, ran.end_s[r], side="left"))
        for t in range(max(first, 0), min(last, len(mean))):
            inside = min(ends_s[r], edges_s[t + 1]) - max(starts_s[r], edges_s[t])
            mean[t] += kw[r] * max(0, int(inside)) / float(edges_s[t + 1] - edges_s[t])
    return mean


def _runs_at(
    study: Study,
    course: Course,
    site: int,
    window: Window,
    factor: float,
    swings: tuple[list[Iterations | None], Real, Real],
) -> Runs:
    classes, of_period, of_phase = swings
    ran = course.executed
    here = study.fleet.site_of_place[ran.place] == site
    starts_s, ends_s = moved_s(ran)
    start, end = starts_s - window.first_s, ends_s - window.first_s
    rows = np.flatnonzero(here & (end > 0.0) & (start <= window.lasts_s))
    begun = {(int(ran.job[r]), int(ran.start_s[r])) for r in np.flatnonzero(here)}
    ended = {(int(ran.job[r]), int(ran.end_s[r])) for r in np.flatnonzero(here)}
    kw = factor * _it_kw(study, course)
    turns = ran.turns[1:4:2].max(axis=0) if ran.turns.shape[1] else np.zeros(len(ran.job))
    columns: dict[str, list[float]] = {
        name: [] for name in ("low_kw", "high_kw", "period_s", "duty", "phase_s", "ramp_s")
    }
    for r in rows:
        job = int(ran.job[r])
        swing = classes[int(study.jobs.work_class[job])]
        shape = swing or replace(ASSUMED, depth=0.0)
        shortest, longest = shape.period_s
        period = shortest * (longest / shortest) ** float(of_period[job])
        high = float(kw[r]) / (1.0 - shape.depth * (1.0 - shape.duty))
        for name, value in (
            ("low_kw", high * (1.0 - shape.depth)),
            ("high_kw", high),
            ("period_s", period),
            ("duty", shape.duty),
            ("phase_s", period * float(of_phase[job]) + window.first_s % period),
            ("ramp_s", max(shape.ramp_s, float(turns[r]))),
        ):
            columns[name].append(value)
    return Runs(
        job=ran.job[rows],
        start_s=np.asarray(start[rows]),
        end_s=np.asarray(end[rows]),
        joined_start=np.asarray([(int(ran.job[r]), int(ran.start_s[r])) in ended for r in rows], dtype=bool),
        joined_end=np.asarray([(int(ran.job[r]), int(ran.end_s[r])) in begun for r in rows], dtype=bool),
        mean_kw=kw[rows],
        **{name: np.asarray(values) for name, values in columns.items()},
    )  # fmt: skip


def _fast_factor(study: Study, course: Course, site: int) -> float:
    """Kilowatts at the meter for one more of IT within seconds, cooling left out; 1 for a learned building."""
    fleet = study.fleet
    if is_learned(fleet)[site]:
        return 1.0
    capacity = float(capacities_kw(fleet)[site])
    mean, plant = float(course.telemetry.it_kw[site].mean()), int(plants_of(fleet)[site])
    low, high = mean - NUDGE * capacity / 2.0, mean + NUDGE * capacity / 2.0
    low = max(low, 0.0)
    rise = fast_facility_power_kw(high, capacity, plant) - fast_facility_power_kw(
        low, capacity, plant
    )
    return rise / (high - low)
