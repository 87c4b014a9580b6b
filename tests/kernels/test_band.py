"""A banded matrix: put together, factored and solved with as a dense one is."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gridtide.kernels.band import factored_in_place, solved_in_place, squares_into


@given(seed=st.integers(0, 1000), rows=st.integers(2, 30), wide=st.integers(1, 5))
def test_it_solves_what_the_dense_matrix_solves(seed: int, rows: int, wide: int) -> None:
    """Columns of at most `wide` rows one after another, weights over six powers of ten."""
    draw = np.random.default_rng(seed)
    columns = 3 * rows
    start, row, value = [0], [], []
    dense = np.zeros((rows, columns))
    for column in range(columns):
        first = column % rows
        many = min(wide, rows - first)
        entries = draw.normal(size=many)
        row += list(range(first, first + many))
        value += list(entries)
        start.append(len(row))
        dense[first : first + many, column] = entries
    theta = 10.0 ** draw.uniform(-3, 3, columns)
    band = np.zeros((rows, wide))
    squares_into(band, np.array(start), np.array(row), np.array(value), theta, 1e-9)
    whole = dense @ np.diag(theta) @ dense.T + 1e-9 * np.eye(rows)
    for offset in range(wide):
        below = np.diag(whole, -offset)
        np.testing.assert_allclose(band[: len(below), offset], below, rtol=1e-9, atol=1e-12)
    sides = draw.normal(size=(rows, 2))
    found = sides.copy()
    factored_in_place(band, 1e-30)
    solved_in_place(band, found)
    np.testing.assert_allclose(whole @ found, sides, atol=1e-6)


def test_a_row_that_nothing_reaches_takes_no_part() -> None:
    """Its pivot counts as endless, and what is asked of it comes back as nothing."""
    band = np.array([[4.0], [0.0]])
    factored_in_place(band, 1e-30)
    sides = np.array([[2.0], [1.0]])
    solved_in_place(band, sides)
    np.testing.assert_allclose(sides, [[0.5], [0.0]], atol=1e-30)
