"""What a site is told beside its jobs' times and its caps: where work runs, who answers requests, what import holds,
what its halls, stores of cold and plants do."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from gridtide.fleet import act as plain
from gridtide.fleet.act import Act
from gridtide.fleet.device import HoldsImport, PlacesJobs, RoutesRequests, Shares
from gridtide.fleet.rest_act import KeepAwake, RestsNodes, nodes_of
from gridtide.fleet.site_plants import CoolsHall, MakesPower, StoresCold
from gridtide.fleet.ticket import Fate, Outcome, Ticket
from gridtide.fleet.turn_act import BeginInTurn, MovesInTurn, PauseInTurn


@dataclass(frozen=True, kw_only=True)
class PlaceJob:
    """Have a job run at a place, site/pool, at an operating point by its name."""

    job: str
    place: str
    point: str


@dataclass(frozen=True, kw_only=True)
class Route:
    """Split what comes for a service from an origin by shares of places, until an instant; slower: what of them is
    answered at each slower point of the service, in order."""

    service: str
    origin: str
    shares: Shares
    slower: tuple[Shares, ...]
    until: datetime


@dataclass(frozen=True, kw_only=True)
class HoldImport:
    """Hold a site's import by its store and its routes below a level, where least_kw is there also above that one, at
    these prices, until an instant."""

    site: str
    most_kw: float
    least_kw: float | None
    raise_price_per_kw: float
    it_price_per_kwh: float
    until: datetime


@dataclass(frozen=True, kw_only=True)
class CoolBeyond:
    """Have so much heat carried out of a hall beyond what its machines give off, less where below 0, until an
    instant."""

    hall: str
    heat_kw: float
    until: datetime


@dataclass(frozen=True, kw_only=True)
class StoreCold:
    """Have a store of cold take or give so much, kW of heat, until an instant; one of both is 0."""

    store: str
    charge_kw: float
    discharge_kw: float
    until: datetime


@dataclass(frozen=True, kw_only=True)
class MakePower:
    """Have a plant make so much until an instant; 0 has it stand."""

    plant: str
    made_kw: float
    until: datetime


SiteAct: TypeAlias = PlaceJob | Route | HoldImport | KeepAwake | CoolBeyond | StoreCold | MakePower
AnyAct: TypeAlias = Act | SiteAct


def subject_of(act: AnyAct) -> str:
    """What an act is about; routes by service and origin."""
    match act:
        case PlaceJob():
            return act.job
        case Route():
            return f"{act.service} from {act.origin}"
        case HoldImport():
            return act.site
        case CoolBeyond():
            return act.hall
        case StoreCold():
            return act.store
        case MakePower():
            return act.plant
        case KeepAwake():
            return nodes_of(act.place)
        case _:
            return plain.subject_of(act)


def holds_until(act: AnyAct) -> datetime | None:
    """When what an act restrains ends by itself; None for acts that restrain nothing."""
    match act:
        case PlaceJob():
            return None
        case Route() | HoldImport() | KeepAwake() | CoolBeyond() | StoreCold() | MakePower():
            return act.until
        case _:
            return plain.holds_until(act)


def do(act: AnyAct, device: object, ticket: Ticket, now: datetime) -> Outcome:
    """Have a device do an act; REFUSED by one that has no such capability, which nothing was told."""
    match act, device:
        case BeginInTurn(), MovesInTurn():
            return device.begin_in_turn(ticket, act.job, act.at, act.turn_s)
        case PauseInTurn(), MovesInTurn():
            return device.pause_in_turn(ticket, act.job, act.until, act.turn_s)
        case PlaceJob(), PlacesJobs():
            return device.place_job(ticket, act.job, act.place, act.point)
        case Route(), RoutesRequests():
            return device.route(ticket, act.service, act.origin, act.shares, act.slower, act.until)
        case HoldImport(), HoldsImport():
            return device.hold_import(
                ticket,
                act.most_kw,
                act.least_kw,
                act.raise_price_per_kw,
                act.it_price_per_kwh,
                act.until,
            )
        case KeepAwake(), RestsNodes():
            needs = (act.at, act.step_s, act.accelerators)
            return device.keep_awake(ticket, act.place, *needs, act.until)
        case CoolBeyond(), CoolsHall():
            return device.cool_beyond(ticket, act.heat_kw, act.until)
        case StoreCold(), StoresCold():
            return device.store_cold(ticket, act.charge_kw, act.discharge_kw, act.until)
        case MakePower(), MakesPower():
            return device.make_power(ticket, act.made_kw, act.until)
        case (
            (
                PlaceJob()
                | Route()
                | HoldImport()
                | KeepAwake()
                | CoolBeyond()
                | StoreCold()
                | MakePower()
            ),
            _,
        ):
            said = f"{type(device).__name__} cannot do {type(act).__name__}"
            return Outcome(ticket=ticket.id, fate=Fate.REFUSED, said=said, at=now)
        case _:
            return plain.do(act, device, ticket, now)
