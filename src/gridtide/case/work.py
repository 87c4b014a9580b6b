"""Deferrable work of a case: groups of jobs, made up or read from logs, as columns."""

import os
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from gridtide.case.schema import CaseFile, JobsTable
from gridtide.finding import BadInput, Finding, Gathered, plain
from gridtide.fleet.fleet import Fleet, place_named
from gridtide.fleet.jobs import Jobs, WorkClass
from gridtide.fleet.source import ReadsJobs
from gridtide.fleet.trace import UNKNOWN_S, JobTrace, anchored_at
from gridtide.timeline import Timeline, epoch_s, instant

Whole = NDArray[np.int64]
PROTECTED_CLASS = "protected"
OWN_NAMES = ("table", "sacct")
"""Logs whose jobs keep their names: those of a reader's own machines."""
NUMBER_WIDTH = 5
OWN_LONGEST = 200
"""Signs of what a log calls a job."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Work:
    """Jobs in order of release with their true run times; ended: class, limit and run time of jobs that had
    ended before the period; teams: whose each job is; notes: what was assumed."""

    jobs: Jobs
    true_s: Whole
    ended: tuple[Whole, Whole, Whole]
    teams: NDArray[np.str_]
    notes: tuple[str, ...]


def work_of(case: CaseFile, fleet: Fleet, timeline: Timeline, folder: Path) -> Work:
    """The deferrable work of a case. Raises BadInput with the faults of all its logs."""
    classes = tuple(
        WorkClass(
            name=kind.name,
            value_per_accelerator_h=kind.value_per_accelerator_h,
            delay_cost_per_accelerator_h=kind.delay_cost_per_accelerator_h,
            kind=kind.kind,
        )
        for kind in case.work_class
    )
    names = [kind.name for kind in classes]
    parts: list[dict[str, Any]] = []
    notes: list[str] = []
    past: list[tuple[Whole, Whole, Whole]] = []
    read: dict[tuple[object, ...], JobTrace] = {}
    faults = Gathered()
    for table in case.jobs:
        found = faults.of(partial(_trace, table, case, timeline, folder, read))
        if found is None:
            continue
        trace, before, said = found
        limits_s = _declared(table, before)
        kinds = np.full(len(before), names.index(table.work_class))
        past.append((kinds, limits_s, np.minimum(before.duration_s, limits_s)))
        parts.append(_columns(table, trace, case, fleet, timeline, names))
        notes += [f"{table.name}: {note}" for note in (*said, *_assumed(table, trace, fleet))]
    faults.refuse_if_any()
    columns = {
        key: np.concatenate([part[key] for part in parts]) if parts else _nothing(key, fleet)
        for key in _KEYS
    }
    true_s, teams = columns.pop("true_s"), columns.pop("team")
    inside = columns["deadline_s"] <= timeline.edges_s[-1]
    inside &= columns["release_s"] >= timeline.edges_s[0]
    if not inside.all():
        notes.append(f"{int((~inside).sum())} jobs lie partly outside the period and are left out")
    order = np.flatnonzero(inside)
    order = order[np.lexsort((order, columns["release_s"][order]))]
    jobs = Jobs(classes=classes, **{key: column[order] for key, column in columns.items()})
    empty = [(np.zeros(0, dtype=np.int64),) * 3]
    ended = tuple(np.concatenate(column) for column in zip(*(past or empty), strict=True))
    return Work(
        jobs=jobs,
        true_s=true_s[order].astype(np.int64),
        ended=(ended[0], ended[1], ended[2]),
        teams=teams[order],
        notes=tuple(notes),
    )


_KEYS = (
    "name work_class release_s deadline_s accelerators declared_s expected_s interruptible restart_s "
    "minimum_run_s home allowed movable elastic data_gb sensitivity true_s team"
).split()


def _nothing(key: str, fleet: Fleet) -> NDArray[Any]:
    if key == "allowed":
        return np.zeros((0, len(fleet.places)), dtype=np.bool_)
    return np.zeros(0, dtype=np.str_ if key in ("name", "team") else np.int64)


def _columns(
    table: JobsTable,
    trace: JobTrace,
    case: CaseFile,
    fleet: Fleet,
    timeline: Timeline,
    names: list[str],
) -> dict[str, Any]:
    n = len(trace)
    declared_s = _declared(table, trace)
    home = place_named(fleet, table.home, table.pool)
    allowed = np.zeros((n, len(fleet.places)), dtype=np.bool_)
    for site in table.sites or (table.home,):
        allowed[:, _same_pool(fleet, site, table.pool, home)] = True
    movable = (
        table.movable
        and table.name not in case.case.protect
        and table.work_class not in case.case.protect
    )
    return {
        "name": trace.name if table.source == "synthetic" else _names(table, trace),
        "work_class": np.full(n, names.index(table.work_class)),
        "release_s": trace.submit_s,
        "deadline_s": _deadline(
            table, trace, declared_s, fleet.sites[fleet.places[home].site].clock
        ),
        "accelerators": np.maximum(1, np.ceil(trace.units)).astype(np.int64),
        "declared_s": declared_s,
        "expected_s": declared_s,
        "interruptible": np.full(n, table.interruptible),
        "restart_s": np.full(n, round(table.restart_min * 60)),
        "minimum_run_s": np.full(n, round(table.minimum_run_min * 60)),
        "home": np.full(n, home),
        "allowed": allowed,
        "movable": np.full(n, movable),
        "elastic": (trace.elastic != 0) & (table.elastic and movable),
        "data_gb": np.full(n, table.data_gb),
        "sensitivity": np.full(n, table.sensitivity),
        "true_s": np.minimum(trace.duration_s, declared_s),
        "team": np.where(trace.team == "", table.team or table.name, trace.team),
    }


def _names(table: JobsTable, trace: JobTrace) -> NDArray[np.str_]:
    """The group, then what the log calls a job where that is one name a job, else its number. What no line holds as it
    is written stands as an escape, and of a long name its beginning."""
    own = np.asarray(
        [plain(str(name), keep="")[:OWN_LONGEST] for name in trace.name], dtype=np.str_
    )
    if table.source not in OWN_NAMES or (own == "").any() or len(np.unique(own)) < len(own):
        own = np.arange(1, len(own) + 1).astype(np.str_)
    told = [name.zfill(NUMBER_WIDTH) if name.isdigit() else name for name in own.tolist()]
    return np.asarray([f"{table.name}-{name}" for name in told], dtype=np.str_)


def _trace(
    table: JobsTable,
    case: CaseFile,
    timeline: Timeline,
    folder: Path,
    read: dict[tuple[object, ...], JobTrace],
) -> tuple[JobTrace, JobTrace, tuple[str, ...]]:
    """Jobs of the period, jobs that had ended before it, and what was assumed."""
    if table.source == "synthetic":
        from gridtide.sources.synthetic import SyntheticJobs

        made = SyntheticJobs(
            name=table.name,
            timeline=timeline,
            seed=case.case.seed,
            count=table.count,
            sizes=table.accelerators,
            hours=table.hours,
            longest_h=table.longest_h,
            from_hour=table.from_hour,
            to_hour=table.to_hour,
        ).read()
        return made, _rows(made, np.zeros(0, dtype=np.int64)), made.notes
    path = resolved(table.path or "", folder)
    log = (table.source, path, table.clock, table.unit)
    trace = read.get(log) or read.setdefault(log, _read(table, path))
    if not trace.anchored:
        trace = anchored_at(trace, table.starts or case.case.start)
    usable = (trace.units > 0) & (trace.duration_s > 0)
    if table.labels:
        usable &= np.isin(trace.label, table.labels)
    inside = (trace.submit_s >= timeline.edges_s[0]) & (trace.submit_s < timeline.edges_s[-1])
    ended_s = trace.submit_s + np.maximum(trace.queued_s, 0) + trace.duration_s
    before = np.flatnonzero(usable & (ended_s <= timeline.edges_s[0]))
    kept = np.flatnonzero(usable & inside)
    if table.most is not None:
        kept = kept[: table.most]
    said = (*trace.notes, f"{len(kept):,} of {len(trace):,} jobs of {trace.source} are used")
    return _rows(trace, kept), _rows(trace, before), said


def _read(table: JobsTable, path: Path) -> JobTrace:
    from gridtide.sources.job_table import JobTable
    from gridtide.sources.openb import OpenbPods
    from gridtide.sources.pai import PaiJobs
    from gridtide.sources.philly import PhillyJobs
    from gridtide.sources.sacct import SacctJobs
    from gridtide.sources.swf import SwfJobs

    readers: dict[str, Callable[[], ReadsJobs]] = {
        "philly": lambda: PhillyJobs(path=path),
        "pai": lambda: PaiJobs(path=path),
        "openb": lambda: OpenbPods(path=path),
        "swf": lambda: SwfJobs(path=path),
        "sacct": lambda: SacctJobs(path=path, zone=table.clock or "UTC", unit=table.unit),
        "table": lambda: JobTable(path=path),
    }
    return readers[table.source]().read()


def _rows(trace: JobTrace, kept: Whole) -> JobTrace:
    columns = [
        field.name for field in fields(trace) if isinstance(getattr(trace, field.name), np.ndarray)
    ]
    return replace(trace, **{column: getattr(trace, column)[kept] for column in columns})


def _declared(table: JobsTable, trace: JobTrace) -> Whole:
    """The log's own limit, else the smallest rung of the ladder that holds the run time."""
    ladder_s = np.asarray(sorted(table.declared_h)) * 3600.0
    rung = np.searchsorted(ladder_s, trace.duration_s, side="left")
    guessed = np.where(
        rung < len(ladder_s), ladder_s[np.minimum(rung, len(ladder_s) - 1)], trace.duration_s
    )
    own = trace.declared_s != UNKNOWN_S
    return np.maximum(np.where(own, trace.declared_s, guessed), 60).astype(np.int64)


def _deadline(table: JobsTable, trace: JobTrace, declared_s: Whole, clock: str) -> Whole:
    own = trace.deadline_s != UNKNOWN_S
    slack_s = np.maximum(table.slack_h * 3600.0, table.slack_share * declared_s).astype(np.int64)
    ends_s = trace.submit_s + declared_s + slack_s
    if table.due is not None:
        earliest = trace.submit_s + declared_s
        ends_s = np.asarray(
            [_next_due(int(second), table.due, clock) for second in earliest], dtype=np.int64
        )
    return np.where(own, trace.deadline_s, ends_s).astype(np.int64)


def _next_due(earliest_s: int, due: str, clock: str) -> int:
    """The first `due` o'clock on a local clock that is not before an instant."""
    moment = instant(earliest_s).astimezone(ZoneInfo(clock))
    at = time.fromisoformat(due)
    candidate = datetime.combine(moment.date(), at, tzinfo=moment.tzinfo)
    if candidate < moment:
        candidate = datetime.combine(moment.date() + timedelta(days=1), at, tzinfo=moment.tzinfo)
    return epoch_s(candidate)


def _assumed(table: JobsTable, trace: JobTrace, fleet: Fleet) -> list[str]:
    said = []
    scaling = int((trace.elastic == 1).sum())
    if scaling and not table.elastic:
        said.append(
            f"{scaling:,} jobs say that they are elastic and run as rigid: the group does not say elastic"
        )
    if table.source != "synthetic":
        unknown = int((trace.declared_s == UNKNOWN_S).sum())
        if unknown:
            rungs = ", ".join(f"{hours:g}" for hours in table.declared_h)
            said.append(
                f"{unknown:,} jobs declare no limit: the next of {rungs} h above their run time is assumed"
            )
        if (trace.deadline_s == UNKNOWN_S).any():
            said.append(
                f"deadlines are generated: {table.due} o'clock next"
                if table.due
                else f"deadlines are generated: limit plus the larger of {table.slack_h:g} h and "
                f"{table.slack_share:g} times the limit"
            )
        pool = fleet.pools[place_named(fleet, table.home, table.pool)]
        said.append(
            f"one {trace.unit} counts as one accelerator of pool {table.pool}:"
            f" {pool.full.it_kw_per_accelerator:g} kW busy,"
            f" {pool.parked_kw_per_accelerator:g} kW idle, as the case assumes"
        )
    return said


def _same_pool(fleet: Fleet, site: str, pool: str, home: int) -> list[int]:
    """Places of a site with the accelerator of the home pool that are not for services only."""
    wanted = fleet.pools[home].accelerator
    return [
        index
        for index, place in enumerate(fleet.places)
        if fleet.sites[place.site].name == site
        and fleet.pools[index].accelerator == wanted
        and (fleet.pools[index].for_services < fleet.pools[index].accelerators or index == home)
    ]


def resolved(text: str, folder: Path) -> Path:
    """A path of a case: $NAMES filled from the environment, relative to the case's folder."""
    filled = os.path.expandvars(text)
    if "$" in filled:
        raise BadInput(
            [
                Finding(
                    subject=f"path {text}",
                    value="names a variable that is not set",
                    limit="a path, or $GRIDTIDE_DATA/… with GRIDTIDE_DATA set",
                    mend="Set the variable to the folder of the data.",
                )
            ]
        )
    return folder / filled
