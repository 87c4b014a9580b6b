"""A case proposed from a site's own logs: what can be measured is measured, every guess says what it rests on."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from gridtide.finding import BadInput, Finding
from gridtide.fleet.trace import UNKNOWN_S, JobTrace
from gridtide.sources.power_table import MeteredPower
from gridtide.timeline import instant

Real = NDArray[np.float64]
Whole = NDArray[np.int64]

BORNE = 0.75
"""Quantile of the observed waits that is proposed as slack: a quarter of the jobs waited longer."""
LEAST_SLACK_H = 0.25
DAYS_MOST = 28
GROUPS_MOST = 12
BUSY_KW, PARKED_KW = 0.9, 0.15
LEAST_ROWS = 24
POOR_FIT = 0.6
UNLABELLED = "unlabelled"
REST = "other"


@dataclass(frozen=True, kw_only=True)
class Guess:
    """A proposed value and what it rests on."""

    value: float
    basis: str


@dataclass(frozen=True, kw_only=True)
class Group:
    """Jobs of one label (a Slurm partition): a pool of machines and a class of work.

    labels: of the log. accelerators: largest number in use at once. utilisation: mean of that. movable:
    whether anything shows that this work may wait.
    """

    name: str
    labels: tuple[str, ...]
    jobs: int
    accelerators: Guess
    utilisation: float
    busy_kw: Guess
    slack_h: Guess
    movable: bool


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """Groups, and what the site as a whole shows. parked_kw: of an idle accelerator."""

    source: str
    clock: str
    start: datetime
    end: datetime
    groups: tuple[Group, ...]
    parked_kw: Guess
    power_source: str | None
    notes: tuple[str, ...]

    @property
    def protect(self) -> tuple[str, ...]:
        """Groups that are never moved."""
        return tuple(group.name for group in self.groups if not group.movable)


def propose(trace: JobTrace, power: MeteredPower | None, clock: str) -> Proposal:
    """Pools, classes, utilisation, power and proposed slack of a log. Raises BadInput with every fault."""
    groups = _groups(trace)
    use = {name: _Use.of(trace, rows) for name, (_, rows) in groups.items()}
    busy_kw, parked_kw, notes = _powers(trace, groups, use, power)
    start, end = _period(trace, clock)
    return Proposal(
        source=trace.source,
        clock=clock,
        start=start,
        end=end,
        groups=tuple(
            _group(trace, name, labels, rows, use[name], busy_kw[name])
            for name, (labels, rows) in groups.items()
        ),
        parked_kw=parked_kw,
        power_source=None if power is None else power.source,
        notes=(*trace.notes, *notes),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Use:
    """Accelerators in use as a step function: at_s and count behind it; their integral in unit-seconds."""

    at_s: Whole
    count: Real
    integral: Real

    @classmethod
    def of(cls, trace: JobTrace, rows: Whole) -> "_Use":
        start_s = trace.submit_s[rows] + np.maximum(trace.queued_s[rows], 0)
        end_s = start_s + trace.duration_s[rows]
        at_s = np.concatenate([start_s, end_s])
        change = np.concatenate([trace.units[rows], -trace.units[rows]])
        order = np.lexsort((change, at_s))
        at_s, count = at_s[order], np.cumsum(change[order])
        spent = np.concatenate([[0.0], np.cumsum(count[:-1] * np.diff(at_s))])
        return cls(at_s=at_s, count=np.maximum(count, 0.0), integral=spent)

    def mean(self, edges_s: Whole) -> Real:
        """Mean in use between edges, (n-1,)."""
        until = np.interp(edges_s, self.at_s, self.integral)
        return np.asarray(np.diff(until) / np.diff(edges_s), dtype=np.float64)

    @property
    def most(self) -> float:
        return float(self.count.max())


def _groups(trace: JobTrace) -> dict[str, tuple[tuple[str, ...], Whole]]:
    """Rows by group name, largest first; beyond GROUPS_MOST labels the smallest share one group."""
    sized = trace.units > 0
    labels, inverse = np.unique(trace.label, return_inverse=True)
    weight = np.bincount(inverse, weights=trace.units * trace.duration_s, minlength=len(labels))
    found: dict[str, tuple[tuple[str, ...], Whole]] = {}
    order = [index for index in np.lexsort((labels, -weight)) if weight[index] > 0]
    for index in order[:GROUPS_MOST]:
        name = str(labels[index]) or UNLABELLED
        found[name] = ((str(labels[index]),), np.flatnonzero((inverse == index) & sized))
    if order[GROUPS_MOST:]:
        rest = np.isin(inverse, order[GROUPS_MOST:])
        names = tuple(str(labels[index]) for index in order[GROUPS_MOST:])
        found[REST] = (names, np.flatnonzero(rest & sized))
    if not found:
        raise BadInput(
            [
                Finding(
                    subject=trace.source,
                    value=f"no job of {len(trace)} used {trace.unit}s",
                    limit=f"at least one finished job with {trace.unit}s",
                    mend="Export AllocTRES, or count another resource with --unit cpu or --unit node.",
                )
            ]
        )
    return found


def _group(
    trace: JobTrace, name: str, labels: tuple[str, ...], rows: Whole, use: _Use, busy_kw: Guess
) -> Group:
    waits_s = trace.queued_s[rows]
    known = waits_s[waits_s != UNKNOWN_S]
    slack_h = float(np.quantile(known, BORNE)) / 3600.0 if len(known) else 0.0
    span_s = float(use.at_s[-1] - use.at_s[0])
    unlabelled = name in (UNLABELLED, REST)
    movable = not unlabelled and slack_h >= LEAST_SLACK_H
    return Group(
        name=name,
        labels=labels,
        jobs=len(rows),
        accelerators=Guess(
            value=float(np.ceil(use.most)),
            basis=f"most in use at once by {len(rows):,} jobs; the site may have more",
        ),
        utilisation=float(use.integral[-1]) / max(span_s * use.most, 1.0),
        busy_kw=busy_kw,
        slack_h=Guess(value=round(slack_h, 2), basis=_slack_basis(known, unlabelled, slack_h)),
        movable=movable,
    )


def _slack_basis(known: Whole, unlabelled: bool, slack_h: float) -> str:
    if unlabelled:
        return "work without a label of its own is never moved"
    if not len(known):
        return "the log tells no waits, so nothing shows that this work may wait: never moved"
    half, most = np.quantile(known, (0.5, 0.9)) / 3600.0
    said = (
        f"waits that users bore: {BORNE:.0%} of {len(known):,} jobs waited up to {slack_h:.2f} h"
        f" (half {half:.2f} h, nine of ten {most:.2f} h)"
    )
    return said if slack_h >= LEAST_SLACK_H else f"{said}; too short to move: never moved"


def _powers(
    trace: JobTrace,
    groups: dict[str, tuple[tuple[str, ...], Whole]],
    use: dict[str, _Use],
    power: MeteredPower | None,
) -> tuple[dict[str, Guess], Guess, tuple[str, ...]]:
    if power is not None:
        return _regressed(use, power)
    busy = {name: _from_energy(trace, rows) for name, (_, rows) in groups.items()}
    parked = Guess(
        value=PARKED_KW, basis="assumed for an idle accelerator with its share of a server"
    )
    return busy, parked, ()


def _from_energy(trace: JobTrace, rows: Whole) -> Guess:
    """kW per accelerator from metered energy of the jobs themselves, else an assumption."""
    metered = rows[(trace.energy_kwh[rows] > 0) & (trace.duration_s[rows] >= 600)]
    if not len(metered):
        return Guess(
            value=BUSY_KW, basis="assumed for a busy accelerator with its share of a server"
        )
    hours = trace.units[metered] * trace.duration_s[metered] / 3600.0
    value = float(np.median(trace.energy_kwh[metered] / hours))
    return Guess(
        value=round(max(value, 1e-3), 4),
        basis=f"median of the energy Slurm metered for {len(metered):,} jobs per accelerator-hour",
    )


def _regressed(
    use: dict[str, _Use], power: MeteredPower
) -> tuple[dict[str, Guess], Guess, tuple[str, ...]]:
    """Metered power against accelerators in use: idle power and kW of each group, none below 0."""
    first = min(int(one.at_s[0]) for one in use.values())
    last = max(int(one.at_s[-1]) for one in use.values())
    inside = (power.start_s[:-1] >= first) & (power.start_s[1:] <= last)
    names = list(use)
    in_use = np.column_stack([use[name].mean(power.start_s)[inside] for name in names])
    measured = power.power_kw[:-1][inside]
    _refuse_too_little(power, measured, in_use, (first, last))
    design = np.column_stack([np.ones(len(measured)), in_use])
    weights, used = _not_negative(design, measured)
    fitted = design @ weights
    spread = float(((measured - measured.mean()) ** 2).sum())
    fit = 1.0 - float(((measured - fitted) ** 2).sum()) / spread if spread > 0 else 0.0
    total = sum(np.ceil(one.most) for one in use.values())
    parked = float(weights[0]) / total
    basis = (
        f"metered power against accelerators in use over {len(measured):,} intervals, R² {fit:.2f}"
    )
    busy = {
        name: Guess(value=round(parked + float(weight), 4), basis=basis)
        if kept
        else Guess(
            value=BUSY_KW, basis="assumed: metered power does not rise with this group's use"
        )
        for name, weight, kept in zip(names, weights[1:], used[1:], strict=True)
    }
    idle = Guess(
        value=round(parked, 4), basis=f"{basis}; what is drawn without jobs, per accelerator"
    )
    notes = [f"{power.source}: taken as power of the machines, without cooling and losses"]
    if fit < POOR_FIT:
        notes.append(
            f"power follows the jobs poorly (R² {fit:.2f}): is --clock the zone of the log?"
        )
    return busy, idle, tuple(notes)


def _not_negative(design: Real, measured: Real) -> tuple[Real, NDArray[np.bool_]]:
    """Least squares with weights of 0 or more: the most negative column is left out until none is."""
    used = np.ones(design.shape[1], dtype=np.bool_)
    while True:
        weights = np.zeros(design.shape[1])
        weights[used], *_ = np.linalg.lstsq(design[:, used], measured, rcond=None)
        if weights.min() >= 0 or not used.any():
            return np.maximum(weights, 0.0), used & (weights > 0)
        used[int(np.argmin(weights))] = False


def _refuse_too_little(
    power: MeteredPower, measured: Real, in_use: Real, span_s: tuple[int, int]
) -> None:
    if len(measured) >= LEAST_ROWS and float(in_use.sum(axis=1).std()) > 0:
        return
    first, last = instant(span_s[0]), instant(span_s[1])
    raise BadInput(
        [
            Finding(
                subject=power.source,
                value=f"{len(measured)} of {len(power.start_s)} rows lie where the jobs ran"
                f" ({first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC)",
                limit=f"at least {LEAST_ROWS} in which the number of running accelerators changes",
                mend="Export power of the same days as the jobs, or leave --power out.",
            )
        ]
    )


def _period(trace: JobTrace, clock: str) -> tuple[datetime, datetime]:
    """Whole local days that hold the log, the last DAYS_MOST of them."""
    zone = ZoneInfo(clock)
    ends_s = trace.submit_s + np.maximum(trace.queued_s, 0) + trace.duration_s
    first = instant(int(trace.submit_s.min())).astimezone(zone).date()
    last = instant(int(ends_s.max())).astimezone(zone).date() + timedelta(days=2)
    first = max(first, last - timedelta(days=DAYS_MOST))
    return _midnight(first, zone), _midnight(last, zone)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)
