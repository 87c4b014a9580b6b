"""What the grid asks of a site for a while, told apart from prices and from what is only said."""

from dataclasses import dataclass
from enum import StrEnum


class Ask(StrEnum):
    """What is asked. Of a set-point the power itself, of the others but limits the distance from a usual course: of
    reduction and increase at least that much, of set-points below and above it neither more nor less."""

    IMPORT_LIMIT = "import_limit"
    EXPORT_LIMIT = "export_limit"
    SETPOINT = "setpoint"
    SETPOINT_BELOW = "setpoint_below"
    SETPOINT_ABOVE = "setpoint_above"
    REDUCTION = "reduction"
    INCREASE = "increase"
    ALERT = "alert"


@dataclass(frozen=True, kw_only=True)
class Called:
    """One thing asked of a site in [start_s, end_s), seconds since 1970; end_s None: until it is withdrawn.

    kw: how much, None for an alert. payload_type: as the wire has it. event, event_id: who asked. priority: lower goes
    first, None last. mandatory: whether the program binds. issued_s: when it was heard. text: words of an alert.
    """

    ask: Ask
    site: str
    start_s: int
    end_s: int | None
    kw: float | None
    payload_type: str
    event: str
    event_id: str
    priority: int | None
    mandatory: bool
    issued_s: int
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class NotActedOn:
    """Something heard that nothing follows from, and why."""

    event: str
    payload_type: str
    why: str
