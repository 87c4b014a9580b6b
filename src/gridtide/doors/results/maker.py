"""What writes a chain here and now: version, machine, libraries and solver, as its first entry says them."""

import platform
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from importlib.metadata import version
from typing import Any, TypeVar

from gridtide import __version__
from gridtide.decide.program import ITERATIONS_MAX, SIMPLEX_COLUMNS
from gridtide.trust.audit import content_of_maker, maker_of, numbered
from gridtide.trust.record import Maker, Store

LIBRARIES = ("numpy", "numba", "highspy")
Kept = TypeVar("Kept", bound=Store)


def this_maker() -> Maker:
    """The one that decides in this process."""
    libraries = [f"{name} {version(name)}" for name in LIBRARIES]
    return Maker(
        version=__version__,
        machine=f"{platform.system()} {platform.machine()} {' '.join(_instructions())}".strip(),
        libraries=", ".join([f"Python {platform.python_version()}", *libraries]),
        solver=(
            f"HiGHS on one thread, seed 0, simplex up to {SIMPLEX_COLUMNS} columns,"
            f" {ITERATIONS_MAX} iterations at most, no limit of time"
        ),
    )


def begun(store: Kept) -> Kept:
    """The store, with who writes into it as its newest entry."""
    store.append(numbered(store.last(), content_of_maker(this_maker())))
    return store


def makers(says: Iterable[Mapping[str, object]]) -> dict[str, Any]:
    """Who wrote records that say this, who reads them now, and whether that is the same; None where they do not say."""
    then, now = maker_of(says), this_maker()
    return {
        "then": None if then is None else asdict(then),
        "now": asdict(now),
        "same": None if then is None else then == now,
    }


def _instructions() -> list[str]:
    """What numbers are computed with beyond the least that every processor of the kind has."""
    import numpy as np

    told = np.show_config(mode="dicts")
    found = told.get("SIMD Extensions", {}) if isinstance(told, dict) else {}
    return [*found.get("baseline", []), *found.get("found", [])]
