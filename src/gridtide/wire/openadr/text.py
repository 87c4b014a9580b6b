"""The kinds of text and number that OpenADR objects are made of, each as strict as the specification.

Instants and durations stay as they were written, so that what is read is written back unchanged; `times.py` says what
they mean.
"""

import re
from datetime import date
from typing import Annotated, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StrictStr,
    StringConstraints,
)
from pydantic.alias_generators import to_camel

DURATION = re.compile(
    r"^(-?)P(?=\d|T\d)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)([DW]))?"
    r"(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?\Z",
    re.ASCII,
)
"""ISO 8601, letter for letter the pattern of the specification."""

INSTANT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(\.\d+)?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)\Z",
    re.ASCII,
)
NOW = re.compile(r"0001-01-01(T00:00:00(\.0+)?([Zz]|[+-]00:00)?)?\Z", re.ASCII)
"""What stands for *now*; the one text that is allowed although it need not be an instant of RFC 3339."""

URI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:\S*\Z", re.ASCII)


class Wire(BaseModel):
    """An OpenADR object: frozen, its names in camel case on the wire, fields it does not know left out."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, frozen=True, allow_inf_nan=False
    )

    def written(self) -> dict[str, object]:
        """The object as JSON values under the names of the wire, without what was never said."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


def _not_null(value: object) -> object:
    if value is None:
        raise ValueError("null is not allowed here; leave the field out")
    return value


def _whole(value: object) -> object:
    """JSON knows one kind of number: 1.0 is an integer, true is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("not an integer")
    if isinstance(value, float) and not value.is_integer():
        raise ValueError("not an integer")
    return int(value)


def _number(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("not a number")
    return value


def _truth(value: object) -> object:
    if not isinstance(value, bool):
        raise ValueError("neither true nor false")
    return value


def _duration(value: str) -> str:
    if not DURATION.match(value):
        raise ValueError("not a duration of ISO 8601, as PT15M")
    return value


def _instant(value: str) -> str:
    if NOW.match(value):
        return value
    found = INSTANT.match(value)
    if not found:
        raise ValueError("not an instant of RFC 3339, as 2026-11-22T09:00:00Z")
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
    date(year, month, day)
    if hour > 23 or minute > 59 or second > 60:
        raise ValueError("not a time of day")
    return value


def _uri(value: str) -> str:
    if not URI.match(value):
        raise ValueError("not a URI")
    return value


Said = TypeVar("Said")
Unsaid = Annotated[Said | None, BeforeValidator(_not_null)]
"""A field that may be left out, but not be null."""

Whole = Annotated[int, BeforeValidator(_whole)]
Number = Annotated[float, BeforeValidator(_number)]
Truth = Annotated[bool, BeforeValidator(_truth)]
Name = Annotated[StrictStr, StringConstraints(min_length=1, max_length=128)]
ObjectId = Annotated[
    StrictStr, StringConstraints(min_length=1, max_length=128, pattern=r"^[a-zA-Z0-9_-]*$")
]
Secret = Annotated[StrictStr, StringConstraints(min_length=1, max_length=4096)]
Scope = Annotated[StrictStr, StringConstraints(max_length=4096)]
Uri = Annotated[StrictStr, StringConstraints(min_length=2, max_length=8000), AfterValidator(_uri)]
DurationText = Annotated[StrictStr, AfterValidator(_duration)]
InstantText = Annotated[StrictStr, AfterValidator(_instant)]
