"""A meter draws or feeds in, never both: settled exactly where selling earns more than drawing costs.

Elsewhere a program does not do both by itself. There it would, for money without work; its rows keep it near what a
meter can do, which a bound may use, and a plan is solved once more with one way chosen whole for each of those steps.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.layout import Columns, Facts
from gridtide.decide.program import (
    SIMPLEX_COLUMNS,
    Matrix,
    Program,
    Solution,
    handed_over,
    solve,
)

Chosen = NDArray[np.bool_]
NOTHING_KW = 1e-6
NODES_MAX = 40
"""Branches after which the best choice found stands; none is worse than selling nothing there."""
GAP = 1e-5
"""As a share of the cost: how near the best choice of ways must be proved to be."""
UNTRIED = (
    "mip_heuristic_run_rins",
    "mip_heuristic_run_rens",
    "mip_heuristic_run_root_reduced_cost",
)
"""Searches of HiGHS that take many times as long as the proof."""
WHOLE = 0.5


def pays_to_turn(facts: Facts) -> Chosen:
    """Steps in which a site that draws and feeds in at once would earn by it, (S, T)."""
    dearer = facts.sale_per_kwh > facts.price_per_kwh + facts.carbon_cost_per_kwh
    return np.asarray(dearer & (facts.import_max_kw > 0.0) & (facts.export_max_kw > 0.0))


def add_one_way(program: Program, columns: Columns, facts: Facts) -> None:
    """draw / most drawn + sell / most sold <= 1 where it would pay to do both: the convex hull of doing one; and
    sell - discharge - made <= supply, as nothing that is drawn is sold."""
    sites, steps = np.nonzero(pays_to_turn(facts))
    if not len(sites):
        return
    rows = program.constraints(sites.shape, -np.inf, 1.0, sites, steps)
    program.put(rows, columns.draw[sites, steps], 1.0 / facts.import_max_kw[sites, steps])
    program.put(rows, columns.sell[sites, steps], 1.0 / facts.export_max_kw[sites, steps])
    own = program.constraints(sites.shape, -np.inf, facts.supply_kw[sites, steps], sites, steps)
    program.put(own, columns.sell[sites, steps], 1.0)
    program.put(own, columns.discharge[sites, steps], -1.0)
    for plant, site in enumerate(facts.made.site):
        there = sites == site
        program.put(own[there], columns.made[plant, steps[there]], -1.0)


def turn_one_way(matrix: Matrix, solution: Solution, facts: Facts, columns: Columns) -> bool:
    """Close one way of each step in which a solution goes both, and of all like it; whether any was closed.

    The ways are those of the cheapest program with one way a step, by whole numbers; of a large program those that
    halving what is open finds.
    """
    pays = pays_to_turn(facts)
    if not pays.any() or not _both(solution, facts, columns, pays).any():
        return False
    draws = _halved(matrix, solution, facts, columns, pays)
    if len(matrix.cost) <= SIMPLEX_COLUMNS:
        draws = _best_ways(matrix, facts, columns, pays, draws)
    _close(matrix, columns, pays & ~draws, pays & draws)
    return True


def _both(solution: Solution, facts: Facts, columns: Columns, pays: Chosen) -> Chosen:
    """Steps in which it would pay and a solution does both, (S, T)."""
    less = np.minimum(solution.values[columns.draw], solution.values[columns.sell])
    least = solution.blur * np.maximum(facts.import_max_kw, facts.export_max_kw)
    return np.asarray(pays & (less > np.maximum(NOTHING_KW, least)))


def _close(matrix: Matrix, columns: Columns, no_draw: Chosen, no_sale: Chosen) -> None:
    matrix.upper[columns.draw[no_draw]] = 0.0
    matrix.upper[columns.sell[no_sale]] = 0.0


def _halved(
    matrix: Matrix, solution: Solution, facts: Facts, columns: Columns, pays: Chosen
) -> Chosen:
    """Which steps draw, (S, T): the clearer half of the steps that go both ways gets one, and it is solved again, until
    none does; all, where selling nothing costs no more."""
    trial = replace(matrix, upper=matrix.upper.copy())
    draws, found = np.ones_like(pays), solution
    fixed = np.zeros_like(pays)
    while found.feasible and (both := _both(found, facts, columns, pays & ~fixed)).any():
        share = found.values[columns.draw] / np.maximum(facts.import_max_kw, NOTHING_KW)
        share -= found.values[columns.sell] / np.maximum(facts.export_max_kw, NOTHING_KW)
        clear = np.where(both, np.abs(share), -1.0)
        few = np.sort(clear[both])[both.sum() // 2]
        now = both & (clear >= few)
        draws[now] = share[now] >= 0.0
        fixed |= now
        _close(trial, columns, now & ~draws, now & draws)
        found = solve(trial)
    only = replace(matrix, upper=matrix.upper.copy())
    _close(only, columns, np.zeros_like(pays), pays)
    none_sold = solve(only)
    if not found.feasible or (none_sold.feasible and none_sold.objective <= found.objective):
        return np.ones_like(pays)
    sold = found.values[columns.sell] > found.values[columns.draw]
    return np.asarray(np.where(fixed, draws, ~sold))


def _best_ways(
    matrix: Matrix, facts: Facts, columns: Columns, pays: Chosen, known: Chosen
) -> Chosen:
    """Which steps draw in the cheapest program that goes one way in each, (S, T). known: a choice to begin with."""
    import highspy

    highs = handed_over(matrix, "choose", crossover=True)
    for option, setting in (
        ("mip_rel_gap", GAP),
        ("mip_abs_gap", 0.0),
        ("mip_max_nodes", NODES_MAX),
        *((name, False) for name in UNTRIED),
    ):
        highs.setOptionValue(option, setting)
    first, none = len(matrix.cost), np.zeros(0)
    cells = np.argwhere(pays)
    for number, (site, step) in enumerate(cells):
        way = first + number
        highs.addCol(0.0, 0.0, 1.0, 0, none.astype(np.int32), none)
        highs.changeColIntegrality(way, highspy.HighsVarType.kInteger)
        drawn_kw, sold_kw = facts.import_max_kw[site, step], facts.export_max_kw[site, step]
        for column, per_way, most in (
            (columns.draw[site, step], -drawn_kw, 0.0),
            (columns.sell[site, step], sold_kw, sold_kw),
        ):
            two = np.asarray([column, way], dtype=np.int32)
            highs.addRow(-np.inf, most, 2, two, np.asarray([1.0, per_way]))
    ways = np.arange(first, first + len(cells), dtype=np.int32)
    highs.setSolution(len(cells), ways, known[pays].astype(np.float64))
    highs.run()
    values = np.asarray(highs.getSolution().col_value, dtype=np.float64)
    if not np.isfinite(highs.getInfo().mip_gap) or len(values) != first + len(cells):
        return known
    found = known.copy()
    found[pays] = values[first:] > WHOLE
    return found
