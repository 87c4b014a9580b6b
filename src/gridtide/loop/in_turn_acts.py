"""Turns of a dispatch as instants: when a gang is told to begin inside a slot, and when to stop before its end."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

import numpy as np

from gridtide.decide.dispatch import Dispatch
from gridtide.fleet.act import BeginAt
from gridtide.fleet.site_act import AnyAct
from gridtide.fleet.turn_act import BeginInTurn, PauseInTurn
from gridtide.timeline import instant


@dataclass(frozen=True, kw_only=True)
class Start:
    """When a job is told to begin, and over how many seconds its power rises from then; 0 where it is at once."""

    at: datetime
    turn_s: float = 0.0

    def told(self, job: str) -> BeginAt:
        """The act that says so."""
        if self.turn_s > 0.0:
            return BeginInTurn(job=job, at=self.at, turn_s=self.turn_s)
        return BeginAt(job=job, at=self.at)


class Told(Protocol):
    """What a job was told of its start: when it may begin, and how long its turn is, s."""

    @property
    def held_until(self) -> datetime | None:
        """None where nothing holds it."""
        ...

    @property
    def turn_s(self) -> float:
        """0 where it is at once."""
        ...


@dataclass(frozen=True, kw_only=True)
class Stop:
    """A stop that is told inside the step that runs, by an instant."""

    at: datetime
    act: PauseInTurn


@dataclass(kw_only=True, eq=False)
class TurnsAhead:
    """What is still to be told in the step that runs. stops: those whose turn comes, by the decision they are of;
    waiting: pauses that wait for others at their device; moving: jobs that begin or stop in turn in this step; before:
    what was told of jobs that did so in the step before."""

    stops: list[Stop] = field(default_factory=list)
    waiting: list[AnyAct] = field(default_factory=list)
    decision: str = ""
    moving: set[str] = field(default_factory=set)
    before: tuple[AnyAct, ...] = ()

    def due(self, now: datetime) -> list[AnyAct]:
        """Pauses that waited, and stops whose instant has come; they are handed on once."""
        found = [one.act for one in self.stops if one.at <= now]
        self.stops = [one for one in self.stops if one.at > now]
        self.moving |= {one.job for one in found}
        waited, self.waiting = self.waiting, []
        return [*waited, *found]

    def drop(self) -> None:
        """Tell nothing more of it."""
        self.stops, self.waiting = [], []

    def step_over(self, acts: list[AnyAct]) -> list[AnyAct]:
        """Acts of the step that is over whose power can be judged now: those at once, and those that took their turns a
        step before, since a meter shows the mean of a step that power moved in."""
        moved = [one for one in acts if getattr(one, "job", None) in self.moving]
        found = [*self.before, *(one for one in acts if one not in moved)]
        self.before, self.moving = tuple(moved), set()
        self.drop()
        return found


def start_in(dispatch: Dispatch, number: int) -> Start:
    """When the job of a slot begins in it. number: of the slot among those of all jobs."""
    turns, placement = dispatch.turns, dispatch.placement
    begins = instant(placement.horizon.starts_s[placement.slots[number]])
    if not len(turns):
        return Start(at=begins)
    late_s, rise_s = float(turns.late_s[number]), float(turns.rise_s[number])
    return Start(at=begins + _exactly(late_s) - _exactly(rise_s), turn_s=rise_s)


def first_ahead(dispatch: Dispatch, row: int, now_s: int) -> int | None:
    """Number, among the slots of all jobs, of the first slot of a job that does not begin before a second."""
    placement = dispatch.placement
    begin, end = placement.offsets[row : row + 2].tolist()
    starts_s = placement.horizon.starts_s[placement.slots[begin:end]]
    at = int(np.searchsorted(starts_s, now_s))
    return begin + at if at < len(starts_s) else None


def stop_in(dispatch: Dispatch, row: int, job: str, now: datetime) -> Stop | None:
    """The stop of a job before the end of the slot that begins now, None where it has none there."""
    if not len(dispatch.turns):
        return None
    now_s, placement = int(now.timestamp()), dispatch.placement
    number = first_ahead(dispatch, row, now_s)
    if number is None or dispatch.turns.fall_s[number] <= 0.0:
        return None
    begins_s, ends_s = _slot(dispatch, number)
    if begins_s != now_s:
        return None
    again = first_ahead(dispatch, row, ends_s)
    until = placement.horizon.end if again is None else start_in(dispatch, again).at
    at = instant(ends_s) - _exactly(float(dispatch.turns.early_s[number]))
    turn_s = float(dispatch.turns.fall_s[number])
    return Stop(at=at, act=PauseInTurn(job=job, until=until, turn_s=turn_s))


def begins_within(told: Mapping[str, Told], begin: datetime, end: datetime) -> set[str]:
    """Jobs that begin in turn in a step."""
    return {
        name
        for name, one in told.items()
        if one.turn_s > 0.0 and one.held_until is not None and begin <= one.held_until < end
    }


def _slot(dispatch: Dispatch, number: int) -> tuple[int, int]:
    horizon, slot = dispatch.placement.horizon, dispatch.placement.slots[number]
    return int(horizon.starts_s[slot]), int(horizon.ends_s[slot])


def _exactly(seconds: float) -> timedelta:
    """Turns are whole microseconds, as instants are."""
    return timedelta(microseconds=round(seconds * 1e6))
