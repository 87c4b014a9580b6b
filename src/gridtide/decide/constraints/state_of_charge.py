"""A store holds what it held, plus what went in, minus what came out."""

import numpy as np

from gridtide.decide.layout import Columns, Facts, Whole
from gridtide.decide.program import Program, places_of
from gridtide.fleet.site import Battery


def add_state_of_charge(
    program: Program,
    columns: Columns,
    facts: Facts,
    batteries: tuple[Battery | None, ...],
    soc_kwh: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> Whole:
    """store_t - store_{t-1} - in charge h + discharge h / out + spilt h = inflow h; the first starts at soc_kwh."""
    into = np.asarray([battery.charge_efficiency if battery else 1.0 for battery in batteries])
    out_of = np.asarray([battery.discharge_efficiency if battery else 1.0 for battery in batteries])
    start = np.zeros(columns.store.shape)
    start[:, 0] = soc_kwh
    start[facts.inflow.site] += facts.inflow.kw * facts.hours
    rows = program.constraints(start.shape, start, start, *places_of(start.shape))
    program.put(rows, columns.store, 1.0)
    program.put(rows[:, 1:], columns.store[:, :-1], -1.0)
    program.put(rows, columns.charge, -into[:, None] * facts.hours)
    program.put(rows, columns.discharge, facts.hours / out_of[:, None])
    program.put(rows[facts.inflow.site], columns.spilt, facts.hours)
    return rows
