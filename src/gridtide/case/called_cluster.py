"""From a TOML file to a cluster and one call, with every fault said at once."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from gridtide.case.called_schema import CalledFile, CurveTable, EventTable, JobTable
from gridtide.case.misfits import misfits
from gridtide.decide.response.call import Call
from gridtide.decide.response.merit import merit_of
from gridtide.finding import BadInput, Finding, Gathered, refuse_if_any
from gridtide.fleet.capped_job import LOSS_BY_TIER, CappedCluster, CappedJob
from gridtide.fleet.knob_curve import KnobCurve
from gridtide.sources import text_of
from gridtide.sources.emerald import EmeraldSweep
from gridtide.sources.knob_table import KnobTable
from gridtide.sources.minute_power import MinutePowerTable

PAGE = "docs/demand-response.md"
MINUTE = timedelta(minutes=1)
DAY_MIN = 1440
ABOVE = 1.0 + 1e-6
Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Called:
    """A cluster, one call of it, the first minute of its span, the margin kept off limits, and what was assumed."""

    cluster: CappedCluster
    call: Call
    start: datetime
    margin: float
    notes: tuple[str, ...]


def load_called(path: Path, event: str | None) -> Called:
    """The cluster of a file and one of its events, the first where none is named. Raises BadInput with all faults."""
    file = _file_of(Path(path))
    folder, faults = Path(path).resolve().parent, Gathered()
    curves = {
        one.name: faults.of(lambda one=one: _curve_of(one, folder))  # type: ignore[misc]
        for one in file.curve
    }
    faults.findings += [*_job_faults(file), *_event_faults(file, event)]
    faults.refuse_if_any()
    known = {name: curve for name, curve in curves.items() if curve is not None}
    cluster, notes = _cluster_of(file, known)
    chosen = next(one for one in file.event if event in (None, one.name))
    call = _call_of(file, chosen, cluster.baseline_kw, folder)
    return Called(
        cluster=cluster,
        call=call,
        start=file.cluster.start,
        margin=file.cluster.margin,
        notes=notes,
    )


def _file_of(path: Path) -> CalledFile:
    try:
        content = tomllib.loads(text_of(path))
    except tomllib.TOMLDecodeError as error:
        raise BadInput(
            [_fault(str(path), str(error), "valid TOML", "Correct the place named.")]
        ) from None
    try:
        return CalledFile.model_validate(content)
    except ValidationError as error:
        raise BadInput(misfits(error, "", f"Correct it; {PAGE} says what it holds.")) from None


def _fault(subject: str, value: str, limit: str, mend: str) -> Finding:
    return Finding(subject=subject, value=value, limit=limit, mend=mend)


def _curve_of(one: CurveTable, folder: Path) -> tuple[Real, Real, float]:
    """Power [W] and speed over full speed, rising, and what a paused accelerator draws [W]."""
    power_w, speed = np.array(one.power_w), np.array(one.speed)
    if one.file is not None:
        found = _read_curve(one, folder)
        power_w, speed = found.power_w, found.speed
    key = f"curve {one.name}"
    faults = []
    if len(power_w) < 2 or len(power_w) != len(speed):
        faults.append(_fault(key, f"{len(power_w)} powers and {len(speed)} speeds", "two or more of each, as many",
                             "Give power_w and speed, or file."))  # fmt: skip
    elif (np.diff(power_w) <= 0).any() or (np.diff(speed) < 0).any():
        faults.append(_fault(key, "falls", "power that rises and speed that never falls with it",
                             "Sort it by power; leave out noise."))  # fmt: skip
    if len(power_w) and one.idle_w >= power_w[0]:
        faults.append(_fault(f"{key} idle_w", f"{one.idle_w:g}", f"below the lowest power, {power_w[0]:g} W",
                             "Give what a paused accelerator draws."))  # fmt: skip
    refuse_if_any(faults)
    return power_w, speed / speed[-1], one.idle_w


def _read_curve(one: CurveTable, folder: Path) -> KnobCurve:
    path = folder / str(one.file)
    reader = EmeraldSweep(path=path) if one.source == "emerald" else KnobTable(path=path)
    curves = {curve.workload: curve for curve in reader.read()}
    wanted = one.workload or one.name
    if wanted not in curves:
        raise BadInput([_fault(f"curve {one.name}", f"{wanted} is not in {one.file}",
                               "one of " + ", ".join(curves), "Name it as workload.")])  # fmt: skip
    return curves[wanted]


def _job_faults(file: CalledFile) -> Iterator[Finding]:
    curves = [one.name for one in file.curve]
    for kind, names in (("curve", curves), ("job", [one.name for one in file.job]),
                        ("event", [one.name for one in file.event])):  # fmt: skip
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield _fault(f"{kind} {name}", "stands twice", "each name once", "Rename one.")
    for job in file.job:
        if job.curve not in curves:
            yield _fault(f"job {job.name} curve", job.curve, "one of " + ", ".join(curves),
                         "Name a curve of the file.")  # fmt: skip
        if (job.tier is None) == (job.loss_most is None):
            yield _fault(f"job {job.name}", "has neither or both of tier and loss_most", "one of them",
                         'Write tier = "flex 2", for example.')  # fmt: skip


def _event_faults(file: CalledFile, named: str | None) -> Iterator[Finding]:
    first = file.cluster.start
    last = first + file.cluster.minutes * MINUTE
    if named is not None and named not in [one.name for one in file.event]:
        yield _fault(f"--event {named}", "is no event of the file",
                     "one of " + ", ".join(one.name for one in file.event), "Name one of them.")  # fmt: skip
    for one in file.event:
        key = f"event {one.name}"
        if (one.limit_share is None) == (one.limit_kw is None):
            yield _fault(key, "has neither or both of limit_share and limit_kw", "one of them",
                         "Write limit_share = 0.75, for example.")  # fmt: skip
        if not first <= one.start < one.end <= last:
            yield _fault(key, f"{one.start.isoformat()} to {one.end.isoformat()}",
                         f"within {first.isoformat()} to {last.isoformat()}, the start before the end",
                         "Move it, or make the span of the cluster longer.")  # fmt: skip
        if (one.start - first) % MINUTE or (one.end - first) % MINUTE:
            yield _fault(key, "begins or ends within a minute of the span", "whole minutes from its start",
                         "Round it.")  # fmt: skip


def _cluster_of(
    file: CalledFile, curves: dict[str, tuple[Real, Real, float]]
) -> tuple[CappedCluster, tuple[str, ...]]:
    table = file.cluster
    jobs = tuple(_job_of(one, curves[one.curve], 1.0) for one in file.job)
    usual = np.array([job.usual for job in jobs])
    drawn_kw = float(merit_of(jobs, usual, False, False).most_kw.sum())
    notes = []
    base = table.baseline_kw or drawn_kw + table.other_kw
    if table.fit_to_meter:
        scale = (base - table.other_kw) / drawn_kw
        if not 0.2 <= scale <= 5.0:
            refuse_if_any([_fault("cluster.baseline_kw", f"leaves {base - table.other_kw:,.1f} kW for jobs",
                                  f"0.2 to 5 times the {drawn_kw:,.1f} kW of their curves",
                                  "Correct baseline, other_kw or the accelerators.")])  # fmt: skip
        jobs = tuple(_job_of(one, curves[one.curve], scale) for one in file.job)
        notes.append(
            f"power of all curves times {scale:.4f}, so that usual work draws the baseline of the meter"
        )
    elif drawn_kw + table.other_kw > base * ABOVE:
        refuse_if_any([_fault("cluster.baseline_kw", f"{base:,.2f}",
                              f"at least the {drawn_kw + table.other_kw:,.2f} kW that usual work draws",
                              "Raise it, or set fit_to_meter = true.")])  # fmt: skip
    notes.append(
        f"{table.other_kw / base:.1%} of the baseline is taken to be drawn whatever the jobs do"
    )
    cluster = CappedCluster(
        name=table.name, jobs=jobs, other_kw=table.other_kw, baseline_kw=base, fall=table.fall,
        rise=table.rise,
    )  # fmt: skip
    return cluster, tuple(notes)


def _job_of(one: JobTable, curve: tuple[Real, Real, float], scale: float) -> CappedJob:
    power_w, speed, idle_w = curve
    loss = LOSS_BY_TIER[one.tier] if one.tier is not None else float(one.loss_most or 0.0)
    return CappedJob(
        name=one.name,
        accelerators=one.accelerators,
        power_w=power_w * scale,
        speed=speed,
        idle_w=idle_w * scale,
        loss_most=loss,
        weight=one.weight if one.weight is not None else max(1.0 - loss, 1e-3),
        pausing=one.pausing,
        usual=one.usual,
        makes_up=one.makes_up,
        away_share=one.away_share,
        away_value=one.away_value,
        checkpoint_min=one.checkpoint_min,
        restart_min=one.restart_min,
        gives=one.gives,
        grows_to=one.grows_to,
        borrowed_worth=one.borrowed_worth,
    )


def _call_of(file: CalledFile, one: EventTable, baseline_kw: float, folder: Path) -> Call:
    first, minutes = file.cluster.start, file.cluster.minutes
    start, end = (one.start - first) // MINUTE, (one.end - first) // MINUTE
    announced = one.limit_kw if one.limit_kw is not None else (one.limit_share or 1.0) * baseline_kw
    limit = np.full(minutes, np.inf)
    limit[start:end] = announced
    if one.limits is not None:
        _lay_on(limit, MinutePowerTable(path=folder / one.limits), first, one.name)
    return Call(
        name=one.name, limit_kw=limit, announced_kw=announced, start=start, end=end,
        known_from=max(start - one.notice_min, 0),
    )  # fmt: skip


def _lay_on(limit_kw: Real, table: MinutePowerTable, first: datetime, name: str) -> None:
    """Limits of a table in place of what was announced, from the minute of the day its first row names."""
    found = table.read()
    at = (found.first_min - (60 * first.hour + first.minute)) % DAY_MIN
    if at + len(found.power_kw) > len(limit_kw):
        refuse_if_any(
            [
                _fault(
                    f"event {name} limits",
                    f"{len(found.power_kw)} minutes from minute {at} of the span",
                    f"within its {len(limit_kw)} minutes",
                    "Cut the table, or lengthen the span.",
                )
            ]
        )
    limit_kw[at : at + len(found.power_kw)] = found.power_kw
