"""What a load at one bus may ask of its connection: room over the year, what is curtailed at which size, which way to
connect costs least."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridtide.doors.results.hosting_document import finite, pair_told, rooms_told
from gridtide.grid.hosting_curve import SHARES, connectable_kw, curtailed, quick_room_kw
from gridtide.grid.hosting_reinforced import Relieved
from gridtide.grid.hosting_system import (
    Feeding,
    Standing,
    Told,
    reinforced_for,
    relieved_at,
    room_at,
    untold,
)
from gridtide.grid.hosting_year import HostingYear
from gridtide.grid.network import bus_number
from gridtide.grid.waiting_work import WaitingWork, depth_kw, scaled, waited
from gridtide.invest.interconnection import ConnectionCosts, Way, ways_to_connect

Real = NDArray[np.float64]
SIZES = 41
MOST_RELIEVED = 3
DURATION_POINTS = 201
HALVINGS = 24
NOTHING_KW = 1.0
DAY_AHEAD_MIN = 1440.0
"""What is curtailed ahead is known with the dispatch of the hours, which is made a day before."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Asked:
    """What is asked of a connection. size_kw: of the load, None where every size is looked at. work: what waits, of a
    fleet that draws fleet_kw, or as it stands whatever the size where that is None; within_h: later work is late.
    ramp_kw_per_min, within_min: how load comes off after an outage."""

    feeding: Feeding
    size_kw: float | None
    ramp_kw_per_min: float
    within_min: float
    work: WaitingWork | None
    fleet_kw: float | None
    within_h: int
    costs: ConnectionCosts | None


@dataclass(frozen=True, kw_only=True, eq=False)
class _Rooms:
    """Room in each hour as the grid stands, after any outage, and with load taken off after one, (H,)."""

    now: Real
    after: Real
    quick: Real


def connection_document(
    standing: Standing, asked: Asked, name: str, done: Told = untold
) -> dict[str, Any]:
    """One bus, by its name. asked: None in it where no size is asked for."""
    bus = bus_number(standing.system.network, name)
    assert bus is not None
    years = [room_at(standing, asked.feeding, bus, outages, done) for outages in (False, True)]
    now, after = years
    rooms = _Rooms(
        now=now.hosted_kw[:, 0],
        after=after.hosted_kw[:, 0],
        quick=quick_room_kw(
            now.hosted_kw[:, 0], after.hosted_kw[:, 0], asked.ramp_kw_per_min, asked.within_min
        ),
    )
    return {
        "bus": name,
        "fed_by": asked.feeding.by,
        "now": rooms_told(now, 0, standing),
        "after_any_outage": rooms_told(after, 0, standing),
        "off_after_outage": {
            "firm_kw": finite(float(rooms.quick.min())),
            "ramp_kw_per_min": asked.ramp_kw_per_min,
            "within_min": asked.within_min,
        },
        "notice_min": {
            "after_any_outage": DAY_AHEAD_MIN,
            "off_after_outage": asked.within_min,
        },
        "duration": _duration(rooms),
        "points": [_point(share, rooms, asked) for share in SHARES],
        "curve": [_row(size, rooms, asked) for size in _sizes(rooms)],
        "relieved": _relieved(standing, asked, bus, after),
        "work": None if asked.work is None else _work(asked.work, asked.fleet_kw),
        "asked": None
        if asked.size_kw is None
        else _size_asked(standing, asked, bus, asked.size_kw, rooms, after),
    }


def _sizes(rooms: _Rooms) -> list[float]:
    """From 0 to the largest that the best hour has room for after any outage."""
    known = rooms.after[np.isfinite(rooms.after)]
    most = max(float(known.max(initial=0.0)), 1.0)
    return [float(size) for size in np.linspace(0.0, most, SIZES)]


def _duration(rooms: _Rooms) -> list[dict[str, Any]]:
    """Room that a share of hours has at least, the best hours first."""
    shares = np.linspace(0.0, 1.0, DURATION_POINTS)
    found = {
        name: np.quantile(getattr(rooms, name), 1.0 - shares, method="lower")
        for name in ("now", "after", "quick")
    }
    return [
        {
            "share": float(share),
            "now_kw": finite(float(found["now"][row])),
            "after_any_outage_kw": finite(float(found["after"][row])),
            "off_after_outage_kw": finite(float(found["quick"][row])),
        }
        for row, share in enumerate(shares)
    ]


def _row(size: float, rooms: _Rooms, asked: Asked) -> dict[str, Any]:
    return {
        "size_kw": size,
        "now": _curtailed(size, rooms.now),
        "after_any_outage": _curtailed(size, rooms.after),
        "off_after_outage": _curtailed(size, rooms.quick),
        "work_waits": None if asked.work is None else _waited(size, rooms.after, asked),
    }


def _curtailed(size: float, room: Real) -> dict[str, Any]:
    found = asdict(curtailed(size, room))
    del found["size_kw"]
    return found


def _work_of(asked: Asked, size: float) -> WaitingWork:
    assert asked.work is not None
    return asked.work if asked.fleet_kw is None else scaled(asked.work, size / asked.fleet_kw)


def _waited(size: float, room: Real, asked: Asked) -> dict[str, Any]:
    found = asdict(waited(size, room, _work_of(asked, size), asked.within_h))
    del found["size_kw"]
    return found


def _point(share: float, rooms: _Rooms, asked: Asked) -> dict[str, Any]:
    return {
        "share": share,
        "now_kw": finite(connectable_kw(rooms.now, share)),
        "after_any_outage_kw": finite(connectable_kw(rooms.after, share)),
        "off_after_outage_kw": finite(connectable_kw(rooms.quick, share)),
        "work_waits_kw": None if asked.work is None else _with_work_kw(share, rooms.after, asked),
    }


def _with_work_kw(share: float, room: Real, asked: Asked) -> float | None:
    """The largest load found of which no more than a share is unmet or late: between one that fits without waiting
    and the best hour's room, halved again and again."""
    low = connectable_kw(room, share)
    if not np.isfinite(low):
        return None

    def fits(size: float) -> bool:
        return waited(size, room, _work_of(asked, size), asked.within_h).share <= share + 1e-12

    high = float(room[np.isfinite(room)].max())
    if fits(high):
        return high
    for _ in range(HALVINGS):
        middle = (low + high) / 2.0
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


def _relieved(
    standing: Standing, asked: Asked, bus: int, after: HostingYear
) -> list[dict[str, Any]]:
    """Branches that bind in the least hour and most often in the hours with the least room, each alone without limit;
    where that gives nothing because another takes its place, with that one."""
    room = after.hosted_kw[:, 0]
    least = np.argsort(room, kind="stable")[: max(1, len(room) // 20)]
    bound = after.branch[least, 0]
    counted = np.bincount(bound[bound >= 0], minlength=len(standing.branches))
    ranked = [k for k in np.argsort(-counted, kind="stable").tolist() if counted[k] > 0]
    first = [int(bound[0])] if bound[0] >= 0 else []
    told = []
    for branch in list(dict.fromkeys([*first, *ranked]))[:MOST_RELIEVED]:
        freed: tuple[int, ...] = (branch,)
        found = relieved_at(standing, asked.feeding, bus, freed, after)
        told.append(_freed(standing, freed, found, float(room.min())))
        if found.firm_kw - room.min() < NOTHING_KW and found.branch >= 0 and branch in first:
            freed = (branch, found.branch)
            found = relieved_at(standing, asked.feeding, bus, freed, after)
            told.append(_freed(standing, freed, found, float(room.min())))
    return told


def _freed(
    standing: Standing, freed: tuple[int, ...], found: Relieved, firm_kw: float
) -> dict[str, Any]:
    return {
        "branches": [standing.system.branch_names[k] for k in freed],
        "firm_kw": finite(found.firm_kw),
        "gained_kw": finite(found.firm_kw - firm_kw),
        "then": pair_told(found.branch, found.lost, standing),
    }


def _work(work: WaitingWork, fleet_kw: float | None) -> dict[str, Any]:
    return {
        "of": work.of,
        "currency": work.currency,
        "fleet_kw": fleet_kw,
        "for_1_h_kw": depth_kw(work, 1),
        "for_4_h_kw": depth_kw(work, 4),
        "catch_up_kw": work.catch_up_kw,
    }


def _size_asked(
    standing: Standing, asked: Asked, bus: int, size: float, rooms: _Rooms, after: HostingYear
) -> dict[str, Any]:
    """firm: whether the load is served in every hour; short_kw: what the worst hour lacks."""
    more = reinforced_for(standing, asked.feeding, bus, size, after)
    work = None
    if asked.work is not None:
        work = (
            waited(size, rooms.after, _work_of(asked, size), asked.within_h),
            asked.work.currency,
        )
    expected = _expected_kwh(standing, size, rooms, after)
    names = standing.system.branch_names
    ways: tuple[Way, ...] = ()
    if asked.costs is not None:
        ways = ways_to_connect(size, rooms.after, rooms.quick, expected, more, asked.costs, work)
    return {
        **_row(size, rooms, asked),
        "firm": bool(rooms.after.min() >= size),
        "short_kw": max(size - max(float(rooms.after.min()), 0.0), 0.0),
        "expected_after_outages_kwh": expected,
        "reinforced": [
            {"branch": names[k], "more_kw": float(more[k])}
            for k in np.argsort(-more, kind="stable").tolist()
            if more[k] > 0.0
        ],
        "currency": None if asked.costs is None else asked.costs.currency,
        "ways": [_way(way) for way in ways],
    }


def _way(way: Way) -> dict[str, Any]:
    return {
        "way": way.name,
        "cost_per_year": finite(way.cost_per_year),
        "unserved_kwh": way.unserved_kwh,
        "built": {name: finite(amount) for name, amount in way.built},
    }


def _expected_kwh(standing: Standing, size: float, rooms: _Rooms, after: HostingYear) -> float:
    """What comes off in a year after outages have happened: what each hour lacks after the one that binds, by the
    share of time that branch is out."""
    served = np.minimum(size, np.maximum(rooms.quick, 0.0))
    lack = np.maximum(served - np.maximum(rooms.after, 0.0), 0.0)
    lost = after.lost[:, 0]
    out = np.where(lost >= 0, np.nan_to_num(standing.system.branch_out)[lost], 0.0)
    return float((lack * out).sum())
