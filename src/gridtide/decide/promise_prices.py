"""What each promise costs at most, read from the prices of one solution and proved without another."""

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.bound import Best
from gridtide.decide.program import Matrix, Solution, summed
from gridtide.decide.relaxed import Course, Relaxed, waits_before_release

Real = NDArray[np.float64]


def work_h_of_jobs(course: Course) -> Real:
    """Accelerator-hours of each job, (n,)."""
    return np.asarray(course.held.gang * course.held.left[:, 1] / 3600.0, dtype=np.float64)


def work_prices(course: Course, relaxed: Relaxed, solution: Solution) -> Real:
    """Money for one more accelerator-hour of each job, (n,); NaN for jobs that ask for nothing any more."""
    price = np.append(solution.row_dual[relaxed.work], np.nan)
    return np.asarray(price[course.facts.buckets.of_job], dtype=np.float64)


def costs_by_price(course: Course, relaxed: Relaxed, solution: Solution) -> Real:
    """What each job costs at the prices of one solution, money, (n,); NaN where a job asks for nothing.

    Its work counts at the price of its row; what its accelerators do for the work beside it is taken off. The
    truth for leaving it out lies no higher, the truth for one more like it no lower, as costs are convex.
    """
    worth_of_rate = np.append(_worth_of_rate(course, relaxed, solution), np.nan)
    price = work_prices(course, relaxed, solution)
    burnt = np.append(relaxed.burnt, np.nan)[course.facts.buckets.of_job]
    worked = price * work_h_of_jobs(course) * np.where(price < 0, 1.0 + burnt, 1.0)
    lent = worth_of_rate[course.facts.buckets.of_job] * course.held.gang
    return np.asarray(worked - lent - waits_before_release(course.situation))


def costs_at_most(course: Course, relaxed: Relaxed, solution: Solution, best: Best) -> Real:
    """No single job's leaving saves more than this, money, (n,); NaN where a job asks for nothing."""
    unproved = best.cost - best.lower_bound
    return costs_by_price(course, relaxed, solution) + unproved


def _worth_of_rate(course: Course, relaxed: Relaxed, solution: Solution) -> Real:
    """Money that one more accelerator at once would save each bucket, over all its cells, (K,)."""
    columns = relaxed.columns
    count, gangs = len(course.facts.buckets), relaxed.gangs
    reduced = _reduced_cost(relaxed.matrix, solution.row_dual)[columns.work]
    saved = np.maximum(-reduced, 0.0) * course.facts.menu.gang_share[columns.entry]
    at_once = summed(gangs.bucket, np.maximum(-solution.row_dual[gangs.row], 0.0), count)
    return summed(columns.bucket, saved, count) + at_once


def _reduced_cost(matrix: Matrix, row_dual: Real) -> Real:
    felt = summed(matrix.column, matrix.value * row_dual[matrix.index], len(matrix.cost))
    return np.asarray(matrix.cost - felt)
