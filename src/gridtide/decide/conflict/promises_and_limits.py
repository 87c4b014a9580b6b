"""The promises and limits that a plan's program holds, by name, and how each may give way."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.conflict.elastic import (
    Act,
    Elastic,
    Kind,
    Member,
    Way,
    above,
    beyond,
    copied,
    elastic_of,
    way_of,
    with_peaks,
)
from gridtide.decide.conflict.relief_prices import ReliefPrices, relief_prices
from gridtide.decide.layout import Columns, Facts, most_accelerators
from gridtide.decide.program import NOWHERE, Matrix
from gridtide.decide.reservations import (
    Reservations,
    expected_counts,
    told_accelerators,
    told_entries,
)
from gridtide.decide.situation import Situation
from gridtide.timeline import holding, instant

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
NAMED_JOBS = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class PlanProgram:
    """A plan's program as it was written. machines, kept_machines (P, T) or (0, T): rows; load (S, T):
    rows; steep: columns beyond the ramp rule, (2, ruled sites, T). due: step by which each bucket is due, (K,);
    its cells from there on may only be used late."""

    situation: Situation
    facts: Facts
    held: Reservations
    matrix: Matrix
    columns: Columns
    machines: Whole
    kept_machines: Whole
    load: Whole
    steep: Whole
    due: Whole


@dataclass(eq=False)
class _Gathered:
    """Members and ways as they are found, and columns that no way out may use."""

    program: PlanProgram
    prices: ReliefPrices
    members: list[Member] = field(default_factory=list)
    ways: list[Way] = field(default_factory=list)
    closed: list[Whole] = field(default_factory=list)

    def member(self, kind: Kind, name: str, asks: str, group: str, unit: str, site: int) -> int:
        """The number of a new member."""
        self.members.append(
            Member(kind=kind, name=name, asks=asks, group=group, unit=unit, site=site)
        )
        return len(self.members) - 1


def elastic_plan(program: PlanProgram, soft_promises: bool) -> Elastic:
    """The program with every promise and limit closed, each with its ways out.

    soft_promises: also what a plan may leave undone, refuse or ramp too steeply at a price; without them only
    what makes it refuse. Power that cannot be had is no way out of anything.
    """
    return elastic_plans([program], soft_promises)


def elastic_plans(programs: Sequence[PlanProgram], soft_promises: bool) -> Elastic:
    """The same for several plans written in one matrix: a limit is one member in all of them, and what it gives
    counts as the mean over them."""
    matrix = programs[0].matrix
    upper, row_upper = matrix.upper.copy(), matrix.row_upper.copy()
    numbers: dict[tuple[Kind, str], int] = {}
    members: list[Member] = []
    ways: list[Way] = []
    for program in programs:
        found = _gathered(program, soft_promises)
        upper[np.concatenate(found.closed)] = 0.0
        row_upper[_said_twice(program)] = np.inf
        upper[program.columns.segment[:, :, -1]] += _spare_kw(program)[:, None]
        for member in found.members:
            if numbers.setdefault((member.kind, member.name), len(members)) == len(members):
                members.append(member)
        number = np.asarray([numbers[one.kind, one.name] for one in found.members], dtype=np.int64)
        ways += [
            replace(way, member=number[way.member], price=way.price / len(programs))
            for way in found.ways
        ]
    matrix = replace(matrix, upper=upper, row_upper=row_upper)
    ways = [with_peaks(matrix, way) if _has_peak(way) else way for way in ways]
    return elastic_of(matrix, tuple(members), ways)


def _gathered(program: PlanProgram, soft_promises: bool) -> _Gathered:
    """The members of one plan, their ways, and the columns that are no way out."""
    found = _Gathered(program, relief_prices(program.situation, program.facts))
    found.closed.append(program.columns.shortfall.ravel())
    if soft_promises:
        _work(found)
        _demand(found)
        _ramps(found)
    _fixed_work(found)
    _imports(found)
    _machines(found)
    _buildings(found)
    _parked(found)
    _stores(found)
    return found


def _has_peak(way: Way) -> bool:
    """Whether it gives in steps, and more in one of them counts."""
    return bool(len(way.step) and (way.step != NOWHERE).all() and (way.act != Act.LATER).all())


def _said_twice(program: PlanProgram) -> Whole:
    """Rows that keep jobs out of what pools hold for services where they hold nothing."""
    nothing = [pool.for_services == 0 for pool in program.situation.fleet.pools]
    rows = program.kept_machines
    return rows[nothing].ravel() if len(rows) else rows.ravel()


def _work(found: _Gathered) -> None:
    """Leave work of a bucket undone, or do it after its deadline."""
    program, columns = found.program, found.program.columns
    buckets, hours = program.facts.buckets, program.facts.hours
    kinds = program.situation.jobs.classes
    late = np.flatnonzero(columns.step >= program.due[columns.bucket])
    edges_h = np.concatenate([[0.0], np.cumsum(hours)])
    found.closed += [columns.undone, columns.work[late]]
    for bucket in range(len(buckets)):
        kind = int(buckets.work_class[bucket])
        name, asks = _named_work(program, bucket)
        group = f"work of {kinds[kind].name}"
        member = found.member(Kind.WORK, name, asks, group, "accelerator-hours", NOWHERE)
        per_h = found.prices.work_per_h[kind]
        own = columns.undone[bucket : bucket + 1]
        most = buckets.work_h[bucket]
        found.ways.append(beyond(program.matrix, member, own, NOWHERE, per_h, most, act=Act.LESS))
        cells = late[columns.bucket[late] == bucket]
        steps = columns.step[cells]
        late_h = edges_h[steps + 1] - edges_h[program.due[bucket]]
        late_h = late_h * program.facts.menu.pace[columns.entry[cells]]
        found.ways.append(
            beyond(
                program.matrix,
                member,
                columns.work[cells],
                steps,
                found.prices.late_per_h_h[kind] * late_h * hours[steps],
                most_accelerators(program.facts, bucket, columns.entry[cells]),
                act=Act.LATER,
            )
        )


def _named_work(program: PlanProgram, bucket: int) -> tuple[str, str]:
    buckets, edges_s = program.facts.buckets, program.situation.horizon.edges_s
    jobs = program.situation.jobs
    own = jobs.name[buckets.of_job == bucket]
    told = ", ".join(own[:NAMED_JOBS]) + (", …" if len(own) > NAMED_JOBS else "")
    first = min(int(buckets.first[bucket].min()), len(edges_s) - 1)
    kind = jobs.classes[int(buckets.work_class[bucket])].name
    name = str(own[0]) if len(own) == 1 else f"{len(own)} jobs of {kind} ({told})"
    window = f"{instant(edges_s[first]):%d %b %H:%M} to {instant(edges_s[program.due[bucket]]):%d %b %H:%M}"
    return name, f"{buckets.work_h[bucket]:,.1f} accelerator-hours from {window} UTC"


def _demand(found: _Gathered) -> None:
    """Refuse requests of a service from an origin."""
    program, facts = found.program, found.program.facts
    steps = np.arange(len(facts.hours))
    refused = program.columns.refused
    found.closed.append(refused.ravel())
    for number, service in enumerate(program.situation.services):
        for place, origin in enumerate(program.situation.fleet.network.origins):
            asked = facts.requests_per_s[number, place]
            if asked.max(initial=0.0) <= 0.0:
                continue
            member = found.member(
                Kind.DEMAND,
                f"requests to {service.name} from {origin}",
                f"up to {asked.max():,.1f} requests per second",
                "services",
                "requests per second",
                NOWHERE,
            )
            price = found.prices.per_request[number] * 3600.0 * facts.hours
            own = refused[number, place]
            found.ways.append(
                beyond(program.matrix, member, own, steps, price, asked, act=Act.LESS)
            )


def _fixed_work(found: _Gathered) -> None:
    """Stop a job that stays where it was told: the share of it that does not run frees power and machines."""
    program, held = found.program, found.program.held
    jobs, told, facts = program.situation.jobs, held.told, program.facts
    shown = holding(held.grid, program.situation.horizon)
    entry = told_entries(held, told)
    used, takes = expected_counts(held, told.count, entry), told_accelerators(held, told)
    for job in np.flatnonzero(held.settled & (told.place >= 0) & (told.count > 0)):
        place, begin = int(told.place[job]), int(told.offsets[job])
        runs = np.flatnonzero(np.isin(shown, told.slots[begin : begin + used[job]]))
        keeps = np.flatnonzero(np.isin(shown, told.slots[begin : begin + told.count[job]]))
        if not len(keeps):
            continue
        gang = float(takes[job])
        room = program.machines[place, keeps] if len(program.machines) else keeps[:0]
        row = np.concatenate([program.load[facts.site[place], runs], room])
        value = np.repeat([facts.extra_kw[entry[job]] * gang, -gang], [len(runs), len(room)])
        busy_h = gang * float(facts.hours[keeps].sum())
        member = found.member(
            Kind.FIXED_WORK,
            str(jobs.name[job]),
            f"{busy_h:,.1f} accelerator-hours where it was told",
            f"work that stays at {program.situation.fleet.sites[facts.site[place]].name}",
            "shares of it",
            int(facts.site[place]),
        )
        price = found.prices.work_per_h[jobs.work_class[job]] * busy_h
        entries = (np.zeros(len(row), dtype=np.int64), row, value)
        found.ways.append(way_of(Act.LESS, member, (1,), entries, NOWHERE, price, 1.0))


def _imports(found: _Gathered) -> None:
    """Draw more than the connection or a call of the grid allows; beyond both only where both give way."""
    program, facts = found.program, found.program.facts
    most_kw = facts.import_max_kw
    price = found.prices.grid_per_kwh * facts.hours
    for index, site in enumerate(program.situation.fleet.sites):
        own_kw = site.contract.import_max_kw
        if not np.isfinite(most_kw[index]).any():
            continue
        group = f"limits of {site.name}"
        connection = found.member(
            Kind.IMPORT, f"import limit of {site.name}", f"{own_kw:,.0f} kW", group, "kW", index
        )
        draw = program.columns.draw[index]
        called = np.flatnonzero(most_kw[index] < own_kw)
        free = np.flatnonzero(most_kw[index] >= own_kw)
        found.ways.append(beyond(program.matrix, connection, draw[free], free, price[free]))
        if not len(called):
            continue
        least = most_kw[index, called].min()
        call = found.member(
            Kind.CALL, f"call of the grid at {site.name}", f"{least:,.0f} kW", group, "kW", index
        )
        count = len(called)
        column, row, value = copied(program.matrix, draw[called], 1.0)
        tied = len(program.matrix.row_lower) + np.arange(count)
        entries = (
            np.concatenate([column, np.arange(2 * count)]),
            np.concatenate([row, tied, tied]),
            np.concatenate([value, np.repeat([1.0, -1.0], count)]),
        )
        found.ways.append(
            way_of(
                Act.MORE,
                np.repeat([call, connection], count),
                (2 * count,),
                entries,
                np.tile(called, 2),
                np.tile(price[called], 2),
                np.inf,
                new_rows=own_kw - most_kw[index, called],
            )
        )


def _ramps(found: _Gathered) -> None:
    """Change grid power faster than the rule, or that of the whole fleet faster than its cap."""
    program, fleet = found.program, found.program.situation.fleet
    hours = program.facts.hours
    ruled = [
        (f"ramp rule of {site.name}", site.contract.ramp_max_kw_per_min, site.name, index)
        for index, site in enumerate(fleet.sites)
    ]
    cap = ("cap on simultaneous response", fleet.response_max_kw_per_min, "the fleet", NOWHERE)
    stated = [rule for rule in (*ruled, cap) if rule[1] is not None]
    found.closed.append(program.steep.ravel())
    for number, (name, rate, whose, index) in enumerate(stated):
        asks, group = f"{rate:,.1f} kW per minute", f"limits of {whose}"
        member = found.member(Kind.RAMP, name, asks, group, "kW", index)
        own = program.steep[:, number]
        price = found.prices.grid_per_kwh * hours
        found.ways.append(beyond(program.matrix, member, own, np.arange(len(hours)), price))


def _machines(found: _Gathered) -> None:
    """Use more accelerators than there are, or, for jobs, those that are kept for services."""
    program, facts = found.program, found.program.facts
    steps = np.arange(len(facts.hours))
    price = found.prices.machine_per_h * facts.hours
    fleet = program.situation.fleet
    for place, pool in enumerate(fleet.pools):
        index = int(facts.site[place])
        where = f"{pool.name} at {fleet.sites[index].name}"
        group = f"limits of {fleet.sites[index].name}"
        for kind, name, count, rows in (
            (Kind.MACHINES, f"machines of {where}", pool.accelerators, program.machines),
            (
                Kind.KEPT_MACHINES,
                f"machines of {where} kept for services",
                pool.for_services,
                program.kept_machines,
            ),
        ):
            if len(rows) and count > 0:
                asks = f"{count:,} accelerators"
                member = found.member(kind, name, asks, group, "accelerators", index)
                found.ways.append(above(member, rows[place], steps, price))


def _buildings(found: _Gathered) -> None:
    """Carry more IT power than the building is built for."""
    program, facts = found.program, found.program.facts
    steps = np.arange(len(facts.hours))
    price = found.prices.equipment_per_kwh * facts.hours
    for index, site in enumerate(program.situation.fleet.sites):
        carried_kw = _carried_kw(facts)[index] + _spare_kw(program)[index]
        member = found.member(
            Kind.BUILDING,
            f"building of {site.name}",
            f"{carried_kw:,.0f} kW of IT",
            f"limits of {site.name}",
            "kW",
            index,
        )
        last = program.columns.segment[index, :, -1]
        found.ways.append(beyond(program.matrix, member, last, steps, price))


def _carried_kw(facts: Facts) -> Real:
    """IT power that the plan's curve of each building reaches to, (S,): all machines busy, or all it can carry."""
    return np.asarray(facts.curve.floor_it_kw + facts.curve.width_kw.sum(axis=1), dtype=np.float64)


def _spare_kw(program: PlanProgram) -> Real:
    """What each building can carry beyond all its machines busy, (S,): there the machines are the limit."""
    sites = program.situation.fleet.sites
    capacity_kw = np.asarray([site.facility.it_capacity_kw for site in sites])
    return np.maximum(capacity_kw - _carried_kw(program.facts), 0.0)


def _parked(found: _Gathered) -> None:
    """Switch machines off that are parked, with what their building needs for them."""
    program, facts = found.program, found.program.facts
    steps = np.arange(len(facts.hours))
    price = found.prices.equipment_per_kwh * facts.hours
    for index, site in enumerate(program.situation.fleet.sites):
        floor_kw = np.maximum(facts.curve.floor_kw[index], 0.0)
        member = found.member(
            Kind.PARKED,
            f"{site.name} with every machine parked",
            f"up to {floor_kw.max():,.0f} kW",
            f"limits of {site.name}",
            "kW",
            index,
        )
        own = program.columns.shortfall[index]
        found.ways.append(beyond(program.matrix, member, own, steps, price, floor_kw, act=Act.LESS))


def _stores(found: _Gathered) -> None:
    """A larger store, a deeper one, or a stronger one."""
    program, facts = found.program, found.program.facts
    columns, hours = program.columns, facts.hours
    steps = np.arange(len(hours))
    per_kwh = found.prices.equipment_per_kwh
    for index, site in enumerate(program.situation.fleet.sites):
        if site.battery is None:
            continue
        group, store = f"limits of {site.name}", columns.store[index]
        least_kwh = program.matrix.lower[store]
        for kind, name, asks, unit, way in (
            (
                Kind.STORE_ENERGY,
                f"energy of the store of {site.name}",
                f"{site.battery.energy_kwh:,.0f} kWh",
                "kWh",
                beyond(program.matrix, len(found.members), store, steps, per_kwh),
            ),
            (
                Kind.STORE_LEVEL,
                f"least content of the store of {site.name}",
                f"{least_kwh.max():,.0f} kWh",
                "kWh",
                beyond(
                    program.matrix, len(found.members) + 1, store, steps, per_kwh, least_kwh,
                    act=Act.LESS, sign=-1.0,
                ),
            ),
            (
                Kind.STORE_POWER,
                f"power of the store of {site.name}",
                f"{site.battery.charge_max_kw:,.0f} kW in, {site.battery.discharge_max_kw:,.0f} kW out",
                "kW",
                beyond(
                    program.matrix,
                    len(found.members) + 2,
                    np.stack([columns.charge[index], columns.discharge[index]]),
                    steps,
                    per_kwh * hours,
                ),
            ),
        ):  # fmt: skip
            found.member(kind, name, asks, group, unit, index)
            found.ways.append(way)
