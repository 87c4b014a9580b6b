"""Was the work harmed, really? What jobs and users felt before a room first acted and since, from its own records."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from gridtide.decide.state import Status
from gridtide.fleet.jobs import NO_DEADLINE_S
from gridtide.fleet.service import Service
from gridtide.loop.measured import Readings
from gridtide.simulate.own_past import OwnPast
from gridtide.timeline import epoch_s

ENOUGH = 20
"""So many jobs, or readings, each side takes: of fewer, the one in twenty that waits longest is not seen."""
LONG = 0.95


@dataclass(frozen=True, kw_only=True)
class LivedJob:
    """What a job went through, as turns saw it, seconds since 1970, None where that is not known or has not come.
    restarts: how often it stood still after it had begun and ran again. promised: whether it ever was its deadline."""

    name: str
    kind: str
    release_s: int
    began_s: int | None
    ended_s: int | None
    deadline_s: int | None
    promised: bool
    restarts: int

    def late(self, by_s: int) -> bool | None:
        """Whether it missed its deadline, None where it has none that lies before `by_s`."""
        if self.deadline_s is None or self.deadline_s > by_s:
            return None
        return self.ended_s is None or self.ended_s > self.deadline_s


@dataclass(frozen=True, kw_only=True)
class Period:
    """[start, end)."""

    start: datetime
    end: datetime

    def holds(self, at_s: int) -> bool:
        """Whether a second lies in it."""
        return epoch_s(self.start) <= at_s < epoch_s(self.end)


@dataclass(frozen=True, kw_only=True)
class Beside:
    """One thing felt before and after, of how many. before, after: None where there was nothing to feel."""

    whose: str
    what: str
    unit: str
    before: float | None
    after: float | None
    of_before: int
    of_after: int

    @property
    def enough(self) -> bool:
        """Whether both sides are of enough to be set beside each other."""
        return min(self.of_before, self.of_after) >= ENOUGH

    @property
    def worse(self) -> bool | None:
        """Whether it got worse; None where either side has too little to say that."""
        if not self.enough or self.before is None or self.after is None:
            return None
        return self.after > self.before + 1e-9


def lived_jobs(past: OwnPast) -> tuple[LivedJob, ...]:
    """Every job that some turn saw, in the order they were first seen."""
    seen: dict[str, list[tuple[int, int]]] = {}
    for number, turn in enumerate(past.turns):
        for row, job in enumerate(turn.situation.jobs.name.tolist()):
            seen.setdefault(job, []).append((number, row))
    return tuple(_lived(past, job, where) for job, where in seen.items())


def beside(
    jobs: Sequence[LivedJob],
    lost_h: Sequence[tuple[datetime, float]],
    answers: tuple[Sequence[Service], Sequence[Readings]],
    before: Period,
    after: Period,
) -> tuple[Beside, ...]:
    """What was felt in two periods: of jobs by their class and of all, by when they came; of services by what was
    measured of their answers. lost_h: accelerator-hours that acts lost, with the instants."""
    found: list[Beside] = []
    kinds = sorted({one.kind for one in jobs})
    for whose in ("all jobs", *kinds):
        own = [one for one in jobs if whose in ("all jobs", one.kind)]
        found += _of_jobs(whose, own, before, after)
    found.append(_lost(lost_h, jobs, before, after))
    for service in answers[0]:
        found.append(_answers(service, answers[1], before, after))
    return tuple(found)


def _of_jobs(
    whose: str, jobs: Sequence[LivedJob], before: Period, after: Period
) -> Iterator[Beside]:
    rows: tuple[
        tuple[str, str, Callable[[Sequence[LivedJob], int], list[float]], float | None], ...
    ]
    rows = (
        ("wait in the queue, median", "h", _waits_h, 0.5),
        (f"wait in the queue, of {LONG:.0%} at most", "h", _waits_h, LONG),
        ("late jobs", "share", _late, None),
        ("promises missed", "share", _missed, None),
        ("restarts", "a job", _restarts, None),
    )
    for what, unit, of, quantile in rows:
        sides = []
        for period in (before, after):
            own = [one for one in jobs if period.holds(one.release_s)]
            sides.append(of(own, epoch_s(period.end)))
        yield Beside(
            whose=whose,
            what=what,
            unit=unit,
            before=_one(sides[0], quantile),
            after=_one(sides[1], quantile),
            of_before=len(sides[0]),
            of_after=len(sides[1]),
        )


def _one(values: list[float], quantile: float | None) -> float | None:
    """The mean of values, or a quantile of them; None of none."""
    if not values:
        return None
    return float(np.mean(values) if quantile is None else np.quantile(values, quantile))


def _waits_h(jobs: Sequence[LivedJob], by_s: int) -> list[float]:
    """Of jobs that began, and of those that wait still as long as they have waited: a queue that only grows shows."""
    waits_s = [(by_s if one.began_s is None else one.began_s) - one.release_s for one in jobs]
    return [max(wait_s, 0) / 3600.0 for wait_s in waits_s]


def _late(jobs: Sequence[LivedJob], by_s: int) -> list[float]:
    return [float(late) for one in jobs if (late := one.late(by_s)) is not None]


def _missed(jobs: Sequence[LivedJob], by_s: int) -> list[float]:
    return _late([one for one in jobs if one.promised], by_s)


def _restarts(jobs: Sequence[LivedJob], by_s: int) -> list[float]:
    return [float(one.restarts) for one in jobs if one.began_s is not None]


def _lost(
    lost_h: Sequence[tuple[datetime, float]],
    jobs: Sequence[LivedJob],
    before: Period,
    after: Period,
) -> Beside:
    """Hours that acts lost, a day: periods are rarely of one length."""
    sides = []
    for period in (before, after):
        days = (period.end - period.start).total_seconds() / 86_400.0
        lost = sum(hours for at, hours in lost_h if period.start <= at < period.end)
        began = sum(one.began_s is not None and period.holds(one.release_s) for one in jobs)
        sides.append((lost / days if days else None, began))
    return Beside(
        whose="all jobs",
        what="work lost by acts",
        unit="accelerator-hours a day",
        before=sides[0][0],
        after=sides[1][0],
        of_before=sides[0][1],
        of_after=sides[1][1],
    )


def _answers(
    service: Service, readings: Sequence[Readings], before: Period, after: Period
) -> Beside:
    """The share of measured answer times, of 95 % at most, beyond what a service tolerates."""
    limit_s = service.latency_max_s * (1.0 + service.delay_tolerance)
    sides = []
    for period in (before, after):
        start, end = (
            np.datetime64(at.replace(tzinfo=None), "us") for at in (period.start, period.end)
        )
        beyond: list[float] = []
        for one in readings:
            inside = (one.at >= start) & (one.at < end) & ~np.isnan(one.value)
            own = [
                quantity == "p95_s" and subject.startswith(f"{service.name} from ")
                for subject, quantity in zip(one.subject, one.quantity, strict=True)
            ]
            beyond += (one.value[inside & np.asarray(own, dtype=bool)] > limit_s).tolist()
        sides.append(beyond)
    return Beside(
        whose=service.name,
        what=f"answers beyond {limit_s:g} s",
        unit="share",
        before=_one(sides[0], None),
        after=_one(sides[1], None),
        of_before=len(sides[0]),
        of_after=len(sides[1]),
    )


def _lived(past: OwnPast, name: str, where: list[tuple[int, int]]) -> LivedJob:
    turns = [past.turns[number].situation for number, _ in where]
    rows = [row for _, row in where]
    jobs, row = turns[-1].jobs, rows[-1]
    began_s = _began_s(past, name, where)
    ended_s = _ended_s(past, name, where[-1], began_s)
    if began_s is None and ended_s is not None:
        began_s = max(ended_s - int(past.over_s.get(name, 0)), int(jobs.release_s[row]))
    deadline_s = int(jobs.deadline_s[row])
    pairs = zip(turns, rows, strict=True)
    return LivedJob(
        name=name,
        kind=jobs.classes[int(jobs.work_class[row])].name,
        release_s=int(jobs.release_s[row]),
        began_s=began_s,
        ended_s=ended_s,
        deadline_s=None if deadline_s == NO_DEADLINE_S else deadline_s,
        promised=any(bool(one.state.promised[at]) for one, at in pairs),
        restarts=_stood_still(past, where),
    )


def _began_s(past: OwnPast, name: str, where: list[tuple[int, int]]) -> int | None:
    """When a job began: so long before it was first seen to have run as it had run by then; None where none saw it."""
    for number, row in where:
        seen = past.turns[number].situation
        done_s = int(seen.jobs.declared_s[row] - seen.state.remaining_s[row])
        if done_s > 0 or seen.state.status[row] == Status.RUNNING:
            return epoch_s(seen.as_of) - max(done_s, 0)
    return None


def _ended_s(past: OwnPast, name: str, last: tuple[int, int], began_s: int | None) -> int | None:
    """When a job ended that later turns do not see: as long after the last one as it had still to run, if it ran, at
    the next turn at the latest; None where it is there still."""
    number, row = last
    if number == len(past.turns) - 1:
        return None
    seen, gone_s = past.turns[number].situation, epoch_s(past.turns[number + 1].situation.as_of)
    done_s = int(seen.jobs.declared_s[row] - seen.state.remaining_s[row])
    if name not in past.over_s or began_s is None or seen.state.status[row] != Status.RUNNING:
        return gone_s
    left_s = max(int(past.over_s[name]) - done_s, 0)
    return min(epoch_s(seen.as_of) + left_s, gone_s)


def _stood_still(past: OwnPast, where: list[tuple[int, int]]) -> int:
    """How often turns saw a job stand still after it had begun, and run again later."""
    status = [int(past.turns[number].situation.state.status[row]) for number, row in where]
    count, stood, begun = 0, False, False
    for one in status:
        if one == Status.RUNNING:
            count += stood
            stood, begun = False, True
        elif begun or one == Status.PAUSED:
            stood = True
    return count
