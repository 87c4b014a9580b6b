"""What a store that is doubted can hold: by its own power since it was believed last, less surely with every step.

Nothing is judged by it, and what may be used of the store is only what it holds in any case: it gives down to what it
has at least, and takes up to what it has at most.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from gridtide.fleet.fleet import Fleet
from gridtide.fleet.site import Battery, Site
from gridtide.loop.seen import Seen
from gridtide.trust.impossible import STORE_LATE_S, STORE_ROUNDS

OFF_SHARE = 0.05
"""How far the energy that went in and out may differ from power times efficiency."""
IDLE_SHARE_PER_H = 0.001
"""What a store may lose of its energy in an hour by itself."""
LEAST_USED = 0.01
"""A store of which less than this share of its energy is sure is left alone."""


@dataclass(frozen=True, kw_only=True)
class Content:
    """What a store holds, at least and at most, kWh; until: the instant it is of; believed_at: when it was believed
    last, believed_kwh: what it said then."""

    low_kwh: float
    high_kwh: float
    until: datetime
    believed_at: datetime
    believed_kwh: float

    def __str__(self) -> str:
        return (
            f"{self.low_kwh:,.0f} to {self.high_kwh:,.0f} kWh, by its own power since it was believed at"
            f" {self.believed_at:%H:%M:%S} UTC"
        )


def followed(before: Mapping[int, Content], seen: Seen, fleet: Fleet) -> dict[int, Content]:
    """What each store holds after a step, by the number of its site: as it says where that is believed, else what it
    held before and what it took since; nothing of one that was never believed, or that a river fills."""
    found = {}
    for number, site in enumerate(fleet.sites):
        said_kwh = float(seen.soc_kwh[number])
        if site.battery is None or site.reservoir is not None:
            continue
        if np.isfinite(said_kwh):
            at = seen.measured_at
            found[number] = Content(
                low_kwh=said_kwh,
                high_kwh=said_kwh,
                until=at,
                believed_at=at,
                believed_kwh=said_kwh,
            )
        elif number in before:
            taken_kw = float(seen.charge_kw[number] - seen.discharge_kw[number])
            found[number] = gone_on(before[number], site.battery, taken_kw, seen.measured_at)
    return found


def gone_on(content: Content, battery: Battery, taken_kw: float, at: datetime) -> Content:
    """What a store holds at a later instant, where it took so much at its terminals since (below 0: gave), kW; NaN
    where nobody read it: then anything that it can."""
    hours = max((at - content.until).total_seconds(), 0.0) / 3600.0
    late_h = min(hours, STORE_LATE_S / 3600.0)
    into, out_of = battery.charge_efficiency, 1.0 / battery.discharge_efficiency
    most_kwh, least_kwh = battery.charge_max_kw * into, -battery.discharge_max_kw * out_of
    if np.isfinite(taken_kw):
        moved_kwh = hours * taken_kw * (into if taken_kw > 0.0 else out_of)
        off_kwh = OFF_SHARE * abs(moved_kwh)
        low_kwh = moved_kwh - off_kwh + late_h * least_kwh
        high_kwh = moved_kwh + off_kwh + late_h * most_kwh
    else:
        low_kwh, high_kwh = hours * least_kwh, hours * most_kwh
    low_kwh -= hours * IDLE_SHARE_PER_H * battery.energy_kwh
    return replace(
        content,
        low_kwh=min(max(content.low_kwh + low_kwh, 0.0), battery.energy_kwh),
        high_kwh=max(min(content.high_kwh + high_kwh, battery.energy_kwh), 0.0),
        until=at,
    )


def usable(site: Site, content: Content) -> tuple[Site, float] | None:
    """The site with a store that holds no more than is sure and has no more room than is sure, and what that holds,
    kWh; None where next to nothing is sure."""
    battery = site.battery
    if battery is None:
        return None
    around_kwh = STORE_ROUNDS * battery.energy_kwh
    least_kwh = battery.soc_min * battery.energy_kwh
    holds_kwh = max(content.low_kwh - around_kwh, least_kwh)
    energy_kwh = holds_kwh + max(battery.energy_kwh - content.high_kwh - around_kwh, 0.0)
    if energy_kwh - least_kwh < LEAST_USED * battery.energy_kwh:
        return None
    narrower = replace(battery, energy_kwh=energy_kwh, soc_min=least_kwh / energy_kwh)
    return replace(site, battery=narrower), holds_kwh
