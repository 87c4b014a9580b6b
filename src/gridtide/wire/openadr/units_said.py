"""In which unit and currency a payload is meant: as the event says, else its program, else what was agreed."""

from gridtide.wire.openadr.agreement import Agreement
from gridtide.wire.openadr.events import Event
from gridtide.wire.openadr.programs import Program
from gridtide.wire.openadr.values import EventPayloadDescriptor

POWER_TYPES = (
    "IMPORT_CAPACITY_LIMIT",
    "IMPORT_CAPACITY_SUBSCRIPTION",
    "EXPORT_CAPACITY_LIMIT",
    "DISPATCH_SETPOINT",
    "DISPATCH_SETPOINT_RELATIVE",
)
PRICE_TYPES = ("PRICE", "EXPORT_PRICE")


def descriptor_of(
    event: Event, program: Program | None, payload_type: str
) -> EventPayloadDescriptor | None:
    """What the event says of a payload type, else its program; None where nobody says anything."""
    inherited = program.payload_descriptors or () if program else ()
    for one in (*(event.payload_descriptors or ()), *inherited):
        if isinstance(one, EventPayloadDescriptor) and one.payload_type == payload_type:
            return one
    return None


def currency_of(
    event: Event, program: Program | None, payload_type: str, agreement: Agreement
) -> str | None:
    """Currency of a price; None where nobody says it."""
    said = descriptor_of(event, program, payload_type)
    return said.currency if said is not None and said.currency else agreement.price_currency


def unit_trouble(
    event: Event, program: Program | None, payload_type: str, agreement: Agreement
) -> str:
    """Why a value cannot be read in the units of the house, nothing when it can."""
    said = descriptor_of(event, program, payload_type)
    unit = said.units if said else None
    if payload_type in POWER_TYPES and unit not in (None, "KW"):
        return f"it is in {unit}, not in KW"
    if payload_type == "GHG" and unit not in (None, "GHG"):
        return f"it is in {unit}, not in GHG (g/kWh)"
    if payload_type in PRICE_TYPES:
        if said is None and agreement.price_currency is None:
            return "neither unit nor currency is said, and none was agreed"
        if said is not None and unit != "KWH":
            return f"it is a price per {unit or 'nothing said'}, not per KWH"
        if currency_of(event, program, payload_type, agreement) is None:
            return "no currency is said, and none was agreed"
    return ""
