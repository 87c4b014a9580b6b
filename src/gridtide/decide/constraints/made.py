"""Plants change what they make no faster than they can, and lead no more past their turbines than they make."""

from dataclasses import dataclass

import numpy as np

from gridtide.decide.layout import Columns, Facts, Whole
from gridtide.decide.program import Program


@dataclass(frozen=True, kw_only=True, eq=False)
class MadeRows:
    """change: of each plant and step, (G, T). past: of each site with plants and step, (sites with any, T)."""

    change: Whole
    past: Whole


def add_made(program: Program, columns: Columns, facts: Facts) -> MadeRows:
    """|made - made before| <= change while a plant runs; unused - sum of made <= supply.

    The first step starts from what a plant makes now, free where that is unknown; back from an outage it starts from
    its least.
    """
    return MadeRows(
        change=_add_change(program, columns, facts), past=_add_past(program, columns, facts)
    )


def _add_change(program: Program, columns: Columns, facts: Facts) -> Whole:
    terms, runs = facts.made, facts.made.runs
    ran = np.concatenate([(terms.now_kw != 0.0)[:, None], runs[:, :-1]], axis=1)
    before = np.where(ran, 0.0, terms.least_kw)
    before[:, 0] += np.where(ran[:, 0], np.nan_to_num(terms.now_kw), 0.0)
    most = np.where(runs, terms.change_kw, np.inf)
    most[:, 0] = np.where(np.isnan(terms.now_kw), np.inf, most[:, 0])
    where = (terms.site[:, None], np.arange(len(facts.hours)))
    rows = program.constraints(most.shape, before - most, before + most, *where)
    program.put(rows, columns.made, 1.0)
    program.put(rows[:, 1:], columns.made[:, :-1], -1.0)
    return rows


def _add_past(program: Program, columns: Columns, facts: Facts) -> Whole:
    sites, of = np.unique(facts.made.site, return_inverse=True)
    steps = np.arange(len(facts.hours))
    supply = np.maximum(facts.supply_kw[sites], 0.0)
    rows = program.constraints(supply.shape, -np.inf, supply, sites[:, None], steps)
    program.put(rows, columns.unused[sites], 1.0)
    program.put(rows[of], columns.made, -1.0)
    return rows
