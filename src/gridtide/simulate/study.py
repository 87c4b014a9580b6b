"""What is studied: a fleet, its work with the truth about it, the history of signals, and the aim."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.objective import Objective
from gridtide.decide.risk import CERTAIN, Risk
from gridtide.decide.situation import Event
from gridtide.digest import freeze
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.jobs import Jobs
from gridtide.fleet.service import Service
from gridtide.loop.mandate import Policy
from gridtide.signals.history import History
from gridtide.timeline import Spans, Timeline, epoch_s, instant


class LengthKnowledge(StrEnum):
    """What decisions may know of run times; one setting for all policies that are compared."""

    ESTIMATE = "estimate"
    DECLARED = "declared"
    TRUE = "true"


@dataclass(frozen=True, kw_only=True)
class Cadence:
    """How far plans look and when they are made.

    plan_h: hours a plan covers. replan_h: longest time between plans. forecaster: its name. telescope: steps
    of the coordinated plan, the finest first; none for the steps of the course.
    """

    plan_h: float = 48.0
    replan_h: float = 6.0
    forecaster: str = "persistence"
    telescope: Spans = ()


NOTHING_ENDED = (np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64))


@dataclass(frozen=True, kw_only=True, eq=False)
class Study:
    """One case, ready to run. Money is in `currency`; every signal is already converted.

    timeline: the steps that are simulated and settled; all equal. true_s: true run time at full speed
    of each job, which no decision sees unless length_knowledge says so. history: signals of price,
    carbon, weather, supply (zone = site name, kW per kW of capacity), curtailment and demand (zone =
    demand_zone(service, origin)). reference: policy the savings are measured against. rates:
    settlement currency per unit of another. events: calls of the grid. notes: assumptions a reader of
    results must know. ended: class, declared limit and run time of jobs that had ended before, from which run times
    are estimated. arrivals_known: decisions see all jobs from the start, as only a bound may. risk: how plans
    meet what forecasts do not know. teams: whose each job is, for whom a course is shown, (n,) or empty. plugins: code
    of others that the case lists, by the name policies call it.
    """

    name: str
    timeline: Timeline
    fleet: Fleet
    jobs: Jobs
    true_s: NDArray[np.int64]
    services: tuple[Service, ...]
    history: History
    objective: Objective
    cadence: Cadence
    policies: tuple[str, ...]
    reference: str
    currency: str
    rates: Mapping[str, float]
    length_knowledge: LengthKnowledge
    seed: int
    events: tuple[Event, ...] = ()
    notes: tuple[str, ...] = ()
    ended: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]] = NOTHING_ENDED
    arrivals_known: bool = False
    risk: Risk = CERTAIN
    teams: NDArray[np.str_] = field(default_factory=lambda: np.zeros(0, np.str_))
    plugins: Mapping[str, Policy] = field(default_factory=dict)

    def __post_init__(self) -> None:
        freeze(self, true_s=np.int64, teams=np.str_)


def binding_events(study: Study) -> tuple[Event, ...]:
    """Calls of the grid as they bind, those that never do left out."""
    bound = (as_it_binds(event, study.timeline) for event in study.events)
    return tuple(event for event in bound if event is not None)


def as_it_binds(event: Event, timeline: Timeline) -> Event | None:
    """A call of the grid from the first step edge on at which it can be known, None where it is over by then.

    One that is taken back binds up to the first edge at which that can be known.
    """
    edges_s = timeline.edges_s
    known = min(int(np.searchsorted(edges_s, epoch_s(event.issued_at))), len(edges_s) - 1)
    start = max(event.start, instant(edges_s[known]))
    end = event.end
    if event.taken_back_at is not None:
        gone = min(int(np.searchsorted(edges_s, epoch_s(event.taken_back_at))), len(edges_s) - 1)
        end = min(end, instant(edges_s[gone]))
    return replace(event, start=start, end=end) if start < end else None
