"""Lines of set-points beside the loop of a room: each leads store and boards of a site around what orders say."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from gridtide.finding import Finding, refuse_if_any
from gridtide.fleet.board_bound import BoardBound
from gridtide.fleet.device import StoresEnergy, TellsLater
from gridtide.loop.control import ControlRoom
from gridtide.loop.names import place_names, store_names
from gridtide.loop.set_points.base_point import base_point
from gridtide.loop.set_points.kept_slowed import take_up_slowed
from gridtide.loop.set_points.led_place import LedPlace, SomeBoards
from gridtide.loop.set_points.led_plant import BasePoint, Connection, LedPlant, fresh_s, held_s
from gridtide.loop.set_points.led_store import LedStore
from gridtide.loop.set_points.regulating import RegulationThread
from gridtide.loop.set_points.regulation import Regulation
from gridtide.loop.set_points.signed_offer import signed_offer
from gridtide.loop.set_points.site_meter import site_meter
from gridtide.loop.set_points.slowed import Slowed
from gridtide.loop.set_points.store_part import StorePart
from gridtide.loop.set_points.work_part import WorkPart
from gridtide.loop.world import Clock
from gridtide.signals.setpoint_channel import SetpointChannel
from gridtide.trust.modes import Mode, at_most, lapsed
from gridtide.trust.setpoint_rules import SetpointRules

OpensChannel = Callable[[Clock, Callable[[], None]], SetpointChannel]
"""Opens a channel on a clock; it calls what it is handed, from any thread, whenever a set-point has come."""


@dataclass(frozen=True, kw_only=True)
class LineTerms:
    """What was agreed of a site's line. up_kw, down_kw: what may be asked to less and more where its orders offer no
    product of regulation."""

    site: str
    name: str
    rules: SetpointRules
    up_kw: float
    down_kw: float
    opens: OpensChannel


@dataclass(frozen=True, kw_only=True, eq=False)
class PlaceBoards:
    """Boards that may be told at which point a place runs. place: site/pool; parts, count and bounds: as `LedPlace`;
    slowed: the same for all places of a room."""

    place: str
    slowed: Slowed
    parts: tuple[SomeBoards, ...]
    count: int
    bounds: tuple[BoardBound, ...]


def regulate(
    room: ControlRoom, terms: LineTerms, clock: Clock, boards: Sequence[PlaceBoards] = ()
) -> RegulationThread:
    """Lead the store and the boards of a site by a line, from now on; the thread is begun, and closed with the room.
    clock: of the wall. Raises BadInput for a site where nothing can be told, and what opening the channel raises."""
    fleet, cycle_s = room.mandate.fleet, terms.rules.cycle_s
    number = [site.name for site in fleet.sites].index(terms.site)
    store = _store_part(room, number, cycle_s)
    work = _work_part(room, number, [one for one in boards if _is_of(one, terms)], cycle_s)
    refuse_if_any(_untold(terms, store is not None or work is not None))
    if work is not None:
        step_s = float(np.diff(room.mandate.steps.edges_s).max())
        take_up_slowed(work, terms.name, room.desk.documents, clock.now(), step_s)
    thread: list[RegulationThread] = []

    def heard() -> None:
        for one in thread:
            one.heard()

    regulation = Regulation(
        site=terms.site,
        line=terms.name,
        rules=terms.rules,
        channel=terms.opens(clock, heard),
        plant=LedPlant(
            cycle_s=cycle_s,
            store=store,
            work=work,
            connection=Connection(least_kw=terms.rules.p_min_kw, most_kw=terms.rules.p_max_kw),
            meter=site_meter(terms.site, room.world.reach.devices),
        ),
        agreed=agreed_by(room, number, (terms.up_kw, terms.down_kw)),
    )
    if store is not None:
        devices = room.world.reach.devices
        room.world.reach.devices = {**devices, store.store.name: store.store}
    if work is not None:
        room.world.moved_beside = work.slowed.take_moved
    thread.append(RegulationThread(regulation=regulation, clock=clock))
    room.lines = (*room.lines, thread[0])
    room.endings = (thread[0].close, *room.endings)
    thread[0].start()
    return thread[0]


def _store_part(room: ControlRoom, number: int, cycle_s: float) -> StorePart | None:
    """The store of a site that can be told, None where it has none."""
    fleet = room.mandate.fleet
    name, battery = store_names(fleet)[number], fleet.sites[number].battery
    device = room.world.reach.devices.get(name)
    if battery is None or not isinstance(device, StoresEnergy):
        return None
    return StorePart(
        store=LedStore(name=name, device=device, epoch=room.epoch),
        battery=battery,
        hold_s=held_s(cycle_s),
        heard_beside=isinstance(device, TellsLater),
    )


def _work_part(
    room: ControlRoom, number: int, boards: Sequence[PlaceBoards], cycle_s: float
) -> WorkPart | None:
    """The work of a site whose boards can be told, None where there are none."""
    if not boards:
        return None
    fleet, slowed = room.mandate.fleet, boards[0].slowed
    places = place_names(fleet)
    for part in (part for one in boards for part in one.parts):
        part.boards.epoch = room.epoch
    return WorkPart(
        fleet=fleet,
        facility=fleet.sites[number].facility,
        places=tuple(
            LedPlace(
                place=places.index(one.place), parts=one.parts, count=one.count, bounds=one.bounds
            )
            for one in boards
        ),
        orders=lambda: room.orders,
        slowed=slowed,
        hold_s=held_s(cycle_s),
        oldest_s=fresh_s(cycle_s),
    )


def _is_of(boards: PlaceBoards, terms: LineTerms) -> bool:
    return boards.place.rpartition("/")[0] == terms.site


def agreed_by(
    room: ControlRoom, site: int, standing_kw: tuple[float, float]
) -> Callable[[datetime], BasePoint | None]:
    """What a room's orders in force leave a site to be moved around; None while it tells nothing. Waits for no lock:
    each thing it looks at is replaced as a whole."""

    def agreed(now: datetime) -> BasePoint | None:
        autonomy, orders = at_most(lapsed(room.desk.autonomy, now), room.believed), room.orders
        if room.closed or room.releasing or autonomy.frozen or autonomy.mode is Mode.OBSERVE:
            return None
        place = room.mandate.fleet.sites[site]
        signed_kw = signed_offer(autonomy, place.name, place.clock, standing_kw, now)
        return base_point(room.mandate.fleet, site, orders, signed_kw, now)

    return agreed


def _untold(terms: LineTerms, can: bool) -> list[Finding]:
    if can:
        return []
    return [
        Finding(
            subject=f"set-points of {terms.site}",
            value="it has neither a store nor boards that can be told",
            limit="a site with [site.battery] and a device that stores energy, or boards that run at points of a pool",
            mend="Give the site one of both, or take its [[setpoint]] out of the case.",
        )
    ]
