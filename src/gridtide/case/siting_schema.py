"""The tables of a siting file and what each of their keys may hold."""

from typing import Annotated, Literal

from pydantic import Field

from gridtide.case.name import Name
from gridtide.case.schema import Money, Power, Share, Table, Window
from gridtide.fleet.site import Cooling, SupplyKind
from gridtide.invest.siting.question import CarbonKind
from gridtide.settle.certificates import Matching

Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Year = Annotated[int, Field(ge=1950, le=2150)]
Spent = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
Years = Annotated[float, Field(gt=0, le=200, allow_inf_nan=False)]
Amount = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Rtt = Annotated[float, Field(ge=0, le=10_000, allow_inf_nan=False)]


class SitingTable(Table):
    """[siting]: the money all is told in, and the years it is told for."""

    name: Name
    currency: Currency
    cost_year: Year
    years: Annotated[tuple[Year, ...], Field(min_length=1, max_length=20)]
    interest: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.07
    carbon_price_per_t: Annotated[float, Field(ge=0, le=1e5)] = 0.0
    carbon: CarbonKind = CarbonKind.AVERAGE
    route_factor: Annotated[float, Field(ge=1, le=10)] = 1.5
    seed: Annotated[int, Field(ge=0)] = 0


class LimitsTable(Table):
    """[limits]: what must hold wherever the site stands."""

    cost_max_per_year: Amount | None = None
    emissions_max_t_per_year: Amount | None = None
    water_stress_max: Annotated[float, Field(ge=0, le=100)] | None = None


class CertificatesTable(Table):
    """[certificates]: what of consumption own supply and certificates must cover."""

    share: Share = 0.0
    matching: Matching = Matching.YEARLY


class RateTable(Table):
    """[[rate]]: what one unit of a currency of a year is worth in the siting's money."""

    currency: Currency
    year: Year
    worth: Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)]
    source: Annotated[str, Field(min_length=1, max_length=300)]


class OriginTable(Table):
    """[[origin]]: where users are or data arises."""

    name: Name
    latitude: Latitude
    longitude: Longitude
    share: Share = 0.0


class DataTable(Table):
    """[class.data]: what the work lives on."""

    home: Name
    set_gb: Amount
    change_gb_per_day: Amount = 0.0
    read_gb_per_day: Amount
    results_gb_per_day: Amount = 0.0
    refresh_years: Years = 4.0
    lag_max_h: Annotated[float, Field(gt=0, le=24)] = 24.0
    sensitivity: Annotated[int, Field(ge=0, le=3)] = 0


class WorkTable(Table):
    """[[class]]: work of one kind."""

    name: Name
    it_kw: Annotated[Power, Field(gt=0)]
    utilisation: Annotated[float, Field(gt=0, le=1)] = 0.8
    flexible_share: Share = 0.0
    slack_h: Annotated[int, Field(ge=1, le=168)] = 24
    rtt_max_ms: Rtt | None = None
    regions: tuple[Name, ...] = ()
    data: DataTable | None = None
    embodied_kg_per_kw: Amount = 0.0
    hardware_years: Years = 5.0


class SeriesTable(Table):
    """[[candidate.series]]: where its price, carbon and weather come from."""

    source: Literal["synthetic", "grid_hourly", "eia930", "table"]
    path: str | None = None
    zone: Name | None = None
    currency: Currency | None = None
    carbon: Literal["direct", "lifecycle"] = "direct"
    stamp: Literal["start", "end"] = "start"
    clock_offset_h: Annotated[float, Field(ge=-14, le=14)] = 0.0
    price_mean_per_mwh: Money = 60.0
    price_swing_per_mwh: Money = 25.0
    price_dip_per_mwh: Money = 0.0
    price_dips: tuple[Window, ...] = ()
    price_noise_per_mwh: Money = 8.0
    price_floor_per_mwh: Money = -500.0
    price_cap_per_mwh: Money = 4000.0
    carbon_mean_g_per_kwh: Annotated[float, Field(ge=0, le=1500)] = 400.0
    carbon_swing_g_per_kwh: Annotated[float, Field(ge=0, le=1500)] = 100.0
    temperature_c: float = 12.0
    day_swing_c: float = 5.0
    year_swing_c: float = 0.0
    humidity: Share = 0.65
    wind_m_per_s: Annotated[float, Field(ge=0, le=40)] = 7.5
    curtailed_kw: Power = 0.0
    curtailed_hours: tuple[Window, ...] = ()


class CostsTable(Table):
    """[candidate.costs]: money of the candidate's currency and cost year."""

    land_per_kw: Spent = 0.0
    building_per_kw: Spent = 0.0
    building_years: Years = 20.0
    building_exponent: Annotated[float, Field(gt=0, le=1.5)] = 1.0
    reference_kw: Annotated[Power, Field(gt=0)] = 10_000.0
    connection_per_kw: Spent = 0.0
    connection_years: Years = 40.0
    fixed_per_kw_year: Spent = 0.0
    fixed_per_year: Amount = 0.0
    grid_fee_per_mwh: Money = 0.0
    demand_charge_per_kw_month: Spent = 0.0
    export_price_share: Share = 0.0
    water_per_m3: Spent = 0.0
    certificate_per_mwh: Spent = 0.0
    storage_per_gb_month: Spent = 0.0


class HeadroomTable(Table):
    """[candidate.limits.headroom]: a bus of a document of `gridtide study --json`."""

    study: Annotated[str, Field(min_length=1, max_length=1000)]
    bus: Name
    outages: bool = True


class PlaceLimitsTable(Table):
    """[candidate.limits]: what this place cannot exceed."""

    headroom_kw: Power | None = None
    headroom: HeadroomTable | None = None
    it_capacity_max_kw: Power | None = None
    water_max_m3_per_year: Amount | None = None
    water_stress: Annotated[float, Field(ge=0, le=100)] | None = None


class WaterTable(Table):
    """[candidate.water]: how towers use it."""

    latent_share: Share = 1.0
    concentration: Annotated[float, Field(gt=1, le=100)] = 4.0
    dry_below_c: Annotated[float, Field(ge=-60, le=60)] | None = None


class OwnSupplyTable(Table):
    """[[candidate.supply]]: renewables beside the meter; what is left out of costs is that of technologies.toml."""

    kind: Literal[SupplyKind.SOLAR, SupplyKind.WIND]
    kw_per_it_kw: Annotated[float, Field(ge=0, le=100)]
    capex_per_kw: Spent | None = None
    fixed_per_kw_year: Spent | None = None
    life_years: Years | None = None
    embodied_kg_per_kw: Amount | None = None


class HeatTable(Table):
    """[[candidate.heat]]: somebody who buys heat."""

    name: Name
    price_per_mwh: Spent
    needs_c: Annotated[float, Field(ge=10, le=150)]
    most_kw: Power
    wanted_h: Annotated[int, Field(ge=0, le=8784)] = 8784
    distance_km: Annotated[float, Field(ge=0, le=500)] = 0.0
    pipe_per_km: Spent = 0.0
    pipe_life_years: Years = 30.0
    lost_share_per_km: Annotated[float, Field(ge=0, lt=1)] = 0.0
    displaced_g_per_kwh: Annotated[float, Field(ge=0, le=3000)] = 0.0


class PathTable(Table):
    """[[candidate.path]]: the way of data from an origin; its price in money of the candidate, or of a price list."""

    origin: Name
    rate_gbps: Annotated[float, Field(gt=0, le=1e6)]
    price_per_gb: Spent | None = None
    price_list: Annotated[str, Field(min_length=1, max_length=1000)] | None = None
    list_from: Name | None = None
    list_to: Name | None = None
    currency: Currency | None = None
    cost_year: Year | None = None
    failures_per_h: Annotated[float, Field(ge=0, le=1000)] = 0.0
    piece_gb: Annotated[float, Field(gt=0, le=1e9)] = 100.0


class CurtailmentTable(Table):
    """[candidate.curtailment]: renewable power turned down near by, of any period."""

    source: Literal["gb_curtailment", "table"]
    path: Annotated[str, Field(min_length=1, max_length=1000)]
    zone: Name | None = None
    fuel: Name = "WIND"
    share: Share = 1.0


class CandidateTable(Table):
    """[[candidate]]: a place."""

    name: Name
    region: Name
    latitude: Latitude
    longitude: Longitude
    currency: Currency
    cost_year: Year
    cooling: Cooling = Cooling.WATER_CHILLER
    heat_share: Annotated[float, Field(ge=0, le=0.9)] = 0.75
    heat_c: Annotated[float, Field(ge=10, le=90)] = 30.0
    embodied_kg_per_kw: Amount = 0.0
    home_of: tuple[Name, ...] = ()
    rtt_ms: dict[Name, Rtt] = Field(default_factory=dict)
    series: Annotated[tuple[SeriesTable, ...], Field(min_length=1)]
    costs: CostsTable = CostsTable()
    limits: PlaceLimitsTable = PlaceLimitsTable()
    water: WaterTable = WaterTable()
    supply: tuple[OwnSupplyTable, ...] = ()
    heat: tuple[HeatTable, ...] = ()
    path: tuple[PathTable, ...] = ()
    curtailment: CurtailmentTable | None = None


class SplitTable(Table):
    """[split]: the work divided over places, beside all of it at home. latency_ms: limits that are tried."""

    home: Name
    latency_ms: tuple[Rtt, ...] = ()


class EdgeTable(Table):
    """[edge]: one central site against small ones for a class of requests; money of the siting."""

    work: Annotated[str, Field(alias="class")]
    central: Name
    small: Annotated[tuple[Name, ...], Field(min_length=1)]
    sites_per_place: Annotated[
        tuple[Annotated[int, Field(ge=1, le=1000)], ...], Field(min_length=1)
    ] = (1,)
    requests_per_s: Annotated[float, Field(gt=0, le=1e9)]
    service_s: Annotated[float, Field(gt=0, le=3600)]
    kw_per_server: Annotated[float, Field(gt=0, le=1000)]
    mean_share: Annotated[float, Field(gt=0, le=1)] = 0.6
    idle_share: Share = 0.3
    waiting_share_max: Annotated[float, Field(gt=0, lt=1)] = 0.05
    last_mile_ms: Rtt = 5.0
    gb_per_request: Amount = 0.0
    backbone_per_gb_1000km: Spent = 0.0
    small_cooling: Cooling = Cooling.AIR_CHILLER
    small_fixed_per_year: Amount = 0.0


class SitingFile(Table):
    """A siting as a file."""

    siting: SitingTable
    limits: LimitsTable = LimitsTable()
    certificates: CertificatesTable = CertificatesTable()
    rate: tuple[RateTable, ...] = ()
    origin: tuple[OriginTable, ...] = ()
    work_class: Annotated[tuple[WorkTable, ...], Field(alias="class", min_length=1)]
    candidate: Annotated[tuple[CandidateTable, ...], Field(min_length=1)]
    split: SplitTable | None = None
    edge: EdgeTable | None = None
