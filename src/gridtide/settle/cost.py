"""What a site pays: metered energy at the price its contract exposes it to, and its demand charge."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.coincident import coincident_cost_per_kwh
from gridtide.fleet.contract import Contract, Exposure, tariff_price_per_mwh
from gridtide.fleet.site import Battery
from gridtide.timeline import Timeline
from gridtide.units import cost_per_kwh

Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Metered:
    """What one site's meter and markets said, step by step, (T,) each.

    import_kwh, export_kwh: metered. price_per_mwh, real_time_price_per_mwh: of its zones (the same where
    it has no real-time zone). export_price_per_mwh: of what is fed in, before the contract's share of it.
    position_kwh: bought day-ahead. weekday (0 = Monday), hour: on the site's clock. hours: length of the step.
    """

    import_kwh: Real
    export_kwh: Real
    price_per_mwh: Real
    real_time_price_per_mwh: Real
    export_price_per_mwh: Real
    position_kwh: Real
    weekday: NDArray[np.int64]
    hour: Real
    hours: Real


def settle_energy_cost(contract: Contract, metered: Metered) -> float:
    """Money for energy, negative when the site earned more than it paid.

    Two-settlement: the position at the day-ahead price plus the deviation at the real-time price, so
    after gate closure a move changes the cost by the real-time price alone. Contract for difference:
    the index plus strike minus index on the contracted volume.
    """
    exported = metered.export_kwh * metered.export_price_per_mwh * contract.export_price_share
    paid = _paid(contract, metered) - exported
    return float(np.sum(cost_per_kwh(1.0) * paid))


def settle_demand_charge(
    contract: Contract, import_kw: Real, month: NDArray[np.int64], share: float
) -> float:
    """Money for the highest import of each billing month: for what is paid at least, and for what exceeds it at its
    factor. share: part of a month's charge that counts."""
    least_kw, factor = contract.demand_least_kw, contract.demand_over_factor
    over_kw = [max(float(import_kw[month == n].max()) - least_kw, 0.0) for n in np.unique(month)]
    charged_kw = [least_kw + factor * one_kw for one_kw in over_kw]
    return share * contract.demand_charge_per_kw_month * sum(charged_kw)


def contracted_relief(contract: Contract, months: int, share: float) -> float:
    """What a plan counts too much, money: it prices all of a peak at the factor of what exceeds the least demand."""
    charge = share * contract.demand_charge_per_kw_month * months
    return charge * (contract.demand_over_factor - 1.0) * contract.demand_least_kw


def settle_coincident_peaks(contract: Contract, import_kw: Real, timeline: Timeline) -> float:
    """Money for the mean import over each of the system's peaks that came. import_kw: (T,)."""
    per_kwh = coincident_cost_per_kwh(contract, timeline, came=True)
    return float((per_kwh * import_kw * timeline.hours).sum())


def settle_wear(battery: Battery | None, discharge_kw: Real, hours: Real) -> float:
    """Money for the wear of a store, by the energy it gave. discharge_kw, hours: (T,)."""
    if battery is None:
        return 0.0
    return float((discharge_kw * hours).sum()) * battery.wear_cost_per_kwh


def _paid(contract: Contract, metered: Metered) -> Real:
    """Price times energy of each step, in money per MWh times kWh."""
    index = metered.import_kwh * metered.price_per_mwh
    if contract.exposure is Exposure.FIXED:
        return metered.import_kwh * contract.fixed_price_per_mwh
    if contract.exposure is Exposure.TIME_OF_USE:
        tariff = tariff_price_per_mwh(contract.bands, metered.weekday, metered.hour)
        return metered.import_kwh * tariff
    if contract.exposure is Exposure.TWO_SETTLEMENT:
        deviation_kwh = metered.import_kwh - metered.position_kwh
        day_ahead = metered.position_kwh * metered.price_per_mwh
        return day_ahead + deviation_kwh * metered.real_time_price_per_mwh
    if contract.exposure is Exposure.CONTRACT_FOR_DIFFERENCE:
        volume_kwh = contract.contracted_kw * metered.hours
        return index + volume_kwh * (contract.fixed_price_per_mwh - metered.price_per_mwh)
    return index
