"""Jobs of a public trace, as many as asked, on the real hourly prices of ten zones in 2022.

What the traces do not hold is made up and said here: sites, deadlines, what may be interrupted or moved. A change
of any of it makes a new version.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.many_jobs import ManyJobs, Room
from gridtide.finding import BadInput, Finding
from gridtide.fleet.trace import JobTrace
from gridtide.signals.signal import Kind
from gridtide.sources.grid_hourly import GridHourly
from gridtide.sources.openb import OpenbPods
from gridtide.sources.pai import PaiJobs
from gridtide.sources.philly import PhillyJobs
from gridtide.testing.instances.many_jobs import (
    DAY,
    LONGEST,
    SLOT_H,
    Asked,
    Size,
    Traits,
    capacity_for,
    with_candidates,
)
from gridtide.units import cost_per_kwh

VERSION = "traced-jobs 1"
Name = Literal["philly", "pai", "openb"]
START = datetime(2022, 1, 1, tzinfo=UTC)
ZONES = {
    "DE-LU": 1.0,
    "US-CAL-CISO": 0.95,
    "AU-NSW": 0.66,
    "FR": 1.0,
    "CA-ON": 0.73,
    "KR": 0.000736,
    "NL": 1.0,
    "US-MIDA-PJM": 0.95,
    "SG": 0.69,
    "ES": 1.0,
}
"""Zones of the sites in order, and EUR for one unit of their currency: means of 2022, rounded."""

SLOT_S = 900
SHORTEST_WAIT_S = 4 * 3600
BATCH = "BE"
"""The class of openb that may wait."""

LAXITY = {"philly": 1.0, "pai": 3.0, "openb": 1.0}
"""Usual waits in run times."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Traced:
    """An instance and what a reader of its figures must know."""

    jobs: ManyJobs
    room: Room
    notes: tuple[str, ...]


def traced(
    data: Path, name: Name, size: Size, traits: Traits, laxity: float, seed: int = 0
) -> Traced:
    """Jobs of the trace on random days of the horizon, each at its own time of day.

    data: the folder of the data sets. Every job of the trace is taken equally often. Run times are cut at two days;
    the deadline is release + run time + the larger of four hours and `laxity` run times. 60 % may be interrupted,
    30 % are tied to their home. Raises BadInput where the data does not reach.
    """
    _refuse_beyond(size)
    daying, going = np.random.SeedSequence(seed).spawn(2)
    trace = _batch_of(_read(data, name))
    asked = _asked(trace, size, laxity, np.random.default_rng(daying))
    cost, filled = _cost(data, size)
    room = Room(cost=cost, capacity=capacity_for(asked, size, traits))
    mean_cost = float(cost.mean())
    jobs = with_candidates(asked, size.sites, traits, np.random.default_rng(going), mean_cost)
    notes = (
        *trace.notes,
        f"{filled} empty hours of price hold the price before them",
        f"{len(trace)} jobs of {trace.source}, each {size.jobs / len(trace):.2f} times on average",
    )
    return Traced(jobs=jobs, room=room, notes=notes)


def _read(data: Path, name: Name) -> JobTrace:
    folder = data / "gpu_jobs"
    if name == "philly":
        return PhillyJobs(path=folder / "philly_2017.parquet").read()
    if name == "pai":
        return PaiJobs(path=folder / "pai2020_gaia100k_h1.parquet").read()
    return OpenbPods(path=folder / "openb_2023.parquet").read()


def _batch_of(trace: JobTrace) -> JobTrace:
    """Jobs that may wait and ask an accelerator: of openb those of class BE, of the others all."""
    batch = trace.label == BATCH if (trace.label == BATCH).any() else np.ones(len(trace), np.bool_)
    kept = np.flatnonzero(batch & (trace.units > 0))
    columns: dict[str, Any] = {
        name: column[kept] for name, column in vars(trace).items() if isinstance(column, np.ndarray)
    }
    left = len(trace) - len(kept)
    note = (f"{left} jobs that serve or ask no accelerator are left out",) if left else ()
    return replace(trace, **columns, notes=(*trace.notes, *note))


def _asked(trace: JobTrace, size: Size, laxity: float, rng: np.random.Generator) -> Asked:
    """The jobs of the trace again and again, whole accelerators and slots, on days on which they end in time."""
    row = np.arange(size.jobs) % len(trace)
    run_s = np.minimum(trace.duration_s[row], LONGEST * SLOT_S)
    slots = np.minimum(-(-run_s // SLOT_S), size.slots)
    wait_s = np.maximum(SHORTEST_WAIT_S, np.floor(laxity * run_s)).astype(np.int64)
    window = slots + wait_s // SLOT_S
    of_day = -(-(trace.submit_s[row] % 86_400) // SLOT_S)
    latest = np.maximum(size.slots - window, 0)
    days = np.maximum(latest - of_day, 0) // DAY + 1
    release = np.minimum(np.floor(rng.random(size.jobs) * days) * DAY + of_day, latest)
    order = np.argsort(release, kind="stable")
    deadline = np.minimum(release + window, size.slots)
    interruptible, tied = rng.random(size.jobs) < 0.6, rng.random(size.jobs) < 0.3
    return Asked(
        release=release[order].astype(np.int32),
        deadline=deadline[order].astype(np.int32),
        slots=slots[order].astype(np.int32),
        gang=np.maximum(np.ceil(trace.units[row]), 1)[order].astype(np.int32),
        interruptible=interruptible[order],
        tied=tied[order],
    )


def _cost(data: Path, size: Size) -> tuple[NDArray[np.float64], int]:
    """EUR for 1 kW over a slot, (S, T), and how many hours were empty."""
    hours = -(-size.slots * SLOT_S // 3600)
    path = data / "grid_hourly" / "grid_hourly.parquet"
    cost = np.empty((size.sites, size.slots))
    filled = 0
    for row, (zone, rate) in enumerate(list(ZONES.items())[: size.sites]):
        end = START + timedelta(hours=hours)
        signals = GridHourly(path=path, zone=zone, carbon="direct", start=START, end=end).read()
        (price,) = (signal for signal in signals if signal.kind is Kind.PRICE)
        hourly = np.full(hours, np.nan)
        at = (price.timeline.edges_s[:-1] - int(START.timestamp())) // 3600
        hourly[at] = price.values
        filled += int(np.isnan(hourly).sum())
        of_hour = _held(hourly) * (cost_per_kwh(rate) * SLOT_H)
        cost[row] = np.repeat(of_hour, 3600 // SLOT_S)[: size.slots]
    return cost, filled


def _held(hourly: NDArray[np.float64]) -> NDArray[np.float64]:
    """Empty hours hold what stood before them; at the start, what comes first."""
    known = np.flatnonzero(~np.isnan(hourly))
    before = np.searchsorted(known, np.arange(len(hourly)), side="right") - 1
    return np.asarray(hourly[known[np.maximum(before, 0)]], dtype=np.float64)


def _refuse_beyond(size: Size) -> None:
    year = 365 * DAY
    if size.sites <= len(ZONES) and size.slots <= year:
        return
    finding = Finding(
        subject=f"--size {size.jobs}x{size.slots}x{size.sites}",
        value="reaches beyond the data",
        limit=f"{len(ZONES)} sites and {year} slots, the hours of 2022, at most",
        mend="Ask for fewer sites or slots, or leave out --trace.",
    )
    raise BadInput([finding])
