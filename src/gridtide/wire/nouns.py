"""Flat nouns as JSON values and back: every key known, every value of its kind, all faults at once."""

import math
from collections.abc import Mapping
from dataclasses import MISSING, fields
from datetime import UTC, datetime
from enum import StrEnum
from types import NoneType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from gridtide.finding import BadInput, Finding

TEXT_MAX = 400
"""Letters of a name or sentence: longer ones are no names."""
WHOLE_MAX = 2**53
"""Beyond it a number of JSON is no longer one."""
MANY_MAX = 2_000
"""Entries of a list in a noun."""

Noun = TypeVar("Noun")
Value = TypeVar("Value")


def plain(noun: Any) -> dict[str, object]:
    """A flat dataclass as JSON values; instants in ISO 8601 with their offset."""
    return {field.name: _plain(getattr(noun, field.name)) for field in fields(noun)}


def noun_of(kind: type[Noun], value: object, subject: str) -> Noun:
    """The noun that a JSON object is. subject: how its place is called. Raises BadInput with every fault."""
    if not isinstance(value, Mapping):
        raise BadInput([_fault(subject, value, "an object")])
    hints = get_type_hints(kind)
    known = fields(kind)  # type: ignore[arg-type]
    names = {field.name for field in known}
    faults = [
        _fault(
            f"{subject}.{str(key)[:40]}", "is no key of this", f"only {', '.join(sorted(names))}"
        )
        for key in value
        if key not in names
    ]
    found: dict[str, object] = {}
    for field in known:
        place = f"{subject}.{field.name}"
        if field.name in value:
            try:
                found[field.name] = scalar_of(hints[field.name], value[field.name], place)
            except BadInput as error:
                faults += error.findings
        elif field.default is MISSING and field.default_factory is MISSING:
            faults.append(_fault(place, "is missing", "it is needed"))
    if faults:
        raise BadInput(faults)
    return kind(**found)


def scalar_of(kind: type[Value], value: object, subject: str) -> Value:
    """A value of one of the kinds that nouns hold: text, numbers, truth, instants, choices, each or null where the
    noun says so, and lists of these. Raises BadInput."""
    if get_origin(kind) is tuple:
        return _many(kind, value, subject)  # type: ignore[no-any-return]
    optional = [part for part in get_args(kind) if part is not NoneType]
    if optional:
        return None if value is None else scalar_of(optional[0], value, subject)  # type: ignore[return-value]
    read: Any = _READERS.get(kind) or _choice(kind)
    try:
        answer: Value = read(value)
        return answer
    except ValueError as fault:
        raise BadInput([_fault(subject, value, str(fault))]) from None


def _many(kind: Any, value: object, subject: str) -> Any:
    """A tuple: of so many values of one kind as come, or of one value for each of its kinds."""
    kinds = get_args(kind)
    most = MANY_MAX if kinds[-1] is Ellipsis else len(kinds)
    least = 0 if kinds[-1] is Ellipsis else len(kinds)
    if not isinstance(value, list) or not least <= len(value) <= most:
        limit = f"a list of at most {most}" if least == 0 else f"a list of {most}"
        raise BadInput([_fault(subject, value, limit)])
    each = [kinds[0]] * len(value) if kinds[-1] is Ellipsis else kinds
    return tuple(
        scalar_of(one, item, f"{subject}[{number}]")
        for number, (one, item) in enumerate(zip(each, value, strict=True), start=1)
    )


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value.value) if isinstance(value, StrEnum) else value


def _text(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= TEXT_MAX or not value.isprintable():
        raise ValueError(f"a text of 1 to {TEXT_MAX} letters on one line")
    return value


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= WHOLE_MAX:
        raise ValueError("a whole number, 0 or more")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("a number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueError("a finite number")
    return number


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def _instant(value: object) -> datetime:
    said = "an instant in ISO 8601 with its offset, as 2026-11-30T08:00:00+00:00"
    if not isinstance(value, str) or len(value) > 40:
        raise ValueError(said)
    try:
        found = datetime.fromisoformat(value)
        if found.tzinfo is None:
            raise ValueError(said)
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(said) from None


def _choice(kind: Any) -> Any:
    if not issubclass(kind, StrEnum):
        raise TypeError(f"{kind} is no kind of value that goes over a line")

    def read(value: object) -> StrEnum:
        try:
            found: StrEnum = kind(str(value))
            return found
        except ValueError:
            raise ValueError("one of " + ", ".join(kind)) from None

    return read


_READERS: Mapping[type, Any] = {
    str: _text,
    int: _whole,
    float: _number,
    bool: _truth,
    datetime: _instant,
}


def _fault(subject: str, value: object, limit: str) -> Finding:
    shown = value if isinstance(value, str) else repr(value)
    return Finding(subject=subject, value=shown[:80], limit=limit, mend="Tell it again, mended.")
