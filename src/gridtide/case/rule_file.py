"""A file of rules in TOML, one table a rule, read with every fault at once."""

import tomllib
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from gridtide.case.misfits import misfits
from gridtide.case.schema import Table
from gridtide.finding import BadInput, Finding

Row = TypeVar("Row", bound=Table)


def read_rules(name: str, file: Path | Traversable, shape: type[Row]) -> dict[str, Row]:
    """Tables of a file by name, in its order. name: of the file, as findings say it. Raises BadInput."""
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        what = (error.strerror or "cannot be read").lower()
        raise BadInput([_fault(name, what, "a file of rules in TOML", "Check the path.")]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput([_fault(name, str(error), "valid TOML in UTF-8", "Correct it.")]) from None
    found: dict[str, Row] = {}
    faults: list[Finding] = []
    for key, table in tables.items():
        try:
            found[key] = shape.model_validate(table)
        except ValidationError as error:
            faults += misfits(error, name, "Correct the value.", key)
    if not tables:
        faults.append(_fault(name, "holds no rule", "one table or more", "Write one."))
    if faults:
        raise BadInput(faults)
    return found


def _fault(subject: str, value: str, limit: str, mend: str) -> Finding:
    return Finding(subject=subject, value=value, limit=limit, mend=mend)
