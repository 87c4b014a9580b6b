"""A primal-dual interior-point method over the shape of a fleet's plan, with a bound in every round.

Predictor, corrector and up to two further corrections (Mehrotra, Gondzio), each by the weight that goes
furthest; separate lengths for values and prices. The lower bound holds for any prices (weak duality), so the
method may stop as soon as its cost lies close enough above the best one seen.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.structured.newton import Answer, Factors, Refused, factored, solved
from gridtide.decide.structured.shape import (
    Shape,
    column_parts,
    prices,
    reaches,
    row_parts,
    totals,
)
from gridtide.kernels.interior import (
    balanced,
    bound_of,
    centred,
    complementarity,
    complementarity_ahead,
    lengths,
    lengths_between,
    moved,
    pulls,
    scalings,
    steps_of,
)

Real = NDArray[np.float64]
ROUNDS_MAX = 120
CG_ROUNDS_MAX = 400
REPAIR_ROUNDS_MAX = 3000
REPAIRS_MAX = 12
CORRECTIONS_MAX = 2
CORRECTIONS_DIRECT = 4
"""Corrections of a round where every solve iterates, and where none does and a solve costs little."""
BACK = 0.995
AHEAD = 1e-3
LEAST = 0.1
"""Residual to which a predictor is solved; least weight of a further correction."""
SHARES = 9
"""How many weights of a correction are tried."""
NOTHING = 1e-300
WILD = 1e12
"""A move, in scaled units, that is no repair any more."""
BEYOND = 1.01
ROUNDING = 1e-13
"""Of all that is added up for a bound, what may be wrong: prices beyond all measure prove nothing."""
INFEASIBLE = "infeasible"
ASTRAY = 1e12
"""Times the least complementarity of a run: where it is so much later on, no round finds the way back."""
STARTS_MAX = 4
ROUGH = 1e-2
HOLDS = 1e-9
"""Residual of a row, in scaled units, up to which it counts as kept."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """One round: objective and best bound in money, complementarity, residual of rows, rounds of CG.

    objective: of the values, and what it costs at the prices of the rows to make these hold.
    """

    objective: float
    bound: float
    mu: float
    residual: float
    cg_rounds: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Interior:
    """The end: scaled values and row prices, the trail of rounds, worst row residual, why it ended."""

    x: Real
    y: Real
    trail: tuple[Progress, ...]
    residual: float
    ended: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Iterate:
    """x values, w room to the upper bound, z and v prices of the bounds, y of the rows, felt = A'y.

    All but y and felt are changed in place.
    """

    x: Real
    w: Real
    z: Real
    v: Real
    y: Real
    felt: Real


@dataclass(frozen=True, kw_only=True, eq=False)
class Steps:
    """A Newton step and the answer it came from."""

    dx: Real
    dz: Real
    dv: Real
    answer: Answer


@dataclass(frozen=True, kw_only=True, eq=False)
class System:
    """What one round solves with: the factors, what can move and has an upper bound, and the residuals."""

    shape: Shape
    factors: Factors
    theta: Real
    has: Real
    residual: Real
    reduced: Real


def interior_point(
    shape: Shape, gap: float, constant: float, told: Callable[[Progress], None] | None = None
) -> Interior:
    """Runs until objective and best bound lie within gap * |objective|, then makes the rows hold.

    constant: money that every plan costs beside its columns. told: hears every round. The end says
    "gap"; "infeasible" where a bound above the cost of anything proves it; "rounds", or why the numbers
    gave out.
    """
    dearest = float((np.maximum(shape.cost, 0.0) * shape.most).sum())
    reach = reaches(shape)
    has = np.where(np.isfinite(shape.upper), shape.live, 0.0)
    now = begun(shape, has)
    best_y, best = now.y, -np.inf
    trail: list[Progress] = []
    ended = "rounds"
    while len(trail) < ROUNDS_MAX:
        residual = shape.wanted - totals(shape, now.x * shape.live)
        reduced = shape.cost - now.felt
        bound = float(shape.wanted @ now.y) + bound_of(reduced, shape.most)
        bound -= ROUNDING * float(reach @ np.abs(now.y))
        if bound > best:
            best_y, best = now.y, bound
        progress = Progress(
            objective=(float(shape.cost @ (now.x * shape.live)) + float(now.y @ residual))
            * shape.price
            + constant,
            bound=best * shape.price + constant,
            mu=_mu(now, shape, has),
            residual=float(np.abs(residual).max(initial=0.0)),
            cg_rounds=0,
        )
        if not progress.mu <= ASTRAY * min((turn.mu for turn in trail), default=np.inf):
            ended = "its numbers went astray"
            break
        near = abs(progress.objective - progress.bound)
        trail.append(progress)
        if near <= gap * abs(progress.objective) and progress.residual <= ROUGH:
            ended = "gap"
            break
        if best > BEYOND * dearest + BEYOND:
            return Interior(
                x=now.x * shape.live,
                y=best_y,
                trail=tuple(trail),
                residual=np.inf,
                ended=INFEASIBLE,
            )
        try:
            now, rounds = _turned(now, shape, has, residual, reduced, progress.mu)
        except Refused as refused:
            ended = str(refused)
            break
        trail[-1] = replace(progress, cg_rounds=rounds)
        if told is not None:
            told(trail[-1])
    x, off = repaired(now, shape, has)
    return Interior(x=x, y=best_y, trail=tuple(trail), residual=off, ended=ended)


def begun(shape: Shape, has: Real) -> Iterate:
    """A first iterate: work and requests spread evenly over where they may go, sites moved inwards until
    their rows nearly hold; row prices that explain the costs best where columns have room."""
    live = shape.live > 0
    x = np.where(live, np.maximum(_spread(shape), np.where(has > 0, 0.0, 1e-6)), 1.0)
    x, near = _inwards(shape, has, x)
    w = np.where(has > 0, shape.upper - x, 1.0)
    column_parts(shape.sizes, near).alone[:] *= 1e-3
    d, _ = _unexplained(shape, near * near)
    usual = float(np.median((near * np.abs(d))[live])) + 1e-12
    d, y = _unexplained(shape, near * near / (1.0 + near * np.abs(d) / usual))
    mu = 0.2 * float(np.abs(d * near).sum() / max(shape.live.sum(), 1.0)) + 1e-12
    z = np.where(live, np.maximum(d, 0.0) + mu / x, NOTHING)
    v = np.where(has > 0, np.maximum(-d, 0.0) + mu / w, 0.0)
    return Iterate(x=x, w=w, z=z, v=v, y=y, felt=prices(shape, y))


def _spread(shape: Shape) -> Real:
    """Columns of sites at a third of what they can be, those of tying rows at the share that meets their
    row, columns alone near 0."""
    sizes = shape.sizes
    x = shape.most / 3.0
    parts, most = column_parts(sizes, x), column_parts(sizes, shape.most)
    wanted = row_parts(sizes, shape.wanted)
    cells, flows = shape.cells, shape.flows
    all_work = np.bincount(cells.row, weights=cells.value * most.cell, minlength=sizes.long)
    all_flow = np.zeros_like(wanted.step)
    for row in range(sizes.step_rows):
        own = flows.row == row
        all_flow[:, row] = (flows.value * most.flow)[:, own].sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        work = np.nan_to_num(np.clip(wanted.long / all_work, 0.02, 0.9), nan=0.02)
        flow = np.nan_to_num(np.clip(wanted.step / all_flow, 0.02, 0.9), nan=0.02)
    parts.cell[:] = most.cell * work[cells.row]
    parts.flow[:] = most.flow * flow[:, flows.row]
    parts.alone[:] = 0.01 * most.alone
    return x


def _unexplained(shape: Shape, theta: Real) -> tuple[Real, Real]:
    """Costs less what the best fitting row prices pay, in the measure of theta, and those prices."""
    factors = factored(shape, theta)
    start = np.zeros_like(row_parts(shape.sizes, shape.wanted).step)
    zero = np.zeros_like(column_parts(shape.sizes, theta).border)
    rows = totals(shape, theta * shape.cost)
    y = solved(shape, factors, rows, zero, start, 1e-2, CG_ROUNDS_MAX).dy
    return (shape.cost - prices(shape, y)) * shape.live, y


def _inwards(shape: Shape, has: Real, x: Real) -> tuple[Real, Real]:
    """Values moved towards those at which the rows hold, never to a bound, and their room."""
    start = np.zeros_like(row_parts(shape.sizes, shape.wanted).step)
    zero = np.zeros_like(column_parts(shape.sizes, x).border)
    near = np.zeros_like(x)
    for _ in range(STARTS_MAX):
        near = np.where(has > 0, np.minimum(x, shape.upper - x), x) * shape.live
        theta = near * near
        factors = factored(shape, theta)
        missing = shape.wanted - totals(shape, x * shape.live)
        answer = solved(shape, factors, missing, zero, start, 1e-2, CG_ROUNDS_MAX)
        move = theta * prices(shape, answer.dy)
        column_parts(shape.sizes, move).border[:] = answer.border
        share = min(1.0, 0.8 * _room(x, move, shape, has))
        x = x + share * move
        if share == 1.0:
            break
    return x, near


def _mu(now: Iterate, shape: Shape, has: Real) -> float:
    return complementarity(now.x, now.w, now.z, now.v) / float(shape.live.sum() + has.sum())


def _turned(
    now: Iterate, shape: Shape, has: Real, residual: Real, reduced: Real, mu: float
) -> tuple[Iterate, int]:
    """One round from `now`, whose values are changed in place: predictor, corrector, corrections, step."""
    theta = np.empty_like(now.x)
    scalings(now.x, now.w, now.z, now.v, shape.live, theta)
    system = System(
        shape=shape,
        factors=factored(shape, theta),
        theta=theta,
        has=has,
        residual=residual,
        reduced=reduced,
    )
    start = np.zeros_like(row_parts(shape.sizes, residual).step)
    low, high = -now.x * now.z, -now.w * now.v
    ahead = _steps(now, system, low, high, start, AHEAD)
    rounds = ahead.answer.rounds
    primal, dual = (min(1.0, length) for length in _lengths(now, ahead, has))
    after = complementarity_ahead(
        now.x, now.w, now.z, now.v, ahead.dx, ahead.dz, ahead.dv, primal, dual
    )
    goal = mu * (after / (mu * float(shape.live.sum() + has.sum()))) ** 3
    centred(now.x, now.w, now.z, now.v, ahead.dx, ahead.dz, ahead.dv, goal, has, low, high)
    steps = _steps(now, system, low, high, ahead.answer.step, 1e-4)
    rounds += steps.answer.rounds
    steps = _weighed(now, ahead, steps, has, primal * dual)
    steps, more = _corrected(now, system, steps, goal, low, high)
    rounds += more
    primal, dual = (min(1.0, BACK * length) for length in _lengths(now, steps, has))
    moved(now.x, now.w, now.z, now.v, steps.dx, steps.dz, steps.dv, primal, dual, has)
    y = now.y + dual * steps.answer.dy
    return replace(now, y=y, felt=prices(shape, y)), rounds


def _corrected(
    now: Iterate, system: System, steps: Steps, goal: float, low: Real, high: Real
) -> tuple[Steps, int]:
    """Up to two corrections of the centrality, each kept only when both lengths together grow."""
    rounds = 0
    direct = system.shape.sizes.step_rows == 0
    for _ in range(CORRECTIONS_DIRECT if direct else CORRECTIONS_MAX):
        primal, dual = (min(1.0, BACK * length) for length in _lengths(now, steps, system.has))
        if min(primal, dual) > 0.9:
            break
        balanced(
            now.x, now.w, now.z, now.v, steps.dx, steps.dz, steps.dv, min(1.0, primal + 0.3),
            min(1.0, dual + 0.3), goal, system.has, low, high,
        )  # fmt: skip
        other = _steps(now, system, low, high, steps.answer.step, 1e-4)
        rounds += other.answer.rounds
        other = _weighed(now, steps, other, system.has, LEAST)
        reached = (min(1.0, BACK * length) for length in _lengths(now, other, system.has))
        if sum(reached) < primal + dual + 0.01:
            break
        steps = other
    return steps, rounds


def _weighed(now: Iterate, first: Steps, then: Steps, has: Real, least: float) -> Steps:
    """Of the steps between two, from a share of `least` of the way on, those that go furthest: one share for
    the values, one for the prices (Colombo, Gondzio 2008)."""
    shares = np.linspace(1.0, least, SHARES)
    reached = np.asarray(
        [
            lengths_between(
                now.x, now.w, now.z, now.v, first.dx, first.dz, first.dv, then.dx, then.dz, then.dv,
                share, has,
            )
            for share in shares
        ]
    )  # fmt: skip
    primal, dual = shares[np.minimum(BACK * reached, 1.0).argmax(axis=0)]
    if primal == dual == 1.0:
        return then
    return _between(first, then, float(primal), float(dual))


def _between(first: Steps, then: Steps, primal: float, dual: float) -> Steps:
    """Steps by a share of the way between two, one share for the values and one for the prices."""
    return Steps(
        dx=first.dx + primal * (then.dx - first.dx),
        dz=first.dz + dual * (then.dz - first.dz),
        dv=first.dv + dual * (then.dv - first.dv),
        answer=replace(
            then.answer,
            dy=first.answer.dy + dual * (then.answer.dy - first.answer.dy),
        ),
    )


def _lengths(now: Iterate, steps: Steps, has: Real) -> tuple[float, float]:
    return lengths(now.x, now.w, now.z, now.v, steps.dx, steps.dz, steps.dv, has)


def _steps(
    now: Iterate, system: System, low: Real, high: Real, start: Real, tolerance: float
) -> Steps:
    """Newton steps for these targets of x z and w v, less what they are."""
    shape, sizes = system.shape, system.shape.sizes
    pull = np.empty_like(now.x)
    pulls(system.reduced, now.x, now.w, now.z, now.v, low, high, pull)
    weighed = system.theta * pull
    border = column_parts(sizes, pull).border.copy()
    column_parts(sizes, weighed).border[:] = 0.0
    r = system.residual + totals(shape, weighed)
    answer = solved(shape, system.factors, r, border, start, tolerance, CG_ROUNDS_MAX)
    felt = prices(shape, answer.dy)
    dx, dz, dv = (np.empty_like(now.x) for _ in range(3))
    if sizes.borders:
        _border_felt(shape, system.theta, pull, answer, felt)
    steps_of(
        system.theta, felt, pull, now.x, now.w, now.z, now.v, low, high, dx, dz, dv, system.has,
        shape.live,
    )  # fmt: skip
    return Steps(dx=dx, dz=dz, dv=dv, answer=answer)


def _border_felt(shape: Shape, theta: Real, pull: Real, answer: Answer, felt: Real) -> None:
    """Border columns take the step that was solved for, not one that loses digits in their price."""
    own = column_parts(shape.sizes, theta).border
    with np.errstate(divide="ignore", invalid="ignore"):
        needed = np.where(own > 0, answer.border / own, 0.0)
    column_parts(shape.sizes, felt).border[:] = needed + column_parts(shape.sizes, pull).border


def repaired(now: Iterate, shape: Shape, has: Real) -> tuple[Real, float]:
    """Values at which the rows hold, as near to the iterate as its own scalings allow, and what is left.

    Where these are too far apart to be exact, or a column stands in the way, what is left is taken out by the squares
    of the room to the bounds, measured anew after every move: a column that came to its bound moves no more.
    """
    theta = np.empty_like(now.x)
    scalings(now.x, now.w, now.z, now.v, shape.live, theta)
    x, worst = _held(now.x * shape.live, theta, shape, has, REPAIRS_MAX)
    for _ in range(REPAIRS_MAX):
        if worst <= HOLDS:
            break
        near = np.where(has > 0, np.minimum(x, shape.upper - x), x) * shape.live
        nearer, left = _held(x, near * near, shape, has, 1)
        if not left < worst:
            break
        x, worst = nearer, left
    return x, worst


def _held(x: Real, theta: Real, shape: Shape, has: Real, moves: int) -> tuple[Real, float]:
    """Values moved towards rows that hold in the measure of theta until a column is in the way, and the worst that is
    left of a row."""
    off = shape.wanted - totals(shape, x)
    worst = float(np.abs(off).max(initial=0.0))
    try:
        factors = factored(shape, theta)
        for _ in range(moves):
            if worst <= HOLDS:
                break
            zero = np.zeros_like(column_parts(shape.sizes, x).border)
            start = np.zeros_like(row_parts(shape.sizes, off).step)
            answer = solved(shape, factors, off, zero, start, 1e-7, REPAIR_ROUNDS_MAX)
            move = theta * prices(shape, answer.dy)
            column_parts(shape.sizes, move).border[:] = answer.border
            if not np.isfinite(move).all() or np.abs(move).max(initial=0.0) > WILD:
                break
            share = min(1.0, 0.999 * _room(x, move, shape, has))
            nearer = x + share * move
            left = shape.wanted - totals(shape, nearer)
            if not float(np.abs(left).max(initial=0.0)) < worst:
                break
            x, off = nearer, left
            worst = float(np.abs(off).max(initial=0.0))
            if share < 1.0:
                break
    except Refused:
        pass
    return x, worst


def _room(x: Real, move: Real, shape: Shape, has: Real) -> float:
    """The longest share of a move that keeps every column between its bounds."""
    down = (move < 0) & (shape.live > 0)
    up = (move > 0) & (has > 0)
    shares = [np.inf]
    if down.any():
        shares.append(float((x[down] / -move[down]).min()))
    if up.any():
        shares.append(float(((shape.upper[up] - x[up]) / move[up]).min()))
    return min(shares)
