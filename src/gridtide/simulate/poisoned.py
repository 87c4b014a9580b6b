"""What a signal costs that lies throughout, and what no lie can cost more than.

Decisions see the signal turned upside down: as dear where it is cheap, as windy where it is calm, inside the range it
really has, so that nothing but a second source can find it. Meters, weather and bills go by the truth.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from gridtide.decide.limits import import_max_kw
from gridtide.loop.sight import wanted
from gridtide.signals.history import History, Series
from gridtide.signals.signal import Kind
from gridtide.simulate.compare import absorbed_by
from gridtide.simulate.course import Course, Progress, mandate_of, run_course
from gridtide.simulate.dearest import at_their_limits, most_energy_cost
from gridtide.simulate.policies import policy_named
from gridtide.simulate.settlement import Settlement, settle
from gridtide.simulate.study import Study, binding_events
from gridtide.simulate.truth import Truth, truth_of
from gridtide.trust.record import Store

Named = tuple[Kind, str]
REFERENCE = "run-at-once"


@dataclass(frozen=True, kw_only=True)
class Harm:
    """One course whose decisions believed a lie. signals: kind and zone of what lied. beyond_kwh: drawn above the
    import limits of sites."""

    signals: tuple[Named, ...]
    settlement: Settlement
    beyond_kwh: float


@dataclass(frozen=True, kw_only=True)
class Poisoned:
    """A policy with honest signals, the same with each that lies, and the reference, which believes nothing.

    most_energy_cost: no course that keeps the import limits pays more for energy, whatever it believed;
    at_their_limits: the same without a look at how much work there is.
    """

    honest: Settlement
    reference: Settlement
    harms: tuple[Harm, ...]
    most_energy_cost: float
    at_their_limits: float

    @property
    def worst_energy_cost(self) -> float:
        """The most that any course here paid for energy, whatever it believed."""
        courses = [self.honest, self.reference, *(harm.settlement for harm in self.harms)]
        return max(one.energy_cost for one in courses)


def poisoned(
    study: Study,
    policy: str,
    store: Callable[[], Store],
    announce: Callable[[str], Progress],
) -> Poisoned:
    """Runs the policy on honest signals, on each signal upside down, then on all of them.

    store: makes one for each course. announce: hears what runs and gives its progress.
    """
    truth = truth_of(study)
    plan, forecaster, known = policy_named(policy, study)
    usual, _, plain = policy_named(REFERENCE, study)
    reference = run_course(plain, truth, usual, forecaster, store(), announce(REFERENCE))
    honest = run_course(known, truth, plan, forecaster, store(), announce(f"{policy}, honest"))
    harms = []
    for signals in lies_of(known, forecaster):
        said = "everything lies" if len(signals) > 1 else f"{signals[0][0]} of {signals[0][1]} lies"
        lied = replace(known, history=upside_down(known.history, signals, known))
        course = run_course(lied, truth, plan, forecaster, store(), announce(said))
        harms.append(
            Harm(
                signals=signals,
                settlement=_settled(study, truth, course, reference),
                beyond_kwh=_beyond_kwh(study, course),
            )
        )
    return Poisoned(
        honest=_settled(study, truth, honest, reference),
        reference=_settled(study, truth, reference, reference),
        harms=tuple(harms),
        most_energy_cost=most_energy_cost(study, truth),
        at_their_limits=at_their_limits(study, truth),
    )


def lies_of(study: Study, forecaster: str) -> list[tuple[Named, ...]]:
    """Every signal that decisions look at and that varies, alone, then all together."""
    looked_at = [
        pair
        for pair in wanted(mandate_of(study, forecaster))
        if (rows := study.history.of(*pair)) is not None and np.ptp(rows.values) > 0.0
    ]
    return [*((one,) for one in looked_at), *([tuple(looked_at)] if len(looked_at) > 1 else [])]


def upside_down(history: History, signals: tuple[Named, ...], study: Study) -> History:
    """The history in which the named series are mirrored between their lowest and highest value of the study."""
    return replace(
        history,
        series=tuple(
            _mirrored(rows, study) if (rows.kind, rows.zone) in signals else rows
            for rows in history.series
        ),
    )


def _mirrored(rows: Series, study: Study) -> Series:
    inside = (rows.end_s > study.timeline.edges_s[0]) & (rows.start_s < study.timeline.edges_s[-1])
    said = rows.values[inside] if inside.any() else rows.values
    low, high = float(said.min()), float(said.max())
    return replace(rows, values=np.clip(low + high - rows.values, low, high))


def _settled(study: Study, truth: Truth, course: Course, reference: Course) -> Settlement:
    return settle(study, truth, course, absorbed_by(study, truth, course, reference))


def _beyond_kwh(study: Study, course: Course) -> float:
    limit_kw = import_max_kw(study.fleet, binding_events(study), study.timeline)
    above_kw = np.maximum(course.telemetry.import_kw - limit_kw, 0.0)
    return float((above_kw * study.timeline.hours).sum())
