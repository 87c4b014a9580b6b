"""What a plan is asked to make small, in the settlement currency."""

from dataclasses import dataclass
from datetime import datetime

from gridtide.decide.called_hours import CalledHours
from gridtide.signals.signal import Kind


@dataclass(frozen=True, kw_only=True)
class Objective:
    """Energy, demand charge, transfer, wear, carbon and lost or late compute are added up as money.

    carbon_price_per_t: what a tonne of CO2 counts. carbon: which intensity it counts by; average and
    marginal are never mixed. moves_max: how often one job may change its site.
    demand_charge_share: share of a month's demand charge that counts, in [0, 1]. begins, ends: of the period
    over which all this is added up, None where it has been or goes on. called: hours in which drawing less is paid for.
    """

    carbon_price_per_t: float = 0.0
    carbon: Kind = Kind.CARBON_AVERAGE
    moves_max: int = 2
    demand_charge_share: float = 1.0
    begins: datetime | None = None
    ends: datetime | None = None
    called: tuple[CalledHours, ...] = ()
