"""From which incentive on does a class of jobs, a service or a store draw less in called hours?

Each is asked alone: the incentive is paid for what it alone draws less at the meter, and the whole course is solved
again, just below and just above. What is drawn never rises with the incentive, so that one number divides the
incentives without an answer from those with one.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from gridtide.decide.called_sources import Real, Source, SourceKind, price_per_mwh, sources_of
from gridtide.decide.program import Solution
from gridtide.decide.relaxed import Course, Relaxed, program_of
from gridtide.decide.vertex import Vertex, vertex_of
from gridtide.units import cost_per_kwh

FIRST_SHARE = 0.01
"""Of what is drawn in called hours, of a store: of what it can do in them; less than that is no answer."""
TIES_PER_MWH = 0.01
"""Courses that cost the same are told apart by it, in favour of drawing less: what this buys is no answer."""
APART = 1.01
"""The incentives without and with an answer lie no further apart, or than FINEST_PER_MWH."""
FINEST_PER_MWH = 0.05
"""A solver takes smaller differences for none."""
DEAREST_PER_MWH = 1e7


@dataclass(frozen=True, kw_only=True)
class BreakEven:
    """A source begins to answer between least and most, money per MWh drawn less; both None where nothing moves it.

    drawn_kwh: by it in called hours without an incentive. first_kwh: what it draws less at `most`. by_price_per_mwh:
    what the prices of the course without an incentive say, None where they do not. answers_kwh: what it draws less at
    each of the incentives asked for, benefits: what is left of the payment then, in money.
    """

    name: str
    kind: SourceKind
    drawn_kwh: float
    by_price_per_mwh: float | None
    least_per_mwh: float | None
    most_per_mwh: float | None
    first_kwh: float
    answers_kwh: tuple[float, ...]
    benefits: tuple[float, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Asked:
    """A source, the program it stands in, and a vertex to start from."""

    source: Source
    relaxed: Relaxed
    near: Vertex | None

    def at(self, incentive_per_mwh: float) -> Solution:
        """The best course where this source alone is paid for drawing less."""
        paid = cost_per_kwh(incentive_per_mwh) * self.source.drawn_kwh
        matrix = replace(self.relaxed.matrix, cost=self.relaxed.matrix.cost + paid)
        return vertex_of(matrix, self.relaxed.names, self.near)[0]

    def drawn_kwh(self, incentive_per_mwh: float) -> float:
        """What it draws then in called hours."""
        return float(self.source.drawn_kwh @ self.at(incentive_per_mwh).values)


def break_evens_of(
    course: Course, called: Real, incentives_per_mwh: tuple[float, ...]
) -> tuple[BreakEven, ...]:
    """Of everything that draws, in the order of classes, services and sites, and of all meters together.

    called: share of each step, (T,). Empty where no course holds, or where the program is too
    large to be solved finely enough.
    """
    relaxed = program_of(course)
    solution, near = vertex_of(relaxed.matrix, relaxed.names)
    if not solution.feasible or near is None:
        return ()
    return tuple(
        _of_source(course, _Asked(source=source, relaxed=relaxed, near=near), incentives_per_mwh)
        for source in sources_of(course, relaxed, solution, called)
    )


def _of_source(course: Course, asked: _Asked, incentives_per_mwh: tuple[float, ...]) -> BreakEven:
    source, relaxed = asked.source, asked.relaxed
    plain = asked.at(TIES_PER_MWH)
    drawn_kwh = float(source.drawn_kwh @ plain.values)
    by_price = price_per_mwh(source, course, relaxed, plain)

    def answered(incentive_per_mwh: float) -> float:
        return drawn_kwh - asked.drawn_kwh(incentive_per_mwh)

    def benefit(incentive_per_mwh: float) -> float:
        paid = cost_per_kwh(incentive_per_mwh) * drawn_kwh
        free = plain.objective - cost_per_kwh(TIES_PER_MWH) * drawn_kwh
        return free - (asked.at(incentive_per_mwh).objective - paid)

    first_kwh = FIRST_SHARE * _able_kwh(asked, drawn_kwh)
    divided = _divided(answered, first_kwh, by_price or 1.0) if first_kwh > 0.0 else None
    least, most, found_kwh = divided or (None, None, 0.0)
    return BreakEven(
        name=source.name,
        kind=source.kind,
        drawn_kwh=drawn_kwh,
        by_price_per_mwh=by_price,
        least_per_mwh=least,
        most_per_mwh=most,
        first_kwh=found_kwh,
        answers_kwh=tuple(max(answered(one), 0.0) for one in incentives_per_mwh),
        benefits=tuple(benefit(one) for one in incentives_per_mwh),
    )


def _able_kwh(asked: _Asked, drawn_kwh: float) -> float:
    """What a source could draw less at most: all it draws; a store also gives what it can in the called hours."""
    if asked.source.kind is not SourceKind.STORE:
        return drawn_kwh
    gives = asked.source.drawn_kwh < 0
    most_kw = asked.relaxed.matrix.upper[gives]
    return drawn_kwh + float(-asked.source.drawn_kwh[gives] @ most_kw)


def _divided(
    answered: Callable[[float], float], first_kwh: float, guess: float
) -> tuple[float, float, float] | None:
    """An incentive without an answer and one with it, near to each other, and the answer; None where there is none."""
    most = max(guess * APART**0.5, guess + FINEST_PER_MWH / 2)
    least, kwh = min(most / APART, most - FINEST_PER_MWH), answered(most)
    while kwh < first_kwh:
        least, most = most, 2.0 * most
        if most > DEAREST_PER_MWH:
            return None
        kwh = answered(most)
    while least > TIES_PER_MWH and (below := answered(least)) >= first_kwh:
        most, kwh, least = least, below, least / 4.0
    least = max(least, TIES_PER_MWH)
    while most > max(least * APART * (1.0 + 1e-9), least + FINEST_PER_MWH):
        middle = float(np.sqrt(least * most))
        below = answered(middle)
        if below < first_kwh:
            least = middle
        else:
            most, kwh = middle, below
    return least, most, kwh
