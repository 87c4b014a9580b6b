"""Prices and intensities that no market could mean, told when they are heard, so that the last good ones go on."""

from collections.abc import Iterator

from gridtide.finding import Finding
from gridtide.signals.plausible import plausible
from gridtide.signals.signal import PRICES, Kind
from gridtide.units import cost_per_kwh
from gridtide.wire.openadr.agreement import Agreement
from gridtide.wire.openadr.events import Event
from gridtide.wire.openadr.schedule import Course
from gridtide.wire.openadr.units_said import currency_of

KINDS = {"PRICE": Kind.PRICE, "EXPORT_PRICE": Kind.EXPORT_PRICE, "GHG": Kind.CARBON_MARGINAL}


def price_faults(
    event: Event, name: str, course: Course, agreement: Agreement
) -> Iterator[Finding]:
    """A finding for each value beyond what its kind can be at all; prices of the wire are per kWh."""
    for laid in course.laid:
        for payload in laid.interval.payloads:
            kind = KINDS.get(payload.type)
            if kind is None:
                continue
            currency = currency_of(event, None, payload.type, agreement)
            low, high = plausible(kind, currency)
            if kind in PRICES:
                low, high = cost_per_kwh(low), cost_per_kwh(high)
            for value in payload.values:
                if not isinstance(value, int | float) or low <= value <= high:
                    continue
                yield Finding(
                    subject=f"event {name} interval {laid.interval.id} {payload.type}",
                    value=f"{value:,} {currency or ''}".strip(),
                    limit=f"from {low:g} to {high:g}: a price is per kWh, carbon in g/kWh",
                    mend="It was not acted on; what was known before goes on.",
                )
