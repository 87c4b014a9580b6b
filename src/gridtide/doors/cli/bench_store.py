"""The store of `gridtide bench twin`: a year of sun and wind with a store, and with load moved within its days."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from gridtide.doors.cli.measuring import apart, median_worked, worked

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from gridtide.testing.instances.renewable_year import RenewableYear

    Answer = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Task:
    """One question to the year. name: the end of its keys. plain: the same question to the plain writing."""

    name: str
    ours: Callable[[], "Answer"]
    plain: Callable[[], "Answer"]


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a task found, in how many CPU seconds, and what its plain writing took; apart: of the largest figure."""

    answer: "Answer"
    seconds: float
    plain_seconds: float
    apart: float


def measured_store(hours: int, seed: int, repeats: int) -> dict[str, Any]:
    """Everything one run of a store tells. Raises RuntimeError where the plain writing differs."""
    from gridtide.testing.instances import renewable_year as shelf

    year = shelf.renewable_year(hours, seed)
    found = {task.name: _found(task, repeats) for task in _tasks(year)}
    with_store = found["store"]
    ratios = {name: one.plain_seconds / one.seconds for name, one in found.items()}
    return {
        "instance": shelf.VERSION,
        "size": {"hours": hours, "steps": hours * shelf.PARTS},
        "repeats": repeats,
        "seconds": {
            **{_key("compiled", name): one.seconds for name, one in found.items()},
            **{_key("plain", name): one.plain_seconds for name, one in found.items()},
        },
        "unit_steps_per_s": hours * shelf.PARTS / with_store.seconds,
        **{_key("ratio_to_plain", name): ratio for name, ratio in ratios.items()},
        "largest_difference": max(one.apart for one in found.values()),
        "found": _figures(year, found),
    }


def _tasks(year: "RenewableYear") -> tuple[Task, ...]:
    """What a store lacks, the least store that lacks nothing, and the load moved by gap of supply and by carbon."""
    import numpy as np

    from gridtide.decide.within_days import Shifting, moved_by_gap, moved_by_signal
    from gridtide.kernels import renewable_hours as kernel
    from gridtide.testing import plain_days, plain_store
    from gridtide.testing.instances import renewable_year as shelf

    load_kw, given_kw, carbon = year.load_kw, year.renewable_kw, shelf.carbon_g_per_kwh(year)
    load, given, felt = load_kw.tolist(), given_kw.tolist(), carbon.tolist()
    store = (shelf.STORE_KWH, shelf.PARTS)
    search = (shelf.MOST_KWH, shelf.WITHIN_KWH, shelf.PARTS, shelf.ALLOWED_KW)
    shifting = Shifting(share=shelf.SHARE, load_max_kw=shelf.LOAD_MAX_KW)
    moves = (shifting.share, shifting.load_max_kw, shifting.day)

    def plain_least() -> "Answer":
        least = plain_store.plain_least_store(load, given, *search)
        return np.asarray([np.nan if least is None else least])

    return (
        Task(
            name="store",
            ours=lambda: kernel.lacking(load_kw, given_kw, *store),
            plain=lambda: np.asarray(plain_store.plain_lacking(load, given, *store)),
        ),
        Task(
            name="search",
            ours=lambda: np.asarray([kernel.least_store(load_kw, given_kw, *search)]),
            plain=plain_least,
        ),
        Task(
            name="by_gap",
            ours=lambda: moved_by_gap(load_kw, given_kw, shifting),
            plain=lambda: np.asarray(plain_days.plain_by_gap(load, given, *moves)),
        ),
        Task(
            name="by_carbon",
            ours=lambda: moved_by_signal(load_kw, carbon, shifting),
            plain=lambda: np.asarray(plain_days.plain_by_signal(load, felt, *moves)),
        ),
    )


def _found(task: Task, repeats: int) -> Found:
    """A task timed without compiling, beside its plain writing."""
    task.ours()
    seconds, answer = median_worked(task.ours, repeats)
    plain_s, other = worked(task.plain)
    click.echo(f"{task.name}: compiled {seconds:.5f} s, plain {plain_s:.3f} s", err=True)
    return Found(answer=answer, seconds=seconds, plain_seconds=plain_s, apart=apart(answer, other))


def _figures(year: "RenewableYear", found: dict[str, Found]) -> dict[str, Any]:
    """Coverage alone, with the store and with moved load; the least store; what the moves change, hour by hour."""
    import numpy as np

    from gridtide.testing.instances.renewable_year import coverage

    least_kwh = float(found["search"].answer[0])
    by_gap, by_carbon = found["by_gap"].answer, found["by_carbon"].answer
    return {
        "coverage": coverage(year, np.maximum(year.load_kw - year.renewable_kw, 0.0)),
        "coverage_with_store": coverage(year, found["store"].answer),
        "least_store_kwh": None if np.isnan(least_kwh) else least_kwh,
        "coverage_by_gap": coverage(year, np.maximum(by_gap - year.renewable_kw, 0.0)),
        "changed_by_gap_kwh": float(np.abs(by_gap - year.load_kw).sum()),
        "changed_by_carbon_kwh": float(np.abs(by_carbon - year.load_kw).sum()),
    }


def _key(what: str, name: str) -> str:
    return what if name == "store" else f"{what}_{name}"
