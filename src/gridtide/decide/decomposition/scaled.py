"""A program in units in which its numbers are near 1, and its answers in the program's own units."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.decomposition.split import Unsplit
from gridtide.decide.program import Matrix
from gridtide.decide.structured.standard_form import standard_form

Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Scaled:
    """The scaled program; x = column_scale * scaled x, row price = price * row_scale * scaled row price.

    most: room above its lower bound that no best x exceeds, scaled, finite (n,).
    """

    matrix: Matrix
    most: Real
    column_scale: Real
    row_scale: Real
    price: float

    def values(self, x: Real) -> Real:
        """Values of the program's columns."""
        return x * self.column_scale

    def row_dual(self, y: Real) -> Real:
        """Prices of the program's rows."""
        return y * self.row_scale * self.price


def scaled(matrix: Matrix) -> Scaled:
    """Columns and rows of a family share one scale. Raises Unsplit where a column has no lower bound."""
    if not np.isfinite(matrix.lower).all():
        raise Unsplit("a column has no lower bound")
    form = standard_form(matrix)
    columns, rows = form.scale[: form.given], form.row_scale
    own = replace(
        matrix,
        cost=matrix.cost * columns / form.price,
        lower=matrix.lower / columns,
        upper=matrix.upper / columns,
        row_lower=matrix.row_lower * rows,
        row_upper=matrix.row_upper * rows,
        value=matrix.value * columns[matrix.column] * rows[matrix.index],
    )
    return Scaled(
        matrix=own,
        most=form.most[: form.given],
        column_scale=columns,
        row_scale=rows,
        price=form.price,
    )
