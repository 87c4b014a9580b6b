"""What writes a chain here and now: version, machine, libraries and solver, as its first entry says them."""

import json
import platform
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from importlib.metadata import version
from typing import Any, TypeVar

from gridtide import __version__
from gridtide.decide.program import ITERATIONS_MAX, SIMPLEX_COLUMNS
from gridtide.finding import BadInput, Finding
from gridtide.trust.audit import content_of_maker, maker_of, numbered
from gridtide.trust.record import Entry, Maker, Store
from gridtide.trust.verify import verified

BROKEN = "record broken"
"""Kind of the records that say that another is not as it was written."""
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


def gone_on(store: Kept, name: str) -> Kept:
    """The store of a chain that goes on: first it is looked through, and what is broken in it is written down in it,
    once for each fault.

    Raises BadInput where its last record is none any more, for nothing can be put behind that.
    """
    entries = store.entries()
    broken = verified(entries).broken
    if broken is not None and not _is_record(entries[-1].text):
        raise BadInput(
            [
                Finding(
                    subject=f"{name} record {len(entries) - 1}",
                    value=broken.said,
                    limit="a record that another can follow",
                    mend="Restore the store from a copy; gridtide audit verify says what is broken.",
                )
            ]
        )
    begun(store)
    if broken is not None:
        fault = {"kind": BROKEN, "record": broken.number, "fault": broken.fault.value}
        if not any(fault.items() <= says.items() for says in _said_before(entries)):
            store.append(numbered(store.last(), {**fault, "said": broken.said}))
    return store


def _is_record(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def _said_before(entries: Iterable[Entry]) -> Iterator[dict[str, Any]]:
    return (json.loads(one.text) for one in entries if BROKEN in one.text and _is_record(one.text))


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
