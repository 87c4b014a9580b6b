"""Reports that a case would have handed in to the VTN whose recording it replays, from what its courses metered."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.call_answer import inside_share
from gridtide.decide.event import EventKind
from gridtide.doors.results.written_whole import write_text
from gridtide.signals.signal import Kind, Signal
from gridtide.simulate.calls import METERED, NONE, CallRow
from gridtide.simulate.compare import Comparison
from gridtide.simulate.course import Course
from gridtide.timeline import Timeline
from gridtide.wire.openadr.outstanding import Asked
from gridtide.wire.openadr.reporting import Figures, States, figures_for, report_of
from gridtide.wire.openadr.reports import ReportRequest

Real = NDArray[np.float64]
SOURCE = "simulated"
NORMAL, CURTAILED, HEIGHTENED, OPTED_OUT = (
    "RUNNING_NORMAL",
    "RUNNING_CURTAILED",
    "RUNNING_HEIGHTENED",
    "RUNNING_OPTED_OUT",
)


def write_reports(
    folder: Path, comparison: Comparison, asked: Sequence[tuple[str, Asked]]
) -> tuple[str, ...]:
    """A file of each policy, `reports-POLICY.jsonl`, a report a line in the order in which they were due; what is not
    reported, each once, in a sentence."""
    folder.mkdir(parents=True, exist_ok=True)
    left: dict[str, None] = {}
    for course in comparison.courses:
        lines = []
        for site, one in asked:
            try:
                report = _report(comparison, course, site, one)
            except ValueError as error:
                left[f"report of {site} on {one.heard.name} left out: {error}"] = None
                continue
            lines.append(json.dumps(report.written(), ensure_ascii=False, sort_keys=True))
        write_text(
            folder / f"reports-{course.policy}.jsonl", "".join(f"{line}\n" for line in lines)
        )
    return tuple(left)


def _report(comparison: Comparison, course: Course, site: str, asked: Asked) -> ReportRequest:
    """One report. Raises ValueError for what is not reported here."""
    figures = tuple(figures_of(comparison, course, site))
    chosen = figures_for(asked.descriptor, figures)
    if not chosen:
        raise ValueError(f"{asked.descriptor.payload_type} is not known of a course")
    event = asked.heard.event.id
    return report_of(event, site, asked.descriptor, asked.due, chosen, asked.name)


def figures_of(comparison: Comparison, course: Course, site: str) -> Iterator[Figures | States]:
    """What a course says of a site: what it drew, what it would have drawn without calls (where nothing was asked, what
    it drew), what its store could have taken off besides through each step, and how it ran."""
    study, seen = comparison.study, course.telemetry
    index = [one.name for one in study.fleet.sites].index(site)
    settled = comparison.of(course.policy)
    rows = [row for row in settled.calls if row.event.site == site] if settled else []
    without = course.without_calls if course.without_calls is not None else None if rows else seen
    powers = [("USAGE", seen.import_kw[index]), ("DEMAND", seen.import_kw[index])]
    if without is not None:
        powers.append(("BASELINE", _known_kw(study.timeline, without.import_kw[index], rows)))
    powers.append(("LOAD_SHED_DELTA_AVAILABLE", _shed_kw(comparison, course, index)))
    for kind, power_kw in powers:
        signal = Signal(
            kind=Kind.DEMAND, zone=site, timeline=study.timeline, values=power_kw, source=SOURCE
        )
        yield Figures(resource=site, payload_type=kind, signal=signal)
    yield States(resource=site, spans=_spans(study.timeline, rows))


def _known_kw(timeline: Timeline, without_kw: Real, rows: Sequence[CallRow]) -> Real:
    """The baseline, (T,), kW; unknown while a call holds that has none: the course without calls holds it too."""
    unknown = np.zeros(len(timeline), dtype=bool)
    for row in rows:
        if row.baseline in (METERED, NONE):
            unknown |= _inside(timeline, row)
    return np.where(unknown, np.nan, without_kw)


def _shed_kw(comparison: Comparison, course: Course, index: int) -> Real:
    """What the store of a site could have taken off its meter through each step besides what it did, (T,), kW."""
    study, seen = comparison.study, course.telemetry
    battery = study.fleet.sites[index].battery
    if battery is None:
        return np.zeros(len(study.timeline))
    left_kwh = seen.soc_kwh[index] - battery.energy_kwh * battery.soc_min
    by_energy_kw = np.maximum(left_kwh, 0.0) * battery.discharge_efficiency / study.timeline.hours
    by_power_kw = battery.discharge_max_kw - seen.discharge_kw[index]
    more_kw = np.maximum(np.minimum(by_energy_kw, by_power_kw), 0.0)
    return np.asarray(np.minimum(seen.charge_kw[index] + more_kw, seen.import_kw[index]))


def _spans(timeline: Timeline, rows: Sequence[CallRow]) -> tuple[tuple[int, int, str], ...]:
    """How a site ran in each step, in the words of the specification."""
    states = np.full(len(timeline), NORMAL, dtype=object)
    for row in rows:
        states[_inside(timeline, row)] = _state(row)
    return tuple(
        (int(start_s), int(end_s), str(state))
        for start_s, end_s, state in zip(timeline.starts_s, timeline.ends_s, states, strict=True)
    )


def _inside(timeline: Timeline, row: CallRow) -> NDArray[np.bool_]:
    """The steps in which a call held, from when it was heard until it ended or was taken back, (T,)."""
    end = min(row.event.end, row.event.taken_back_at or row.event.end)
    begin = max(row.event.start, row.event.issued_at)
    return np.asarray(inside_share(timeline, begin, end) > 0.0)


def _state(row: CallRow) -> str:
    event = row.event
    if row.share == 0.0:
        return OPTED_OUT
    more = event.kind is EventKind.ABSORB or event.take_kw > 0.0
    return HEIGHTENED if more else CURTAILED
