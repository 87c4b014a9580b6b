"""Limits and the planned peak hold too where weather, supply and requests miss their forecast."""

from dataclasses import dataclass

import numpy as np

from gridtide.decide.layout import (
    Columns,
    Facts,
    Real,
    Whole,
    kw_per_request,
    machines_per_request,
    peak_of_step,
)
from gridtide.decide.program import Program, places_of

TIGHT_PRICES = 10.0
"""Times the mean price that a kilowatt-hour, or a machine for an hour, without its margin counts: more than
waiting saves, less than work and requests are worth, so that a plan refuses neither for a margin."""


@dataclass(frozen=True, kw_only=True, eq=False)
class MarginRows:
    """Rows by family: of the limit and of the peak, (S, T); missed: columns of margin that is lacking, (S, T)."""

    limit: Whole
    peak: Whole
    missed: Whole


def add_margin(program: Program, columns: Columns, facts: Facts, hurting: Facts) -> MarginRows:
    """Import as it would be under the facts that hurt <= import limit, and <= peak; machines alike.

    draw - sell - unused + margin, where the margin is the floor and slopes of a hotter day, the supply that
    is lacking and the power of more requests at the planned shares. hurting: the facts at a quantile.
    """
    shape = columns.draw.shape
    fixed = margin_floor_kw(facts, hurting)
    limit = program.constraints(shape, -np.inf, facts.import_max_kw - fixed, *places_of(shape))
    peak = program.constraints(shape, -np.inf, -fixed - facts.swing_kw, *places_of(shape))
    missed = program.variables(shape, _tight_costs(facts))
    for rows in (limit, peak):
        for block, sign in ((columns.draw, 1.0), (columns.sell, -1.0), (columns.unused, -1.0)):
            program.put(rows, block, sign)
        program.put(
            rows[:, :, None],
            columns.segment,
            np.maximum(hurting.curve.slope - facts.curve.slope, 0.0),
        )
        _put_requests(program, columns, facts, hurting, rows)
    program.put(limit, missed, -1.0)
    program.put(peak, peak_of_step(columns, facts), -1.0)
    if len(columns.pair):
        _add_machines(program, columns, facts, hurting)
    return MarginRows(limit=limit, peak=peak, missed=missed)


def margin_floor_kw(facts: Facts, hurting: Facts) -> Real:
    """What a site draws more with everything parked: cooling of a hotter day, supply that is lacking, (S, T)."""
    hotter = np.maximum(hurting.curve.floor_kw - facts.curve.floor_kw, 0.0)
    return np.asarray(hotter + np.maximum(facts.supply_kw - hurting.supply_kw, 0.0))


def _tight_costs(facts: Facts) -> Real:
    """Money for a kilowatt or machine without its margin through a step, (S, T)."""
    price = np.abs(facts.price_per_kwh + facts.carbon_cost_per_kwh).mean()
    return np.asarray(
        TIGHT_PRICES * price * np.repeat(facts.hours[None, :], len(facts.supply_kw), 0)
    )


def more_requests(facts: Facts, hurting: Facts) -> Real:
    """Requests beyond the forecast as a share of it, (V, O, T); 0 where none are forecast."""
    asked = facts.requests_per_s
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(asked > 0, np.maximum(hurting.requests_per_s / asked - 1.0, 0.0), 0.0)


def _put_requests(
    program: Program, columns: Columns, facts: Facts, hurting: Facts, rows: Whole
) -> None:
    """Power of requests beyond the forecast, at the steepest slope of each site."""
    service, origin, place = columns.pair.T
    per_request = kw_per_request(columns, facts)
    site = facts.site[place]
    steepest = hurting.curve.slope.max(axis=2)[site]
    more = more_requests(facts, hurting)[service, origin]
    program.put(rows[site], columns.flow, per_request[:, None] * steepest * more)


def _add_machines(program: Program, columns: Columns, facts: Facts, hurting: Facts) -> None:
    """Jobs + services at the requests that hurt <= accelerators, one row a place and step."""
    shape = (len(facts.accelerators), len(facts.hours))
    left = facts.accelerators[:, None] - facts.kept
    rows = program.constraints(
        shape, -np.inf, left, facts.site[:, None], np.arange(len(facts.hours))
    )
    program.put(rows[columns.place, columns.step], columns.work, 1.0)
    service, origin, place = columns.pair.T
    need = machines_per_request(columns, facts)
    more = 1.0 + more_requests(facts, hurting)[service, origin]
    most = need[:, None] * facts.request_peak[service, origin]
    program.put(rows[place], columns.flow, most * more)
    program.put(rows, program.variables(shape, _tight_costs(facts)[facts.site]), -1.0)
