"""A TOML file that asks something of a grid: its kind, and what every kind shares."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gridtide.case.misfits import misfits
from gridtide.case.toml_file import toml_of
from gridtide.case.work import resolved
from gridtide.finding import BadInput, Finding
from gridtide.sources.hour_table import Hours, HourTable

Positive = Annotated[float, Field(gt=0.0, allow_inf_nan=False)]
NotBelowZero = Annotated[float, Field(ge=0.0, allow_inf_nan=False)]
Probability = Annotated[float, Field(ge=0.0, le=1.0)]
KINDS: Mapping[str, str] = {
    "adequacy": "docs/adequacy.md",
    "headroom": "docs/adequacy.md",
    "accident": "docs/accidents.md",
}
"""What a file may ask, and the page that says what it holds."""


class StudyRecord(BaseModel):
    """Keys of every table; a key that nobody knows is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Record = TypeVar("Record", bound=StudyRecord)


class SeriesRecord(StudyRecord):
    """A year of hours in a file of its own, beside the file that names it."""

    file: str = Field(min_length=1)
    columns: tuple[str, ...] = Field(min_length=1)
    only: tuple[str, str] | None = None
    year: Annotated[int, Field(ge=1900, le=2200)] | None = None


def table_of(path: Path) -> dict[str, Any]:
    """All that stands in a file. Raises BadInput for what is no TOML."""
    return toml_of(path, "a TOML file that asks something of a grid")


def fault_of(subject: str, value: str, limit: str, page: str = "docs/adequacy.md") -> Finding:
    """A fault that the page of its kind helps to mend."""
    return Finding(subject=subject, value=value, limit=limit, mend=f"{page} shows a file.")


def kind_of(path: Path) -> tuple[str, dict[str, Any]]:
    """What a file asks, and all that stands in it. Raises BadInput for a kind that is none."""
    table = table_of(path)
    return kind_in(table, path), table


def kind_in(table: Mapping[str, Any], path: Path) -> str:
    """What the content of a file asks. Raises BadInput for a kind that is none."""
    kind = table.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise BadInput(
            [
                Finding(
                    subject=f"{path} kind",
                    value="is missing" if kind is None else repr(kind),
                    limit=f"one of {', '.join(KINDS)}",
                    mend='Write kind = "adequacy", for example.',
                )
            ]
        )
    return kind


def read_record(record: type[Record], path: Path, table: dict[str, Any]) -> Record:
    """The table as a record. Raises BadInput with every fault."""
    try:
        return record.model_validate(table)
    except ValidationError as error:
        mend = f"Write it as {KINDS.get(str(table.get('kind')), 'docs/adequacy.md')} shows."
        raise BadInput(misfits(error, str(path), mend)) from None


def hours_of(record: SeriesRecord, beside: Path, gaps: bool = False) -> Hours:
    """A year of hours. Raises BadInput with every fault of its file."""
    return HourTable(
        path=resolved(record.file, beside.parent),
        columns=record.columns,
        only=record.only,
        year=record.year,
        gaps=gaps,
    ).read()
