"""How a kernel is compiled that makes no array of its own.

The compiler counts who holds an array, at every slice and every call, with instructions that lock the memory. In loops
over millions of jobs that took four fifths of the time. A borrowed kernel only reads and writes what its caller holds,
so nothing is counted; the compiler refuses one that would make an array.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit

Function = TypeVar("Function", bound=Callable[..., Any])


def borrowed(function: Function) -> Function:
    """Compiled, cached, and without counting."""
    compile_: Any = njit  # its types do not name the switch of the counting
    compiled: Function = compile_(cache=True, error_model="numpy", _nrt=False)(function)
    return compiled
