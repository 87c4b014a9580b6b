"""What sources say while a loop runs: taken at the beginning of a step, never in the middle of a turn."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from gridtide.decide.situation import Event
from gridtide.loop.mandate import Mandate
from gridtide.signals.history import History


@dataclass(frozen=True, kw_only=True, eq=False)
class News:
    """The newest of everything that is read: history of signals, and calls of the grid as they bind."""

    history: History
    events: tuple[Event, ...]


class ReadsNews(Protocol):
    """Sources that are read beside a loop. Every method returns at once."""

    def newest(self) -> News | None:
        """What is known now; None where nothing is new since it was asked last."""
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

    def newest(self) -> News | None:
        """Never anything."""
        return None

    def silent(self) -> Mapping[str, str]:
        """None is asked."""
        return {}

    def ages_s(self, now: datetime) -> Mapping[str, float]:
        """None is asked."""
        return {}


def with_news(mandate: Mandate, news: News | None) -> Mandate:
    """The mandate with news, as it is where there are none."""
    if news is None:
        return mandate
    return replace(mandate, history=news.history, events=news.events)
