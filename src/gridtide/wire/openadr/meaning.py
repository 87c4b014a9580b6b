"""What each payload of an event asks of a site: claims in kW, in money or in grams, or why nothing follows from it."""

from dataclasses import dataclass

from gridtide.wire.openadr.agreement import Agreement, Terms
from gridtide.wire.openadr.payload_types import IGNORED, PAYLOAD_TYPES
from gridtide.wire.openadr.schedule import Stretch

CLAIMED = (
    "PRICE",
    "EXPORT_PRICE",
    "GHG",
    "IMPORT_CAPACITY_LIMIT",
    "IMPORT_CAPACITY_SUBSCRIPTION",
    "EXPORT_CAPACITY_LIMIT",
    "EXPORT_CAPACITY_SUBSCRIPTION",
    "DISPATCH_SETPOINT",
)
"""Types whose value is what is asked."""


@dataclass(frozen=True, kw_only=True)
class Meant:
    """What a value asks for: a number of its kind, signed for reductions (+ = draw less); or why nothing follows."""

    value: float | None
    why_not: str = ""


def meant(stretch: Stretch, terms: Terms, agreement: Agreement) -> Meant:
    """What one value of an event asks for under the terms of its program."""
    kind = stretch.type
    if kind in CLAIMED:
        return Meant(value=_number(stretch))
    if kind == "SIMPLE":
        return _level(int(_number(stretch)), terms)
    if kind == "CONTROL_LEVEL_OFFSET":
        if terms.offset_kw is None:
            return Meant(value=None, why_not="how many kW a step of it means was not agreed")
        return Meant(value=_number(stretch) * terms.offset_kw)
    if kind == "CONTROL_LEVEL_OFFSET_PERCENT":
        if terms.relative is None or agreement.rated_kw is None:
            return Meant(value=None, why_not="its sign or what it is a share of was not agreed")
        return Meant(value=_signed(_number(stretch) * agreement.rated_kw, terms))
    if kind == "DISPATCH_SETPOINT_RELATIVE":
        if terms.relative is None:
            return Meant(value=None, why_not="whether it means less or more was not agreed")
        return Meant(value=_signed(_number(stretch), terms))
    if kind in IGNORED:
        return Meant(value=None, why_not="it is for single appliances")
    known = kind in PAYLOAD_TYPES
    return Meant(value=None, why_not="nothing here uses it" if known else "its type is not known")


def _level(level: int, terms: Terms) -> Meant:
    if level == 0:
        return Meant(value=0.0)
    if terms.level_kw is None:
        return Meant(value=None, why_not=f"how many kW level {level} means was not agreed")
    return Meant(value=terms.level_kw[level])


def _signed(value: float, terms: Terms) -> float:
    return value if terms.relative == "reduction" else -value


def _number(stretch: Stretch) -> float:
    value = stretch.values[0]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{stretch.type} holds {value!r}; it was checked when it was heard")
    return float(value)
