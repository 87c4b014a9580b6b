"""What an operator and a site agreed on besides the wire; what is not agreed is never guessed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from gridtide.finding import Finding
from gridtide.wire.openadr.programs import Program
from gridtide.wire.openadr.schedule import SHORTEST_S
from gridtide.wire.openadr.values import Value, ValuesMap

Sign = Literal["reduction", "increase"]

LEVEL_ATTRIBUTE = "SIMPLE_LEVEL_KW"
"""Private attribute of a program: the reduction of SIMPLE levels 0, 1, 2, 3 in kW."""
OFFSET_ATTRIBUTE = "CONTROL_LEVEL_OFFSET_KW"
"""Private attribute of a program: the reduction of one step of CONTROL_LEVEL_OFFSET in kW."""
SIGN_ATTRIBUTE = "DISPATCH_SETPOINT_RELATIVE_SIGN"
"""Private attribute of a program: REDUCTION or INCREASE, what a positive relative set-point means."""
BINDING_ATTRIBUTE = "BINDING_EVENTS"
"""Attribute of the specification: whether events must be followed."""


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """What holds for all events that one site hears.

    site, zone: of the house. seed: whose chance on a start it is. most_kw: the largest power that can be meant.
    shortest_s: intervals below are refused. level_kw: reduction of SIMPLE levels 0 to 3, kW. offset_kw: reduction of
    one step of CONTROL_LEVEL_OFFSET, kW. relative: what a positive relative set-point means. rated_kw: normal operation
    of which CONTROL_LEVEL_OFFSET_PERCENT is a share. baseline_kw: what reductions are counted from.
    peak_types: payload types by which a peak of the system is announced, which then ask for nothing else.
    default_import_kw: import that holds when limits ran out and nobody is heard. price_currency: of prices without a
    word on theirs, which are then per kWh. lost_after_s: silence of a VTN that counts as a loss of communication.
    None: not agreed; a program's own attributes go first.
    """

    site: str
    zone: str
    seed: str
    most_kw: float
    shortest_s: int = SHORTEST_S
    level_kw: tuple[float, ...] | None = None
    offset_kw: float | None = None
    relative: Sign | None = None
    rated_kw: float | None = None
    baseline_kw: float | None = None
    default_import_kw: float | None = None
    price_currency: str | None = None
    lost_after_s: int = 180
    peak_types: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a program adds to an agreement, and whether its events must be followed."""

    level_kw: tuple[float, ...] | None
    offset_kw: float | None
    relative: Sign | None
    is_binding: bool


def terms_of(program: Program | None, agreement: Agreement) -> Terms:
    """The terms under which events of a program are read: its own attributes, else the agreement."""
    said = {one.type: one.values for one in (program.attributes or () if program else ())}
    levels = numbers_in(said.get(LEVEL_ATTRIBUTE, ()))
    offsets = numbers_in(said.get(OFFSET_ATTRIBUTE, ()))
    sign = said.get(SIGN_ATTRIBUTE, ("",))[0] if said.get(SIGN_ATTRIBUTE) else ""
    signs: dict[Value, Sign] = {"REDUCTION": "reduction", "INCREASE": "increase"}
    return Terms(
        level_kw=levels if len(levels) == 4 else agreement.level_kw,
        offset_kw=offsets[0] if len(offsets) == 1 else agreement.offset_kw,
        relative=signs.get(sign, agreement.relative)
        if isinstance(sign, str)
        else agreement.relative,
        is_binding=said.get(BINDING_ATTRIBUTE, ()) == (True,),
    )


def term_faults(program: Program) -> Iterator[Finding]:
    """Attributes of a program that mean nothing as they are written; they are left aside."""
    for attribute in program.attributes or ():
        limit = _limit_of(attribute)
        if limit:
            yield Finding(
                subject=f"program {program.program_name} {attribute.type}",
                value=repr([_plain(value) for value in attribute.values]),
                limit=limit,
                mend="It was left aside; ask the operator to correct the program.",
            )


def numbers_in(values: Sequence[Value]) -> tuple[float, ...]:
    """The values as numbers, nothing when one of them is none."""
    plain = [
        value for value in values if isinstance(value, int | float) and not isinstance(value, bool)
    ]
    return tuple(float(value) for value in plain) if len(plain) == len(values) else ()


def _limit_of(attribute: ValuesMap) -> str:
    """What an attribute that is wrong should be, nothing when it is right."""
    numbers = numbers_in(attribute.values)
    if attribute.type == LEVEL_ATTRIBUTE and (
        len(numbers) != 4 or min(numbers) < 0 or sorted(numbers) != list(numbers)
    ):
        return "four reductions in kW for levels 0 to 3, none below 0, none below the one before"
    if attribute.type == OFFSET_ATTRIBUTE and (len(numbers) != 1 or numbers[0] < 0):
        return "one reduction in kW, 0 or more"
    if attribute.type == SIGN_ATTRIBUTE and attribute.values not in (("REDUCTION",), ("INCREASE",)):
        return "REDUCTION or INCREASE"
    return ""


def _plain(value: Value) -> object:
    return value if isinstance(value, bool | int | float | str) else (value.x, value.y)
