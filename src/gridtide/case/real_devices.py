"""The real devices of a case: each made by its kind, under the subject that the loop tells it about."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

from gridtide.case.device_faults import AGENT, CONNECTION
from gridtide.case.devices import device_of, made_by
from gridtide.case.plant_devices import WHAT_LEADS, plant_led, plant_of
from gridtide.case.real_points import OnlyReads, caps_boards, with_points
from gridtide.case.real_services import SPLIT, split_of, thing_of
from gridtide.case.schema import CaseFile, DeviceTable
from gridtide.devices.far_site import FarDevice, FarQueue, FarStore, SiteDesk
from gridtide.finding import BadInput, Finding, Gathered
from gridtide.fleet.device import (
    QueuesJobs,
    ReadsPower,
    ReadsRequests,
    RenewsLeases,
    ScalesReplicas,
    StoresEnergy,
)
from gridtide.loop.at_place import AtPlace
from gridtide.loop.held_import import ImportByStore, RenewedSteeredStore, SteeredStore
from gridtide.loop.named_meters import NamedMeters
from gridtide.loop.points_at_place import PointsAtPlace
from gridtide.loop.wanted_replicas import WantedReplicas
from gridtide.simulate.study import Study

Now = Callable[[], datetime]
WHAT: Mapping[str, str] = {
    "place": "a scheduler",
    "meters": "a meter",
    "store": "a battery or UPS",
    **WHAT_LEADS,
    "replicas": "what scales replicas: kubernetes or keda",
    "requests": "what measures requests: request-rates",
    "points": "what caps boards: power-agent",
}
"""What the device of a table must be, by what the table says that it is for."""


@dataclass(frozen=True, kw_only=True, eq=False)
class RealDevices:
    """reach: every device by the subject it is told about. desks: of sites whose agents dial in; tokens: SHA-256 of
    what each of these must show. wanted: what its services shall run, None without any. points: schedulers whose boards
    are told operating points, by their subject."""

    reach: Mapping[str, object]
    desks: Mapping[str, SiteDesk] = field(default_factory=dict)
    tokens: Mapping[str, str] = field(default_factory=dict)
    wanted: WantedReplicas | None = None
    points: Mapping[str, PointsAtPlace] = field(default_factory=dict)


@dataclass(kw_only=True, eq=False)
class _Found:
    """Devices as they are made: by the subject each is told about, what scales replicas by its table and the thing it
    scales, what measures requests by its table, agents by name, what caps boards by its table and the device behind
    an agent."""

    reach: dict[str, object] = field(default_factory=dict)
    scalers: dict[tuple[str, str], ScalesReplicas] = field(default_factory=dict)
    readers: dict[str, ReadsRequests] = field(default_factory=dict)
    agents: dict[str, "FarAgent"] = field(default_factory=dict)
    boards: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, eq=False)
class FarAgent:
    """A site whose agent dials in. devices: as the agent's own file calls them."""

    desk: SiteDesk
    token_sha256: str
    devices: tuple[str, ...]


def real_devices(case: CaseFile, study: Study, folder: Path, now: Now) -> RealDevices:
    """Every device of a case, none asked anything yet; paths count from a folder. Raises BadInput with every fault."""
    faults = Gathered()
    found = _Found()
    for number, one in enumerate(case.device, start=1):
        place = f"device[{number}]"
        if one.kind == AGENT:
            agent = faults.of(partial(_agent, one, folder, now, place))
            if agent is not None:
                found.agents[one.name] = agent
                faults.of(partial(_behind, found, agent, one, study, now, place))
            continue
        made = faults.of(partial(_made, one, folder, now, place))
        if made is not None:
            faults.of(partial(_named, found, one, made, study, now, place))
    faults.refuse_if_any()
    for one in case.device:
        if one.holds_import and one.store is not None:
            _hold_import(found, one.store, study, now)
    points = with_points(case, study, found.reach, found.boards)
    found.reach |= points
    split = None
    if case.service:
        split = split_of(case, study, found.readers, found.scalers, now)
        found.reach[SPLIT] = split
    return RealDevices(
        reach=found.reach,
        desks={name: agent.desk for name, agent in found.agents.items()},
        tokens={name: agent.token_sha256 for name, agent in found.agents.items()},
        wanted=None if split is None else split.wanted,
        points=points,
    )


def far_agent(
    *, called: str, token_file: Path, devices: str, now: Now, stale_s: float = 90.0
) -> FarAgent:
    """A site's agent. token_file: what it must show, alone in a file; devices: names with blanks between; stale_s: not
    heard for so long, it counts as silent. Raises BadInput."""
    try:
        token = token_file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as fault:
        token, said = "", str(fault)
    else:
        said = "is empty, or not one line"
    names = tuple(devices.split())
    if not token or not token.isprintable():
        raise BadInput([_fault(f"token_file {token_file}", said, "a file with the site's token")])
    if not names:
        raise BadInput([_fault("devices", repr(devices), "names with blanks between")])
    desk = SiteDesk(site=called, now=now, stale_s=stale_s)
    digest = hashlib.sha256(token.encode()).hexdigest()
    return FarAgent(desk=desk, token_sha256=digest, devices=names)


def _made(one: DeviceTable, folder: Path, now: Now, place: str) -> object:
    called = plant_led(one) or (one.name if one.store is None else f"{one.store} store")
    return device_of(one.kind, _own_keys(one), folder, now, place, called)


def _own_keys(one: DeviceTable) -> dict[str, object]:
    """The keys of a table that are its kind's own; a lease is that too, but where it is of the points of boards."""
    of_kind = (
        {}
        if one.points is not None or "lease_s" not in one.model_fields_set
        else {"lease_s": one.lease_s}
    )
    return {**(one.model_extra or {}), **of_kind}


def _agent(one: DeviceTable, folder: Path, now: Now, place: str) -> FarAgent:
    given = {"called": one.name, "now": now}
    found = made_by(far_agent, one.model_extra or {}, folder, given, place)
    assert isinstance(found, FarAgent)
    return found


def _behind(
    found: "_Found", agent: FarAgent, one: DeviceTable, study: Study, now: Now, place: str
) -> None:
    """Everything behind an agent: what is led by the subject that is told, the rest by the agent's name and its own.
    Raises BadInput for a device that the agent does not have."""
    for said in ("stores", "places", "pools"):
        unknown = sorted(set(getattr(one, said)) - set(agent.devices))
        if unknown:
            limit = "devices of the agent: " + ", ".join(agent.devices)
            raise BadInput([_fault(f"{place}.{said}", ", ".join(unknown), limit)])
    scaled = {thing: FarDevice(agent.desk, thing_of(one, thing)[0]) for thing in one.replicas}
    found.scalers |= {(one.name, thing): device for thing, device in scaled.items()}
    led = {thing_of(one, thing)[0] for thing in one.replicas}
    for name in agent.devices:
        called = f"{one.name}-{name}"
        if name in one.stores:
            store = f"{one.stores[name]} store"
            found.reach[store] = FarStore(agent.desk, name, store)
        elif name in one.places:
            queue = FarQueue(agent.desk, name)
            found.reach[called] = _at_place(queue, called, one.places[name], study, now)
        elif name not in led:
            meter = FarDevice(agent.desk, name)
            if name in one.pools:
                found.boards[f"{one.name} {name}"] = meter
            read = OnlyReads(meter=meter) if name in one.pools else meter
            named = NamedMeters(meter=read, names=one.meters, now=now)
            found.reach[f"{one.name} {name}"] = named


def _named(
    found: "_Found", one: DeviceTable, made: object, study: Study, now: Now, place: str
) -> None:
    """A device under the subject it is told about, in the words of the loop. Raises BadInput for one that cannot."""
    if one.place is not None and isinstance(made, QueuesJobs):
        found.reach[one.name] = _at_place(made, one.name, one.place, study, now)
    elif one.meters and isinstance(made, ReadsPower):
        found.reach[one.name] = NamedMeters(meter=made, names=one.meters, now=now)
    elif one.store is not None and isinstance(made, StoresEnergy):
        found.reach[f"{one.store} store"] = made
    elif one.replicas and isinstance(made, ScalesReplicas):
        found.scalers |= {(one.name, thing): made for thing in one.replicas}
    elif one.requests and isinstance(made, ReadsRequests):
        found.readers[one.name] = made
    elif (plant := plant_of(one, made, study, now)) is not None:
        found.reach[plant_led(one)] = plant
    elif one.points is not None and caps_boards(made):
        found.boards[one.name] = made
    else:
        said = next(name for name in WHAT if getattr(one, name))
        raise BadInput([_fault(f"{place}.{said}", f"kind {one.kind}", WHAT[said])])


def _hold_import(found: "_Found", name: str, study: Study, now: Now) -> None:
    """Have the store of a site hold its import, by the meter of its connection."""
    site = next(one for one in study.fleet.sites if one.name == name)
    connection = {f"{name} {what}" for what in CONNECTION}
    meter = next(
        one
        for one in found.reach.values()
        if isinstance(one, NamedMeters) and connection & set(one.names.values())
    )
    store = found.reach[f"{name} store"]
    assert isinstance(store, StoresEnergy) and site.battery is not None
    kind = RenewedSteeredStore if isinstance(store, RenewsLeases) else SteeredStore
    steered = kind(store=store, battery=site.battery, site=name, meter=meter, now=now)
    found.reach[f"{name} store"] = steered
    found.reach[name] = ImportByStore(steered=steered)


def _at_place(scheduler: QueuesJobs, name: str, place: str, study: Study, now: Now) -> AtPlace:
    site, _, pool = place.rpartition("/")
    pools = {item.name: item for item in study.fleet.sites if item.name == site}[site].pools
    point = next(item for item in pools if item.name == pool).points[0].name
    return AtPlace(scheduler=scheduler, name=name, place=place, point=point, now=now)


def _fault(subject: str, value: str, limit: str) -> Finding:
    return Finding(subject=subject, value=value[:200], limit=limit, mend="Mend the case.")
