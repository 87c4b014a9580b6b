"""Vector passes of an interior-point method over columns with bounds: one loop each, no branch inside.

x: values; w: what is left to the upper bound; z, v: prices of the two bounds. has: 1 where there is an
upper bound. live: 1 where a column can move at all. Arrays are flat (n,). What has no upper bound keeps
w = 1 and v = 0, what cannot move x = w = 1 and prices of next to nothing, so that no loop needs a branch.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Real = NDArray[np.float64]
FLOOR = 1e-11


@njit(cache=True, error_model="numpy")
def scalings(x: Real, w: Real, z: Real, v: Real, live: Real, theta: Real) -> None:
    """theta = live / (z / x + v / w + floor)."""
    for j in range(x.shape[0]):
        theta[j] = live[j] / (z[j] / x[j] + v[j] / w[j] + FLOOR)


@njit(cache=True, error_model="numpy")
def complementarity(x: Real, w: Real, z: Real, v: Real) -> float:
    """Sum of x z + w v."""
    total = 0.0
    for j in range(x.shape[0]):
        total += x[j] * z[j] + w[j] * v[j]
    return total


@njit(cache=True, error_model="numpy")
def bound_of(reduced: Real, most: Real) -> float:
    """Sum of most * min(0, reduced): what the columns can take off a bound."""
    total = 0.0
    for j in range(reduced.shape[0]):
        total += most[j] * min(0.0, reduced[j])
    return total


@njit(cache=True, error_model="numpy")
def pulls(
    reduced: Real, x: Real, w: Real, z: Real, v: Real, low: Real, high: Real, out: Real
) -> None:
    """out = dual residual - low / x + high / w, the right-hand side of a Newton step in the columns.

    reduced: cost less transposed matrix times prices. low, high: targets of x z and w v, less x z and w v.
    """
    for j in range(x.shape[0]):
        out[j] = reduced[j] - z[j] + v[j] - low[j] / x[j] + high[j] / w[j]


@njit(cache=True, error_model="numpy")
def steps_of(
    theta: Real, felt: Real, pull: Real, x: Real, w: Real, z: Real, v: Real, low: Real, high: Real,
    dx: Real, dz: Real, dv: Real, has: Real, live: Real,
) -> None:  # fmt: skip
    """Newton steps from felt = transposed matrix times dy: dx, dz, dv."""
    for j in range(x.shape[0]):
        move = theta[j] * (felt[j] - pull[j])
        dx[j] = move
        dz[j] = live[j] * (low[j] - z[j] * move) / x[j]
        dv[j] = has[j] * live[j] * (high[j] + v[j] * move) / w[j]


@njit(cache=True, error_model="numpy")
def lengths(
    x: Real, w: Real, z: Real, v: Real, dx: Real, dz: Real, dv: Real, has: Real
) -> tuple[float, float]:
    """The longest steps that keep x, w and z, v above 0."""
    primal, dual = 1e-30, 1e-30
    for j in range(x.shape[0]):
        primal = max(primal, -dx[j] / x[j], has[j] * dx[j] / w[j])
        dual = max(dual, -dz[j] / z[j])
        if has[j] > 0.0:
            dual = max(dual, -dv[j] / v[j])
    return 1.0 / primal, 1.0 / dual


@njit(cache=True, error_model="numpy")
def lengths_between(
    x: Real, w: Real, z: Real, v: Real, dx: Real, dz: Real, dv: Real, tx: Real, tz: Real,
    tv: Real, share: float, has: Real,
) -> tuple[float, float]:  # fmt: skip
    """`lengths` of the steps that lie by `share` of the way from (dx, dz, dv) to (tx, tz, tv)."""
    primal, dual = 1e-30, 1e-30
    for j in range(x.shape[0]):
        move = dx[j] + share * (tx[j] - dx[j])
        primal = max(primal, -move / x[j], has[j] * move / w[j])
        dual = max(dual, -(dz[j] + share * (tz[j] - dz[j])) / z[j])
        if has[j] > 0.0:
            dual = max(dual, -(dv[j] + share * (tv[j] - dv[j])) / v[j])
    return 1.0 / primal, 1.0 / dual


@njit(cache=True, error_model="numpy")
def complementarity_ahead(
    x: Real, w: Real, z: Real, v: Real, dx: Real, dz: Real, dv: Real, primal: float, dual: float
) -> float:
    """Sum of x z + w v after steps of these lengths."""
    total = 0.0
    for j in range(x.shape[0]):
        total += (x[j] + primal * dx[j]) * (z[j] + dual * dz[j])
        total += (w[j] - primal * dx[j]) * (v[j] + dual * dv[j])
    return total


@njit(cache=True, error_model="numpy")
def centred(
    x: Real, w: Real, z: Real, v: Real, dx: Real, dz: Real, dv: Real, goal: float, has: Real,
    low: Real, high: Real,
) -> None:  # fmt: skip
    """Targets of the corrector: goal less what is there and what the predictor left out."""
    for j in range(x.shape[0]):
        low[j] = goal - x[j] * z[j] - dx[j] * dz[j]
        high[j] = has[j] * (goal - w[j] * v[j] + dx[j] * dv[j])


@njit(cache=True, error_model="numpy")
def balanced(
    x: Real, w: Real, z: Real, v: Real, dx: Real, dz: Real, dv: Real, primal: float, dual: float,
    goal: float, has: Real, low: Real, high: Real,
) -> None:  # fmt: skip
    """Move targets so that products after longer steps come back between 0.1 and 10 times goal (Gondzio)."""
    least, most = 0.1 * goal, 10.0 * goal
    for j in range(x.shape[0]):
        product = (x[j] + primal * dx[j]) * (z[j] + dual * dz[j])
        low[j] += max(min(max(product, least), most) - product, -most)
        product = (w[j] - primal * dx[j]) * (v[j] + dual * dv[j])
        high[j] += has[j] * max(min(max(product, least), most) - product, -most)


@njit(cache=True, error_model="numpy")
def moved(
    x: Real, w: Real, z: Real, v: Real, dx: Real, dz: Real, dv: Real, primal: float, dual: float,
    has: Real,
) -> None:  # fmt: skip
    """Take the steps, in place."""
    for j in range(x.shape[0]):
        x[j] += primal * dx[j]
        w[j] -= has[j] * primal * dx[j]
        z[j] += dual * dz[j]
        v[j] += dual * dv[j]
