"""What a site takes of calls of the grid: drawn less or more than its baseline, and no rebound afterwards.

Rows of what may be declined give way at a price, so that no call takes a promise back: limits stand in bounds.
"""

from collections.abc import Sequence

import numpy as np

from gridtide.decide.call_answer import CallAnswer, answers_of, asked_beside
from gridtide.decide.event import EventKind
from gridtide.decide.layout import Columns, Facts, Real, Whole
from gridtide.decide.program import Program
from gridtide.decide.situation import Situation
from gridtide.timeline import epoch_s
from gridtide.units import cost_per_kwh

REBOUND_TIMES_PRICE = 5.0
"""A kWh of rebound, or beyond a ramp, counts so many times the dearest energy: above what moving work is worth, below
the work itself."""
LACKING = 1.1
"""What is taken and not delivered counts so many times its payment, so that nothing is taken that is not there."""
LEAST_PRICE_PER_KWH = 0.01
"""What energy counts there at least, so that a rebound is held off where it is free."""


def add_calls(program: Program, columns: Columns, facts: Facts, situation: Situation) -> None:
    """Rows of every answer that stands and takes something; none where there is none."""
    answers = answers_of(situation.commitments)
    for answer in answers:
        if answer.share == 0.0:
            continue
        place = (answer, site_of(situation, answer))
        if answer.event.may_be_declined:
            taken_kw = answer.share * asked_beside(answer, answers, situation.horizon)
            _add_response(program, columns, facts, place, taken_kw, situation)
            _add_ceiling(program, columns, facts, place, _coming_down_kw(answer, situation))
        _add_ceiling(program, columns, facts, place, answer.level_after_kw(situation.horizon))


def add_shares(
    program: Program,
    columns: Columns,
    facts: Facts,
    situation: Situation,
    answers: Sequence[CallAnswer],
) -> tuple[Whole, list[Whole]]:
    """One column for the share of each call that is taken, worth its payment; the columns, and the rows of each."""
    asked = [np.nan_to_num(asked_beside(one, answers, situation.horizon)) for one in answers]
    worth = [
        cost_per_kwh(one.event.payment_per_mwh) * float((asked_kw * facts.hours).sum())
        for one, asked_kw in zip(answers, asked, strict=True)
    ]
    shares = program.variables((len(answers),), -np.asarray(worth), 0.0, 1.0)
    rows = []
    for number, (answer, asked_kw) in enumerate(zip(answers, asked, strict=True)):
        place = (answer, site_of(situation, answer))
        steps = np.flatnonzero(asked_kw > 0.0)
        own = _add_response(program, columns, facts, place, 0.0 * asked_kw, situation, steps)
        program.put(own, shares[number], answer.sign * asked_kw[steps])
        rows.append(own)
    return shares, rows


def site_of(situation: Situation, answer: CallAnswer) -> int:
    """The number of the site that is called."""
    return [site.name for site in situation.fleet.sites].index(answer.event.site)


def _add_response(
    program: Program,
    columns: Columns,
    facts: Facts,
    place: tuple[CallAnswer, int],
    taken_kw: Real,
    situation: Situation,
    steps: Whole | None = None,
) -> Whole:
    """draw - sell - lacking <= baseline - taken, or draw - sell - unused + lacking >= baseline + taken; the rows.

    Own supply left unused absorbs nothing. steps: in which it holds, by default those in which something is taken.
    """
    answer, site = place
    if steps is None:
        steps = np.flatnonzero(np.nan_to_num(taken_kw) > 0.0)
    level_kw = answer.baseline_over(situation.horizon)[steps] - answer.sign * taken_kw[steps]
    absorbs = answer.event.kind is EventKind.ABSORB
    lowest, highest = (level_kw, np.inf) if absorbs else (-np.inf, level_kw)
    rows = program.constraints(steps.shape, lowest, highest, site, steps)
    program.put(rows, columns.draw[site, steps], 1.0)
    program.put(rows, columns.sell[site, steps], -1.0)
    if absorbs:
        program.put(rows, columns.unused[site, steps], -1.0)
    price = cost_per_kwh(LACKING * answer.event.payment_per_mwh + answer.event.penalty_per_mwh)
    lacking = program.variables(steps.shape, price * facts.hours[steps])
    program.put(rows, lacking, -answer.sign)
    return rows


def _add_ceiling(
    program: Program, columns: Columns, facts: Facts, place: tuple[CallAnswer, int], most_kw: Real
) -> None:
    """draw - sell - above <= most, where there is a most."""
    _, site = place
    steps = np.flatnonzero(np.isfinite(most_kw))
    if not len(steps):
        return
    rows = program.constraints(steps.shape, -np.inf, most_kw[steps], site, steps)
    program.put(rows, columns.draw[site, steps], 1.0)
    program.put(rows, columns.sell[site, steps], -1.0)
    dearest = float(np.abs(facts.price_per_kwh + facts.carbon_cost_per_kwh).max())
    above = program.variables(
        steps.shape, REBOUND_TIMES_PRICE * max(dearest, LEAST_PRICE_PER_KWH) * facts.hours[steps]
    )
    program.put(rows, above, -1.0)


def _coming_down_kw(answer: CallAnswer, situation: Situation) -> Real:
    """Most in each step before a call from which its ramp reaches what was agreed in time, (T,), kW."""
    event, horizon = answer.event, situation.horizon
    none = np.full(len(horizon), np.inf)
    if event.ramp_max_kw_per_min is None or event.kind is EventKind.ABSORB:
        return none
    asked_kw = answer.asked_over(horizon)
    steps = np.flatnonzero(np.nan_to_num(asked_kw) > 0.0)
    if not len(steps):
        return none
    first = int(steps[0])
    agreed_kw = float(answer.baseline_over(horizon)[first] - answer.share * asked_kw[first])
    ahead_s = epoch_s(event.start) - horizon.starts_s
    before = horizon.ends_s <= epoch_s(event.start)
    return np.where(before, agreed_kw + event.ramp_max_kw_per_min * ahead_s / 60.0, np.inf)
