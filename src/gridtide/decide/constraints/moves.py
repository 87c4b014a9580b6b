"""Requests that move to another place read their prompts again, once, where they go."""

import numpy as np

from gridtide.decide.layout import Columns, Facts, Whole
from gridtide.decide.program import Program

RATHER_STAY = 1e-6
"""Cost of a request per second that moves, so that routes of equal cost stay as they are."""


def add_moves(
    program: Program, columns: Columns, facts: Facts, machines: Whole, load: Whole, answering: Whole
) -> None:
    """flows - there = 0; there - share before x demand - moved <= 0, one row each for a service that loses caches, an
    origin, a place and a step. What moves takes machines and power there with its burst reserve, for as long as
    `MoveTerms` says; answering: rows of what
    nodes that rest answer, (R, T). Where users were answered before the first step is known, or the first step is free.
    """
    service, origin, place = _pairs(columns, facts).T
    if not len(service):
        return
    terms, hours = facts.moves, facts.hours
    shape = (len(service), len(hours))
    asked = facts.requests_per_s[service, origin]
    site, steps = facts.site[place], np.arange(shape[1])
    there = program.variables(shape, 0.0, 0.0, np.maximum(asked, 0.0))
    moved = program.variables(shape, RATHER_STAY, 0.0, np.maximum(asked, 0.0))
    _add_there(program, columns, facts, (service, origin, place), there)
    known = np.zeros(shape)
    known[:, 0] = np.inf if not terms.before.size else 0.0
    if terms.before.size:
        known[:, 0] = terms.before[service, origin, place] * asked[:, 0]
    rise = program.constraints(shape, -np.inf, known, site[:, None], steps)
    before = np.where(asked[:, :-1] > 0, asked[:, :-1], 1.0)
    grows = np.where(asked[:, :-1] > 0, asked[:, 1:] / before, 0.0)
    program.put(rise, there, 1.0)
    program.put(rise[:, 1:], there[:, :-1], -grows)
    program.put(rise, moved, -1.0)
    reserve = 1.0 + facts.reserve[place]
    more = (terms.lost_cache_s[service, place] * reserve)[:, None] * (terms.step_h / hours)
    counts = (facts.price_per_kwh + facts.carbon_cost_per_kwh)[site] >= 0.0
    program.put(machines[place], moved, more)
    at = np.full(len(facts.accelerators), -1)
    at[facts.rest.place] = np.arange(len(facts.rest.place))
    rests = at[place] >= 0
    program.put(answering[at[place[rests]]], moved[rests], more[rests])
    program.put(
        load[site], moved, np.where(counts, -more * facts.serving_kw[service, place, None], 0.0)
    )


def _pairs(columns: Columns, facts: Facts) -> Whole:
    """Service, origin and place of everything that may move and would lose something, (N, 3)."""
    may = np.zeros((*facts.requests_per_s.shape[:2], len(facts.accelerators)), dtype=np.bool_)
    may[tuple(columns.pair.T)] = True
    elsewhere = may.sum(axis=2, keepdims=True) > 1
    loses = facts.moves.lost_cache_s[:, None, :] > 0.0
    return np.argwhere(may & elsewhere & loses)


def _add_there(
    program: Program,
    columns: Columns,
    facts: Facts,
    of: tuple[Whole, Whole, Whole],
    there: Whole,
) -> None:
    """What is answered at a place for an origin in every way together."""
    service, origin, place = of
    site, steps = facts.site[place][:, None], np.arange(there.shape[1])
    rows = program.constraints(there.shape, 0.0, 0.0, site, steps)
    at = np.full((*facts.requests_per_s.shape[:2], len(facts.accelerators)), -1)
    at[service, origin, place] = np.arange(len(service))
    row = at[tuple(columns.pair.T)]
    here = row >= 0
    program.put(rows[row[here]], columns.flow[here], 1.0)
    program.put(rows, there, -1.0)
