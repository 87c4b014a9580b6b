"""The file of a site agent: its devices and their bounds, who leads it, what it does when nobody does."""

import re
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import partial
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gridtide.case.devices import device_of
from gridtide.case.misfits import misfits
from gridtide.case.toml_file import toml_of
from gridtide.finding import BadInput, Finding, Gathered
from gridtide.loop.clock import WallClock
from gridtide.loop.default_schedule import DefaultAct
from gridtide.loop.site_agent import AgentTerms
from gridtide.sources.openadr.access import refuse_plain
from gridtide.trust.bounds import Bounds
from gridtide.wire.acts import act_of

Name = Annotated[str, Field(min_length=1, max_length=200)]
Number = Annotated[float, Field(allow_inf_nan=False)]
CONSOLE_LINE = r"""^console\s*=\s*["']([^"']+)["']\s*$"""
NO_END = datetime(9999, 1, 1, tzinfo=UTC)
"""Stands in the acts of a default schedule until their hour's end takes its place."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Bounds(_Table):
    cap_min_kw: Number | None = None
    clock_min_mhz: Number | None = None
    charge_max_kw: Number | None = None
    discharge_max_kw: Number | None = None
    replicas_min: Number | None = None
    supply_min_c: Number | None = None
    supply_max_c: Number | None = None
    hold_max_h: Annotated[float, Field(gt=0.0, le=168.0)] | None = None


class _Device(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)
    name: Annotated[str, Field(pattern=r"^[\w.-]{1,64}$")]
    kind: Name
    bounds: _Bounds = _Bounds()


class _Default(_Table):
    device: Name
    begins: time
    ends: time
    act: dict[str, Any]


class _Brain(_Table):
    url: Name
    token_file: Name
    ca: Name | None = None
    plain_http: bool = False


class _File(_Table):
    name: Annotated[str, Field(pattern=r"^[\w.-]{1,64}$")]
    zone: Name
    state: Name = "agent-state.json"
    record: Name = "agent-record.jsonl"
    console: Name = "agent.sock"
    console_uids: tuple[Annotated[int, Field(ge=0)], ...] = ()
    silent_after_s: Annotated[float, Field(ge=1.0, le=86_400.0)] = 120.0
    release_gap_s: Annotated[float, Field(ge=0.0, le=600.0)] = 0.0
    brain: _Brain
    device: Annotated[tuple[_Device, ...], Field(min_length=1)]
    default: tuple[_Default, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AgentConfig:
    """What a site agent is. token: of this site at the brain; ca: whom to trust beside the public authorities."""

    name: str
    state: Path
    record: Path
    console: Path
    console_uids: frozenset[int]
    url: str
    token: str
    ca: Path | None
    terms: AgentTerms
    bounds: Mapping[str, Bounds]


def read_config(path: Path, own_uid: int) -> AgentConfig:
    """The file at a path, its devices made; paths in it count from its folder. own_uid: may use the console where the
    file names nobody. Raises BadInput with every fault."""
    try:
        file = _File.model_validate(toml_of(path, "the TOML file of a site agent"))
    except ValidationError as error:
        raise BadInput(misfits(error, str(path), "Mend the file.")) from None
    folder = path.resolve().parent
    faults = Gathered()
    faults.findings += _odd(path, file)
    faults.of(lambda: refuse_plain(file.brain.url, f"{path} brain.url", file.brain.plain_http))
    token = faults.of(lambda: _token(folder / file.brain.token_file, path))
    ca = None if file.brain.ca is None else folder / file.brain.ca
    faults.of(lambda: _trusted(ca, path))
    devices = {one.name: faults.of(partial(_device, path, one, folder)) for one in file.device}
    schedule = [
        faults.of(partial(_default, path, number, one, file.zone))
        for number, one in enumerate(file.default, start=1)
    ]
    faults.refuse_if_any()
    assert token is not None
    return AgentConfig(
        name=file.name,
        state=folder / file.state,
        record=folder / file.record,
        console=folder / file.console,
        console_uids=frozenset(file.console_uids or (own_uid,)),
        url=file.brain.url.rstrip("/"),
        token=token,
        ca=ca,
        terms=AgentTerms(
            devices=devices,
            schedule=tuple(one for one in schedule if one is not None),
            silent_after_s=file.silent_after_s,
            release_gap_s=file.release_gap_s,
        ),
        bounds={one.name: _bounds(one.bounds) for one in file.device},
    )


def console_of(path: Path) -> Path:
    """Where the agent of a file listens to people: known where the rest of the file is unfit, or is no TOML."""
    said = _File.model_fields["console"].default
    try:
        said = toml_of(path, "the TOML file of a site agent").get("console", said)
    except BadInput:  # people are heard by an agent that runs, also where its file was broken since
        with suppress(OSError):
            line = re.search(CONSOLE_LINE, path.read_text(errors="replace"), re.MULTILINE)
            said = line[1] if line else said
    return path.resolve().parent / str(said)


def _odd(path: Path, file: _File) -> list[Finding]:
    """What each table alone cannot know."""
    found = []
    names = [one.name for one in file.device]
    if file.zone not in available_timezones():
        found.append(_fault(f"{path} zone", file.zone, "a zone of IANA, as Asia/Shanghai"))
    for name in sorted({name for name in names if names.count(name) > 1}):
        found.append(_fault(f"{path} device.name", name, "each device once"))
    for number, one in enumerate(file.default, start=1):
        if one.device not in names:
            limit = "one of " + ", ".join(names)
            found.append(_fault(f"{path} default[{number}].device", one.device, limit))
    return found


def _device(path: Path, one: _Device, folder: Path) -> object:
    table = dict(one.model_extra or {})
    return device_of(one.kind, table, folder, WallClock().now, f"{path} device {one.name}")


def _bounds(table: _Bounds) -> Bounds:
    return Bounds(**{key: value for key, value in table.model_dump().items() if value is not None})


def _default(path: Path, number: int, one: _Default, zone: str) -> DefaultAct:
    place = f"{path} default[{number}].act"
    if "until" in one.act:
        raise BadInput([_fault(f"{place}.until", one.act["until"], "none: it ends with its hour")])
    act = act_of({**one.act, "until": NO_END.isoformat()}, place)
    if one.begins.tzinfo or one.ends.tzinfo or one.begins == one.ends:
        said = f"{one.begins} to {one.ends}"
        raise BadInput([_fault(f"{path} default[{number}]", said, "two hours of the site's clock")])
    return DefaultAct(device=one.device, act=act, begins=one.begins, ends=one.ends, zone=zone)


def _token(path: Path, config: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as fault:
        text, said = "", str(fault)
    else:
        said = "is empty, or not one line"
    if not text or not text.isascii() or not text.isprintable():
        limit = "a file that holds the token of this site and nothing else"
        raise BadInput([_fault(f"{config} brain.token_file {path}", said, limit)])
    return text


def _trusted(ca: Path | None, config: Path) -> None:
    """Raises BadInput for what is no certificate to trust."""
    try:
        if ca is not None:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(ca)
    except (OSError, ValueError) as fault:
        limit = "a file that holds certificates to trust, in PEM"
        raise BadInput([_fault(f"{config} brain.ca {ca}", fault, limit)]) from None


def _fault(subject: str, value: object, limit: str) -> Finding:
    return Finding(subject=subject, value=str(value)[:200], limit=limit, mend="Mend the file.")
