"""What is drawn, made and taken from the store is what the facility needs."""

from gridtide.decide.layout import Columns, Facts, Whole
from gridtide.decide.program import Program, places_of


def add_balance(program: Program, columns: Columns, facts: Facts) -> Whole:
    """draw - sell + discharge - charge - unused - sum slope segment + shortfall = floor - supply, kW."""
    need = facts.curve.floor_kw - facts.supply_kw
    rows = program.constraints(need.shape, need, need, *places_of(need.shape))
    for block, sign in (
        (columns.draw, 1.0),
        (columns.sell, -1.0),
        (columns.discharge, 1.0),
        (columns.charge, -1.0),
        (columns.unused, -1.0),
        (columns.shortfall, 1.0),
    ):
        program.put(rows, block, sign)
    program.put(rows[:, :, None], columns.segment, -facts.curve.slope)
    return rows
