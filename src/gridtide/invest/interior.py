"""An interior-point method for programs of many hours: a band of hours, bordered by what reaches across them.

Predictor, corrector and further corrections (Mehrotra, Gondzio) over the vector passes of `kernels/interior.py`. Each
Newton system is a symmetric band over the rows of hours, factored by `kernels/band.py`, with a small dense system for
capacities, rows of a whole year and what ties the last hour to the first.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.program import Matrix, Solution, summed
from gridtide.invest.folded import folded
from gridtide.invest.hourly_form import HourlyForm, hourly_form
from gridtide.kernels.band import factored_in_place, solved_in_place, squares_into
from gridtide.kernels.interior import (
    balanced,
    centred,
    complementarity,
    complementarity_ahead,
    lengths,
    moved,
    pulls,
    scalings,
    steps_of,
)

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
ROUNDS_MAX = 150
GAP = 2e-8
"""Relative gap and residuals at which it ends."""
USABLE = 1e-6
"""Gap with which what it found still counts where numbers give out."""
BACK = 0.9995
FLOOR = 1e-11
CORRECTIONS = 2
NEAR = 1e-7
"""Price of a squared step, in scaled units: without it the levels of a store that is nowhere full or empty are tied to
each other so much more than to anything else that the factors lose what is left."""
REFINED, REFINED_MOST = 1e-13, 8
"""What a Newton system may leave of its rows, and how often at most it is solved for what is left."""
ASTRAY = 100.0
"""Times its best gap after which a late round is no way forward."""
STALLED = 12
"""Rounds without a better iterate after which it ends."""


class GaveOut(Exception):
    """The numbers gave out before the gap was closed."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Border:
    """Parts of the matrix that do not change: short columns compressed, by rows of hours; entries of short columns in
    rows across, dense; columns across in rows of hours and across, dense."""

    short: Whole
    wide: Whole
    start: Whole
    row: Whole
    value: Real
    tied: Real
    tied_row: list[tuple[Whole, Whole, Real]]
    beside: Real
    corner: Real


@dataclass(frozen=True, kw_only=True, eq=False)
class Factors:
    """The factored band, the border's solutions in it, the border itself and its small dense system."""

    band: Real
    border: Real
    through: Real
    small: Real


@dataclass(eq=False)
class Point:
    """Values and prices of a round; arrays change in place."""

    x: Real
    w: Real
    z: Real
    v: Real
    y: Real


def solved_by_hours(matrix: Matrix, scale: float) -> Solution:
    """The optimum within GAP. Raises Unfit for another form, GaveOut where it is not reached.

    A program some of whose columns have no lower bound is folded first.
    """
    if np.isfinite(matrix.lower).all():
        return _solved_by_hours(matrix, scale)
    fold = folded(matrix)
    found = _solved_by_hours(fold.left, scale)
    values = fold.values(found.values)
    return replace(
        found,
        values=values,
        row_dual=fold.row_dual(found.row_dual),
        objective=float(matrix.cost @ values),
    )


def _solved_by_hours(matrix: Matrix, scale: float) -> Solution:
    form = hourly_form(matrix, scale)
    found, gap, rounds = interior(form)
    values = matrix_values(form, found.x)
    row_dual = np.zeros(len(matrix.row_lower))
    row_dual[form.row_kept] = found.y * form.row_scale * form.price
    cost = float(matrix.cost @ values)
    return Solution(
        values=values,
        row_dual=row_dual,
        objective=cost,
        feasible=True,
        status=f"within {gap:.1e} of the best",
        solver=f"interior point over hours, {rounds} rounds",
        blur=float(np.sqrt(max(gap, GAP))),
    )


def matrix_values(form: HourlyForm, x: Real) -> Real:
    """Values of the program's columns."""
    values = form.fixed.copy()
    values[form.kept] += form.scale * x[: len(form.kept)]
    return values


def interior(form: HourlyForm) -> tuple[Point, float, int]:
    """The last and best point, its gap, and the rounds it took."""
    border = border_of(form)
    has = np.where(np.isfinite(form.upper), 1.0, 0.0)
    band = np.zeros((form.hourly, form.wide))
    now = _begun(form, border, band, has)
    best, best_gap, since = _copied(now), np.inf, 0
    turn = 0
    for turn in range(ROUNDS_MAX):  # noqa: B007
        residual = form.wanted - form.totals(now.x)
        reduced = form.cost - form.felt(now.y)
        gap = _gap(form, now, has, residual, reduced)
        since = 0 if gap < 0.9 * best_gap else since + 1
        if gap < best_gap:
            best, best_gap = _copied(now), gap
        if best_gap <= GAP or since > STALLED or not gap < ASTRAY * best_gap:
            break
        theta = _scaled(now)
        factors = factors_of(form, border, band, theta)
        _turn(form, border, factors, theta, now, has, residual, reduced)
    if best_gap > USABLE:
        raise GaveOut(f"a gap of {best_gap:.1e} after {turn + 1} rounds")
    return best, best_gap, turn + 1


def _copied(now: Point) -> Point:
    return Point(x=now.x.copy(), w=now.w.copy(), z=now.z.copy(), v=now.v.copy(), y=now.y.copy())


def _gap(form: HourlyForm, now: Point, has: Real, residual: Real, reduced: Real) -> float:
    """The worst of the relative gap, the rows and the prices."""
    cost = float(form.cost @ now.x)
    paid = float(form.wanted @ now.y) - float((has * now.v) @ np.where(has > 0, form.upper, 0.0))
    off = np.abs(residual).max() / (1.0 + np.abs(form.wanted).max())
    unpaid = np.abs(reduced - now.z + has * now.v).max() / (1.0 + np.abs(form.cost).max())
    return float(max(abs(cost - paid) / (1.0 + abs(cost)), off, unpaid))


def border_of(form: HourlyForm) -> Border:
    """The parts of the matrix."""
    short, wide = np.flatnonzero(~form.across), np.flatnonzero(form.across)
    number = np.empty(len(form.across), dtype=np.int64)
    number[short], number[wide] = np.arange(len(short)), np.arange(len(wide))
    is_wide, is_hour = form.across[form.column], form.row < form.hourly
    here = ~is_wide & is_hour
    counts = np.bincount(number[form.column[here]], minlength=len(short))
    long_rows = form.rows - form.hourly
    tied = np.zeros((long_rows, len(short)))
    ties = ~is_wide & ~is_hour
    np.add.at(tied, (form.row[ties] - form.hourly, number[form.column[ties]]), form.value[ties])
    beside, corner = np.zeros((form.hourly, len(wide))), np.zeros((long_rows, len(wide)))
    part = is_wide & is_hour
    beside[form.row[part], number[form.column[part]]] = form.value[part]
    part = is_wide & ~is_hour
    corner[form.row[part] - form.hourly, number[form.column[part]]] = form.value[part]
    entry_column, entry_row, entry = number[form.column[here]], form.row[here], form.value[here]
    reached = [tied[k, entry_column] != 0.0 for k in range(long_rows)]
    return Border(
        short=short,
        wide=wide,
        start=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        row=entry_row,
        value=entry,
        tied=tied,
        tied_row=[
            (entry_row[on], entry_column[on], entry[on] * tied[k, entry_column[on]])
            for k, on in enumerate(reached)
        ],
        beside=beside,
        corner=corner,
    )


def _scaled(now: Point) -> Real:
    """Scalings of columns, none beyond 1 / NEAR: each step is paid for by its length, so ever less."""
    theta = np.empty_like(now.x)
    scalings(now.x, now.w, now.z, now.v, np.ones_like(now.x), theta)
    return np.asarray(theta / (1.0 + NEAR * theta))


def factors_of(form: HourlyForm, border: Border, band: Real, theta: Real) -> Factors:
    """The Newton system at these scalings of columns, factored; band: room for it."""
    own = theta[border.short]
    squares_into(band, border.start, border.row, border.value, own, FLOOR)
    factored_in_place(band, 1e-30)
    tied = np.array(
        [summed(row, value * own[column], form.hourly) for row, column, value in border.tied_row]
    ).reshape(len(border.tied), form.hourly)
    through = np.ascontiguousarray(np.concatenate([tied.T, border.beside], axis=1))
    solved = through.copy()
    solved_in_place(band, solved)
    small = -through.T @ solved
    many = len(border.tied)
    small[:many, :many] += (border.tied * own) @ border.tied.T
    small[:many, :many] += FLOOR * np.eye(many)
    small[:many, many:] += border.corner
    small[many:, :many] += border.corner.T
    wide = np.arange(many, len(small))
    small[wide, wide] -= 1.0 / theta[border.wide]
    return Factors(band=band, border=solved, through=through, small=small)


def newton(
    form: HourlyForm, border: Border, factors: Factors, theta: Real, rows: Real, pull: Real
) -> tuple[Real, Real]:
    """Moves of the rows' prices and of the columns: A dx = rows, dx = theta (A' dy - pull), refined while it helps."""
    dy, across = _solved(form, border, factors, theta, rows, pull)
    dx = _moves(form, border, theta, dy, pull, across)
    missing = rows - form.totals(dx)
    nothing = np.zeros_like(pull)
    for _ in range(REFINED_MOST):
        off = np.abs(missing).max()
        again, across = _solved(form, border, factors, theta, missing, nothing)
        more = dx + _moves(form, border, theta, again, nothing, across)
        still = rows - form.totals(more)
        if not np.abs(still).max() < off:
            break
        dy, dx, missing = dy + again, more, still
        if np.abs(missing).max() > 0.5 * off or np.abs(missing).max() < REFINED:
            break
    return np.asarray(dy), np.asarray(dx)


def _moves(
    form: HourlyForm, border: Border, theta: Real, dy: Real, pull: Real, across: Real
) -> Real:
    dx = theta * (form.felt(dy) - pull)
    dx[border.wide] = across
    return np.asarray(dx)


def _solved(
    form: HourlyForm, border: Border, factors: Factors, theta: Real, rows: Real, pull: Real
) -> tuple[Real, Real]:
    weighed = theta * pull
    weighed[border.wide] = 0.0
    side = rows + form.totals(weighed)
    first = side[: form.hourly, None].copy()
    solved_in_place(factors.band, first)
    many = len(border.tied)
    below = np.concatenate([side[form.hourly :], pull[border.wide]])
    small = np.linalg.solve(factors.small, below - factors.through.T @ first[:, 0])
    hourly = first[:, 0] - factors.border @ small
    return np.concatenate([hourly, small[:many]]), np.asarray(small[many:])


def _begun(form: HourlyForm, border: Border, band: Real, has: Real) -> Point:
    """Values near those of least size at which the rows hold, prices that explain the costs best, both moved inside."""
    count = len(form.cost)
    ones = np.ones(count)
    factors = factors_of(form, border, band, ones)
    _, x = newton(form, border, factors, ones, form.wanted, np.zeros(count))
    inside = np.where(has > 0, np.minimum(0.1, 0.3 * form.upper), 0.1)
    x = np.maximum(x, inside)
    x = np.where(has > 0, np.minimum(x, form.upper - inside), x)
    w = np.where(has > 0, form.upper - x, 1.0)
    dy, _ = newton(form, border, factors, ones, form.totals(form.cost), np.zeros(count))
    d = form.cost - form.felt(dy)
    mu = 0.1 * float(np.abs(d * x).mean()) + 1e-6
    z = np.maximum(d, 0.0) + mu / x
    v = np.where(has > 0, np.maximum(-d, 0.0) + mu / w, 0.0)
    return Point(x=x, w=w, z=z, v=v, y=dy)


def _turn(
    form: HourlyForm, border: Border, factors: Factors, theta: Real, now: Point, has: Real,
    residual: Real, reduced: Real,
) -> None:  # fmt: skip
    """One round: predictor, corrector, corrections, step."""
    live = np.ones_like(now.x)
    count = float(len(now.x) + has.sum())
    mu = complementarity(now.x, now.w, now.z, now.v) / count

    def stepped(low: Real, high: Real) -> tuple[Real, Real, Real, Real]:
        pull = np.empty_like(now.x)
        pulls(reduced, now.x, now.w, now.z, now.v, low, high, pull)
        dy, dx = newton(form, border, factors, theta, residual, pull)
        felt = dx / theta + pull
        dz, dv = np.empty_like(dx), np.empty_like(dx)
        steps_of(theta, felt, pull, now.x, now.w, now.z, now.v, low, high, dx, dz, dv, has, live)
        return dx, dz, dv, dy

    low, high = -now.x * now.z, -has * now.w * now.v
    dx, dz, dv, dy = stepped(low, high)
    primal, dual = _room(now, dx, dz, dv, has, 1.0)
    after = complementarity_ahead(now.x, now.w, now.z, now.v, dx, dz, dv, primal, dual) / count
    goal = mu * (after / mu) ** 3
    centred(now.x, now.w, now.z, now.v, dx, dz, dv, goal, has, low, high)
    dx, dz, dv, dy = stepped(low, high)
    primal, dual = _room(now, dx, dz, dv, has, BACK)
    for _ in range(CORRECTIONS):
        if min(primal, dual) > 0.9:
            break
        balanced(
            now.x, now.w, now.z, now.v, dx, dz, dv, min(1.0, primal + 0.3), min(1.0, dual + 0.3),
            goal, has, low, high,
        )  # fmt: skip
        other = stepped(low, high)
        reached = _room(now, *other[:3], has, BACK)
        if sum(reached) < primal + dual + 0.01:
            break
        (dx, dz, dv, dy), (primal, dual) = other, reached
    moved(now.x, now.w, now.z, now.v, dx, dz, dv, primal, dual, has)
    now.y += dual * dy


def _room(now: Point, dx: Real, dz: Real, dv: Real, has: Real, back: float) -> tuple[float, float]:
    primal, dual = lengths(now.x, now.w, now.z, now.v, dx, dz, dv, has)
    return min(1.0, back * primal), min(1.0, back * dual)
