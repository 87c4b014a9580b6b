"""Operating points over real devices: which boards run which node of a pool, and its scheduler with them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from gridtide.case.board_points import board_menu, board_point_faults
from gridtide.case.schema import CaseFile
from gridtide.finding import Finding, refuse_if_any
from gridtide.fleet.device import CapsPower, GivesTime, PowerReading, ReadsPower, Restrains
from gridtide.fleet.fleet import place_named
from gridtide.loop.at_place import AtPlace
from gridtide.loop.led_boards import BoardGroup, LedBoards
from gridtide.loop.points_at_place import PointsAtPlace
from gridtide.simulate.study import Study

AGENT = "agent"


@dataclass(frozen=True, kw_only=True, eq=False)
class OnlyReads:
    """Satisfies ReadsPower alone: boards whose limits somebody else holds and lets go."""

    meter: ReadsPower

    def read_power(self) -> tuple[PowerReading, ...]:
        """As the device reads it. Raises UnreachableError."""
        return self.meter.read_power()


@dataclass(frozen=True, kw_only=True)
class Leads:
    """A device that leads boards of a place. key: of its table; name: of the table, and of the device behind an agent;
    nodes: units by node, empty where all that it has run one place. lease: for which a board is told something."""

    key: str
    name: str
    place: str
    nodes: Mapping[str, tuple[str, ...]]
    lease: timedelta


def leading(case: CaseFile) -> list[Leads]:
    """Every device of a case that leads boards, in the order of its tables."""
    found = []
    for number, one in enumerate(case.device, start=1):
        key, nodes = f"device[{number}]", {k: tuple(v.split()) for k, v in one.boards.items()}
        lease = timedelta(seconds=one.lease_s)
        if one.points is not None:
            how = {"name": one.name, "place": one.points}
            found.append(Leads(key=f"{key}.points", **how, nodes=nodes, lease=lease))
        for device, place in one.pools.items():
            own = {
                node: units
                for said, units in nodes.items()
                for of, _, node in [said.partition(" ")]
                if of == device
            }
            how = {"name": f"{one.name} {device}", "place": place}
            found.append(Leads(key=f"{key}.pools.{device}", **how, nodes=own, lease=lease))
    return found


def caps_boards(device: object) -> bool:
    """Whether a device bounds boards and says what it holds."""
    return all(isinstance(device, kind) for kind in (CapsPower, ReadsPower, Restrains))


def point_faults(case: CaseFile) -> Iterator[Finding]:
    """Why the points of a case cannot be told by its devices."""
    pools = {f"{site.name}/{pool.name}": pool for site in case.site for pool in site.pool}
    led = leading(case)
    for one in led:
        pool = pools.get(one.place)
        if pool is None:
            yield _fault(one.key, one.place, "one of " + ", ".join(pools))
        elif not (pool.point or pool.curve):
            limit = "a pool with operating points: [[site.pool.point]]"
            yield _fault(one.key, f"{one.place} has none", limit)
        boards = sum(len(units) for units in one.nodes.values())
        if pool is not None and boards > pool.accelerators:
            limit = f"at most {pool.accelerators}, the accelerators of {one.place}"
            yield _fault(one.key, f"{boards} boards", limit)
    yield from _shared(led)
    yield from _board_tables(case)
    for place, pool in pools.items():
        if (pool.point or pool.curve) and place not in {one.place for one in led}:
            limit = f'a device with points = "{place}", which caps its boards'
            yield _fault(f"pool {place}", "has points, and nobody tells its boards", limit)


def _shared(led: list[Leads]) -> Iterator[Finding]:
    """A place with two devices that cannot be told apart by node, a node or a board with two."""
    seen: dict[tuple[str, ...], str] = {}
    for one in led:
        claims = [(one.place, node) for node in one.nodes] or [(one.place, "")]
        whole = [other.key for other in led if other.place == one.place and other is not one]
        if "" in claims[0][1:] and whole:
            limit = f"one device, or boards of each node; {whole[0]} leads it too"
            yield _fault(one.key, one.place, limit)
            continue
        boards = [("board", unit) for units in one.nodes.values() for unit in units]
        for claim in [*claims, *boards]:
            first = seen.setdefault(claim, one.key)
            if first != one.key or [*claims, *boards].count(claim) > 1:
                yield _fault(one.key, " ".join(claim), f"one device; {first} has it")


def _board_tables(case: CaseFile) -> Iterator[Finding]:
    """Boards that are named for nothing, and nodes without any."""
    for number, one in enumerate(case.device, start=1):
        key = f"device[{number}].boards"
        if one.boards and not (one.points or one.pools):
            yield _fault(key, "of a device that leads no points", "beside `points` or `pools`")
        for node, units in one.boards.items():
            if not units.split():
                yield _fault(f"{key}.{node}", "no board", "names of its boards, blanks between")
            if one.pools and node.partition(" ")[0] not in one.pools:
                limit = "a device of `pools`, a blank, and the node as its scheduler names it"
                yield _fault(key, node, limit)


def with_points(
    case: CaseFile,
    study: Study,
    reach: Mapping[str, object],
    devices: Mapping[str, object],
) -> dict[str, PointsAtPlace]:
    """Schedulers of places with points, by their subject, in place of those that know none. devices: what caps boards,
    as `leading` names it. Raises BadInput with every fault."""
    places: dict[str, list[Leads]] = {}
    for one in leading(case):
        places.setdefault(one.place, []).append(one)
    found: dict[str, PointsAtPlace] = {}
    faults: list[Finding] = []
    for place, led in places.items():
        faults += board_point_faults(case, place)
        subject, own = _scheduler(reach, place)
        missing = [one.name for one in led if one.name not in devices]
        if own is None or not isinstance(own.scheduler, GivesTime):
            said = "no scheduler" if own is None else f"{own.name}, which ends work at its limit"
            limit = "a scheduler that gives slowed work more time: kind slurm"
            faults.append(_fault(f"points of {place}", said, limit))
        elif not faults and not missing:
            site, _, name = place.rpartition("/")
            pool = study.fleet.pools[place_named(study.fleet, site, name)]
            groups = dict(_groups(led, devices, pool.accelerators))
            menu = board_menu(case, place, pool)
            boards = LedBoards(groups=groups, menu=menu, now=own.now)
            found[subject] = PointsAtPlace(own=own, boards=boards, now=own.now)
    refuse_if_any(faults)
    return found


def _groups(
    led: list[Leads], devices: Mapping[str, object], accelerators: int
) -> Iterator[tuple[str, BoardGroup]]:
    """Boards of a place by node; all of one device under an empty name where it states none."""
    for one in led:
        device: Any = devices[one.name]
        own = partial(BoardGroup, device=device, lease=one.lease)
        for node, units in one.nodes.items():
            yield node, own(name=node, units=units)
        if not one.nodes:
            yield "", own(name="", count=accelerators)


def _scheduler(reach: Mapping[str, object], place: str) -> tuple[str, AtPlace | None]:
    """What leads the jobs of a place, with its subject."""
    found = [(name, one) for name, one in reach.items() if isinstance(one, AtPlace)]
    return next(((name, one) for name, one in found if one.place == place), ("", None))


def _fault(subject: str, value: str, limit: str) -> Finding:
    mend = "Mend the tables [[device]]; docs/live.md shows a pool whose boards are told its points."
    return Finding(subject=subject, value=value[:200], limit=limit, mend=mend)
