"""What is known of the costs of supply beforehand: `technologies.toml`."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from gridtide.invest.technology import Kind, Technology

CURRENCY, COST_YEAR = "EUR", 2025


@cache
def technologies() -> dict[str, Technology]:
    """Every technology known, by name, in the order of the file; EUR of 2025."""
    text = (files("gridtide.case") / "technologies.toml").read_text(encoding="utf-8")
    return {name: _technology(name, table) for name, table in tomllib.loads(text).items()}


def _technology(name: str, table: dict[str, Any]) -> Technology:
    figures = {**table, "kind": Kind(table["kind"]), "assumed": tuple(table["assumed"])}
    return Technology(name=name, currency=CURRENCY, cost_year=COST_YEAR, **figures)
