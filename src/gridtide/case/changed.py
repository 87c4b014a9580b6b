"""The content of a TOML file with some of its values changed."""

import difflib
import re
from collections.abc import Mapping
from copy import deepcopy
from datetime import date
from typing import Any

from gridtide.finding import Finding, Gathered

PART = re.compile(r"([A-Za-z_][A-Za-z0-9_-]*)((?:\[[^\]]+\])*)")
TIMES = ("start", "end")
NEXT = "Spell the place as faults do, site[1].zone, or by a name: site[North].zone."


def changed(content: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The content with other values; what was given stays as it is.

    `seed` is every key of that name, `year` the one in which every `start` and `end` lie, `policy` the one that runs
    beside the reference; any other name is a place, spelt as faults spell it, where a key may be new but its tables may
    not. Raises BadInput with every name that fits nothing.
    """
    faults = Gathered()
    whole = deepcopy(dict(content))
    for name, value in changes.items():
        faults.findings.extend(_change(whole, name, value))
    faults.refuse_if_any()
    return whole


def _change(content: dict[str, Any], name: str, value: Any) -> list[Finding]:
    """Change one name in place; what is at fault with it."""
    if name == "seed":
        return _everywhere(content, name, value)
    if name == "year":
        return _moved_to_year(content, value)
    if name == "policy":
        return _beside_reference(content, value)
    return _at_place(content, name, value)


def _everywhere(content: dict[str, Any], name: str, value: Any) -> list[Finding]:
    found = [table for table in _tables(content) if name in table]
    for table in found:
        table[name] = value
    if found:
        return []
    return [_fault(name, "no table of the file holds this key", "a key of the file")]


def _moved_to_year(content: dict[str, Any], value: Any) -> list[Finding]:
    held = [
        (table, key)
        for table in _tables(content)
        for key in TIMES
        if isinstance(table.get(key), date)
    ]
    if not held:
        return [_fault("year", "no table of the file has a start", "a file with a start")]
    if not isinstance(value, int) or isinstance(value, bool):
        return [_fault("year", repr(value), "a whole number, such as 2022")]
    by = value - min(table[key].year for table, key in held)
    try:
        for table, key in held:
            table[key] = _years_on(table[key], by)
    except ValueError as fault:
        return [_fault("year", f"{value}: {fault}", "a year with these days in it")]
    return []


def _years_on(when: date, by: int) -> date:
    """The same day and time of another year; its offset from UTC stays as written."""
    return when.replace(year=when.year + by)


def _beside_reference(content: dict[str, Any], value: Any) -> list[Finding]:
    case = content.get("case")
    if not isinstance(case, dict):
        return [_fault("policy", "the file holds no [case]", "a case")]
    policies = case.get("policies", ["run-at-once"])
    if not isinstance(policies, list) or not policies:
        value = f"case.policies is {policies!r}"
        return [_fault("policy", value, "a list whose first policy is the reference")]
    case["policies"] = list(dict.fromkeys([policies[0], str(value)]))
    return []


def _at_place(content: dict[str, Any], name: str, value: Any) -> list[Finding]:
    *way, last = name.split(".")
    table: Any = content
    for part in way:
        table, fault = _entered(table, part, name)
        if fault is not None:
            return [fault]
    if PART.fullmatch(last) is None or "[" in last:
        return [_fault(name, f"{last!r} is no key", "a place in the file")]
    table[last] = value
    return []


def _entered(table: Any, part: str, name: str) -> tuple[Any, Finding | None]:
    """The table or list item that one part of a place names, or what is at fault with it."""
    match = PART.fullmatch(part)
    if match is None or match[1] not in table:
        near = difflib.get_close_matches(part, table, n=1)
        limit = f"perhaps {near[0]}" if near else f"one of {', '.join(table)}"
        return None, _fault(name, f"{part!r} is no table of the file", limit)
    found = table[match[1]]
    for item in re.findall(r"\[([^\]]+)\]", match[2]):
        found, known = _item(found, item)
        if found is None:
            return None, _fault(name, f"{match[1]}[{item}] is not there", known)
    if not isinstance(found, dict):
        return None, _fault(name, f"{part!r} is no single table", f"{match[1]}[1], or by a name")
    return found, None


def _item(listed: Any, item: str) -> tuple[Any, str]:
    """An item of a list by its number, from 1, or its name; None beside what is known where it is not there."""
    if not isinstance(listed, list):
        return None, "a table that stands several times, as [[table]] does"
    if item.isdecimal():
        within = 1 <= int(item) <= len(listed)
        return (listed[int(item) - 1] if within else None), f"a number from 1 to {len(listed)}"
    names = [one.get("name") for one in listed if isinstance(one, dict)]
    found = next((one for one in listed if isinstance(one, dict) and one.get("name") == item), None)
    return found, "one of " + ", ".join(str(one) for one in names if one is not None)


def _tables(content: Any) -> list[dict[str, Any]]:
    """Every table of the content, those in it after it."""
    if isinstance(content, list):
        return [table for item in content for table in _tables(item)]
    if not isinstance(content, dict):
        return []
    return [content, *(table for item in content.values() for table in _tables(item))]


def _fault(name: str, value: str, limit: str) -> Finding:
    return Finding(subject=f"--over {name}", value=value, limit=limit, mend=NEXT)
