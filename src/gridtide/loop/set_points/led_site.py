"""Lines of set-points beside the loop of a control room: each leads the store of a site around what orders say."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from gridtide.finding import Finding, refuse_if_any
from gridtide.fleet.device import StoresEnergy, TellsLater
from gridtide.loop.control import ControlRoom
from gridtide.loop.names import store_names
from gridtide.loop.set_points.base_point import base_point
from gridtide.loop.set_points.led_store import LedStore
from gridtide.loop.set_points.regulating import RegulationThread
from gridtide.loop.set_points.regulation import Regulation
from gridtide.loop.set_points.signed_offer import signed_offer
from gridtide.loop.set_points.site_meter import site_meter
from gridtide.loop.set_points.store_plant import BasePoint, Connection, StorePlant
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


def regulate(room: ControlRoom, terms: LineTerms, clock: Clock) -> RegulationThread:
    """Lead the store of a site by a line, from now on; the thread is begun, and closed with the room. clock: of the
    wall. Raises BadInput for a site without a store that can be told, and what opening the channel raises."""
    fleet = room.mandate.fleet
    number = [site.name for site in fleet.sites].index(terms.site)
    name, battery = store_names(fleet)[number], fleet.sites[number].battery
    device = room.world.reach.devices.get(name)
    refuse_if_any(_untold(terms, battery is not None and isinstance(device, StoresEnergy)))
    assert battery is not None and isinstance(device, StoresEnergy)
    store = LedStore(name=name, device=device, epoch=room.epoch)
    thread: list[RegulationThread] = []

    def heard() -> None:
        for one in thread:
            one.heard()

    regulation = Regulation(
        site=terms.site,
        line=terms.name,
        rules=terms.rules,
        channel=terms.opens(clock, heard),
        plant=StorePlant(
            store=store,
            battery=battery,
            cycle_s=terms.rules.cycle_s,
            connection=Connection(least_kw=terms.rules.p_min_kw, most_kw=terms.rules.p_max_kw),
            meter=site_meter(terms.site, room.world.reach.devices),
            heard_beside=isinstance(device, TellsLater),
        ),
        agreed=agreed_by(room, number, (terms.up_kw, terms.down_kw)),
    )
    room.world.reach.devices = {**room.world.reach.devices, name: store}
    thread.append(RegulationThread(regulation=regulation, clock=clock))
    room.lines = (*room.lines, thread[0])
    room.endings = (thread[0].close, *room.endings)
    thread[0].start()
    return thread[0]


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
            value="it has no store that can be told",
            limit="a site with [site.battery], and a device that stores energy",
            mend="Give the site a store, or take its [[setpoint]] out of the case.",
        )
    ]
