"""Time, place, storage and routing of services decided together on the marginal facility power."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.columns import columns_of
from gridtide.decide.conflict.promises_and_limits import PlanProgram
from gridtide.decide.conflict.refusal import has_no_plan, refusal_of, refuse_where_power_lacks
from gridtide.decide.constraints.agreed import add_agreed
from gridtide.decide.constraints.balance import add_balance
from gridtide.decide.constraints.calls import add_calls
from gridtide.decide.constraints.cooling import CoolingRows, add_cooling, extra_power
from gridtide.decide.constraints.declared import add_declared
from gridtide.decide.constraints.demand import add_demand
from gridtide.decide.constraints.gangs import GangRows, add_gangs
from gridtide.decide.constraints.load import add_load
from gridtide.decide.constraints.machines import add_machines
from gridtide.decide.constraints.made import MadeRows, add_made
from gridtide.decide.constraints.moves import add_moves
from gridtide.decide.constraints.offers import OfferRows, add_offers, carried_per_h, meter_price
from gridtide.decide.constraints.peak import add_peak
from gridtide.decide.constraints.ramp import add_ramp, response_price
from gridtide.decide.constraints.resting import add_resting, nodes_used, spared_kw
from gridtide.decide.constraints.setpoints import add_setpoints
from gridtide.decide.constraints.state_of_charge import add_state_of_charge
from gridtide.decide.constraints.work import add_work
from gridtide.decide.facts import facts_of, held_of
from gridtide.decide.layout import Columns, Facts, Whole
from gridtide.decide.objective import Objective
from gridtide.decide.offer_terms import nothing_offered
from gridtide.decide.one_way_meter import add_one_way, turn_one_way
from gridtide.decide.plan import PARTS, Certificate, Plan, Prices
from gridtide.decide.program import Matrix, Program, Solution, as_written, lower_bound, matrix_of
from gridtide.decide.readings import Readings
from gridtide.decide.reservations import Reservations
from gridtide.decide.situation import Situation
from gridtide.decide.solving import solution_of
from gridtide.finding import Infeasible

Real = NDArray[np.float64]
Method = Callable[[Matrix], Solution]
REPAIRS_MAX = 3
TOLERANCE = 1e-6
SAME_SLOPE = 1e-6
"""Slopes that differ by less, relative to their size, change no plan: nothing is solved again for them."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Rows:
    """Rows of the program by family, as the duals are read; steep: columns beyond the ramp rule."""

    work: Whole
    machines: Whole
    kept_machines: Whole
    load: Whole
    balance: Whole
    peak: Whole
    demand: Whole
    level: Whole
    ramp: Whole
    steep: Whole
    offers: OfferRows
    cooling: CoolingRows
    gangs: GangRows
    made: MadeRows


@dataclass(frozen=True, kw_only=True)
class Coordinated:
    """One sparse linear program over the horizon, exact for the convex power curve it is given.

    Where an energy price is negative, a program of straight lines would burn energy for nothing; cells
    in which it does are found, their lines fixed, and the program is solved again. readings: kept from one plan to
    the next; without them everything is read anew, to the same end.
    """

    objective: Objective
    readings: Readings | None = field(default=None, compare=False, repr=False)

    def plan(self, situation: Situation) -> Plan:
        """The cheapest plan, its prices and its bound. Raises Infeasible naming what cannot hold together."""
        return self._planned(situation, held_of(situation, self.objective))

    def around(self, situation: Situation, held: Reservations) -> Plan:
        """The cheapest storage, routing and prices with every job in the slots `held` tells it."""
        fixed = np.ones_like(held.settled)
        return self._planned(situation, replace(held, settled=fixed))

    def _planned(self, situation: Situation, held: Reservations) -> Plan:
        facts = facts_of(situation, self.objective, held, readings=self.readings)
        return solved(situation, facts, held).plan


@dataclass(frozen=True, kw_only=True, eq=False)
class Solved:
    """A plan with the rows of the program it came from and their prices."""

    plan: Plan
    rows: Rows
    solution: Solution


def solved(
    situation: Situation,
    facts: Facts,
    held: Reservations | None,
    method: Method = solution_of,
) -> Solved:
    """The cheapest plan over the facts. Raises Infeasible naming what cannot hold together.

    held: what promises are named by; without it a refusal says where power lacks.
    """
    program, columns, rows = written(situation, facts)
    matrix = matrix_of(program)
    plain = as_written(matrix)
    solution = solved_without_burning(matrix, facts, columns, method)
    if held is None:
        refuse_where_power_lacks(situation, solution, columns.shortfall)
    else:
        refuse_without_plan(situation, facts, held, matrix, columns, rows, solution)
    plan = Plan(
        made_at=situation.as_of,
        policy="coordinated",
        horizon=situation.horizon,
        prices=prices_of(facts, columns, rows, solution),
        certificate=_certificate(plain, solution, situation, facts),
        notes=(
            f"power chords lie at most {facts.curve.gap_kw.max():.1f} kW above the model",
            solution.solver,
        ),
        response_price=response_price(situation, [rows.ramp], solution.row_dual, facts.hours),
        **quantities(facts, columns, solution),
    )
    return Solved(plan=plan, rows=rows, solution=solution)


def written(situation: Situation, facts: Facts) -> tuple[Program, Columns, Rows]:
    """The program of a plan, its columns and its rows."""
    program = Program()
    columns = columns_of(program, situation, facts)
    sites = situation.fleet.sites
    work = add_work(program, columns, facts)
    machines, kept_machines = add_machines(program, columns, facts)
    load = add_load(program, columns, facts)
    balance = add_balance(program, columns, facts)
    answering = add_resting(program, columns, facts, load, balance)
    add_moves(program, columns, facts, machines, load, answering)
    peak = add_peak(program, columns, facts)
    demand = add_demand(program, columns, facts)
    batteries = tuple(site.battery for site in sites)
    level = add_state_of_charge(program, columns, facts, batteries, situation.state.soc_kwh)
    add_declared(program, columns, facts)
    add_agreed(program, columns, facts)
    ramp, steep = add_ramp(program, columns, facts, situation)
    add_calls(program, columns, facts, situation)
    add_setpoints(program, columns, facts, situation)
    add_one_way(program, columns, facts)
    rows = Rows(
        work=work,
        machines=machines,
        kept_machines=kept_machines,
        load=load,
        balance=balance,
        peak=peak,
        demand=demand,
        level=level,
        ramp=ramp,
        steep=steep,
        offers=add_offers(program, columns, facts, situation),
        cooling=add_cooling(program, columns, facts),
        gangs=add_gangs(program, columns, facts),
        made=add_made(program, columns, facts),
    )
    return program, columns, rows


def plan_program(
    situation: Situation,
    facts: Facts,
    held: Reservations,
    matrix: Matrix,
    columns: Columns,
    rows: Rows,
    due: Whole,
) -> PlanProgram:
    """What a refusal is answered from. due: step by which each bucket of work is due, (K,)."""
    return PlanProgram(
        situation=situation,
        facts=facts,
        held=held,
        matrix=matrix,
        columns=columns,
        machines=rows.machines,
        kept_machines=rows.kept_machines,
        load=rows.load,
        steep=rows.steep,
        due=due,
    )


def refuse_without_plan(
    situation: Situation,
    facts: Facts,
    held: Reservations,
    matrix: Matrix,
    columns: Columns,
    rows: Rows,
    solution: Solution,
) -> None:
    """Raises Infeasible naming what cannot hold together, where nothing holds or power is lacking."""
    due = np.full(len(facts.buckets), len(facts.hours))
    asked = plan_program(situation, facts, held, matrix, columns, rows, due)
    if has_no_plan([asked], solution):
        raise Infeasible(refusal_of([asked], solution))


def solved_without_burning(
    matrix: Matrix, facts: Facts, columns: Columns, method: Method = solution_of
) -> Solution:
    """Solve; where a meter draws and feeds in, then where segments fill out of order or a store charges and discharges,
    fix and solve again."""
    solution = method(matrix)
    for _ in range(REPAIRS_MAX):
        if not solution.feasible:
            break
        changed = turn_one_way(matrix, solution, facts, columns)
        if not changed:
            changed = straighten(matrix, solution, facts, columns)
            changed |= one_way(matrix, solution, columns)
        if not changed:
            break
        solution = method(matrix)
    return solution


def straighten(matrix: Matrix, solution: Solution, facts: Facts, columns: Columns) -> bool:
    """Give cells whose segments fill out of order one common slope: that of the load they carry."""
    filled = solution.values[columns.segment]
    width = facts.curve.width_kw[:, None, :]
    room, least = width - filled, np.maximum(TOLERANCE, solution.blur * width)
    wrong = ((filled > least)[:, :, 1:] & (room > least)[:, :, :-1]).any(axis=2)
    if not wrong.any():
        return False
    load = filled.sum(axis=2)
    before = np.concatenate(
        [np.zeros((len(facts.curve.width_kw), 1)), np.cumsum(facts.curve.width_kw, axis=1)[:, :-1]],
        axis=1,
    )
    carried = np.clip(load[:, :, None] - before[:, None, :], 0.0, facts.curve.width_kw[:, None, :])
    power = (carried * facts.curve.slope).sum(axis=2)
    slope = np.where(
        load > TOLERANCE, power / np.maximum(load, TOLERANCE), facts.curve.slope[:, :, 0]
    )
    common = np.repeat(slope[wrong][:, None], filled.shape[2], axis=1)
    if np.allclose(_slopes(matrix, columns.segment[wrong]), common, rtol=SAME_SLOPE, atol=0.0):
        return False
    _change_slopes(matrix, columns.segment[wrong], common)
    return True


def _slopes(matrix: Matrix, segments: Whole) -> Real:
    """What a kilowatt of load in each segment draws, shape of segments."""
    entries = [
        matrix.value[matrix.start[column] : matrix.start[column + 1]] for column in segments.ravel()
    ]
    return np.asarray([-own[own < 0].sum() for own in entries]).reshape(segments.shape)


def _change_slopes(matrix: Matrix, segments: Whole, slope: Real) -> None:
    """A segment has two entries: +1 in its load row, and minus its slope in its balance row."""
    for column, value in zip(segments.ravel(), slope.ravel(), strict=True):
        entries = slice(matrix.start[column], matrix.start[column + 1])
        own = matrix.value[entries]
        own[own < 0] = -value


def one_way(matrix: Matrix, solution: Solution, columns: Columns) -> bool:
    """Stop the smaller of charge and discharge where both run at once, and of heat carried out early and late."""
    changed = False
    own = columns.cooling
    for into, out_of in ((columns.charge, columns.discharge), own.hall, own.store):
        charge, discharge = solution.values[into], solution.values[out_of]
        least = [
            np.maximum(TOLERANCE, solution.blur * matrix.upper[block]) for block in (into, out_of)
        ]
        both = (charge > least[0]) & (discharge > least[1])
        if both.any():
            matrix.upper[into[both & (charge <= discharge)]] = 0.0
            matrix.upper[out_of[both & (charge > discharge)]] = 0.0
            changed = True
    return changed


def quantities(facts: Facts, columns: Columns, solution: Solution) -> dict[str, Real]:
    """What a plan says of a solution, by the names of `Plan`."""
    x = solution.values
    classes = facts.given.astype(np.float64)
    cells = (facts.buckets.work_class[columns.bucket], columns.entry, columns.step)
    np.add.at(classes, cells, x[columns.work])
    shares, slower_shares = shares_of(facts, columns, x)
    segments = x[columns.segment]
    spared_it_kw, spared_meter_kw = spared_kw(facts, columns.rest, x)
    return {
        "class_accelerators": classes,
        "shares": shares,
        "slower_shares": slower_shares,
        "it_kw": facts.curve.floor_it_kw[:, None] + segments.sum(axis=2) - spared_it_kw,
        "facility_kw": facts.curve.floor_kw
        + (segments * facts.curve.slope).sum(axis=2)
        + extra_power(facts, columns.cooling, x)
        - spared_meter_kw,
        "import_kw": np.maximum(x[columns.draw], 0.0),
        "export_kw": np.maximum(x[columns.sell], 0.0),
        "unused_supply_kw": np.maximum(x[columns.unused], 0.0),
        "charge_kw": np.maximum(x[columns.charge], 0.0),
        "discharge_kw": np.maximum(x[columns.discharge], 0.0),
        "soc_kwh": x[columns.store],
        "offered_kw": np.maximum(x[columns.offered], 0.0),
        "carried_kw": np.maximum(x[columns.carried], 0.0),
        **_cooled(facts, columns, x),
        **({"made_kw": x[columns.made]} if columns.made.size else {}),
        **nodes_used(facts, columns.rest, x),
    }


def shares_of(facts: Facts, columns: Columns, x: Real) -> tuple[Real, Real]:
    """Share of each origin's demand answered at each place, (V, O, P, T), and at each slower point, (N, O, P, T)."""
    reach = np.concatenate([facts.reachable, facts.slower.reachable])
    by_way = np.zeros((*reach.shape, len(facts.hours)))
    service, origin, place = columns.pair.T
    demand = facts.requests_per_s[service, origin]
    with np.errstate(divide="ignore", invalid="ignore"):
        by_way[columns.way, origin, place] = np.where(demand > 0, x[columns.flow] / demand, 0.0)
    by_way = np.clip(by_way, 0.0, 1.0)
    shares, slower = by_way[: len(facts.rate)], by_way[len(facts.rate) :]
    np.add.at(shares, facts.slower.service, slower)
    return np.clip(shares, 0.0, 1.0), slower


def _cooled(facts: Facts, columns: Columns, x: Real) -> dict[str, Real]:
    """Heat carried out early or late, and what halls and stores of cold come to; nothing where no site has either."""
    own, terms = columns.cooling, facts.cooling
    if not len(terms.sites):
        return {}
    shape = columns.draw.shape
    heat_kw, air_c, cold_kwh = np.zeros((2, *shape)), np.full(shape, np.nan), np.zeros(shape)
    heat_kw[0, terms.halls.site] = x[own.hall[0]] - x[own.hall[1]]
    heat_kw[1, terms.stores.site] = x[own.store[0]] - x[own.store[1]]
    air_c[terms.halls.site], cold_kwh[terms.stores.site] = x[own.air], x[own.cold]
    return {
        "extra_cooling_kw": heat_kw,
        "extra_power_kw": extra_power(facts, own, x),
        "air_c": air_c,
        "cold_kwh": cold_kwh,
    }


def prices_of(facts: Facts, columns: Columns, rows: Rows, solution: Solution) -> Prices:
    """Duals as prices. Their split: energy and carbon as published, cooling what the slope adds, peak
    and limit what the rows add; what a store or own supply changes is part of the limit.

    The slope is that of one more kilowatt. The dual of the load row may lie anywhere below it where a
    segment is just full or nothing runs at all, and would call an empty site free of charge.
    """
    dual = solution.row_dual
    electric = dual[rows.balance] / facts.hours
    total = electric * next_slope(facts, solution.values[columns.segment], solution.blur)
    peak = -dual[rows.peak] / facts.hours
    regulation = meter_price(rows.offers, dual) / facts.hours
    parts = np.zeros((len(PARTS), *total.shape))
    parts[PARTS.index("energy")] = facts.price_per_kwh
    parts[PARTS.index("carbon")] = facts.carbon_cost_per_kwh
    parts[PARTS.index("peak")] = peak
    parts[PARTS.index("cooling")] = total - electric
    parts[PARTS.index("regulation")] = regulation
    published = (facts.price_per_kwh, facts.carbon_cost_per_kwh)
    parts[PARTS.index("limit")] = electric - published[0] - published[1] - peak - regulation
    of_job = facts.buckets.of_job
    per_work = np.append(dual[rows.work], np.nan)
    return Prices(
        it_price_per_kwh=parts.sum(axis=0),
        parts=parts,
        accelerator_price_per_h=np.maximum(-dual[rows.machines] / facts.hours, 0.0),
        room_price_per_h=_room_prices(facts, rows, dual),
        carried_price_per_h=carried_per_h(rows.offers, dual, columns, facts),
        offered_price_per_kw_h=facts.offers.price_per_kw_h
        if columns.carried.size
        else nothing_offered(),
        promise_price=per_work[of_job] if len(of_job) else np.zeros(0),
    )


def _room_prices(facts: Facts, rows: Rows, dual: Real) -> Real:
    """What jobs pay beside the shared machines where services hold the rest, (P, T)."""
    if not len(rows.kept_machines):
        return np.zeros(facts.room.shape)
    return np.maximum(-dual[rows.kept_machines] / facts.hours, 0.0)


def next_slope(facts: Facts, filled: Real, blur: float) -> Real:
    """Facility kW that one more kW of IT takes, (S, T)."""
    width = facts.curve.width_kw[:, None, :]
    full = (filled >= width - np.maximum(TOLERANCE, blur * width)).sum(axis=2)
    index = np.minimum(full, filled.shape[2] - 1)
    slope: Real = np.take_along_axis(facts.curve.slope, index[:, :, None], axis=2)[:, :, 0]
    return slope


def _certificate(
    plain: Matrix, solution: Solution, situation: Situation, facts: Facts
) -> Certificate:
    from gridtide.decide.at_once import at_once_cost

    return Certificate(
        cost=solution.objective,
        lower_bound=min(lower_bound(plain, solution.row_dual), solution.objective),
        run_at_once_cost=at_once_cost(situation, facts),
        method=f"weak duality on the chords of the power curve; plan by {solution.solver}",
    )
