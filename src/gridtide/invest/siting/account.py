"""The yearly account of work at a place: what it costs line by line, what it lets off, draws and gives away."""

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.site import Cooling, SupplyKind
from gridtide.invest.siting.hours import (
    UnitHours,
    counted_carbon_g_per_kwh,
    drawn_per_mwh,
    steering_of,
    unit_hours,
    with_heat_led_away,
)
from gridtide.invest.siting.moving import Moving, moving_of
from gridtide.invest.siting.place import Place, PlaceYear
from gridtide.invest.siting.question import Siting
from gridtide.invest.siting.work import WorkClass
from gridtide.physics.levelised_cost import recovery_factor
from gridtide.settle.carbon import settle_emissions_kg
from gridtide.settle.certificates import covered_kwh
from gridtide.settle.embodied import Stock, embodied_kg_per_year
from gridtide.settle.heat_sold import HeatCustomer, HeatSold, heat_sold
from gridtide.settle.water import water_drawn_m3
from gridtide.units import cost_per_kwh

Real = NDArray[np.float64]
Mix = tuple[tuple[WorkClass, float], ...]
"""Classes and the mean IT power of each, kW."""


@dataclass(frozen=True, kw_only=True)
class Lines:
    """Money a year in the siting's currency, income below 0."""

    energy: float = 0.0
    grid_fees: float = 0.0
    demand_charge: float = 0.0
    carbon: float = 0.0
    certificates: float = 0.0
    water: float = 0.0
    data: float = 0.0
    building: float = 0.0
    connection: float = 0.0
    own_supply: float = 0.0
    operations: float = 0.0
    heat: float = 0.0

    @property
    def total(self) -> float:
        """All lines together."""
        return float(sum(getattr(self, one.name) for one in fields(self)))


@dataclass(frozen=True, kw_only=True, eq=False)
class YearAccount:
    """One year. covered_kwh: of consumption by own supply under the siting's matching. surplus_kwh: own supply that the
    site does not use. emissions_…_kg: location-based, by average and by marginal intensity (None where unknown), and
    market-based, of what nothing covers. peak_kw: at the meter. absorbed_kwh: curtailed energy that moved work took up,
    None where curtailment is unknown."""

    year: int
    it_kwh: float
    facility_kwh: float
    import_kwh: float
    covered_kwh: float
    surplus_kwh: float
    peak_kw: float
    emissions_average_kg: float
    emissions_marginal_kg: float | None
    emissions_market_based_kg: float
    water_m3: float
    sold: tuple[HeatSold, ...]
    absorbed_kwh: float | None
    lines: Lines
    facility_kw: Real
    it_kw: Real


@dataclass(frozen=True, kw_only=True, eq=False)
class PlaceAccount:
    """A mix at a place. lines: mean of the years. counted_kg: mean operational emissions of the kind that is priced,
    with what is embodied, a year. shifted: whether flexible work moves; it does not where that costs more."""

    place: Place
    mix: Mix
    shifted: bool
    years: tuple[YearAccount, ...]
    moves: tuple[Moving, ...]
    embodied_kg: float
    counted_kg: float
    lines: Lines

    @property
    def cost(self) -> float:
        """Money a year, mean of the years."""
        return self.lines.total

    @property
    def peak_kw(self) -> float:
        """The highest power at the meter of any year."""
        return max(year.peak_kw for year in self.years)

    @property
    def water_m3(self) -> float:
        """The most water of any year."""
        return max(year.water_m3 for year in self.years)

    @property
    def it_capacity_kw(self) -> float:
        """Halls that the mix needs."""
        return it_capacity_kw(self.mix)


def it_capacity_kw(mix: Mix) -> float:
    """IT power of all halls, kW."""
    return sum(power / work.utilisation for work, power in mix)


def account_of(siting: Siting, place: Place, mix: Mix, moved: bool) -> PlaceAccount:
    """A mix at a place over all its years, its flexible work moved or not."""
    moves = tuple(_moves(place, mix))
    joined = customers_that_pay(siting, place, mix, moved)
    years = tuple(_year(siting, place, year, mix, moved, joined) for year in place.years)
    embodied = embodied_kg(place, mix)
    fixed = _fixed_lines(siting, place, mix, max(one.peak_kw for one in years), joined)
    data = sum(one.cost for one in moves)
    lines = _mean([one.lines for one in years], fixed, data)
    marginal = siting.carbon == "marginal"
    emitted = [
        (one.emissions_marginal_kg or 0.0) if marginal else one.emissions_average_kg
        for one in years
    ]
    return PlaceAccount(
        place=place,
        mix=mix,
        shifted=moved,
        years=years,
        moves=moves,
        embodied_kg=embodied,
        counted_kg=sum(emitted) / len(emitted) + embodied,
        lines=lines,
    )


def _moves(place: Place, mix: Mix) -> Iterator[Moving]:
    for work, power in mix:
        found = moving_of(place, work, power / work.it_kw)
        if found is not None:
            yield found


def _mean(years: list[Lines], fixed: Lines, data: float) -> Lines:
    sums = {
        one.name: sum(getattr(lines, one.name) for lines in years) / len(years)
        + getattr(fixed, one.name)
        for one in fields(Lines)
    }
    return Lines(**{**sums, "data": sums["data"] + data})


def _fixed_lines(
    siting: Siting, place: Place, mix: Mix, peak_kw: float, joined: tuple[HeatCustomer, ...]
) -> Lines:
    costs, capacity = place.costs, it_capacity_kw(mix)
    scale = (capacity / costs.reference_kw) ** (costs.building_exponent - 1.0)
    building = costs.building_per_kw * scale * capacity
    rate = siting.interest
    power = sum(kw for _, kw in mix)
    supply = sum(
        one.kw_per_it_kw
        * power
        * (one.capex_per_kw * recovery_factor(rate, one.life_years) + one.fixed_per_kw_year)
        for one in place.supply
    )
    pipes = sum(pipe_per_year(one, rate) for one in joined)
    return Lines(
        building=building * recovery_factor(rate, costs.building_years)
        + costs.land_per_kw * capacity * max(rate, 0.0),
        connection=costs.connection_per_kw
        * peak_kw
        * recovery_factor(rate, costs.connection_years),
        own_supply=supply,
        operations=costs.fixed_per_kw_year * capacity + costs.fixed_per_year,
        heat=pipes,
    )


def pipe_per_year(customer: HeatCustomer, interest: float) -> float:
    """Money a year for the way of the heat."""
    built = customer.pipe_per_km * customer.distance_km
    return built * recovery_factor(interest, customer.pipe_life_years)


def embodied_kg(place: Place, mix: Mix) -> float:
    """CO2e a year of making machines, building and own supply, kg."""
    power = sum(kw for _, kw in mix)
    stocks = [
        Stock(
            name=work.name,
            embodied_kg=work.embodied_kg_per_kw * kw / work.utilisation,
            life_years=work.hardware_years,
        )
        for work, kw in mix
    ]
    stocks += [
        Stock(
            name="building",
            embodied_kg=place.embodied_kg_per_kw * it_capacity_kw(mix),
            life_years=place.costs.building_years,
        )
    ]
    stocks += [
        Stock(
            name=one.kind,
            embodied_kg=one.embodied_kg_per_kw * one.kw_per_it_kw * power,
            life_years=one.life_years,
        )
        for one in place.supply
    ]
    return sum(embodied_kg_per_year(one) for one in stocks)


def customers_that_pay(
    siting: Siting, place: Place, mix: Mix, moved: bool
) -> tuple[HeatCustomer, ...]:
    """Customers whose heat brings more than it and its pipe cost over the years, the best price first."""
    found: list[HeatCustomer] = []
    for customer in sorted(place.heat, key=lambda one: (-one.price_per_mwh, one.name)):
        gains = []
        for year in place.years:
            units = _units(siting, place, year, mix, moved)
            sold = _sold(siting, place, year, _sum(units, mix, "it_kw"), (*found, customer))[-1]
            paid = drawn_per_mwh(year, steering_of(siting, place))
            gains.append(sold.income - float((sold.pump_kw * paid).sum()) * cost_per_kwh(1.0))
        if sum(gains) / len(gains) > pipe_per_year(customer, siting.interest):
            found.append(customer)
    return tuple(found)


def _units(siting: Siting, place: Place, year: PlaceYear, mix: Mix, moved: bool) -> list[UnitHours]:
    steering = steering_of(siting, place)
    return [unit_hours(year, place.cooling, work, steering, moved) for work, _ in mix]


def _sum(units: list[UnitHours], mix: Mix, name: str) -> Real:
    return np.asarray(sum(kw * getattr(one, name) for one, (_, kw) in zip(units, mix, strict=True)))


def _sold(
    siting: Siting,
    place: Place,
    year: PlaceYear,
    it_kw: Real,
    customers: tuple[HeatCustomer, ...],
) -> tuple[HeatSold, ...]:
    """What each customer gets, one after another of what is left."""
    left = place.heat_share * it_kw
    paid = drawn_per_mwh(year, steering_of(siting, place))
    found: list[HeatSold] = []
    for customer in customers:
        sold = heat_sold(customer, left, place.heat_c, year.outdoor_c, paid)
        left = left - sold.taken_kw
        found.append(sold)
    return tuple(found)


def _drawn(
    siting: Siting,
    place: Place,
    year: PlaceYear,
    mix: Mix,
    moved: bool,
    joined: tuple[HeatCustomer, ...],
) -> tuple[Real, Real, Real, tuple[HeatSold, ...]]:
    """IT, facility with the pumps of its heat, heat left to reject, kW, (T,) each, and the heat that is sold."""
    units = _units(siting, place, year, mix, moved)
    it_kw = _sum(units, mix, "it_kw")
    if not joined:
        return it_kw, _sum(units, mix, "facility_kw"), _sum(units, mix, "rejected_kw"), ()
    sold = _sold(siting, place, year, it_kw, joined)
    led = np.asarray(sum(one.taken_kw for one in sold)) / np.maximum(it_kw, 1e-12)
    facility, rejected = np.zeros(len(year)), np.zeros(len(year))
    for one, (work, kw) in zip(units, mix, strict=True):
        own, left = with_heat_led_away(
            one.it_kw, led * one.it_kw, work.utilisation, year, place.cooling
        )
        facility, rejected = facility + kw * own, rejected + kw * left
    return it_kw, facility + np.asarray(sum(one.pump_kw for one in sold)), rejected, sold


def own_supply_kw(place: Place, year: PlaceYear, it_kw: float) -> Real:
    """What own renewables could make beside so much mean IT power, kW, (T,)."""
    made = np.zeros(len(year))
    for one in place.supply:
        made = made + one.kw_per_it_kw * it_kw * share_of(year, one.kind)
    return made


def share_of(year: PlaceYear, kind: SupplyKind) -> Real:
    """Power per kW of own supply, (T,). Raises ValueError where the year has no weather for it."""
    share = {SupplyKind.SOLAR: year.solar_share, SupplyKind.WIND: year.wind_share}.get(kind)
    if share is None:
        raise ValueError(f"no weather for {kind} in {year.year}")
    return share


def capacity_factor(year: PlaceYear, kind: SupplyKind) -> float:
    """Mean power over rated power [0-1]."""
    return float(share_of(year, kind).mean())


def _year(
    siting: Siting,
    place: Place,
    year: PlaceYear,
    mix: Mix,
    moved: bool,
    joined: tuple[HeatCustomer, ...],
) -> YearAccount:
    it_kw, facility_kw, rejected_kw, sold = _drawn(siting, place, year, mix, moved, joined)
    made_kw = own_supply_kw(place, year, sum(kw for _, kw in mix))
    drawn_kw, surplus_kw = (
        np.maximum(facility_kw - made_kw, 0.0), np.maximum(made_kw - facility_kw, 0.0),
    )  # fmt: skip
    covered = covered_kwh(facility_kw, np.zeros(len(year)), made_kw, siting.certificates.matching)
    water_m3 = float(
        water_drawn_m3(rejected_kw, year.outdoor_c, np.ones(len(year)), place.water).sum()
    )
    average = settle_emissions_kg(drawn_kw, year.carbon_average_g_per_kwh)
    marginal_g = year.carbon_marginal_g_per_kwh
    bought = max(0.0, siting.certificates.share * float(facility_kw.sum()) - covered)
    open_share = max(0.0, 1.0 - (covered + bought) / float(facility_kw.sum()))
    mean_g = average / max(float(drawn_kw.sum()), 1e-12)
    return YearAccount(
        year=year.year,
        it_kwh=float(it_kw.sum()),
        facility_kwh=float(facility_kw.sum()),
        import_kwh=float(drawn_kw.sum()),
        covered_kwh=covered,
        surplus_kwh=float(surplus_kw.sum()),
        peak_kw=float(drawn_kw.max()),
        emissions_average_kg=average,
        emissions_marginal_kg=None
        if marginal_g is None
        else settle_emissions_kg(drawn_kw, marginal_g),
        emissions_market_based_kg=open_share * float(facility_kw.sum()) * mean_g,
        water_m3=water_m3,
        sold=sold,
        absorbed_kwh=_absorbed(siting, place, year, mix, moved),
        lines=_flow_lines(siting, place, year, drawn_kw, surplus_kw, bought, water_m3, sold),
        facility_kw=facility_kw,
        it_kw=it_kw,
    )


def _absorbed(siting: Siting, place: Place, year: PlaceYear, mix: Mix, moved: bool) -> float | None:
    """Curtailed energy that the moved work takes up beyond work that runs evenly."""
    from gridtide.settle.curtailment import absorbed_kwh

    if year.curtailed_kw is None:
        return None
    load, even = (
        _sum(_units(siting, place, year, mix, way), mix, "facility_kw") for way in (moved, False)
    )
    return absorbed_kwh(year.curtailed_kw, load, even)


def _flow_lines(
    siting: Siting,
    place: Place,
    year: PlaceYear,
    drawn_kw: Real,
    surplus_kw: Real,
    bought_kwh: float,
    water_m3: float,
    sold: tuple[HeatSold, ...],
) -> Lines:
    """The lines that follow the hours of a year."""
    costs = place.costs
    sales = costs.export_price_share * float(
        (surplus_kw * np.maximum(year.price_per_mwh, 0.0)).sum()
    )
    energy = float((drawn_kw * year.price_per_mwh).sum()) - sales
    emitted = settle_emissions_kg(drawn_kw, counted_carbon_g_per_kwh(year, siting.carbon))
    peaks = monthly_peaks_kw(drawn_kw, year.year)
    return Lines(
        energy=cost_per_kwh(energy),
        grid_fees=float(drawn_kw.sum()) * cost_per_kwh(costs.grid_fee_per_mwh),
        demand_charge=costs.demand_charge_per_kw_month * float(peaks.sum()),
        carbon=siting.carbon_price_per_t * emitted / 1000.0,
        certificates=bought_kwh * cost_per_kwh(costs.certificate_per_mwh),
        water=water_m3 * costs.water_per_m3,
        heat=-sum(one.income for one in sold),
    )


def monthly_peaks_kw(drawn_kw: Real, year: int) -> Real:
    """The highest power of each calendar month (UTC) of a year of hours, (12,)."""
    begin = np.datetime64(f"{year}-01-01T00", "h")
    month = (begin + np.arange(len(drawn_kw))).astype("datetime64[M]").astype(np.int64)
    found = np.zeros(12)
    np.maximum.at(found, (month - month[0]) % 12, drawn_kw)
    return found


def is_wet(cooling: Cooling) -> bool:
    """Whether a plant rejects its heat by towers."""
    return cooling is not Cooling.AIR_CHILLER
