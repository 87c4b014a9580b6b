"""What a table of a case leaves to values that are assumed."""

from collections.abc import Iterable

from pydantic import BaseModel


def left_to_assumptions(table: BaseModel, names: Iterable[str]) -> str:
    """The keys among `names` that a table does not state, in words; empty where it states them all."""
    left_out = [name for name in names if name not in table.model_fields_set]
    return f"{', '.join(left_out)} assumed, not measured" if left_out else ""
