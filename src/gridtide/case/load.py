"""From a TOML file to a study, with every fault said at once."""

import difflib
import tomllib
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from gridtide.case.build import study_of
from gridtide.case.checks import faults_of
from gridtide.case.curves import with_curves
from gridtide.case.schema import CaseFile
from gridtide.finding import BadInput, Finding, Gathered, refuse_if_any
from gridtide.signals.forecaster import reads_back_h
from gridtide.simulate.study import Study

KEYS_SHOWN = 12
LEAVES = ("event", "order")
"""Tables to which no other table refers."""
PATTERNS = {
    r"^[A-Z]{3}$": "three capital letters, such as EUR",
    r"^[0-9a-f]{64}$": "64 hexadecimal digits, as sha256sum prints them",
    r"^https?://[^\s]+$": "an address that begins with http:// or https://",
    r"^[A-Za-z_][A-Za-z0-9_]*$": "the name of an environment variable",
    r"^[^\s:]+$": "a name without blanks and colons",
    r"^([01]\d|2[0-3]):[0-5]\d$": "a time of the day, such as 17:30",
}
"""What the patterns of the schema ask for."""


def load_case(path: Path) -> Study:
    """The study a case file describes. Raises BadInput with all faults, Infeasible when work cannot fit."""
    case = read_case(path)
    return study_of(case, Path(path).resolve().parent)


def load_case_for(path: Path, forecasters: tuple[str, ...]) -> Study:
    """The study of a case with as much history as these forecasters learn from, its own forecaster beside them.

    Raises what `load_case` raises, and BadInput for a forecaster that is not known.
    """
    case = read_case(path)
    own = case.planning.forecaster
    furthest = max((own, *forecasters), key=reads_back_h)
    if reads_back_h(furthest) <= reads_back_h(own):
        return load_case(path)
    planning = case.planning.model_copy(update={"forecaster": furthest})
    wide = case.model_copy(update={"planning": planning})
    study = study_of(wide, Path(path).resolve().parent)
    return replace(study, cadence=replace(study.cadence, forecaster=own))


def read_case(path: Path) -> CaseFile:
    """The tables of a case file, valid each by itself and together. Raises BadInput with all faults."""
    return case_of(toml_read(Path(path)), Path(path).resolve().parent)


def case_of(content: Mapping[str, Any], folder: Path) -> CaseFile:
    """The tables of a case as TOML holds them, valid each by itself and together. folder: where paths in it begin.
    Raises BadInput with all faults."""
    try:
        case = CaseFile.model_validate(content)
    except ValidationError as error:
        details = error.errors()
        told = [detail for detail in details if not _follows(detail, details)]
        findings = [_finding(detail) for detail in told]
        raise BadInput([*findings, *_beside(dict(content), told, folder)]) from None
    whole, findings = _faults_together(case, folder)
    refuse_if_any(findings)
    return whole


def toml_read(path: Path) -> dict[str, Any]:
    """What a case file holds, as TOML reads it. Raises BadInput."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise BadInput(
            [
                Finding(
                    subject=str(path),
                    value=(error.strerror or "cannot be read").lower(),
                    limit="a case file in TOML",
                    mend="Check the path, or write one with `gridtide init demo DIR`.",
                )
            ]
        ) from None
    try:
        return tomllib.loads(raw.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(
            [
                Finding(
                    subject=str(path),
                    value=str(error),
                    limit="valid TOML in UTF-8",
                    mend="Correct the place named.",
                )
            ]
        ) from None


def _beside(content: dict[str, Any], details: list[Any], folder: Path) -> list[Finding]:
    """Faults that tables have together, where the schema only stumbles over keys that can be left out.

    Those are keys it does not know and those of calls, to which no other table refers. Nothing is said of a table that
    has a fault of its own: it may only follow from that.
    """
    can = [one["type"] == "extra_forbidden" or one["loc"][0] in LEAVES for one in details]
    if not all(can):
        return []
    left = deepcopy(content)
    for detail in details:
        _leave_out(left, detail["loc"])
    try:
        case = CaseFile.model_validate(left)
    except ValidationError:
        return []
    faulty = {_spelt(list(detail["loc"][:2])) for detail in details}
    return [
        one
        for one in _faults_together(case, folder)[1]
        if not any(_lies_in(one.subject, table) for table in faulty)
    ]


def _leave_out(content: Any, where: tuple[Any, ...]) -> None:
    """The content without a key, where there is one at that place."""
    *way, last = where
    table = content
    for part in way:
        there = isinstance(table, list) or (isinstance(table, dict) and part in table)
        table = table[part] if there else None
    if isinstance(table, dict):
        table.pop(last, None)


def _faults_together(case: CaseFile, folder: Path) -> tuple[CaseFile, list[Finding]]:
    """The case with its curves read, and every fault that shows only when its tables are read together."""
    faults = Gathered()
    whole = faults.of(lambda: with_curves(case, folder)) or case
    return whole, [*faults.findings, *faults_of(whole)]


def _lies_in(subject: str, table: str) -> bool:
    """Whether a place is a table or lies in it."""
    return subject == table or subject.startswith((f"{table}.", f"{table}[", f"{table} "))


def _follows(detail: Any, details: list[Any]) -> bool:
    """Whether a list only seems too short because an item in it is at fault."""
    where = detail["loc"]
    return detail["type"] == "too_short" and any(
        other["loc"][: len(where)] == where and len(other["loc"]) > len(where) for other in details
    )


def _finding(detail: Any) -> Finding:
    where = [part for part in detail["loc"] if not str(part).startswith("function-")]
    key = _spelt(where)
    if detail["type"] == "extra_forbidden":
        return Finding(
            subject=key,
            value="is no key of this table",
            limit=_allowed(where),
            mend=_nearest(where),
        )
    if detail["type"] == "missing":
        return Finding(
            subject=key,
            value="is missing",
            limit="it is needed",
            mend="Add the key; docs/case.md says what it holds.",
        )
    return Finding(
        subject=key,
        value=_shown(detail.get("input"))[:80],
        limit=_limit(detail),
        mend="Correct the value; docs/case.md says what it holds.",
    )


def _shown(given: Any) -> str:
    if isinstance(given, dict | list):
        return type(given).__name__
    return str(given) if isinstance(given, datetime) else repr(given)


def _limit(detail: Any) -> str:
    """What the schema asks for, in words of a person."""
    if detail["type"] == "timezone_aware":
        return "a time with its zone, such as 2026-03-02T00:00:00+08:00"
    if detail["type"] == "string_pattern_mismatch":
        return PATTERNS.get(detail["ctx"]["pattern"], f"like {detail['ctx']['pattern']}")
    said: str = detail["msg"]
    return said.removeprefix("Input should be ").removeprefix("Value error, ")


def _spelt(where: list[Any]) -> str:
    """A place in the file as a person would write it: site[1].pool[0].accelerators, counted from 1."""
    text = ""
    for part in where:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return text.lstrip(".") or "the file"


def _allowed(where: list[Any]) -> str:
    names = _keys_of(where[:-1])
    shown = ", ".join(names[:KEYS_SHOWN]) + (" …" if len(names) > KEYS_SHOWN else "")
    return f"one of {shown}" if names else "a key that docs/case.md names"


def _nearest(where: list[Any]) -> str:
    near = difflib.get_close_matches(str(where[-1]), _keys_of(where[:-1]), n=1)
    return f"Did you mean {near[0]}?" if near else "Remove it; docs/case.md lists the keys."


def _keys_of(where: list[Any]) -> list[str]:
    """Names of the keys of the table at a place."""
    model: Any = CaseFile
    for part in where:
        if isinstance(part, int):
            continue
        field = next(
            (item for name, item in model.model_fields.items() if part in (name, item.alias)), None
        )
        model = _table_in(field.annotation) if field is not None else None
        if model is None:
            return []
    return [item.alias or name for name, item in model.model_fields.items()]


def _table_in(annotation: Any) -> Any:
    if hasattr(annotation, "model_fields"):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        found = _table_in(inner)
        if found is not None:
            return found
    return None
