"""What a schema refuses, in the words of a person: places counted from 1, and no words of a library."""

from collections.abc import Sequence
from math import isnan
from typing import Any

from pydantic import ValidationError

from gridtide.finding import Finding


def misfits(error: ValidationError, file: str, mend: str, under: str = "") -> list[Finding]:
    """Every fault once. file: said before each place, may be empty; under: the table that the error is of."""
    return [
        _finding(detail, file, mend, under) for detail in error.errors() if not _emptied(detail)
    ]


def _emptied(detail: Any) -> bool:
    """Whether a list is only short of the tables whose own faults are said beside it."""
    return detail["type"] == "too_short" and bool(detail.get("input"))


def _finding(detail: Any, file: str, mend: str, under: str) -> Finding:
    subject = " ".join(part for part in (file, _place((under, *detail["loc"]))) if part)
    value, limit = _words(detail)
    return Finding(subject=subject or "the file", value=value, limit=limit, mend=mend)


def _place(parts: Sequence[str | int]) -> str:
    return "".join(
        f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in parts if part != ""
    ).lstrip(".")


def _words(detail: Any) -> tuple[str, str]:
    given = detail.get("input")
    if detail["type"] == "missing":
        return "is missing", "it is needed"
    if detail["type"] == "extra_forbidden":
        return "is no key of this table", "a key that is known"
    if detail["type"] in ("too_short", "string_too_short"):
        least = detail["ctx"]["min_length"]
        return repr(given)[:80], "not empty" if least == 1 else f"at least {least}"
    if isinstance(given, float) and isnan(given):
        return "nan", "a finite number"
    if detail["type"] == "timezone_aware":
        shown = given.isoformat() if hasattr(given, "isoformat") else str(given)
        return f"{shown} has no zone", "a time with its zone, as 2026-11-22T09:00:00+08:00"
    shown = f"a {type(given).__name__}" if isinstance(given, dict | list) else repr(given)[:80]
    said = str(detail["msg"]).removeprefix("Input should be ").removeprefix("Value error, ")
    return shown, said
