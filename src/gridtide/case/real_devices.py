"""The real devices of a case: each made by its kind, under the subject that the loop tells it about."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

from gridtide.case.device_faults import AGENT
from gridtide.case.devices import device_of, made_by
from gridtide.case.schema import CaseFile, DeviceTable
from gridtide.devices.far_site import FarDevice, SiteDesk
from gridtide.finding import BadInput, Finding, Gathered
from gridtide.fleet.device import QueuesJobs, ReadsPower, StoresEnergy
from gridtide.loop.at_place import AtPlace
from gridtide.loop.named_meters import NamedMeters
from gridtide.simulate.study import Study

Now = Callable[[], datetime]


@dataclass(frozen=True, kw_only=True, eq=False)
class RealDevices:
    """reach: every device by the subject it is told about. desks: of sites whose agents dial in; tokens: SHA-256 of
    what each of these must show."""

    reach: Mapping[str, object]
    desks: Mapping[str, SiteDesk] = field(default_factory=dict)
    tokens: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, eq=False)
class FarAgent:
    """A site whose agent dials in. devices: as the agent's own file calls them."""

    desk: SiteDesk
    token_sha256: str
    devices: tuple[str, ...]


def real_devices(case: CaseFile, study: Study, folder: Path, now: Now) -> RealDevices:
    """Every device of a case, none asked anything yet; paths count from a folder. Raises BadInput with every fault."""
    faults = Gathered()
    reach: dict[str, object] = {}
    agents: dict[str, FarAgent] = {}
    for number, one in enumerate(case.device, start=1):
        place = f"device[{number}]"
        if one.kind == AGENT:
            agent = faults.of(partial(_agent, one, folder, now, place))
            if agent is not None:
                agents[one.name] = agent
                reach |= _behind(agent, one, now)
            continue
        made = faults.of(partial(_made, one, folder, now, place))
        if made is not None:
            named = faults.of(partial(_named, one, made, study, now, place))
            reach |= named or {}
    faults.refuse_if_any()
    return RealDevices(
        reach=reach,
        desks={name: agent.desk for name, agent in agents.items()},
        tokens={name: agent.token_sha256 for name, agent in agents.items()},
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
    called = one.name if one.store is None else f"{one.store} store"
    return device_of(one.kind, one.model_extra or {}, folder, now, place, called)


def _agent(one: DeviceTable, folder: Path, now: Now, place: str) -> FarAgent:
    given = {"called": one.name, "now": now}
    found = made_by(far_agent, one.model_extra or {}, folder, given, place)
    assert isinstance(found, FarAgent)
    return found


def _behind(agent: FarAgent, one: DeviceTable, now: Now) -> dict[str, object]:
    """Everything behind an agent, by the agent's name and its own."""
    return {
        f"{one.name} {name}": NamedMeters(
            meter=FarDevice(agent.desk, name), names=one.meters, now=now
        )
        for name in agent.devices
    }


def _named(one: DeviceTable, made: object, study: Study, now: Now, place: str) -> dict[str, object]:
    """A device under the subject it is told about, in the words of the loop. Raises BadInput for one that cannot."""
    if one.place is not None and isinstance(made, QueuesJobs):
        site, _, pool = one.place.rpartition("/")
        pools = {item.name: item for item in study.fleet.sites if item.name == site}[site].pools
        point = next(item for item in pools if item.name == pool).points[0].name
        found = AtPlace(scheduler=made, name=one.name, place=one.place, point=point, now=now)
        return {one.name: found}
    if one.meters and isinstance(made, ReadsPower):
        return {one.name: NamedMeters(meter=made, names=one.meters, now=now)}
    if one.store is not None and isinstance(made, StoresEnergy):
        return {f"{one.store} store": made}
    said = "place" if one.place is not None else "meters" if one.meters else "store"
    limit = {"place": "a scheduler", "meters": "a meter", "store": "a battery or UPS"}[said]
    raise BadInput([_fault(f"{place}.{said}", f"kind {one.kind}", limit)])


def _fault(subject: str, value: str, limit: str) -> Finding:
    return Finding(subject=subject, value=value[:200], limit=limit, mend="Mend the case.")
