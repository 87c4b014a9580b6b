"""The official document with the patch that stands beside it."""

import copy
import tomllib
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
MISSING = object()
Place = tuple[str | int, ...]


def official() -> dict[str, Any]:
    """openadr3.yaml as it is published."""
    document: dict[str, Any] = yaml.safe_load((HERE / "openadr3.yaml").read_text())
    return document


def hunks() -> list[dict[str, Any]]:
    """The changes, in the order of the file."""
    listed: list[dict[str, Any]] = tomllib.loads((HERE / "patch.toml").read_text())["hunk"]
    return listed


def patched() -> dict[str, Any]:
    """The document with every change. Raises where what a change replaces is not what it says."""
    document = copy.deepcopy(official())
    for hunk in hunks():
        *way, last = hunk["at"]
        place: Any = document
        for step in way:
            place = place[step]
        there = place[last] if isinstance(last, int) else place.get(last, MISSING)
        if there != hunk.get("was", MISSING):
            raise ValueError(f"{hunk['at']} is {there!r}")
        if "put" in hunk:
            place[last] = hunk["put"]
        else:
            del place[last]
    return document


def differences(before: Any, after: Any, at: Place = ()) -> dict[Place, Any]:
    """Every place at which two documents differ, with what stands there afterwards (MISSING: nothing)."""
    if before == after and type(before) is type(after):
        return {}
    if isinstance(before, dict) and isinstance(after, dict):
        keys = [*before, *(key for key in after if key not in before)]
        pairs = [(key, before.get(key, MISSING), after.get(key, MISSING)) for key in keys]
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        pairs = [(n, one, other) for n, (one, other) in enumerate(zip(before, after, strict=True))]
    else:
        return {at: after}
    found: dict[Place, Any] = {}
    for key, one, other in pairs:
        found |= differences(one, other, (*at, key))
    return found
