"""What each payload type of an event may hold; a value beyond is a fault, a type that is not here is only reported.

Source: OpenADR 3.1.1, event-interval-payloads.schema.yaml; the largest plausible power is agreed per site.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from gridtide.finding import Finding
from gridtide.wire.openadr.values import Point, ValuesMap

Holds = Literal["integer", "number", "text", "anything", "points"]


@dataclass(frozen=True, kw_only=True)
class PayloadType:
    """holds: kind of each value. least, most: inclusive. longest: letters of a text.

    unitary: one value an interval; several of them are sub-intervals. is_power: a value in kW.
    """

    holds: Holds
    least: float = -math.inf
    most: float = math.inf
    longest: int | None = None
    unitary: bool = True
    is_power: bool = False


_POWER = PayloadType(holds="number", least=0.0, is_power=True)
_ANY_POWER = PayloadType(holds="number", is_power=True)
_MONEY = PayloadType(holds="number")
_TEXT = PayloadType(holds="text")

PAYLOAD_TYPES: dict[str, PayloadType] = {
    "SIMPLE": PayloadType(holds="integer", least=0, most=3),
    "CONTROL_LEVEL_OFFSET": PayloadType(holds="integer", least=-10, most=10),
    "CONTROL_LEVEL_OFFSET_PERCENT": PayloadType(holds="number", least=-1, most=1),
    "CONTROL_SETPOINT": PayloadType(holds="anything"),
    "DISPATCH_INSTRUCTION": PayloadType(holds="text", longest=128, unitary=False),
    "PRICE": _MONEY,
    "PRICE_ALTERNATE": _MONEY,
    "EXPORT_PRICE": _MONEY,
    "GHG": PayloadType(holds="number", least=0),
    "DISPATCH_SETPOINT": _POWER,
    "DISPATCH_SETPOINT_RELATIVE": _POWER,
    "CHARGE_STATE_SETPOINT": PayloadType(holds="number", least=0),
    "CURVE": PayloadType(holds="points", unitary=False),
    "OLS": PayloadType(holds="number", least=0, most=1, unitary=False),
    "IMPORT_CAPACITY_LIMIT": _POWER,
    "IMPORT_CAPACITY_SUBSCRIPTION": _POWER,
    "IMPORT_CAPACITY_RESERVATION": _POWER,
    "IMPORT_CAPACITY_RESERVATION_FEE": _MONEY,
    "IMPORT_CAPACITY_AVAILABLE": _ANY_POWER,
    "IMPORT_CAPACITY_AVAILABLE_PRICE": _MONEY,
    "EXPORT_CAPACITY_LIMIT": _POWER,
    "EXPORT_CAPACITY_SUBSCRIPTION": _ANY_POWER,
    "EXPORT_CAPACITY_RESERVATION": _POWER,
    "EXPORT_CAPACITY_RESERVATION_FEE": _MONEY,
    "EXPORT_CAPACITY_AVAILABLE": _ANY_POWER,
    "EXPORT_CAPACITY_AVAILABLE_PRICE": _MONEY,
    "ALERT_GRID_EMERGENCY": PayloadType(holds="text", longest=128),
    "ALERT_BLACK_START": _TEXT,
    "ALERT_POSSIBLE_OUTAGE": _TEXT,
    "ALERT_FLEX_ALERT": _TEXT,
    "ALERT_FIRE": _TEXT,
    "ALERT_FREEZING": _TEXT,
    "ALERT_WIND": _TEXT,
    "ALERT_TSUNAMI": _TEXT,
    "ALERT_AIR_QUALITY": _TEXT,
    "ALERT_OTHER": _TEXT,
    "CTA2045_REBOOT": PayloadType(holds="integer", least=0, most=1),
    "CTA2045_SET_OVERRIDE_STATUS": PayloadType(holds="integer", least=0, most=1),
}
IGNORED = ("CTA2045_REBOOT", "CTA2045_SET_OVERRIDE_STATUS")
"""For single appliances; accepted, and no business of a data centre."""


def payload_faults(payload: ValuesMap, subject: str, most_kw: float) -> Iterator[Finding]:
    """Faults of the values of one payload; none for a type that is not known.

    most_kw: the largest power that can be meant; what is larger is an error of unit or feed.
    """
    known = PAYLOAD_TYPES.get(payload.type)
    if known is None:
        return
    if not payload.values:
        yield _fault(subject, payload, "no value", "one value or more")
    most = min(known.most, most_kw) if known.is_power else known.most
    for value in payload.values:
        if known.holds == "anything":
            continue
        if known.holds == "points":
            if not isinstance(value, Point):
                yield _fault(subject, payload, repr(value), "points {x, y}")
        elif known.holds == "text":
            yield from _text_faults(subject, payload, value, known.longest)
        elif isinstance(value, bool) or not isinstance(value, int | float):
            yield _fault(subject, payload, repr(value), f"one {known.holds}")
        elif known.holds == "integer" and value != int(value):
            yield _fault(subject, payload, repr(value), "a whole number")
        elif not known.least <= value <= most:
            unit = " kW" if known.is_power else ""
            yield _fault(subject, payload, f"{value:,}{unit}", _between(known.least, most, unit))


def _text_faults(
    subject: str, payload: ValuesMap, value: object, longest: int | None
) -> Iterator[Finding]:
    if not isinstance(value, str):
        yield _fault(subject, payload, repr(value), "a text")
    elif longest is not None and not 1 <= len(value) <= longest:
        yield _fault(subject, payload, f"{len(value)} letters", f"1 to {longest} letters")


def _between(least: float, most: float, unit: str) -> str:
    if math.isinf(least):
        return f"at most {most:,g}{unit}"
    if math.isinf(most):
        return f"at least {least:,g}{unit}"
    return f"from {least:,g} to {most:,g}{unit}"


def _fault(subject: str, payload: ValuesMap, value: str, limit: str) -> Finding:
    return Finding(
        subject=f"{subject} {payload.type}",
        value=value,
        limit=limit,
        mend="It was not acted on; ask the operator to send it again.",
    )
