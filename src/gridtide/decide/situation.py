"""Everything a decision may know, frozen."""

from dataclasses import dataclass
from datetime import datetime

from gridtide.decide.bid import Bid
from gridtide.decide.call_answer import CallAnswer
from gridtide.decide.event import Event as Event
from gridtide.decide.state import State
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.jobs import Jobs
from gridtide.fleet.service import Service
from gridtide.signals.signal import Signal
from gridtide.timeline import Timeline


@dataclass(frozen=True, kw_only=True)
class Commitment:
    """A day-ahead position: energy of a site already bought for a step of the horizon."""

    site: str
    start: datetime
    end: datetime
    position_kw: float


@dataclass(frozen=True, kw_only=True)
class OfferedCapacity:
    """Capacity of a product of a site that is offered for [start, end) and stands. by_work: it rests on running work
    alone, beside what is offered of the same block of stores."""

    site: str
    product: str
    start: datetime
    end: datetime
    offered_kw: float
    by_work: bool = False


Commitments = tuple[Commitment | OfferedCapacity | Bid | CallAnswer, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Situation:
    """What is known at `as_of`. horizon: the steps a plan must cover, the first starts at as_of."""

    as_of: datetime
    horizon: Timeline
    fleet: Fleet
    jobs: Jobs
    services: tuple[Service, ...]
    state: State
    signals: tuple[Signal, ...]
    events: tuple[Event, ...]
    commitments: Commitments
