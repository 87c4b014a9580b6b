"""What sources say while a loop runs: taken at the beginning of a step, never in the middle of a turn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

import numpy as np

from gridtide.decide.situation import Event
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.jobs import Jobs
from gridtide.loop.live_world import LiveWorld
from gridtide.loop.mandate import Mandate
from gridtide.loop.newcomers import with_declared
from gridtide.loop.roll import Whole
from gridtide.loop.sight import trusted
from gridtide.loop.turn import Memory
from gridtide.signals.history import History
from gridtide.signals.signal import Nature, Signal, is_point
from gridtide.timeline import epoch_s


@dataclass(frozen=True, kw_only=True, eq=False)
class Declared:
    """What owners declare of their work by now. ended: of jobs from before, as a `Roll` has them."""

    jobs: Jobs
    ended: tuple[Whole, Whole, Whole]


@dataclass(frozen=True, kw_only=True, eq=False)
class News:
    """The newest of everything that is read: history of signals, and calls of the grid as they bind. fleet: with
    likely peaks as they were announced; declared: work that was declared anew; None where these stand as they stood."""

    history: History
    events: tuple[Event, ...]
    fleet: Fleet | None = None
    declared: Declared | None = None


class ReadsNews(Protocol):
    """Sources that are read beside a loop. Every method returns at once."""

    def newest(self, as_of: datetime) -> News | None:
        """What is known now; None where nothing is new since it was asked last. What was heard after `as_of` is
        handed on again."""
        ...

    def silent(self) -> Mapping[str, str]:
        """Sources that cannot be read or used now, by name, each with what is wrong and since when."""
        ...

    def ages_s(self, now: datetime) -> Mapping[str, float]:
        """How old what each source said last is, by name, s."""
        ...


@dataclass(frozen=True)
class NoNews:
    """A course whose sources were read once, before it began."""

    def newest(self, as_of: datetime) -> News | None:
        """Never anything."""
        return None

    def silent(self) -> Mapping[str, str]:
        """None is asked."""
        return {}

    def ages_s(self, now: datetime) -> Mapping[str, float]:
        """None is asked."""
        return {}


def with_news(
    mandate: Mandate, memory: Memory, news: News, world: LiveWorld
) -> tuple[Mandate, Memory]:
    """The mandate with news, and the memory of a loop that is to plan anew where other work is declared, or something
    else is said of times to come than was decided by; its world knows that work from now on."""
    anew = said_otherwise(memory.signals, news.history, world.now)
    if news.fleet is not None:
        mandate, world.fleet = replace(mandate, fleet=news.fleet), news.fleet
    if news.declared is not None:
        world.roll = with_declared(world.roll, news.declared.jobs, news.declared.ended)
        anew = True
    memory = replace(memory, planned_at=None) if anew else memory
    return replace(mandate, history=news.history, events=news.events), memory


def said_otherwise(signals: Sequence[Signal], history: History, as_of: datetime) -> bool:
    """Whether a history says something else of some step that is not over than signals that were published say."""
    for one in signals:
        if one.nature is Nature.FORECAST or not is_point(one):
            continue
        now = trusted(history, one.kind, one.zone, one.timeline, as_of)[0].values
        known = ~np.isnan(one.values) & ~np.isnan(now)
        ahead = one.timeline.edges_s[1:] > epoch_s(as_of)
        if (known & ahead & (now != one.values)).any():
            return True
    return False
