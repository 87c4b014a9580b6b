"""What a site takes of calls of the grid: drawn less or more than its baseline, and no rebound afterwards.

Rows of what may be declined give way at a price, so that no call takes a promise back: limits stand in bounds.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gridtide.decide.call_answer import CallAnswer, aimed_beside, asked_beside
from gridtide.decide.call_terms import MeterTerm, call_terms, response_term
from gridtide.decide.layout import Columns, Facts, Whole
from gridtide.decide.program import Program
from gridtide.decide.situation import Situation
from gridtide.units import cost_per_kwh


def add_calls(program: Program, columns: Columns, facts: Facts, situation: Situation) -> None:
    """Rows of every answer that stands and takes something; none where there is none.

    least <= draw - sell - unused + lacking, and draw - sell - above <= most, where there is a least or a most.
    """
    for term in call_terms(situation, facts.price_per_kwh + facts.carbon_cost_per_kwh):
        bounded = np.isfinite(term.least_kw) | np.isfinite(term.most_kw)
        _add_term(program, columns, facts, term, np.flatnonzero(bounded))


def add_shares(
    program: Program,
    columns: Columns,
    facts: Facts,
    situation: Situation,
    answers: Sequence[CallAnswer],
) -> tuple[Whole, list[Whole]]:
    """One column for the share of each call that is taken, worth its payment; the columns, and the rows of each."""
    horizon = situation.horizon
    untaken = [replace(one, share=0.0) for one in answers]
    asked = [np.nan_to_num(asked_beside(one, untaken, horizon)) > 0.0 for one in untaken]
    aimed = [np.nan_to_num(aimed_beside(one, untaken, horizon)) for one in untaken]
    worth = [
        cost_per_kwh(one.event.payment_per_mwh) * float((most_kw * facts.hours).sum())
        for one, most_kw in zip(untaken, aimed, strict=True)
    ]
    shares = program.variables((len(untaken),), -np.asarray(worth), 0.0, 1.0)
    rows = []
    for number, answer in enumerate(untaken):
        steps = np.flatnonzero(asked[number])
        term = response_term(answer, untaken, situation)
        own = _add_term(program, columns, facts, term, steps)
        program.put(own, shares[number], answer.sign * aimed[number][steps])
        rows.append(own)
    return shares, rows


def _add_term(
    program: Program, columns: Columns, facts: Facts, term: MeterTerm, steps: Whole
) -> Whole:
    """Bounds of a term in some steps, which give way at its price; the rows. Own supply left unused absorbs nothing."""
    site = term.site
    rows = program.constraints(steps.shape, term.least_kw[steps], term.most_kw[steps], site, steps)
    program.put(rows, columns.draw[site, steps], 1.0)
    program.put(rows, columns.sell[site, steps], -1.0)
    if term.absorbs:
        program.put(rows, columns.unused[site, steps], -1.0)
    missing = program.variables(steps.shape, term.price_per_kwh * facts.hours[steps])
    program.put(rows, missing, 1.0 if term.absorbs else -1.0)
    return rows
