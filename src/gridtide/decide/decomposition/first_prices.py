"""Prices to begin with: a first-order method over the whole program, near enough for a bound to be tight.

Nothing it says is believed: its prices become a bound by weak duality, its values a plan by the programs of
the sites.
"""

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.program import Matrix, handed_over
from gridtide.decide.structured.newton import Refused

Real = NDArray[np.float64]
FIRST_ORDER = "hipdlp"
ROUNDS_MAX = 12_000


def near_prices(matrix: Matrix, tolerance: float) -> tuple[Real, Real, int]:
    """Values, row prices and rounds of HiGHS's first-order method, to a relative tolerance.

    Ended by the tolerance or by rounds, never by seconds. Raises Refused where it gives no numbers.
    """
    highs = handed_over(matrix, FIRST_ORDER, crossover=False)
    if highs.getOptionValue("solver")[1] != FIRST_ORDER:
        raise Refused(f"HiGHS {highs.version()} has no first-order method {FIRST_ORDER}")
    for option in ("pdlp_optimality_tolerance", "kkt_tolerance"):
        highs.setOptionValue(option, tolerance)
    highs.setOptionValue("presolve", "off")  # where it ends early, presolve gives no values back
    highs.setOptionValue("pdlp_iteration_limit", ROUNDS_MAX)
    highs.run()
    solution = highs.getSolution()
    values = np.asarray(solution.col_value, dtype=np.float64)
    row_dual = np.asarray(solution.row_dual, dtype=np.float64)
    if not (solution.value_valid and solution.dual_valid):
        raise Refused("the first-order method ended without values")
    if not (np.isfinite(values).all() and np.isfinite(row_dual).all()):
        raise Refused("the first-order method gave no numbers")
    return values, row_dual, int(highs.getInfo().pdlp_iteration_count)
