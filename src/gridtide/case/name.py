"""What may a name in a file be? Something that one line of a note, a table or a page can hold as it is written."""

from typing import Annotated

from pydantic import AfterValidator, Field

LONGEST = 80


def _printable(name: str) -> str:
    """The name. Raises ValueError where it ends a line or turns the text around it."""
    if not name.isprintable():
        raise ValueError("a name without control characters and marks that turn text around")
    return name


Name = Annotated[str, Field(min_length=1, max_length=LONGEST), AfterValidator(_printable)]
