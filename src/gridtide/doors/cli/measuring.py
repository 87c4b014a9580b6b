"""What every `gridtide bench` subject shares: sizes, seconds, and what a figure was measured on."""

import gc
import platform
import resource
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from gridtide import __version__
from gridtide.decide.plan import Certificate
from gridtide.finding import BadInput, Finding

Value = TypeVar("Value")
SAME = 1e-9
"""Largest difference of two figures, as a share of the largest of their kind."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One number of a size: what it counts, and how many of it are allowed."""

    name: str
    least: int = 1
    most: int = 2**31 - 1


def size_of(text: str, parts: tuple[Part, ...], example: str) -> tuple[int, ...]:
    """Whole numbers divided by x. Raises BadInput that names what each may be."""
    given = text.lower().split("x")
    if len(given) == len(parts) and all(one.isascii() and one.isdigit() for one in given):
        numbers = tuple(int(one) for one in given)
        allowed = zip(numbers, parts, strict=True)
        if all(part.least <= number <= part.most for number, part in allowed):
            return numbers
    limit = ", ".join(f"{part.least} to {part.most} {part.name}" for part in parts)
    raise BadInput(
        [
            Finding(
                subject=f"--size {text}",
                value="is no size that can be measured",
                limit=f"whole numbers divided by x: {limit}",
                mend=f"Write --size {example}, for example.",
            )
        ]
    )


def timed(work: Callable[[], Value]) -> tuple[float, Value]:
    """Wall seconds of some work, and what it gave."""
    begin = time.perf_counter()
    value = work()
    return time.perf_counter() - begin, value


def worked(work: Callable[[], Value]) -> tuple[float, Value]:
    """CPU seconds of this process for some work, and what it gave: what others do on the machine counts less."""
    return median_worked(work, 1)


def median_worked(work: Callable[[], Value], repeats: int) -> tuple[float, Value]:
    """Median of the CPU seconds of some work done `repeats` times, and what it gave the last time."""
    taken, value = each_worked([work] * repeats)
    return statistics.median(taken), value


def each_worked(works: Sequence[Callable[[], Value]]) -> tuple[list[float], Value]:
    """CPU seconds of each of some works, one right after the other, and what the last one gave.

    The collector of garbage rests meanwhile, as in timeit: what it does depends on what ran before.
    """
    taken = []
    with _collector_at_rest():
        for work in works:
            begin = time.process_time()
            value = work()
            taken.append(time.process_time() - begin)
    return taken, value


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    gc.collect()
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def apart(ours: NDArray[np.float64], plain: NDArray[np.float64]) -> float:
    """Largest difference as a share of the largest figure. Raises RuntimeError beyond SAME."""
    if not np.array_equal(np.isnan(ours), np.isnan(plain)):
        raise RuntimeError("the plain writing knows what the compiled loops do not")
    largest = max(float(np.nanmax(np.abs(plain), initial=0.0)), 1.0)
    found = float(np.nanmax(np.abs(ours - plain), initial=0.0)) / largest
    if found > SAME:
        raise RuntimeError(f"the plain writing differs by {found:.1e} of the largest figure")
    return found


def measured_on() -> dict[str, Any]:
    """Peak memory of this process in MiB, and the machine."""
    return {
        "peak_memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "machine": {
            "gridtide": __version__,
            "python": platform.python_version(),
            "numpy": np.__version__,
            "machine": f"{platform.system()} {platform.machine()}",
            "processor": _processor(),
        },
    }


def how_good(
    cost: float, lower_bound: float, run_at_once_cost: float, method: str
) -> dict[str, Any]:
    """Cost and bound with the gap as a share of the cost, in money, of running at once, of the saving possible;
    null where there is next to nothing to divide by."""
    proved = Certificate(
        cost=cost, lower_bound=lower_bound, run_at_once_cost=run_at_once_cost, method=method
    )
    return {
        "lower_bound": lower_bound,
        "cost": cost,
        "gap": proved.gap / abs(cost) if cost else None,
        "gap_money": proved.gap,
        "gap_of_run_at_once": proved.gap_of_run_at_once,
        "gap_of_saving": proved.gap_of_saving,
        "run_at_once_cost": run_at_once_cost,
        "method": method,
    }


def share(value: float | None) -> str:
    """A ratio as per cent."""
    return "n/a" if value is None else f"{100.0 * value:.4f} %"


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or "unknown"
