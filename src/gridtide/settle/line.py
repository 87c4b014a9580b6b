"""One line of a settlement: an amount, by which formula it was reckoned, and from what."""

from dataclasses import dataclass

Inputs = tuple[tuple[str, float | str | None], ...]


@dataclass(frozen=True, kw_only=True)
class Line:
    """amount: money that a site pays, below 0 what it earns. site: whose meter. formula: its name in the table of
    formulas; version: from when to when it holds, or of which text. inputs: what went in, by name. mark: checked,
    quoted, assumed or unverified."""

    what: str
    site: str
    amount: float
    formula: str
    version: str
    inputs: Inputs
    source: str
    mark: str


def total(lines: tuple[Line, ...]) -> float:
    """All lines together, in their order."""
    return sum(line.amount for line in lines)
