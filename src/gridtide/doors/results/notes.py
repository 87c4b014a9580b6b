"""Notes of a study for a person to read: assumptions first, each thing said once."""

import re
from collections.abc import Iterable

ABOUT = re.compile(r"([^:]{1,60}): (.*)", re.DOTALL)
COUNT = re.compile(r"([\d,]+ )?(.*)", re.DOTALL)
ASSUMED = re.compile(r"assum|as the case")


def told_once(notes: Iterable[str]) -> list[str]:
    """Notes with those that say the same of several things told once, with all of these things.

    Notes that differ in a leading count alone are told once with all counts. Assumptions come first.
    """
    told: dict[str, list[tuple[str, str]]] = {}
    for note in sorted(notes, key=lambda note: not ASSUMED.search(note)):
        found = ABOUT.fullmatch(note)
        about, said = found.groups() if found else ("", note)
        counted = COUNT.fullmatch(said) if about else None
        count, rest = counted.groups() if counted else (None, said)
        told.setdefault(rest, []).append((about, count or ""))
    return [_sentence(rest, things) for rest, things in told.items()]


def _sentence(rest: str, things: list[tuple[str, str]]) -> str:
    if not things[0][0]:
        return rest
    counts = {count for _, count in things}
    if len(counts) == 1:
        return f"{', '.join(about for about, _ in things)}: {things[0][1]}{rest}"
    return " · ".join(f"{about} {count.strip()}" for about, count in things) + f": {rest}"
