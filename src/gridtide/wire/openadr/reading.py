"""From bytes to objects, with every fault said at once."""

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from gridtide.finding import BadInput, Finding

Read = TypeVar("Read")
VALUE = "a finite number, a text, true or false, or a point {x, y}"


def read_json(kind: type[Read], content: bytes | str, subject: str) -> Read:
    """What stands in a JSON text, as an object of the wire. Raises BadInput with every fault found.

    subject: what the text is, as its reader would name it.
    """
    try:
        plain = json.loads(content, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        said = str(error) or type(error).__name__
        raise BadInput(
            [Finding(subject=subject, value=said, limit="JSON", mend="Ask who sent it.")]
        ) from None
    return read_plain(kind, plain, subject)


def read_plain(kind: type[Read], plain: object, subject: str) -> Read:
    """What JSON values mean, as an object of the wire. Raises BadInput with every fault found."""
    try:
        read: Read = _adapter(kind).validate_python(plain)  # type: ignore[arg-type]
    except ValidationError as error:
        raise BadInput(faults(error, subject)) from None
    return read


def faults(error: ValidationError, subject: str) -> Iterator[Finding]:
    """Every fault of an object once, with the place where it stands; a value that is of no kind is one fault."""
    seen: set[tuple[str | int, ...]] = set()
    for fault in error.errors(include_url=False):
        loc, limit = fault["loc"], fault["msg"].removeprefix("Value error, ")
        if "values" in loc[:-2]:
            loc, limit = loc[: loc.index("values") + 2], VALUE
            if loc in seen:
                continue
            seen.add(loc)
        place = ".".join(str(part) for part in loc)
        said = repr(fault["input"])
        yield Finding(
            subject=f"{subject} {place}".strip(),
            value=said if len(said) <= 80 else f"{said[:77]}...",
            limit=limit,
            mend="It must be as OpenADR 3.1 has it.",
        )


@lru_cache(maxsize=64)
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is no number of JSON")
