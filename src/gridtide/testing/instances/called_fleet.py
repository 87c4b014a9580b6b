"""A seeded fleet's plan in which the grid calls on the sites of one region in the evening: more than it can answer.

Nothing may be left undone or refused; each bucket of work, each region, each connection, each building and each store
is a member that may give way. A change makes a new version.
"""

from dataclasses import dataclass, fields, replace

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
    elastic_of,
    with_peaks,
)
from gridtide.decide.program import NOWHERE, Matrix, matrix_of
from gridtide.testing.instances.week_plan import TRAITS, Blocks, WeekPlan, program_of, week_plan

Whole = NDArray[np.int64]
VERSION = "called-fleet 1"
REGION = 2
LEFT = 0.45
"""What the called sites may draw, as a share of their IT capacity."""
ASKED = 0.95
"""What the region asks of them meanwhile, as a share of their IT capacity."""
CALLED = slice(-20, -8)
"""Steps of the call."""
LIMIT_FAMILY = 4
"""Rows of the import limit among those of a week plan."""
LOST_PER_KWH, REFUSED_PER_KWH = 2.0, 0.5
GRID_PER_KWH, EQUIPMENT_PER_KWH = 20.0, 200.0


@dataclass(eq=False)
class _Members:
    """Members and ways as they are added."""

    members: list[Member]
    ways: list[Way]

    def add(self, kind: Kind, name: str, group: str, unit: str) -> int:
        """The number of a new member."""
        self.members.append(Member(kind=kind, name=name, asks="", group=group, unit=unit))
        return len(self.members) - 1


def called_fleet(
    sites: int, steps: int, buckets: int, seed: int = 0, asked: float = ASKED
) -> Elastic:
    """The program with every member closed; with `asked` near 0 everything can hold together."""
    plan = week_plan(sites, steps, buckets, seed, TRAITS["usual"])
    called = plan.region_site[REGION]
    demand_kw = plan.demand_kw.copy()
    demand_kw[REGION, CALLED] = asked * plan.cap_kw[called].sum()
    plan = replace(plan, demand_kw=demand_kw)
    matrix = matrix_of(program_of(plan))
    columns = {
        block.name: np.flatnonzero(matrix.column_family == number)
        for number, block in enumerate(fields(Blocks))
    }
    limit = np.flatnonzero(matrix.row_family == LIMIT_FAMILY).reshape(sites, steps)
    upper, row_upper = matrix.upper.copy(), matrix.row_upper.copy()
    upper[np.concatenate([columns["unserved"], columns["refused"]])] = 0.0
    row_upper[limit[called, CALLED]] = LEFT * plan.cap_kw[called, None]
    matrix = replace(matrix, upper=upper, row_upper=row_upper)
    found = _Members([], [])
    _promises(found, plan, matrix, columns)
    _limits(found, plan, matrix, columns, limit)
    return elastic_of(matrix, tuple(found.members), found.ways)


def _promises(found: _Members, plan: WeekPlan, matrix: Matrix, columns: dict[str, Whole]) -> None:
    for bucket, work_kwh in enumerate(plan.work_kwh):
        member = found.add(Kind.WORK, f"bucket {bucket}", "work", "kWh")
        own = columns["unserved"][bucket : bucket + 1]
        found.ways.append(
            beyond(matrix, member, own, NOWHERE, LOST_PER_KWH, work_kwh, act=Act.LESS)
        )
    refused = columns["refused"].reshape(plan.demand_kw.shape)
    steps = np.arange(plan.demand_kw.shape[1])
    for region, demand_kw in enumerate(plan.demand_kw):
        member = found.add(Kind.DEMAND, f"region {region}", "demand", "kW")
        way = beyond(
            matrix, member, refused[region], steps, REFUSED_PER_KWH, demand_kw, act=Act.LESS
        )
        found.ways.append(with_peaks(matrix, way))


def _limits(
    found: _Members,
    plan: WeekPlan,
    matrix: Matrix,
    columns: dict[str, Whole],
    limit: Whole,
) -> None:
    shape = limit.shape
    steps = np.arange(shape[1])
    last = columns["segment"].reshape(*shape, -1)[:, :, -1]
    store = columns["store"].reshape(shape)
    for site in range(shape[0]):
        group = f"sites {8 * (site // 8)} and on"
        member = found.add(Kind.IMPORT, f"connection {site}", group, "kW")
        found.ways.append(with_peaks(matrix, above(member, limit[site], steps, GRID_PER_KWH)))
        member = found.add(Kind.BUILDING, f"building {site}", group, "kW")
        way = beyond(matrix, member, last[site], steps, EQUIPMENT_PER_KWH)
        found.ways.append(with_peaks(matrix, way))
        if plan.store_kwh[site] > 0:
            member = found.add(Kind.STORE_ENERGY, f"store {site}", "stores", "kWh")
            way = beyond(matrix, member, store[site], steps, EQUIPMENT_PER_KWH)
            found.ways.append(with_peaks(matrix, way))
