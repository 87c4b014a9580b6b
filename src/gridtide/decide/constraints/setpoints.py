"""What a site draws where a set-point holds: that much, from both sides, as far as promises and physics let it."""

import numpy as np

from gridtide.decide.layout import Columns, Facts
from gridtide.decide.program import Program
from gridtide.decide.setpoints import off_price_per_kwh, setpoints_kw
from gridtide.decide.situation import Situation

ABOVE_ALL = 2.0
"""Work that is given up counts so many times what being off a set-point with its power does."""


def add_setpoints(program: Program, columns: Columns, facts: Facts, situation: Situation) -> None:
    """draw - sell - above + below = what is asked, or the import limit where that is lower; none where none holds.

    Own supply left unused may raise what is drawn: a set-point is of the meter.
    """
    asked_kw = np.minimum(setpoints_kw(situation), facts.import_max_kw)
    sites, steps = np.nonzero(~np.isnan(asked_kw))
    if not len(sites):
        return
    level_kw = asked_kw[sites, steps]
    rows = program.constraints(level_kw.shape, level_kw, level_kw, sites, steps)
    program.put(rows, columns.draw[sites, steps], 1.0)
    program.put(rows, columns.sell[sites, steps], -1.0)
    per_kwh = facts.price_per_kwh + facts.carbon_cost_per_kwh
    price = off_price_per_kwh(situation, per_kwh, facts.hours)
    off_cost = price * facts.hours[steps]
    program.put(rows, program.variables(level_kw.shape, off_cost), -1.0)
    program.put(rows, program.variables(level_kw.shape, off_cost), 1.0)
    _keep_work(program, columns, facts, price)


def _keep_work(program: Program, columns: Columns, facts: Facts, price_per_kwh: float) -> None:
    """No work and no request is worth giving up for a set-point: both cost more by what their power counts there."""
    slope = float(facts.curve.slope.max())
    most_kw = float(facts.extra_kw.max()) * slope
    program.cost_more(columns.undone, ABOVE_ALL * price_per_kwh * most_kw)
    with np.errstate(divide="ignore", invalid="ignore"):
        each_kw = np.where(facts.rate > 0.0, facts.serving_kw / facts.rate, 0.0).max(axis=1)
    if len(each_kw):
        more = ABOVE_ALL * price_per_kwh * slope * each_kw[:, None, None] * facts.hours
        program.cost_more(columns.refused, more)
