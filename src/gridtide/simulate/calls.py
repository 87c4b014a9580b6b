"""Calls of the grid in a course: what it would have drawn without them, and what each came to."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.call_answer import UNKNOWN, CallAnswer, answers_of, asked_kw, inside_share
from gridtide.decide.event import Event, EventKind
from gridtide.decide.limits import import_max_kw
from gridtide.decide.setpoints import is_setpoint, own_share_of
from gridtide.loop.calls import MANDATORY, MET, is_answered, is_heard
from gridtide.loop.mandate import Policy
from gridtide.loop.world import Telemetry
from gridtide.settle.calls import (
    MeasuredCall,
    SettledCall,
    counted_kw,
    measured_call,
    settle_call,
)
from gridtide.settle.promises import Cause, settle_promises
from gridtide.settle.setpoints import HeldSetpoint, settle_setpoint
from gridtide.simulate.course import Course, Progress, run_course
from gridtide.simulate.study import Study, binding_events
from gridtide.simulate.truth import Truth
from gridtide.timeline import epoch_s
from gridtide.trust.record import Entry
from gridtide.units import cost_per_kwh

Real = NDArray[np.float64]
MONEY = "calls of the grid"
WITHOUT = "the same policy without the calls"
DECLARED = "declared when the call was heard"
AGREED = "agreed"
METERED = "the meter alone"
NONE = "none: a limit alone"


@dataclass(frozen=True, kw_only=True)
class CallRow:
    """One call in one course. baseline: what it is measured against, in words; missed: promised deadlines between its
    issue and the end of its recovery that were not kept, by cause; held: how far off a set-point was."""

    event: Event
    share: float
    cost_per_mwh: float
    reason: str
    baseline: str
    measured: MeasuredCall
    settled: SettledCall
    missed: tuple[tuple[Cause, int], ...]
    held: HeldSetpoint | None = None


def has_calls(study: Study) -> bool:
    """Whether any call asks for an answer or for money."""
    return any(is_answered(event) for event in study.events)


def unheard_course(
    study: Study, truth: Truth, policy: Policy, forecaster: str, progress: Progress
) -> Course:
    """What the same policy does where no call that is answered was ever issued; limits without money stay.

    Only a twin can know that.
    """
    plain = replace(study, events=tuple(one for one in study.events if not is_answered(one)))
    return run_course(plain, truth, policy, forecaster, _Unwritten(), progress)


def call_rows(study: Study, course: Course) -> tuple[CallRow, ...]:
    """What became of each call that was heard, and of each limit that holds alone, in the order of the case."""
    answers = tuple(_measured(study, course, one) for one in answers_of(course.calls))
    limits = tuple(_alone(study, one) for one in study.events if _is_limit_alone(one))
    answers += _changed_setpoints(study, answers)
    rows = [_row(study, course, one, answers) for one in (*answers, *limits)]
    order = {event: number for number, event in enumerate(study.events)}
    return tuple(sorted(rows, key=lambda row: order.get(row.event, len(order))))


def money_of(rows: tuple[CallRow, ...]) -> tuple[tuple[str, float], ...]:
    """The part of a total cost that calls are: penalties less payments; none where none asks for an answer or money."""
    if not any(is_answered(row.event) for row in rows):
        return ()
    return ((MONEY, sum(row.settled.owed for row in rows)),)


def most_paid(study: Study) -> float:
    """What all calls pay at most, whatever a policy does: all they ask for from the highest baseline there may be."""
    sites = {site.name: site for site in study.fleet.sites}
    total = 0.0
    for event in study.events:
        if event.payment_per_mwh <= 0.0 or event.kind is EventKind.ALERT:
            continue
        site = sites[event.site]
        baseline_kw = site.contract.import_max_kw
        if event.kind is EventKind.ABSORB:
            baseline_kw = -np.inf if site.supplies else 0.0
        if event.baseline_kw is not None:
            baseline_kw = event.baseline_kw
        kw = float(asked_kw(event, np.asarray([baseline_kw]))[0])
        hours = inside_share(study.timeline, event.start, event.end) @ study.timeline.hours
        total += cost_per_kwh(event.payment_per_mwh) * kw * float(hours)
    return total


def _row(
    study: Study, course: Course, answer: CallAnswer, answers: tuple[CallAnswer, ...]
) -> CallRow:
    drawn_kw = drawn_of(study, course.telemetry, answer.event)
    measured = measured_call(answer, answers, drawn_kw, study.timeline)
    return CallRow(
        event=answer.event,
        share=answer.share,
        cost_per_mwh=answer.cost_per_mwh,
        reason=answer.reason,
        baseline=_baseline_of(course, answer.event),
        measured=measured,
        settled=settle_call(measured, study.timeline),
        missed=_missed(study, course, answer),
        held=_held(study, drawn_kw, answer, answers) if is_setpoint(answer) else None,
    )


def _baseline_of(course: Course, event: Event) -> str:
    """What a call is measured against, in words."""
    if not is_heard(event):
        return NONE
    if event.setpoint_kw is not None:
        return METERED
    if event.baseline_kw is not None:
        return AGREED
    if event.kind is EventKind.SETPOINT:
        return DECLARED
    return DECLARED if course.without_calls is None else WITHOUT


def _is_limit_alone(event: Event) -> bool:
    return bool(np.isfinite(event.limit_kw)) and not is_answered(event)


def _changed_setpoints(study: Study, answers: tuple[CallAnswer, ...]) -> tuple[CallAnswer, ...]:
    """Set-points that were taken back after they had begun, and asked for a power until then."""
    known = {one.event for one in answers}
    return tuple(
        _alone(study, one)
        for one in study.events
        if one.setpoint_kw is not None
        and one not in known
        and one.taken_back_at is not None
        and one.taken_back_at > one.start
    )


def _held(
    study: Study, drawn_kw: Real, answer: CallAnswer, answers: tuple[CallAnswer, ...]
) -> HeldSetpoint:
    """How far off a set-point was, until it ended or was taken back."""
    site = [one.name for one in study.fleet.sites].index(answer.event.site)
    limit_kw = import_max_kw(study.fleet, binding_events(study), study.timeline)[site]
    asked = own_share_of(_until_taken_back(answer), map(_until_taken_back, answers), study.timeline)
    return settle_setpoint(asked, drawn_kw, limit_kw, study.timeline.hours)


def _until_taken_back(answer: CallAnswer) -> CallAnswer:
    event = answer.event
    end = min(event.end, event.taken_back_at or event.end)
    return replace(answer, event=replace(event, end=end))


def _alone(study: Study, event: Event) -> CallAnswer:
    """A limit without money, which nobody declares a baseline for."""
    return CallAnswer(
        event=event,
        answered_at=event.issued_at,
        steps=study.timeline,
        baseline_kw=np.full(len(study.timeline), UNKNOWN),
        share=1.0,
        cost_per_mwh=UNKNOWN,
        reason=MET if event.kind is EventKind.SETPOINT else MANDATORY,
    )


def _measured(study: Study, course: Course, answer: CallAnswer) -> CallAnswer:
    """The answer with the baseline it is settled by."""
    agreed = answer.event.baseline_kw is not None or is_setpoint(answer)
    if agreed or course.without_calls is None:
        return answer
    baseline_kw = drawn_of(study, course.without_calls, answer.event)
    most_kw = answer.most_over(study.timeline) if len(answer.most_kw) else answer.most_kw
    return replace(answer, steps=study.timeline, baseline_kw=baseline_kw, most_kw=most_kw)


def drawn_of(study: Study, seen: Telemetry, event: Event) -> Real:
    """What the site of a call drew, as it counts for the call, (T,), kW."""
    site = [one.name for one in study.fleet.sites].index(event.site)
    meters = (seen.import_kw[site], seen.export_kw[site], seen.unused_supply_kw[site])
    return counted_kw(event.kind, *meters)


def _missed(study: Study, course: Course, answer: CallAnswer) -> tuple[tuple[Cause, int], ...]:
    jobs, until_s = study.jobs, int(study.timeline.edges_s[-1])
    begins_s, ends_s = epoch_s(answer.event.issued_at), min(epoch_s(answer.end), until_s)
    inside = (jobs.deadline_s >= begins_s) & (jobs.deadline_s <= ends_s)
    found = settle_promises(
        jobs, course.ended_s, course.complete, course.promised & inside, course.cut, until_s
    )
    return tuple(sorted(found.missed.items()))


class _Unwritten:
    """A record that keeps its last entry only: of a course that nobody took."""

    def __init__(self) -> None:
        self._last: Entry | None = None

    def append(self, entry: Entry) -> None:
        """Keep the entry as the last."""
        self._last = entry

    def last(self) -> Entry | None:
        """The newest entry."""
        return self._last

    def entries(self) -> tuple[Entry, ...]:
        """What is kept."""
        return (self._last,) if self._last else ()
