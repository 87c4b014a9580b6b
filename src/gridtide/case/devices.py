"""Devices by name: what stands in the group `gridtide.devices` of an installed package, made from a table of a file."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, get_args, get_type_hints

from gridtide.finding import BadInput, Finding

GROUP = "gridtide.devices"
GIVEN = "now"
"""The parameter that no file says: the clock, handed in."""
LARGEST = 1e9
"""No kW, second or hour of a device is beyond it; a span of time of as many hours can still be reckoned with."""


def device_kinds() -> dict[str, str]:
    """Name of every kind of device that is installed, and where it stands."""
    return {point.name: point.value for point in sorted(entry_points(group=GROUP))}


def device_of(
    kind: str,
    table: Mapping[str, object],
    folder: Path,
    now: Callable[[], datetime],
    place: str,
    called: str | None = None,
) -> object:
    """The device of a kind with the values of a table; paths count from a folder. Raises BadInput with every fault.

    A kind is a callable whose parameters are texts, numbers, truths and paths by name; `now` is handed in, and `called`
    where the table does not say it.
    """
    points = {point.name: point for point in entry_points(group=GROUP)}
    if kind not in points:
        limit = "one of " + ", ".join(sorted(points))
        raise BadInput([_fault(f"{place}.kind", kind, limit)])
    given: dict[str, object] = {GIVEN: now}
    if called is not None:
        given["called"] = called
    return made_by(points[kind].load(), table, folder, given, place)


def made_by(
    maker: Callable[..., object],
    table: Mapping[str, object],
    folder: Path,
    given: Mapping[str, object],
    place: str,
) -> object:
    """What a callable makes of the values of a table. given: parameters that no table says. Raises BadInput."""
    wanted = inspect.signature(maker).parameters
    keys = [key for key in wanted if key not in given]
    hints = get_type_hints(maker.__init__ if inspect.isclass(maker) else maker)
    faults = [
        _fault(f"{place}.{key}", "is no key of this kind", "one of " + ", ".join(keys))
        for key in table
        if key not in keys
    ]
    values = {key: value for key, value in given.items() if key in wanted}
    for key in keys:
        if key in table:
            try:
                values[key] = _value(hints[key], table[key], folder)
            except ValueError as fault:
                faults.append(_fault(f"{place}.{key}", table[key], str(fault)))
        elif wanted[key].default is inspect.Parameter.empty:
            faults.append(_fault(f"{place}.{key}", "is missing", "it is needed"))
    if faults:
        raise BadInput(faults)
    try:
        return maker(**values)
    except BadInput as fault:
        raise BadInput(
            [replace(one, subject=f"{place} {one.subject}") for one in fault.findings]
        ) from None


def _value(kind: Any, value: object, folder: Path) -> object:
    """A value of a table as its parameter wants it."""
    kinds = get_args(kind) or (kind,)
    if Path in kinds and isinstance(value, str):
        return folder / value
    if float in kinds and isinstance(value, int | float) and not isinstance(value, bool):
        if not abs(value) <= LARGEST:
            raise ValueError(f"a number from {-LARGEST:g} to {LARGEST:g}")
        return float(value)
    if isinstance(value, bool):
        if bool in kinds:
            return value
    elif isinstance(value, str) and str in kinds:
        if not value or not value.isprintable():
            raise ValueError("a text that is not empty, without control characters")
        return value
    elif isinstance(value, int) and int in kinds:
        return value
    named = [getattr(one, "__name__", str(one)) for one in kinds if one is not type(None)]
    raise ValueError("a value of kind " + " or ".join(named))


def _fault(subject: str, value: object, limit: str) -> Finding:
    shown = value if isinstance(value, str) else repr(value)
    return Finding(subject=subject, value=shown[:80], limit=limit, mend="Mend the file.")
