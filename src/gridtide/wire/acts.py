"""Acts, tickets and outcomes as JSON between brain and agent: what is not known is refused, never guessed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import inf, isinf

from gridtide.finding import BadInput, Finding, Gathered
from gridtide.fleet.act import (
    BeginAt,
    CapPower,
    CloseQueue,
    CoolTo,
    Exchange,
    LockClock,
    PauseJob,
    Release,
    ResumeJob,
    Scale,
)
from gridtide.fleet.rest_act import KeepAwake
from gridtide.fleet.site_act import (
    AnyAct,
    CoolBeyond,
    HoldImport,
    MakePower,
    PlaceJob,
    Route,
    StoreCold,
)
from gridtide.fleet.ticket import Outcome, Ticket
from gridtide.wire.nouns import noun_of, plain, scalar_of

ACTS: Mapping[str, type[AnyAct]] = {
    "begin-at": BeginAt,
    "pause-job": PauseJob,
    "resume-job": ResumeJob,
    "cap-power": CapPower,
    "lock-clock": LockClock,
    "exchange": Exchange,
    "scale": Scale,
    "close-queue": CloseQueue,
    "cool-to": CoolTo,
    "release": Release,
    "place-job": PlaceJob,
    "route": Route,
    "hold-import": HoldImport,
    "keep-awake": KeepAwake,
    "cool-beyond": CoolBeyond,
    "store-cold": StoreCold,
    "make-power": MakePower,
}
"""How each act is called on the line. An agent that does not know a name refuses it."""
NAMES: Mapping[type, str] = {kind: name for name, kind in ACTS.items()}


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is told to one device of a site, and by what right. device: as the agent's file calls it."""

    device: str
    ticket: Ticket
    act: AnyAct


def act_json(act: AnyAct) -> dict[str, object]:
    """An act as JSON values: `act` names it, the other keys are its own. An import that is held below no level has null
    as its most."""
    own = plain(act)
    if isinstance(act, HoldImport) and isinf(act.most_kw):
        own["most_kw"] = None
    return {"act": NAMES[type(act)], **own}


def act_of(value: object, subject: str = "act") -> AnyAct:
    """The act that a JSON object is. Raises BadInput with every fault; an unknown act is one."""
    if not isinstance(value, Mapping):
        raise BadInput([_unknown(subject, value)])
    name = value.get("act")
    kind = ACTS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise BadInput([_unknown(f"{subject}.act", name)])
    rest = {key: item for key, item in value.items() if key != "act"}
    if kind is HoldImport and "most_kw" in rest and rest["most_kw"] is None:
        return replace(noun_of(HoldImport, {**rest, "most_kw": 0.0}, subject), most_kw=inf)
    return noun_of(kind, rest, subject)


def order_json(order: Order) -> dict[str, object]:
    """An order as JSON values."""
    return {"device": order.device, "ticket": plain(order.ticket), "act": act_json(order.act)}


def order_of(value: object, subject: str = "order") -> Order:
    """The order that a JSON object is. Raises BadInput with every fault."""
    if not isinstance(value, Mapping) or set(value) != {"device", "ticket", "act"}:
        shown = sorted(map(str, value)) if isinstance(value, Mapping) else value
        limit = "an object with device, ticket and act, and nothing else"
        raise BadInput([_finding(subject, shown, limit)])
    faults = Gathered()
    device = faults.of(lambda: scalar_of(str, value["device"], f"{subject}.device"))
    ticket = faults.of(lambda: ticket_of(value["ticket"], f"{subject}.ticket"))
    act = faults.of(lambda: act_of(value["act"], f"{subject}.act"))
    faults.refuse_if_any()
    assert device is not None and ticket is not None and act is not None
    return Order(device=device, ticket=ticket, act=act)


def ticket_of(value: object, subject: str = "ticket") -> Ticket:
    """The ticket that a JSON object is. Raises BadInput."""
    return noun_of(Ticket, value, subject)


def outcome_of(value: object, subject: str = "outcome") -> Outcome:
    """The outcome that a JSON object is. Raises BadInput."""
    return noun_of(Outcome, value, subject)


def _unknown(subject: str, value: object) -> Finding:
    return _finding(subject, value, "one of " + ", ".join(ACTS))


def _finding(subject: str, value: object, limit: str) -> Finding:
    return Finding(
        subject=subject, value=repr(value)[:80], limit=limit, mend="Tell it again, mended."
    )
