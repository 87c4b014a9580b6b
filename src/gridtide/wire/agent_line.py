"""The line a site agent holds open to the brain: outcomes and readings go up, orders come down, one poll each time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import isnan, nan
from typing import Any, TypeAlias

from gridtide.finding import BadInput, Finding, Gathered
from gridtide.fleet.device import (
    PowerReading,
    QueuedJob,
    Restraint,
    RouteReading,
    StoreReading,
)
from gridtide.fleet.ticket import Outcome, Ticket
from gridtide.wire.acts import Order, order_json, order_of, outcome_of, ticket_of
from gridtide.wire.nouns import noun_of, plain, scalar_of

MOST = 2_000
"""Entries of a list in one message; a site with more tells the rest in the next."""
JOBS_MOST = 1_000
"""Jobs of all queues of a site: half of what a message may hold."""
WAIT_MAX_S = 55.0
"""Longest that a poll waits: below the minute after which proxies hang up."""


@dataclass(frozen=True, kw_only=True)
class SiteReading:
    """What a device of a site draws. kw: None where its meter does not say."""

    device: str
    of: str
    kw: float | None
    measured_at: datetime
    method: str


@dataclass(frozen=True, kw_only=True)
class SiteRestraint:
    """What a device of a site holds, and until when."""

    device: str
    subject: str
    kind: str
    value: str
    until: datetime


Told: TypeAlias = StoreReading | QueuedJob | RouteReading
"""What a device that is led says beside power and restraints."""


@dataclass(frozen=True, kw_only=True)
class SiteReport:
    """A site as its agent sees it. unreachable: devices that do not answer. stores, jobs, routes: what each device that
    is led says, by the name of the device."""

    at: datetime
    frozen: bool
    readings: tuple[SiteReading, ...] = ()
    restraints: tuple[SiteRestraint, ...] = ()
    unreachable: tuple[str, ...] = ()
    stores: tuple[tuple[str, StoreReading], ...] = ()
    jobs: tuple[tuple[str, QueuedJob], ...] = ()
    routes: tuple[tuple[str, RouteReading], ...] = ()


REPORT = ("at", "frozen", "readings", "restraints", "unreachable")
TIMES = ("answered_per_s", "p50_s", "p95_s")
LED: Mapping[str, type[Told]] = {"stores": StoreReading, "jobs": QueuedJob, "routes": RouteReading}
"""Parts of a report: those every agent sends, and those of devices that are led, which an older one leaves out."""


@dataclass(frozen=True, kw_only=True)
class Poll:
    """What an agent says and asks. wait_s: how long it waits for an order; taken: tickets it has and works on."""

    wait_s: float
    taken: tuple[str, ...]
    outcomes: tuple[Outcome, ...]
    report: SiteReport


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What comes down. acknowledged: tickets whose outcome the brain keeps. unfit: orders that could not be read, with
    their ticket where that could."""

    orders: tuple[Order, ...] = ()
    acknowledged: tuple[str, ...] = ()
    unfit: tuple[tuple[Ticket | None, str], ...] = field(default=())


def poll_json(poll: Poll) -> dict[str, object]:
    """A poll as JSON values."""
    report = poll.report
    return {
        "wait_s": poll.wait_s,
        "taken": list(poll.taken),
        "outcomes": [plain(one) for one in poll.outcomes],
        "report": {
            "at": report.at.isoformat(),
            "frozen": report.frozen,
            "readings": [plain(one) for one in report.readings[:MOST]],
            "restraints": [plain(one) for one in report.restraints[:MOST]],
            "unreachable": list(report.unreachable),
            "stores": [_led_json(*one) for one in report.stores[:MOST]],
            "jobs": [_led_json(*one) for one in report.jobs[:MOST]],
            "routes": [_led_json(*one) for one in report.routes[:MOST]],
        },
    }


def poll_of(value: object) -> Poll:
    """The poll that JSON values are. Raises BadInput with every fault."""
    said = _keys(value, ("wait_s", "taken", "outcomes", "report"), "poll")
    report = _keys(said["report"], REPORT, "report", LED)
    faults = Gathered()
    wait_s = faults.of(lambda: scalar_of(float, said["wait_s"], "wait_s"))
    at = faults.of(lambda: scalar_of(datetime, report["at"], "report.at"))
    frozen = faults.of(lambda: scalar_of(bool, report["frozen"], "report.frozen"))
    taken = _each(faults, said["taken"], "taken", _name)
    outcomes = _each(faults, said["outcomes"], "outcomes", outcome_of)
    readings = _each(faults, report["readings"], "readings", _as(SiteReading))
    restraints = _each(faults, report["restraints"], "restraints", _as(SiteRestraint))
    unreachable = _each(faults, report["unreachable"], "unreachable", _name)
    led = {
        name: _each(faults, report.get(name, []), name, _led(kind)) for name, kind in LED.items()
    }
    faults.refuse_if_any()
    assert wait_s is not None and at is not None and frozen is not None
    return Poll(
        wait_s=wait_s,
        taken=taken,
        outcomes=outcomes,
        report=SiteReport(
            at=at,
            frozen=frozen,
            readings=readings,
            restraints=restraints,
            unreachable=unreachable,
            **led,
        ),
    )


def reply_json(reply: Reply) -> dict[str, object]:
    """A reply as JSON values."""
    return {
        "orders": [order_json(one) for one in reply.orders],
        "acknowledged": list(reply.acknowledged),
    }


def reply_of(value: object) -> Reply:
    """The reply that JSON values are; an order that cannot be read does not take the others with it. Raises BadInput
    where the whole cannot be read."""
    said = _keys(value, ("orders", "acknowledged"), "reply")
    faults = Gathered()
    acknowledged = _each(faults, said["acknowledged"], "acknowledged", _name)
    orders, unfit = [], []
    for raw in _list(faults, said["orders"], "orders"):
        try:
            orders.append(order_of(raw))
        except BadInput as error:
            unfit.append((_ticket(raw), str(error)))
    faults.refuse_if_any()
    return Reply(orders=tuple(orders), acknowledged=acknowledged, unfit=tuple(unfit))


def site_reading(device: str, one: PowerReading) -> SiteReading:
    """A reading of a device as it goes up."""
    kw = None if isnan(one.kw) else one.kw
    return SiteReading(
        device=device, of=one.of, kw=kw, measured_at=one.measured_at, method=one.method
    )


def power_reading(one: SiteReading) -> PowerReading:
    """A reading as the brain keeps it; NaN where the meter did not say."""
    kw = nan if one.kw is None else one.kw
    return PowerReading(of=one.of, kw=kw, measured_at=one.measured_at, method=one.method)


def site_restraint(device: str, one: Restraint) -> SiteRestraint:
    """A restraint of a device as it goes up."""
    return SiteRestraint(
        device=device, subject=one.subject, kind=one.kind, value=one.value, until=one.until
    )


def _led_json(device: str, said: Told) -> dict[str, object]:
    """What a device says, with its name; a time of answers that nobody knows is left out."""
    values = plain(said)
    if isinstance(said, RouteReading):
        known = {name: [one for one in getattr(said, name) if not isnan(one[1])] for name in TIMES}
        values |= {name: [list(one) for one in pairs] for name, pairs in known.items()}
    return {"device": device, **values}


def _led(kind: type[Told]) -> Any:
    def read(value: object, subject: str) -> tuple[str, Told]:
        if not isinstance(value, Mapping):
            raise BadInput([_finding(subject, "an object")])
        rest = {key: item for key, item in value.items() if key != "device"}
        device = scalar_of(str, value.get("device"), f"{subject}.device")
        return device, noun_of(kind, rest, subject)

    return read


def _name(value: object, subject: str) -> str:
    return scalar_of(str, value, subject)


def _as(kind: Any) -> Any:
    return lambda one, at: noun_of(kind, one, at)


def _each(faults: Gathered, value: object, subject: str, read: Any) -> tuple[Any, ...]:
    """Every entry of a list that can be read; what is wrong with the others is gathered."""
    found = []
    for number, one in enumerate(_list(faults, value, subject), start=1):
        place = f"{subject}[{number}]"
        good = faults.of(lambda one=one, place=place: read(one, place))  # type: ignore[misc]
        if good is not None:
            found.append(good)
    return tuple(found)


def _list(faults: Gathered, value: object, subject: str) -> list[object]:
    if isinstance(value, list) and len(value) <= MOST:
        return value
    faults.findings.append(_finding(subject, f"a list of at most {MOST}"))
    return []


def _keys(
    value: object, names: tuple[str, ...], subject: str, may: Mapping[str, object] | None = None
) -> Mapping[str, object]:
    """An object of these keys, and no others but those that it may have."""
    if isinstance(value, Mapping) and set(names) <= set(value) <= {*names, *(may or ())}:
        return value
    raise BadInput([_finding(subject, "an object with " + ", ".join(names))])


def _ticket(raw: object) -> Ticket | None:
    try:
        return ticket_of(raw["ticket"]) if isinstance(raw, Mapping) and "ticket" in raw else None
    except BadInput:
        return None


def _finding(subject: str, limit: str) -> Finding:
    return Finding(
        subject=subject, value="is of another form", limit=limit, mend="Send it again, mended."
    )
