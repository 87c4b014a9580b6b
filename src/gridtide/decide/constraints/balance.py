"""What is drawn, made and taken from the store is what the facility needs."""

from gridtide.decide.layout import Columns, Facts, Whole
from gridtide.decide.program import Program, places_of


def add_balance(program: Program, columns: Columns, facts: Facts) -> Whole:
    """draw - sell + discharge - charge - unused - sum slope segment + shortfall = floor - supply, kW.

    What plants draw for heat carried out early, less what they save by carrying it out late, is needed besides; what
    plants make comes to what is drawn.
    """
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
    program.put(rows[facts.made.site], columns.made, 1.0)
    early, late = facts.cooling.plant.drawn_per_kw
    program.put(rows[facts.cooling.plant.planes.site], columns.cooling.beyond, -1.0)
    own, halls, stores = columns.cooling, facts.cooling.halls.site, facts.cooling.stores.site
    for site, (more, less) in ((halls, own.hall), (stores, own.store)):
        program.put(rows[site], more, -early[site])
        program.put(rows[site], less, late[site])
    return rows
