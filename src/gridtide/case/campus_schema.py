"""The tables of a campus file and what each of their keys may hold."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from gridtide.case.name import Name

Positive = Annotated[float, Field(gt=0.0, le=1e9, allow_inf_nan=False)]
Amount = Annotated[float, Field(ge=0.0, le=1e12, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False)]
Price = Annotated[float, Field(ge=-1e4, le=1e5, allow_inf_nan=False)]
Code = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Year = Annotated[int, Field(ge=1990, le=2100)]


class Part(BaseModel):
    """A table of the file; a key nobody knows is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class CampusTable(Part):
    """[campus]: what and when. years: whole years of UTC, or start and hours."""

    name: Name
    currency: Code
    cost_year: Year
    interest: Annotated[float, Field(ge=0.0, le=0.5)] = 0.07
    carbon_price_per_t: Amount = 0.0
    latitude: Annotated[float, Field(ge=-90.0, le=90.0)]
    longitude: Annotated[float, Field(ge=-180.0, le=180.0)]
    years: tuple[Year, ...] = ()
    start: AwareDatetime | None = None
    hours: Annotated[int, Field(ge=24, le=87_840)] = 8760
    typical_days: Annotated[int, Field(ge=0, le=366)] = 0
    seed: Annotated[int, Field(ge=0)] = 0
    whole_choices: bool = False


class RateTable(Part):
    """[[rate]]: how much of the campus's money one unit of another is worth, price levels included."""

    from_currency: Code
    from_year: Year
    factor: Positive


class SeriesTable(Part):
    """[series]: prices, carbon and weather by the hour."""

    source: Literal["synthetic", "grid_hourly", "table"]
    path: str = ""
    zone: str = ""
    carbon: Literal["direct", "lifecycle"] = "lifecycle"
    gaps_most_h: Annotated[int, Field(ge=0, le=200)] = 0
    currency: Code | None = None
    seed: Annotated[int, Field(ge=0)] = 0
    price_mean_per_mwh: Price = 80.0
    price_swing_per_mwh: Price = 25.0
    price_noon_dip_per_mwh: Price = 35.0
    carbon_mean_g_per_kwh: Amount = 350.0
    wind_m_per_s: Annotated[float, Field(ge=0.0, le=40.0)] = 7.0
    temperature_c: Annotated[float, Field(ge=-40.0, le=50.0)] = 11.0


class WaitingTable(Part):
    """[[load.waiting]]: work that may wait."""

    name: Name
    share: Share
    slack_h: Annotated[int, Field(ge=0, le=8760)]
    most_times: Annotated[float, Field(ge=1.0, le=100.0)] = 3.0


class SlowerTable(Part):
    """[[load.slower]]: answers that may be slower, and by how much that lowers the load."""

    name: Name
    share: Share
    cost_per_mwh: Amount
    hours_most: Amount


class LoadTable(Part):
    """[load]: what the campus draws on average, without cooling where there is [cooling]."""

    mean_kw: Positive
    day_swing: Share = 0.0
    peak_h: Annotated[float, Field(ge=0.0, lt=24.0)] = 15.0
    critical_share: Share = 1.0
    waiting: tuple[WaitingTable, ...] = ()
    slower: tuple[SlowerTable, ...] = ()


class CircuitTable(Part):
    """[[grid.circuit]]."""

    name: Name
    import_max_kw: Amount
    export_max_kw: Amount = 0.0
    cost_per_kw_year: Amount = 0.0
    outages_per_year: Amount = 0.0
    repair_h: Amount = 0.0


class GridTable(Part):
    """[grid]: what is added to the market's price when drawn and taken off when fed in."""

    network_charge_per_mwh: Amount = 0.0
    feed_in_fee_per_mwh: Amount = 0.0
    fossil_g_per_kwh: Positive = 700.0
    circuit: Annotated[tuple[CircuitTable, ...], Field(min_length=1)]


class TechnologyTable(Part):
    """[[technology]]: one that may be built; what is not said is as `like`, a name of the defaults, has it."""

    name: Name
    like: str = ""
    least_kw: Amount = 0.0
    most_kw: Amount | None = None
    least_kwh: Amount = 0.0
    most_kwh: Amount | None = None
    units: Annotated[int, Field(ge=1, le=1000)] = 1
    currency: Code | None = None
    cost_year: Year | None = None
    capex_per_kw: Amount | None = None
    capex_per_kw_out: Amount | None = None
    capex_per_kwh: Amount | None = None
    fixed_share: Share | None = None
    variable_per_mwh: Amount | None = None
    lifetime_y: Positive | None = None
    efficiency: Annotated[float, Field(gt=0.0, le=1.0)] | None = None
    efficiency_out: Annotated[float, Field(gt=0.0, le=1.0)] | None = None
    loss_per_h: Share | None = None
    fuel_per_mwh_heat: Amount | None = None
    carbon_g_per_kwh: Amount | None = None
    embodied_kg_per_kw: Amount | None = None
    embodied_kg_per_kwh: Amount | None = None
    least_share: Share | None = None
    ramp_share_per_h: Amount | None = None
    outage_share: Share | None = None
    clean: bool | None = None


class AgreementTable(Part):
    """[[agreement]]: energy of plants elsewhere as they make it."""

    name: Name
    output: Literal["solar", "wind", "hydro"]
    price_per_mwh: Price
    most_kw: Amount


class CertificatesTable(Part):
    """[certificates]."""

    price_per_mwh: Amount
    most_kwh_per_year: Amount


class CoolingTable(Part):
    """[cooling]: plants that carry the load's heat away."""

    heat_share: Share = 1.0
    plant_most_kw: Positive
    water_cost_per_m3: Amount = 0.0
    water_most_m3: Amount | None = None


class HeatTable(Part):
    """[heat]: a customer of heat."""

    demand_kw: Positive
    summer_share: Share = 0.3
    price_per_mwh: Amount
    supply_c: Annotated[float, Field(ge=20.0, le=150.0)] = 70.0
    source_c: Annotated[float, Field(ge=5.0, le=80.0)] = 30.0
    share: Share = 0.75


class TargetsTable(Part):
    """[targets]: what must be reached; nothing is asked of what is not said."""

    hourly_clean_share: Share | None = None
    yearly_clean_share: Share | None = None
    self_use_least: Share | None = None
    green_share_least: Share | None = None
    export_most: Share | None = None
    available_includes_curtailed: bool = True
    islanded_h: Annotated[int, Field(ge=1, le=72)] | None = None
    unserved_kwh: Amount | None = None
    carbon_kg: Amount | None = None
    capex: Amount | None = None
    cost: Amount | None = None
    import_kwh: Amount | None = None


class CampusFile(Part):
    """A campus file."""

    campus: CampusTable
    rate: tuple[RateTable, ...] = ()
    series: SeriesTable
    load: LoadTable
    grid: GridTable | None = None
    technology: Annotated[tuple[TechnologyTable, ...], Field(min_length=1)]
    agreement: tuple[AgreementTable, ...] = ()
    certificates: CertificatesTable | None = None
    cooling: CoolingTable | None = None
    heat: HeatTable | None = None
    targets: TargetsTable = TargetsTable()
