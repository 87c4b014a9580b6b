"""Kernels that only use what their caller holds."""

from typing import Any

import numba
import numpy as np
import pytest
from numpy.typing import NDArray

from gridtide.kernels.borrowed import borrowed
from gridtide.kernels.mass_sweep import sweep

Real = NDArray[np.float64]


def doubled(values: Real) -> None:
    """In place, through a slice."""
    part = values[1:]
    for i in range(part.shape[0]):
        part[i] *= 2.0


def a_new_array(values: Real) -> Real:
    """What a borrowed kernel may not do."""
    return np.zeros(values.shape[0])


def test_a_borrowed_kernel_writes_what_its_caller_holds() -> None:
    """Through a slice too."""
    values = np.asarray([1.0, 2.0, 3.0])
    borrowed(doubled)(values)
    assert values.tolist() == [1.0, 4.0, 6.0]


def test_a_borrowed_kernel_that_makes_an_array_is_refused() -> None:
    """By the compiler, before it ever runs."""
    with pytest.raises(numba.core.errors.NumbaError):
        borrowed(a_new_array)(np.zeros(3))


def test_the_sweep_counts_nothing() -> None:
    """The switch of the compiler is the one that is meant."""
    compiled: Any = sweep
    assert not compiled.targetoptions.get("_nrt", True)
