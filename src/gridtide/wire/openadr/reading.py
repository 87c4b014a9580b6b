"""From bytes to objects, with every fault said at once."""

import json
from collections.abc import Iterator
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from gridtide.finding import BadInput, Finding

Read = TypeVar("Read")


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
        return TypeAdapter(kind).validate_python(plain)
    except ValidationError as error:
        raise BadInput(faults(error, subject)) from None


def faults(error: ValidationError, subject: str) -> Iterator[Finding]:
    """Every fault of an object, with the place where it stands."""
    for fault in error.errors(include_url=False):
        place = ".".join(str(part) for part in fault["loc"])
        said = repr(fault["input"])
        yield Finding(
            subject=f"{subject} {place}".strip(),
            value=said if len(said) <= 80 else f"{said[:77]}...",
            limit=fault["msg"].removeprefix("Value error, "),
            mend="It must be as OpenADR 3.1 has it.",
        )


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is no number of JSON")
