"""How a site answers a call of the grid: the baseline it declares, and how much of the call it takes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.event import Event, EventKind
from gridtide.digest import freeze
from gridtide.timeline import Timeline, epoch_s

Real = NDArray[np.float64]
UNKNOWN = float("nan")
HEADROOM = 0.05
"""Plans aim at so much more of a call than was agreed, as a share: what a site would have drawn is known no better."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Declared:
    """What a site declared when it heard of a call, over the steps of its answer, (T,).

    expected_kw: with the work that was expected; known_kw: of the work that was known alone. expected_h:
    accelerator-hours that were expected to have come by the end of each step.
    """

    expected_kw: Real
    known_kw: Real
    expected_h: Real

    def __post_init__(self) -> None:
        freeze(self, expected_kw=np.float64, known_kw=np.float64, expected_h=np.float64)


@dataclass(frozen=True, kw_only=True, eq=False)
class CallAnswer:
    """What stands between the grid and a site once a call was heard.

    steps, baseline_kw: what the site would draw without the call, as it expected when it heard of it, (T,), kW; of
    `absorb` less what own supply would be left unused, so that supply thrown away absorbs nothing. share: of what is
    asked that it takes, 0 declined, 1 of a mandatory call. most_kw: what it can take at most in each step, (T,), of no
    steps where nothing bounds that. declared: what the baseline was at first and follows from as work comes, None where
    it stands as it is. cost_per_mwh: what the last MWh of it costs the site, NaN where nothing was weighed. reason: in
    a sentence.
    """

    event: Event
    answered_at: datetime
    steps: Timeline
    baseline_kw: Real
    share: float
    cost_per_mwh: float
    reason: str
    most_kw: Real = field(default_factory=lambda: np.zeros(0))
    declared: Declared | None = None

    def __post_init__(self) -> None:
        freeze(self, baseline_kw=np.float64, most_kw=np.float64)

    @property
    def end(self) -> datetime:
        """The instant from which on it asks for nothing more."""
        return self.event.end + timedelta(hours=self.event.recover_h)

    @property
    def sign(self) -> float:
        """1 where less is asked for, -1 where more is."""
        return -1.0 if self.event.kind is EventKind.ABSORB else 1.0

    def stays_open(self, as_of: datetime) -> bool:
        """Whether it may still be answered anew."""
        by = self.event.answer_by
        return self.event.may_be_declined and by is not None and as_of < by

    def baseline_over(self, horizon: Timeline) -> Real:
        """The baseline over other steps, (T,), kW; NaN in those that it does not cover whole. One that was agreed
        holds in every step, also beyond the plan by which the call was heard."""
        agreed_kw = self.event.baseline_kw
        if agreed_kw is not None and (self.baseline_kw == agreed_kw).all():
            return np.full(len(horizon), agreed_kw)
        return mean_over(self.steps, self.baseline_kw, horizon)

    def asked_over(self, horizon: Timeline) -> Real:
        """What the call asks for in each step, its part of the step counted, (T,), kW ≥ 0; NaN as the baseline."""
        inside = inside_share(horizon, self.event.start, self.event.end)
        asked = inside * asked_kw(self.event, self.baseline_over(horizon))
        return np.where(inside > 0.0, asked, 0.0)

    def most_over(self, horizon: Timeline) -> Real:
        """What it can take at most over other steps, (T,), kW; inf where nothing bounds that, nothing in those that it
        does not cover whole."""
        if not len(self.most_kw):
            return np.full(len(horizon), np.inf)
        return np.nan_to_num(mean_over(self.steps, self.most_kw, horizon))

    def level_after_kw(self, horizon: Timeline) -> Real:
        """Most that is drawn in steps of the recovery: the baseline, or the highest it came to in as long a time
        before the call, whichever is more, and the rebound that is allowed; no limit elsewhere, (T,), kW."""
        event = self.event
        if event.recover_h == 0.0 or self.share == 0.0:
            return np.full(len(horizon), np.inf)
        begins_s, length_s = epoch_s(event.start), round(3600 * event.recover_h)
        before = (self.steps.ends_s <= begins_s) & (self.steps.starts_s >= begins_s - length_s)
        highest_kw = self.baseline_kw[before].max(initial=0.0)
        after = horizon.starts_s >= epoch_s(event.end)
        after &= horizon.starts_s < epoch_s(event.end) + length_s
        baseline_kw = self.baseline_over(horizon)
        level_kw = np.fmax(baseline_kw, highest_kw) + event.rebound_max_kw
        return np.where(after & ~np.isnan(baseline_kw), level_kw, np.inf)


def asked_kw(event: Event, baseline_kw: Real) -> Real:
    """What a call asks for while it holds, given a baseline: less or more than it, kW ≥ 0; nothing of a set-point,
    which is measured by what it is off."""
    if event.kind in (EventKind.ALERT, EventKind.SETPOINT):
        return np.zeros_like(baseline_kw)
    if event.kind is EventKind.ABSORB:
        least_kw = event.import_min_kw - baseline_kw
        return (
            np.full_like(baseline_kw, event.take_kw) if event.take_kw else np.maximum(least_kw, 0.0)
        )
    if event.mandatory:
        return np.asarray(np.maximum(baseline_kw - event.limit_kw, 0.0))
    if event.reduce_kw:
        return np.full_like(baseline_kw, event.reduce_kw)
    return np.asarray(np.maximum(baseline_kw - event.import_max_kw, 0.0))


def inside_share(horizon: Timeline, start: datetime, end: datetime) -> Real:
    """What share of each step lies in [start, end), (T,)."""
    begin_s = np.maximum(horizon.starts_s, epoch_s(start))
    end_s = np.minimum(horizon.ends_s, epoch_s(end))
    return np.asarray(np.maximum(end_s - begin_s, 0) / (horizon.ends_s - horizon.starts_s))


def mean_over(steps: Timeline, values: Real, horizon: Timeline) -> Real:
    """The mean of a series in each of other steps, (T,); NaN in those that it does not cover whole."""
    sums = np.concatenate([[0.0], np.cumsum(values * (steps.ends_s - steps.starts_s))])
    whole = np.diff(np.interp(horizon.edges_s, steps.edges_s, sums))
    covered = (horizon.starts_s >= steps.edges_s[0]) & (horizon.ends_s <= steps.edges_s[-1])
    return np.where(covered, whole / (horizon.ends_s - horizon.starts_s), UNKNOWN)


def answers_of(commitments: Iterable[object]) -> tuple[CallAnswer, ...]:
    """The answers among commitments, in order."""
    return tuple(one for one in commitments if isinstance(one, CallAnswer))


def asked_beside(answer: CallAnswer, answers: Iterable[CallAnswer], horizon: Timeline) -> Real:
    """What a call asks for in each step beside others that stand, (T,), kW ≥ 0.

    Of two calls of one kind that a site may decline, one pays: that with the lower number of priority, of equal ones
    that which asks for more, of these the first.
    """
    asked = answer.asked_over(horizon)
    if not answer.event.may_be_declined:
        return asked
    earlier = True
    for other in answers:
        if other is answer:
            earlier = False
            continue
        alike = (other.event.site, other.event.kind) == (answer.event.site, answer.event.kind)
        if not alike or not other.event.may_be_declined:
            continue
        more = np.nan_to_num(other.asked_over(horizon))
        ahead = other.event.priority < answer.event.priority
        level = other.event.priority == answer.event.priority
        before = more > 0.0 if ahead else level & (more >= asked if earlier else more > asked)
        asked = np.where(before & (more > 0.0), 0.0, asked)
    return asked


def aimed_beside(answer: CallAnswer, answers: Iterable[CallAnswer], horizon: Timeline) -> Real:
    """What plans aim at where all of a call is taken, beside others, (T,), kW ≥ 0; the share is of this.

    It is what is asked and HEADROOM, as far as the site can: nobody leaves more than it would draw.
    """
    most_kw = answer.most_over(horizon)
    if answer.event.may_be_declined and answer.sign > 0.0:
        most_kw = np.minimum(most_kw, np.maximum(answer.baseline_over(horizon), 0.0))
    return np.minimum((1.0 + HEADROOM) * asked_beside(answer, answers, horizon), most_kw)


def taken_of(commitments: Iterable[object]) -> tuple[CallAnswer, ...]:
    """The answers among commitments that take something of a call that could be declined, in order."""
    answers = answers_of(commitments)
    return tuple(one for one in answers if one.share > 0.0 and one.event.may_be_declined)
