"""What a room lived through, as a study of its own: the work that came, the prices it saw, what its meters read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridtide.finding import BadInput, Finding
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.jobs import Jobs, WorkClass
from gridtide.loop.basis import Basis
from gridtide.loop.settling import HeldThrough
from gridtide.signals.history import History, add
from gridtide.signals.signal import Kind, Nature, Signal, is_point, on
from gridtide.simulate.study import Cadence, LengthKnowledge, Study
from gridtide.timeline import Timeline, epoch_s

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
REFERENCE = "run-at-once"


@dataclass(frozen=True, kw_only=True, eq=False)
class OwnPast:
    """What a store holds of a period. turns: what each turn was made of, oldest first, one at least. over_s: how long
    each job ran that was seen to end, at full speed. held: what meters read, in pieces. end_s: when the last ends."""

    turns: tuple[Basis, ...]
    over_s: Mapping[str, int]
    held: tuple[HeldThrough, ...]
    end_s: int


@dataclass(frozen=True, kw_only=True, eq=False)
class LivedStudy:
    """The study of a past. guessed: of how many jobs that ended no run time is kept, so that the half of the time to
    the next turn counts; program: the policy that decided last."""

    study: Study
    program: Any
    guessed: int


def lived_study(name: str, past: OwnPast) -> LivedStudy:
    """The study of what a room lived through: jobs as they came, with what each had left when it was first seen and how
    long it really ran, signals as its turns saw them, stores as full as they were. name: how results call it.

    Raises BadInput where the last turn was of a planner of somebody else, whose code is not in the store, or where
    places changed in between."""
    last = past.turns[-1]
    if last.policy is None:
        raise BadInput([_somebody_elses(last.by)])
    _refuse_other_places(past.turns)
    timeline = _steps_of(past)
    jobs, true_s, guessed = _work(past, int(timeline.edges_s[0]))
    mandate = last.mandate
    history = _history(past, timeline)
    study = Study(
        name=name,
        timeline=timeline,
        fleet=_as_full(mandate.fleet, past.turns[0]),
        jobs=jobs,
        true_s=true_s,
        services=mandate.services,
        history=history,
        objective=mandate.objective,
        cadence=Cadence(
            plan_h=mandate.plan_h, replan_h=mandate.replan_h, forecaster=mandate.forecaster
        ),
        policies=(REFERENCE, last.policy.name),
        reference=REFERENCE,
        currency=_currency(history),
        rates={},
        length_knowledge=LengthKnowledge.DECLARED,
        seed=mandate.seed,
        events=mandate.events,
        risk=mandate.risk,
    )
    return LivedStudy(study=study, program=last.policy, guessed=guessed)


def _steps_of(past: OwnPast) -> Timeline:
    """The steps of the room from the first turn on until the last is over."""
    first = past.turns[0]
    begin_s, step_s = epoch_s(first.situation.as_of), first.mandate.steps.step_s
    assert step_s is not None
    return Timeline(edges_s=np.arange(begin_s, past.end_s + 1, step_s))


def _work(past: OwnPast, start_s: int) -> tuple[Jobs, Whole, int]:
    """Every job that some turn saw, how long each ran from when it was first seen, and of how many that is guessed."""
    first: dict[str, tuple[int, int]] = {}
    last: dict[str, tuple[int, int]] = {}
    for number, turn in enumerate(past.turns):
        for row, job in enumerate(turn.situation.jobs.name.tolist()):
            first.setdefault(job, (number, row))
            last[job] = (number, row)
    ran = [_ran_s(past, job, first[job], last[job]) for job in first]
    true_s = np.asarray([seconds for seconds, _ in ran], dtype=np.int64)
    jobs = _rows(past.turns, list(last.values()))
    left_s = [int(past.turns[at].situation.state.remaining_s[row]) for at, row in first.values()]
    declared_s = np.maximum(np.asarray(left_s, dtype=np.int64), true_s)
    place = [int(past.turns[at].situation.state.place[row]) for at, row in first.values()]
    jobs = replace(
        jobs,
        release_s=np.maximum(jobs.release_s, start_s),
        declared_s=declared_s,
        expected_s=np.minimum(jobs.expected_s, declared_s),
        home=np.asarray(place, dtype=np.int64),
    )
    return jobs, true_s, sum(guess for _, guess in ran)


def _ran_s(
    past: OwnPast, job: str, first: tuple[int, int], last: tuple[int, int]
) -> tuple[int, bool]:
    """How long a job ran from its first turn on, and whether that is guessed."""
    (began, row), (seen, last_row) = first, last
    turn, newest = past.turns[began].situation, past.turns[seen].situation
    left_s = int(turn.state.remaining_s[row])
    done_s = left_s - int(newest.state.remaining_s[last_row])
    if job in past.over_s:
        before_s = int(turn.jobs.declared_s[row]) - left_s
        return max(int(past.over_s[job]) - before_s, 1), False
    if seen == len(past.turns) - 1:
        return max(done_s + int(newest.state.expected_left_s[last_row]), 1), False
    gap_s = epoch_s(past.turns[seen + 1].situation.as_of) - epoch_s(newest.as_of)
    return max(done_s + min(int(newest.state.remaining_s[last_row]), gap_s // 2), 1), True


def _rows(turns: Sequence[Basis], where: list[tuple[int, int]]) -> Jobs:
    """Rows of several situations as one table, classes by their names."""
    classes: dict[str, WorkClass] = {}
    for turn in turns:
        classes |= {kind.name: kind for kind in turn.situation.jobs.classes}
    number = {name: place for place, name in enumerate(classes)}
    newest = turns[-1].situation.jobs
    columns: dict[str, Any] = {}
    for column in (name for name in vars(newest) if name != "classes"):
        found = [getattr(turns[at].situation.jobs, column)[row] for at, row in where]
        shape = (len(found), *getattr(newest, column).shape[1:])
        columns[column] = np.asarray(found).reshape(shape)
    named = [turns[at].situation.jobs for at, _ in where]
    columns["work_class"] = np.asarray(
        [
            number[jobs.classes[int(jobs.work_class[row])].name]
            for jobs, (_, row) in zip(named, where, strict=True)
        ],
        dtype=np.int64,
    )
    return Jobs(classes=tuple(classes.values()), **columns)


def _history(past: OwnPast, timeline: Timeline) -> History:
    """Signals as turns saw them: what the first and those that planned had been told of the hours ahead; and of each
    step what was known when it was over, or, where that is not kept, what the last turn by its start knew."""
    turns = past.turns
    planned = [turn for number, turn in enumerate(turns) if turn.due or number == 0]
    told = [signal for turn in planned for signal in _seen(turn).values() if _says(signal)]
    known: dict[tuple[Kind, str], Real] = {}
    like: dict[tuple[Kind, str], Signal] = {}
    for turn in turns:
        for key, signal in _seen(turn).items():
            values = known.setdefault(key, np.full(len(timeline), np.nan))
            ahead = on(signal, timeline)
            ahead[timeline.starts_s < epoch_s(turn.situation.as_of)] = np.nan
            np.copyto(values, ahead, where=~np.isnan(ahead))
            like[key] = signal
    for held in past.held:
        for key, own in zip(held.series, held.happened, strict=True):
            if key in known:
                came = on(replace(like[key], timeline=held.timeline, values=own), timeline)
                np.copyto(known[key], came, where=~np.isnan(came))
    happened = [
        replace(like[key], timeline=timeline, values=values, issued_at=None, nature=Nature.ACTUAL)
        for key, values in known.items()
    ]
    return add(History(), (*told, *happened))


def _seen(turn: Basis) -> dict[tuple[Kind, str], Signal]:
    """What a turn knew of each series, what it expected where nothing was published, as issued by it."""
    found: dict[tuple[Kind, str], Signal] = {}
    horizon, as_of = turn.situation.horizon, turn.situation.as_of
    for signal in turn.situation.signals:
        if not is_point(signal):
            continue
        key, values = (signal.kind, signal.zone), on(signal, horizon)
        before = found.get(key)
        if before is not None:
            values = np.where(np.isnan(before.values), values, before.values)
        found[key] = replace(
            signal,
            timeline=horizon,
            values=values,
            issued_at=as_of,
            nature=Nature.FORECAST,
            source="as its turns saw it",
            notes=(),
        )
    return found


def _says(signal: Signal) -> bool:
    return not bool(np.isnan(signal.values).all())


def _as_full(fleet: Fleet, first: Basis) -> Fleet:
    """The fleet with stores as full as they were at the first turn, where that is known."""
    sites = []
    for site, soc_kwh in zip(fleet.sites, first.situation.state.soc_kwh.tolist(), strict=True):
        if site.battery is not None and np.isfinite(soc_kwh) and site.battery.energy_kwh > 0.0:
            share = min(max(soc_kwh / site.battery.energy_kwh, site.battery.soc_min), 1.0)
            site = replace(site, battery=replace(site.battery, soc_start=share))
        sites.append(site)
    return replace(fleet, sites=tuple(sites))


def _currency(history: History) -> str:
    """That of its prices, "" where it saw none."""
    return next((rows.currency for rows in history.series if rows.currency), "")


def _refuse_other_places(turns: Sequence[Basis]) -> None:
    """Raise BadInput where sites or pools were others at some turn than at the last."""
    there = _places(turns[-1].mandate.fleet)
    for turn in turns[::-1]:
        if _places(turn.mandate.fleet) != there:
            raise BadInput(
                [
                    Finding(
                        subject="fleet of the room",
                        value=f"another one until {turn.situation.as_of:%Y-%m-%d %H:%M} UTC",
                        limit="the same sites and pools all through",
                        mend="Ask for the time since then alone: --last 7d, say.",
                    )
                ]
            )


def _places(fleet: Fleet) -> list[tuple[str, tuple[tuple[str, int], ...]]]:
    return [
        (site.name, tuple((pool.name, pool.accelerators) for pool in site.pools))
        for site in fleet.sites
    ]


def _somebody_elses(name: str) -> Finding:
    return Finding(
        subject=f"planner {name}",
        value="its code is not in the store",
        limit="a policy of gridtide itself",
        mend="Hold it against the house on its case: gridtide backtest CASE --canary NAME.",
    )
