"""What a course may draw beyond its need where power is paid for: a bound must allow it."""

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.layout import Columns, Facts
from gridtide.decide.program import Matrix
from gridtide.decide.reservations import Reservations

Real = NDArray[np.float64]
Whole = NDArray[np.int64]


def is_paid_for(facts: Facts) -> NDArray[np.bool_]:
    """Whether a site earns by drawing, carbon counted, (S, T)."""
    return np.asarray(facts.price_per_kwh + facts.carbon_cost_per_kwh < 0.0)


def restart_share(held: Reservations, facts: Facts) -> Real:
    """The most that restarts can add to each bucket's work, as a share of it, (K,).

    Each run but the last is as long as the shortest worth starting and begins with a restart, at the slowest speed of
    the menu; where a restart takes all of such a run, only the window ends it. Gangs that change their size may
    restart in every slot, and with all accelerators that they may grow to.
    """
    count = len(facts.buckets)
    inside = facts.buckets.of_job >= 0
    of_job = facts.buckets.of_job[inside]
    need_s, restart_s, slot_s = held.left[inside][:, [1, 2, 3]].T.astype(np.float64)
    lost_s = np.where(held.rule[inside, 0] > 0, np.minimum(restart_s, slot_s), 0.0)
    elastic = facts.buckets.elastic[of_job]
    shortest_s = np.where(elastic, 1, np.maximum(held.rule[inside, 2], 1)) * slot_s
    forward_s = (shortest_s - lost_s) * float(facts.menu.speed.min(initial=1.0))
    with np.errstate(divide="ignore"):
        stops = np.where(lost_s > 0, np.ceil(need_s / forward_s), 0.0)
    window_s = (held.last[inside] - held.first[inside].min(axis=1)) * slot_s
    burnt_s = np.minimum(lost_s * np.where(lost_s > 0, stops, 0.0), np.maximum(window_s, 0.0))
    gang = held.gang[inside]
    needed = np.bincount(of_job, gang * need_s, minlength=count)
    grown = np.where(elastic, facts.menu.speed.max(initial=1.0), 1.0)
    burnt = np.bincount(of_job, gang * burnt_s * grown, minlength=count)
    return np.asarray(burnt / np.maximum(needed, 1.0), dtype=np.float64)


def let_restarts_burn(matrix: Matrix, work: Whole, facts: Facts, share: Real) -> None:
    """Lets each bucket run for longer than it must, by what its restarts may take. work: its rows, (K,)."""
    matrix.row_upper[work] += share * facts.buckets.work_h


def let_buildings_draw(matrix: Matrix, columns: Columns, facts: Facts, squeezed: Real) -> None:
    """Lets sites throw away what a real building may draw beyond the program's, where they earn by it.

    The chords lie above the model by gap_kw at most, which a bound takes off. squeezed: burst reserve of each place
    that a bound leaves out, as a share of what it answers with, (P,).
    """
    asked_per_s = np.einsum(
        "vot,vop->vpt", facts.requests_per_s, facts.reachable.astype(np.float64)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        need = np.where(facts.rate[:, :, None] > 0, asked_per_s / facts.rate[:, :, None], 0.0)
    kept_kw = (need * facts.serving_kw[:, :, None]).sum(axis=0) * squeezed[:, None]
    by_site = np.zeros_like(facts.price_per_kwh)
    np.add.at(by_site, facts.site, kept_kw)
    more_kw = facts.curve.gap_kw + by_site * facts.curve.slope.max(axis=2)
    matrix.upper[columns.unused] += np.where(is_paid_for(facts), more_kw, 0.0)
