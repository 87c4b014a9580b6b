"""What one site owes and earns by its meters and its contract, line by line."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.fleet.contract import Exposure
from gridtide.fleet.site import Site
from gridtide.settle.capacity import SiteMeters, settle_capacity
from gridtide.settle.cost import (
    Metered,
    settle_coincident_peaks,
    settle_demand_charge,
    settle_energy_cost,
    settle_wear,
)
from gridtide.settle.deviation import deviation_charge, deviation_kwh
from gridtide.settle.gensets import GensetUse, settle_genset
from gridtide.settle.line import Inputs, Line
from gridtide.settle.plants import PlantUse, settle_plant
from gridtide.settle.ppa import agreed_cost, ppa_volume_kwh, to_buy_kwh
from gridtide.settle.two_part import settle_transformers
from gridtide.timeline import Timeline

Real = NDArray[np.float64]
OF_CASE = "contract of the case"
ENERGY, DEMAND, WEAR, CAPACITY = "energy", "demand charge", "wear", "capacity revenue"
COINCIDENT, FUEL, PLANTS = "coincident peaks", "generator fuel", "plants"
DEVIATION, AGREED, TRANSFORMERS = "deviation", "agreements", "transformers"


@dataclass(frozen=True, kw_only=True, eq=False)
class BilledSite:
    """A site with what its meters said over a course.

    import_kw, discharge_kw: (T,). month: of each step on the site's clock. demand_share: part of a month's charge that
    counts. genset: power, fuel in litres and number running, (3, T); made_kw, led_past_kw: of its plant, (T,); nothing
    but zeros at a site without. produced_kwh: by the plant of each agreement, (A, T). positioned: where something was
    bought or declared, (T,). capacity: what its offers are held against, None where it made none;
    capacity_price_per_mw_h: (Q, T).
    """

    site: Site
    timeline: Timeline
    metered: Metered
    import_kw: Real
    discharge_kw: Real
    month: NDArray[np.int64]
    demand_share: float
    genset: Real
    made_kw: Real
    led_past_kw: Real
    positioned: NDArray[np.bool_]
    produced_kwh: Real
    capacity: SiteMeters | None
    capacity_price_per_mw_h: Real

    def __post_init__(self) -> None:
        freeze(
            self,
            import_kw=np.float64,
            discharge_kw=np.float64,
            genset=np.float64,
            made_kw=np.float64,
            led_past_kw=np.float64,
            month=np.int64,
            positioned=np.bool_,
            produced_kwh=np.float64,
            capacity_price_per_mw_h=np.float64,
        )


def energy_line(billed: BilledSite) -> Line:
    """Energy at the price the contract exposes the site to."""
    contract, metered = billed.site.contract, billed.metered
    given: Inputs = (
        ("import_kwh", float(metered.import_kwh.sum())),
        ("export_kwh", float(metered.export_kwh.sum())),
        ("mean_price_per_mwh", float(metered.price_per_mwh.mean())),
    )
    if contract.exposure is Exposure.TWO_SETTLEMENT:
        given = (*given, ("position_kwh", float(metered.position_kwh.sum())))
    if contract.exposure in (Exposure.FIXED, Exposure.CONTRACT_FOR_DIFFERENCE):
        given = (*given, ("fixed_price_per_mwh", contract.fixed_price_per_mwh))
    cost = settle_energy_cost(contract, metered)
    return _line(billed, ENERGY, cost, f"energy-{contract.exposure}", given)


def demand_line(billed: BilledSite) -> Line:
    """The highest import of every billing month."""
    contract, months = billed.site.contract, np.unique(billed.month)
    peaks: Inputs = tuple(
        (f"peak_{number // 12 if number % 12 else number // 12 - 1}_{(number - 1) % 12 + 1:02d}_kw",
         float(billed.import_kw[billed.month == number].max()))
        for number in months.tolist()
    )  # fmt: skip
    charge = settle_demand_charge(contract, billed.import_kw, billed.month, billed.demand_share)
    given: Inputs = (
        *peaks,
        ("least_kw", contract.demand_least_kw),
        ("over_factor", contract.demand_over_factor),
        ("price_per_kw_month", contract.demand_charge_per_kw_month),
        ("share_of_month", billed.demand_share),
    )
    return _line(billed, DEMAND, charge, "demand-charge", given)


def deviation_line(billed: BilledSite) -> Line | None:
    """Energy more or less than was bought or declared; None where the contract charges nothing for it."""
    contract, metered = billed.site.contract, billed.metered
    if not contract.deviation_price_per_mwh:
        return None
    position_kwh = np.where(billed.positioned, metered.position_kwh, np.nan)
    drawn_kwh = to_buy_kwh(contract, metered, billed.produced_kwh)
    apart_kwh = deviation_kwh(contract, drawn_kwh, position_kwh)
    given: Inputs = (
        ("beyond_free_kwh", float(apart_kwh.sum())),
        ("price_per_mwh", contract.deviation_price_per_mwh),
        ("free_share", contract.deviation_free_share),
    )
    charge = deviation_charge(contract, drawn_kwh, position_kwh)
    return _line(billed, DEVIATION, charge, "deviation-beyond-share", given)


def coincident_line(billed: BilledSite) -> Line | None:
    """The mean import over each of the system's peaks that came; None where the contract names none."""
    contract = billed.site.contract
    if not contract.peaks:
        return None
    charge = settle_coincident_peaks(contract, billed.import_kw, billed.timeline)
    given: Inputs = tuple(
        (f"charge_per_kw {peak.start.isoformat()}", peak.charge_per_kw if peak.came else None)
        for peak in contract.peaks
    )
    return _line(billed, COINCIDENT, charge, "coincident-peaks", given)


def agreed_line(billed: BilledSite) -> Line | None:
    """What agreements on energy add to the market's price; None where the contract holds none."""
    contract, metered = billed.site.contract, billed.metered
    if not contract.agreements:
        return None
    volumes: Inputs = tuple(
        (
            f"{ppa.name}: {ppa.delivery}, {ppa.volume}, kWh at {ppa.strike_per_mwh:g}",
            float(ppa_volume_kwh(ppa, made, metered.hours, metered.price_per_mwh).sum()),
        )
        for ppa, made in zip(contract.agreements, billed.produced_kwh, strict=True)
    )
    given: Inputs = (*volumes, ("resale_price_share", contract.resale_price_share))
    cost = agreed_cost(contract, metered, billed.produced_kwh)
    return _line(billed, AGREED, cost, "strike-less-market", given)


def transformers_line(billed: BilledSite) -> Line | None:
    """What transformers are charged at; None where the contract charges none."""
    charge, used_kwh = billed.site.contract.transformers, billed.metered.import_kwh
    if charge is None:
        return None
    given: Inputs = (
        ("kva", charge.kva),
        ("charge_per_kva_month", charge.charge_per_kva_month),
        ("import_kwh", float(used_kwh.sum())),
        ("well_used_factor", charge.well_used_factor),
        ("share_of_month", billed.demand_share),
    )
    amount = settle_transformers(charge, used_kwh, billed.month, billed.demand_share)
    return _line(billed, TRANSFORMERS, amount, "two-part-transformer", given)


def wear_line(billed: BilledSite) -> Line:
    """What a store gave, at its cost of wear."""
    battery = billed.site.battery
    wear = settle_wear(battery, billed.discharge_kw, billed.metered.hours)
    given: Inputs = (
        ("discharge_kwh", float((billed.discharge_kw * billed.metered.hours).sum())),
        ("wear_cost_per_kwh", battery.wear_cost_per_kwh if battery else 0.0),
    )
    return _line(billed, WEAR, wear, "wear", given)


def fuel_line(billed: BilledSite) -> Line | None:
    """Fuel and starts of generators for emergencies; None where a site has none."""
    used = genset_use(billed)
    if used is None:
        return None
    given: Inputs = (("fuel_l", used.fuel_l), ("starts", float(used.starts)))
    return _line(billed, FUEL, used.cost, "generator-fuel", given)


def plant_line(billed: BilledSite) -> Line | None:
    """What a plant that is told what to make cost; None where a site has none."""
    used = plant_use(billed)
    if used is None or billed.site.reactor is None:
        return None
    given: Inputs = (
        ("made_kwh", used.energy_kwh),
        ("cost_per_mwh", billed.site.reactor.cost_per_mwh),
    )
    return _line(billed, PLANTS, used.cost, "plant", given)


def genset_use(billed: BilledSite) -> GensetUse | None:
    """Generators as the meters saw them; what nothing carried is not looked at."""
    if billed.site.genset is None:
        return None
    nothing = np.zeros(len(billed.timeline))
    return settle_genset(billed.site.genset, billed.genset, nothing, billed.metered.hours)


def plant_use(billed: BilledSite) -> PlantUse | None:
    """A plant as the meters saw it."""
    if billed.site.reactor is None:
        return None
    made_kw, hours = billed.made_kw, billed.metered.hours
    return settle_plant(billed.site.reactor, made_kw, billed.led_past_kw, hours)


def capacity_line(billed: BilledSite) -> Line | None:
    """What the capacity a site kept ready earned; None where it offers none."""
    if billed.capacity is None:
        return None
    found = settle_capacity(billed.site, billed.capacity_price_per_mw_h, billed.capacity)
    given: Inputs = (
        ("offered_kw_h", found.offered_kw_h),
        ("not_held_kw_h", found.not_held_kw_h),
    )
    return _line(billed, CAPACITY, -found.revenue, "capacity-held", given)


def _line(billed: BilledSite, what: str, amount: float, formula: str, given: Inputs) -> Line:
    return Line(
        what=what,
        site=billed.site.name,
        amount=amount,
        formula=formula,
        version=OF_CASE,
        inputs=given,
        source="the run's tables and its case",
        mark="checked",
    )
