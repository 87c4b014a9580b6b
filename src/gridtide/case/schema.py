"""The tables of a case file and what each of their keys may hold."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from gridtide.case.name import Name
from gridtide.decide.event import EventKind
from gridtide.decide.risk import Uncertainty
from gridtide.fleet.agreement import Delivery, Output, Volume
from gridtide.fleet.contract import Exposure
from gridtide.fleet.product import Direction, ProductKind
from gridtide.fleet.site import Cooling, SupplyKind
from gridtide.fleet.work_kind import WorkKind
from gridtide.simulate.study import LengthKnowledge

Power = Annotated[float, Field(ge=0, le=1e8, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Money = Annotated[float, Field(ge=-1e6, le=1e9, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=10_000_000)]
Size = Annotated[float, Field(ge=0.01, le=64, allow_inf_nan=False)]
Hours = Annotated[float, Field(gt=0, le=10_000, allow_inf_nan=False)]
TelescopeSpan = tuple[
    Annotated[int, Field(ge=1, le=100_000)], Annotated[int, Field(ge=1, le=10_080)]
]
Window = tuple[Annotated[float, Field(ge=0, le=24)], Annotated[float, Field(ge=0, le=48)]]


class Table(BaseModel):
    """A table of the file: no unknown keys, no text where a number belongs."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class CaseTable(Table):
    """[case]: what and when."""

    name: Name
    start: AwareDatetime
    end: AwareDatetime
    step_min: Annotated[int, Field(ge=1, le=60)] = 15
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    seed: Annotated[int, Field(ge=0)] = 0
    length_knowledge: LengthKnowledge = LengthKnowledge.DECLARED
    policies: tuple[Name, ...] = ("run-at-once", "coordinated", "perfect-foresight")
    protect: tuple[Name, ...] = ()


class ObjectiveTable(Table):
    """[objective]: what counts beside energy."""

    carbon_price_per_t: Annotated[float, Field(ge=0, le=1e5)] = 0.0
    carbon: Literal["average", "marginal"] = "average"
    moves_max: Annotated[int, Field(ge=0, le=100)] = 2
    demand_charge_share: Share = 1.0


class FleetTable(Table):
    """[fleet]: what holds for all sites together."""

    response_max_kw_per_min: Annotated[Power, Field(gt=0)] | None = None


class PlanningTable(Table):
    """[planning]: how far and how often."""

    plan_h: Hours = 48.0
    replan_h: Hours = 6.0
    forecaster: Name = "persistence"
    uncertainty: Uncertainty = Uncertainty.EXPECTED
    scenarios: Annotated[int, Field(ge=1, le=32)] = 8
    cvar_weight: Share = 0.5
    cvar_level: Annotated[float, Field(ge=0, lt=1)] = 0.75
    confidence: Annotated[float, Field(ge=0.5, le=0.99)] = 0.95
    telescope: tuple[TelescopeSpan, ...] = ()


class PointTable(Table):
    """[[site.pool.point]]: a slower way to run a pool's machines."""

    name: Name
    speed: Annotated[float, Field(ge=0.05, le=1, allow_inf_nan=False)]
    busy_kw_per_accelerator: Annotated[float, Field(gt=0, le=100)]
    cap_kw: Annotated[float, Field(gt=0, le=100)] | None = None
    highest_mhz: Annotated[float, Field(gt=0, le=10_000)] | None = None


class CurveTable(Table):
    """[site.pool.curve]: a table of a power cap or a clock, whose points the pool gets."""

    path: str | None = None
    workload: Name
    accelerator: Name | None = None
    source: Literal["table", "emerald", "zeus", "known"] = "table"


class ParkingTable(Table):
    """[site.pool.parking]: how nodes kept for services rest when nothing uses them."""

    node_accelerators: Annotated[int, Field(ge=1, le=1024)] = 8
    idle_kw_per_accelerator: Annotated[float, Field(ge=0, le=100)] | None = None
    off_kw_per_accelerator: Annotated[float, Field(ge=0, le=100)] = 0.0
    wake_kw_per_accelerator: Annotated[float, Field(ge=0, le=100)] | None = None
    wake_parked_s: Annotated[float, Field(ge=0, le=86_400)] = 30.0
    wake_off_s: Annotated[float, Field(ge=0, le=86_400)] = 600.0
    least_idle_min: Annotated[float, Field(ge=0, le=1440)] = 0.0
    least_parked_min: Annotated[float, Field(ge=0, le=1440)] = 15.0
    least_off_min: Annotated[float, Field(ge=0, le=1440)] = 30.0


class PoolTable(Table):
    """[[site.pool]]: identical machines."""

    name: Name
    accelerator: Name
    accelerators: Annotated[int, Field(ge=1, le=10_000_000)]
    parked_kw_per_accelerator: Annotated[float, Field(ge=0, le=100)] | None = None
    busy_kw_per_accelerator: Annotated[float, Field(gt=0, le=100)] | None = None
    for_services: Count = 0
    burst_reserve: Annotated[float, Field(ge=0, le=5)] = 0.1
    point: tuple[PointTable, ...] = ()
    curve: CurveTable | None = None
    parking: ParkingTable | None = None


class FacilityTable(Table):
    """[site.facility]: the building."""

    it_capacity_kw: Annotated[float, Field(gt=0, le=1e8)]
    cooling: Cooling = Cooling.WATER_CHILLER
    overhead_kw: Power = 0.0
    design_outdoor_c: Annotated[float, Field(ge=-20, le=60)] | None = None
    learned: Annotated[str, Field(min_length=1, max_length=1000)] | None = None
    learned_outside: Literal["refuse", "physics"] = "refuse"
    learned_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    learned_signed_by: Name | None = None
    learned_signature: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    learned_canary_days: Annotated[int, Field(ge=1, le=366)] = 7
    learned_after_flag: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")] | None = None


class BatteryTable(Table):
    """[site.battery]: a store."""

    energy_kwh: Annotated[float, Field(gt=0, le=1e8)]
    charge_max_kw: Power
    discharge_max_kw: Power
    charge_efficiency: Annotated[float, Field(gt=0, le=1)] = 0.955
    discharge_efficiency: Annotated[float, Field(gt=0, le=1)] = 0.955
    soc_min: Share = 0.05
    soc_start: Share = 0.5
    wear_cost_per_kwh: Annotated[float, Field(ge=0, le=100)] = 0.025


class PumpedHydroTable(Table):
    """[site.pumped_hydro]: water that is pumped up and falls again."""

    volume_m3: Annotated[float, Field(gt=0, le=1e10)]
    head_m: Annotated[float, Field(gt=0, le=2000)]
    pump_kw: Power
    turbine_kw: Power
    pump_efficiency: Annotated[float, Field(gt=0, le=1)] = 0.90
    turbine_efficiency: Annotated[float, Field(gt=0, le=1)] = 0.90
    least_m3: Annotated[float, Field(ge=0, le=1e10)] = 0.0
    start_share: Share = 0.5
    wear_cost_per_kwh: Annotated[float, Field(ge=0, le=100)] = 0.0


class ReservoirTable(Table):
    """[site.reservoir]: water behind a dam that a river fills."""

    volume_m3: Annotated[float, Field(gt=0, le=1e12)]
    head_m: Annotated[float, Field(gt=0, le=2000)]
    turbine_kw: Power
    turbine_efficiency: Annotated[float, Field(gt=0, le=1)] = 0.90
    least_m3: Annotated[float, Field(ge=0, le=1e12)] = 0.0
    kept_m3_per_s: Annotated[float, Field(ge=0, le=4e5)] = 0.0
    start_share: Share = 0.5
    wear_cost_per_kwh: Annotated[float, Field(ge=0, le=100)] = 0.0


class HydrogenTable(Table):
    """[site.hydrogen]: an electrolyser, a tank and a fuel cell or engine."""

    tank_kg: Annotated[float, Field(gt=0, le=1e8)]
    electrolyser_kw: Power
    fuel_cell_kw: Power
    electrolyser_kwh_per_kg: Annotated[float, Field(ge=33.33, le=200)] | None = None
    fuel_cell_efficiency: Annotated[float, Field(gt=0, le=1)] = 0.50
    least_share: Share = 0.10
    standby_kw: Power = 0.0
    start_share: Share = 0.5
    wear_cost_per_kwh: Annotated[float, Field(ge=0, le=100)] = 0.0


class HallTable(Table):
    """[site.hall]: the machine hall as a store of heat."""

    air_kj_per_k: Annotated[float, Field(gt=0, le=1e9)] | None = None
    mass_kj_per_k: Annotated[float, Field(gt=0, le=1e10)] | None = None
    between_kw_per_k: Annotated[float, Field(gt=0, le=1e7)] | None = None
    set_c: Annotated[float, Field(ge=5, le=45)] = 24.0
    coolest_c: Annotated[float, Field(ge=5, le=45)] = 18.0
    warmest_c: Annotated[float, Field(ge=5, le=45)] = 27.0
    change_max_k_per_h: Annotated[float, Field(gt=0, le=100)] = 20.0


class ColdStoreTable(Table):
    """[site.cold_store]: chilled water."""

    volume_m3: Annotated[float, Field(gt=0, le=1e7)]
    span_k: Annotated[float, Field(gt=0, le=30)] = 10.0
    charge_max_kw: Power
    discharge_max_kw: Power
    loss_share_per_day: Annotated[float, Field(ge=0, lt=1)] = 0.01
    start_share: Share = 0.5


class BackupTable(Table):
    """[site.backup]: UPS and rack batteries."""

    energy_kwh: Annotated[float, Field(gt=0, le=1e8)]
    power_max_kw: Annotated[float, Field(gt=0, le=1e8)]
    carries_kw: Power | None = None
    carries_s: Annotated[float, Field(ge=0, le=86_400)] = 300.0
    reserve_share: Share = 0.0
    cycling: bool = False
    charge_efficiency: Annotated[float, Field(gt=0, le=1)] = 0.955
    discharge_efficiency: Annotated[float, Field(gt=0, le=1)] = 0.955
    wear_cost_per_kwh: Annotated[float, Field(ge=0, le=100)] = 0.025


class GensetTable(Table):
    """[site.genset]: generators for emergencies."""

    units: Annotated[int, Field(ge=1, le=1000)] = 1
    rated_kw: Annotated[float, Field(gt=0, le=1e6)]
    fuel_l: Annotated[float, Field(gt=0, le=1e9)]
    fuel_price_per_l: Annotated[float, Field(ge=0, le=1e4)]
    fuel_l_per_kwh: Annotated[float, Field(gt=0, le=2)] = 0.246
    idling_l_per_kwh: Annotated[float, Field(ge=0, le=1)] = 0.084
    emissions_kg_per_l: Annotated[float, Field(ge=0, le=10)] = 2.70
    start_s: Annotated[float, Field(ge=0, le=600)] = 15.0
    start_failure: Annotated[float, Field(ge=0, lt=1)] = 0.0075
    start_cost: Annotated[float, Field(ge=0, le=1e6)] = 0.0
    carries_answers: bool = False


class OutageTable(Table):
    """[[site.reactor.outage]]: a time in which a plant stands."""

    start: AwareDatetime
    end: AwareDatetime


class ReactorTable(Table):
    """[site.reactor]: a small reactor, or any other plant that makes steady power and is told how much."""

    capacity_kw: Annotated[float, Field(gt=0, le=1e8)]
    cost_per_mwh: Annotated[float, Field(ge=0, le=1e5)]
    least_share: Share = 0.50
    ramp_kw_per_min: Annotated[float, Field(gt=0, le=1e7)] | None = None
    emissions_g_per_kwh: Annotated[float, Field(ge=0, le=2000)] = 0.0
    start_share: Share = 1.0
    outage: tuple[OutageTable, ...] = ()


class RiverTable(Table):
    """[site.supply.river]: the water of a plant."""

    head_m: Annotated[float, Field(gt=0, le=2000)]
    kept_m3_per_s: Annotated[float, Field(ge=0, le=4e5)] = 0.0
    least_m3_per_s: Annotated[float, Field(ge=0, le=4e5)] = 0.0
    efficiency: Annotated[float, Field(gt=0, le=1)] = 0.90


class SupplyTable(Table):
    """[[site.supply]]: on-site generation."""

    kind: SupplyKind
    capacity_kw: Power
    farm_wake_share: Annotated[float, Field(ge=0, lt=1)] | None = None
    height_m: Annotated[float, Field(ge=-450, le=6000)] | None = None
    river: RiverTable | None = None


class BandTable(Table):
    """[[site.contract.band]]: hours of a tariff."""

    price_per_mwh: Money
    weekdays: tuple[Annotated[int, Field(ge=0, le=6)], ...] = (0, 1, 2, 3, 4, 5, 6)
    from_hour: Annotated[float, Field(ge=0, le=24)] = 0.0
    to_hour: Annotated[float, Field(ge=0, le=24)] = 24.0


class LimitTable(Table):
    """[[site.contract.limit]]: hours of a lower limit of import."""

    import_max_kw: Power
    weekdays: tuple[Annotated[int, Field(ge=0, le=6)], ...] = (0, 1, 2, 3, 4, 5, 6)
    from_hour: Annotated[float, Field(ge=0, le=24, multiple_of=0.25)] = 0.0
    to_hour: Annotated[float, Field(ge=0, le=24, multiple_of=0.25)] = 24.0


class AlertTable(Table):
    """[[site.contract.peak.alert]]: what is said of a peak at an instant."""

    at: AwareDatetime
    likelihood: Share


class PeakTable(Table):
    """[[site.contract.peak]]: a time in which the system is known or expected to peak."""

    start: AwareDatetime
    end: AwareDatetime
    charge_per_kw: Annotated[float, Field(ge=0, le=1e5)]
    likelihood: Share = 1.0
    came: bool = True
    alert: tuple[AlertTable, ...] = ()


class AgreementTable(Table):
    """[[site.contract.ppa]]: an agreement on energy. output, output_zone: which series says what its plant makes."""

    name: Name
    delivery: Delivery
    volume: Volume
    strike_per_mwh: Money
    share: Share = 1.0
    baseload_kw: Power = 0.0
    below_zero: bool = True
    output: Output | None = None
    output_zone: Name | None = None


class TransformersTable(Table):
    """[site.contract.transformers]: the capacity part of a two-part tariff by transformers."""

    kva: Annotated[float, Field(gt=0, le=1e8, allow_inf_nan=False)]
    charge_per_kva_month: Annotated[float, Field(ge=0, le=1e5, allow_inf_nan=False)]
    well_used_kwh_per_kva: Annotated[float, Field(gt=0, le=1e4, allow_inf_nan=False)] | None = None
    well_used_factor: Annotated[float, Field(gt=0, le=1)] = 1.0


class ContractTable(Table):
    """[site.contract]: connection and supply."""

    import_max_kw: Annotated[float, Field(gt=0, le=1e8)]
    export_max_kw: Power = 0.0
    demand_charge_per_kw_month: Annotated[float, Field(ge=0, le=1e5)] = 0.0
    ramp_max_kw_per_min: Annotated[float, Field(gt=0)] | None = None
    exposure: Exposure = Exposure.INDEX
    fixed_price_per_mwh: Money | None = None
    contracted_kw: Power = 0.0
    band: tuple[BandTable, ...] = ()
    real_time_zone: Name | None = None
    gate_closure_h: Annotated[float, Field(ge=0, le=72)] = 12.0
    gate_hour: Annotated[float, Field(ge=0, lt=24)] | None = None
    export_price_share: Share = 1.0
    bids_by_price: bool = False
    deviation_price_per_mwh: Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)] = 0.0
    deviation_free_share: Annotated[float, Field(ge=0, lt=1)] = 0.0
    demand_least_kw: Power = 0.0
    demand_over_factor: Annotated[float, Field(ge=1, le=10)] = 1.0
    limit: tuple[LimitTable, ...] = ()
    peak: tuple[PeakTable, ...] = ()
    ppa: tuple[AgreementTable, ...] = ()
    resale_price_share: Share = 1.0
    transformers: TransformersTable | None = None


class OfferTable(Table):
    """[[site.offer]]: capacity a site may hold ready for the grid."""

    product: ProductKind
    direction: Direction = Direction.SYMMETRIC
    price_per_mw_h: Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)] | None = None
    price_zone: Name | None = None
    offered_max_kw: Annotated[float, Field(gt=0, le=1e8, allow_inf_nan=False)]
    hold_h: Annotated[float, Field(gt=0, le=24, allow_inf_nan=False)] = 1.0
    block_h: Annotated[float, Field(gt=0, le=24, allow_inf_nan=False)] = 1.0
    gate_closure_h: Annotated[float, Field(ge=0, le=72, allow_inf_nan=False)] = 1.0
    expected_score: Annotated[float, Field(ge=0, le=1)] = 1.0
    mileage_payment_per_mw_h: Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)] = 0.0
    call_cost_per_mw_h: Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)] = 0.0
    called_up_share: Annotated[float, Field(ge=0, le=1)] = 0.0
    called_down_share: Annotated[float, Field(ge=0, le=1)] = 0.0
    carried_by_work: bool = False


class SiteTable(Table):
    """[[site]]: a data centre."""

    name: Name
    zone: Name
    weather_zone: Name | None = None
    clock: Name
    region: Name
    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    curtailment_zone: Name | None = None
    facility: FacilityTable
    contract: ContractTable
    battery: BatteryTable | None = None
    pumped_hydro: PumpedHydroTable | None = None
    hydrogen: HydrogenTable | None = None
    reservoir: ReservoirTable | None = None
    hall: HallTable | None = None
    cold_store: ColdStoreTable | None = None
    backup: BackupTable | None = None
    genset: GensetTable | None = None
    reactor: ReactorTable | None = None
    pool: Annotated[tuple[PoolTable, ...], Field(min_length=1)]
    supply: tuple[SupplyTable, ...] = ()
    offer: tuple[OfferTable, ...] = ()


class LatencyTable(Table):
    """[[network.latency]]: round trip from an origin to a site."""

    origin: Name
    site: Name
    ms: Annotated[float, Field(ge=0, le=10_000)]


class LinkTable(Table):
    """[[network.link]]: carrying data between two sites, both ways."""

    between: tuple[Name, Name]
    gb_per_s: Annotated[float, Field(gt=0, le=1e6)]
    cost_per_gb: Annotated[float, Field(ge=0, le=1e4)] = 0.0


class NetworkTable(Table):
    """[network]: what lies between places."""

    origins: tuple[Name, ...] = ()
    latency: tuple[LatencyTable, ...] = ()
    link: tuple[LinkTable, ...] = ()
    transfer_failure_share: Annotated[float, Field(ge=0, lt=1)] = 0.0
    transfer_retries_max: Annotated[int, Field(ge=0, le=10)] = 1


class ClassTable(Table):
    """[[class]]: a kind of deferrable work."""

    name: Name
    value_per_accelerator_h: Annotated[float, Field(ge=0, le=1e5)]
    delay_cost_per_accelerator_h: Annotated[float, Field(ge=0, le=1e4)] = 0.0
    kind: WorkKind | None = None
    speed_up: tuple[tuple[Size, Size], ...] = ()


class JobsTable(Table):
    """[[jobs]]: a group of jobs of one class, made up or read from a log."""

    name: Name
    work_class: Annotated[str, Field(alias="class")]
    home: Name
    pool: Name
    sites: tuple[Name, ...] = ()
    source: Literal["synthetic", "philly", "pai", "openb", "swf", "sacct", "table"] = "synthetic"
    path: str | None = None
    clock: Name | None = None
    starts: AwareDatetime | None = None
    most: Annotated[int, Field(ge=1, le=10_000_000)] | None = None
    team: Name | None = None
    labels: tuple[Annotated[str, Field(max_length=200)], ...] = ()
    unit: Literal["gpu", "cpu", "node"] = "gpu"
    count: Annotated[int, Field(ge=1, le=1_000_000)] = 100
    accelerators: tuple[Annotated[int, Field(ge=1)], ...] = (8,)
    hours: Hours = 2.0
    longest_h: Hours = 24.0
    from_hour: Annotated[float, Field(ge=0, le=24)] = 8.0
    to_hour: Annotated[float, Field(ge=0, le=24)] = 20.0
    slack_h: Annotated[float, Field(ge=0, le=1000)] = 8.0
    slack_share: Annotated[float, Field(ge=0, le=100)] = 0.0
    due: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] | None = None
    interruptible: bool = True
    movable: bool = True
    elastic: bool = False
    restart_min: Annotated[float, Field(ge=0, le=600)] = 10.0
    minimum_run_min: Annotated[float, Field(ge=0, le=1440)] = 30.0
    data_gb: Annotated[float, Field(ge=0, le=1e7)] = 0.0
    sensitivity: Annotated[int, Field(ge=0, le=3)] = 0
    declared_h: tuple[Hours, ...] = (1.0, 4.0, 12.0, 24.0, 72.0, 168.0)


class SlowerTable(Table):
    """[[service.place.point]]: fuller batches at a place, whose answers take longer."""

    requests_per_accelerator_s: Annotated[float, Field(gt=0, le=1e6)]
    time_to_first_token_s: Annotated[float, Field(ge=0, le=600)]
    it_kw_per_accelerator: Annotated[float, Field(gt=0, le=100)]


class PlacedTable(Table):
    """[[service.place]]: how a service runs on a pool of a site."""

    site: Name
    pool: Name
    requests_per_accelerator_s: Annotated[float, Field(gt=0, le=1e6)] | None = None
    time_to_first_token_s: Annotated[float, Field(ge=0, le=600)] | None = None
    sequences: Annotated[float, Field(gt=0, le=1e5)] | None = None
    home: Share = 0.0
    resident: bool = True
    point: tuple[SlowerTable, ...] = ()


class ServiceTable(Table):
    """[[service]]: latency-bound work."""

    name: Name
    latency_max_s: Annotated[float, Field(gt=0, le=3600)]
    delay_tolerance: Annotated[float, Field(ge=0, le=10)] = 0.0
    delay_cost_per_request: Annotated[float, Field(ge=0, le=1e4)] = 0.0
    burstiness: Annotated[float, Field(ge=0, le=1000)] = 1.0
    lost_cache_s: Annotated[float, Field(ge=0, le=3600)] | None = None
    cached_prompt_share: Share | None = None
    value_per_request: Annotated[float, Field(ge=0, le=1e4)]
    movable: bool = True
    model: Name | None = None
    prompt_tokens: Annotated[float, Field(gt=0, le=1e7)] | None = None
    tokens_per_request: Annotated[float, Field(gt=0, le=1e6)] | None = None
    requests: str | None = None
    place: Annotated[tuple[PlacedTable, ...], Field(min_length=1)]


class DemandTable(Table):
    """[[demand]]: requests of a service from an origin."""

    service: Name
    origin: Name
    source: Literal["synthetic", "servegen"] = "synthetic"
    path: str | None = None
    starts: AwareDatetime | None = None
    share: Annotated[float, Field(gt=0, le=1000)] = 1.0
    mean_per_s: Annotated[float, Field(ge=0, le=1e9)] = 0.0
    swing: Share = 0.5
    peak_h: Annotated[float, Field(ge=0, le=24)] = 15.0


class SignalTable(Table):
    """[[signal]]: series of a zone, made up or read."""

    zone: Name
    source: Literal["synthetic", "grid_hourly", "aemo", "eia930", "table", "openadr"] = "synthetic"
    path: str | None = None
    url: Annotated[str, Field(pattern=r"^https?://[^\s]+$", max_length=2000)] | None = None
    every_s: Annotated[int, Field(ge=1, le=86_400)] = 300
    user: Annotated[str, Field(pattern=r"^[^\s:]+$", max_length=200)] | None = None
    secret_file: Annotated[str, Field(min_length=1)] | None = None
    secret_env: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] | None = None
    public_key: Annotated[str, Field(min_length=44, max_length=44)] | None = None
    kinds: tuple[Name, ...] = ()
    from_zone: Name | None = None
    witness: Name | None = None
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    stamp: Literal["start", "end"] = "start"
    published: Literal["day-ahead", "real-time", "tariff"] | None = None
    published_hour: Annotated[float, Field(ge=0, le=24)] | None = None
    clock: Name | None = None
    temperature_c: float = 12.0
    day_swing_c: float = 5.0
    humidity: Share = 0.65
    wind_m_per_s: Annotated[float, Field(ge=0, le=40)] = 7.5
    windy_at_night: Share = 0.35
    price_mean_per_mwh: Money = 60.0
    price_swing_per_mwh: Money = 25.0
    price_dip_per_mwh: Money = 0.0
    price_dips: tuple[Window, ...] = ()
    price_noise_per_mwh: Money = 8.0
    floor_per_mwh: Money | None = None
    cap_per_mwh: Money | None = None
    fuels: dict[Name, tuple[Share, Share]] = {}
    carbon_least_g_per_kwh: Annotated[float, Field(ge=0, le=3000)] | None = None
    carbon_most_g_per_kwh: Annotated[float, Field(ge=0, le=3000)] | None = None
    price_floor_per_mwh: Money = -500.0
    price_cap_per_mwh: Money = 4000.0
    carbon_mean_g_per_kwh: Annotated[float, Field(ge=0, le=1500)] = 400.0
    carbon_swing_g_per_kwh: Annotated[float, Field(ge=0, le=1500)] = 100.0
    curtailed_kw: Power = 0.0
    curtailed_hours: tuple[Window, ...] = ()

    @property
    def kept_as(self) -> str:
        """The zone under which its series are kept; a second source has one of its own."""
        return self.zone if self.witness is None else f"{self.zone} by {self.witness}"


class EventTable(Table):
    """[[event]]: a call of the grid."""

    site: Name
    start: AwareDatetime
    end: AwareDatetime | None = None
    kind: EventKind = EventKind.CAPACITY_LIMIT
    name: Name | None = None
    import_max_kw: Power | None = None
    import_min_kw: Power | None = None
    export_max_kw: Power | None = None
    reduce_kw: Power | None = None
    take_kw: Power | None = None
    setpoint_kw: Power | None = None
    baseline_kw: Power | None = None
    mandatory: bool | None = None
    issued_at: AwareDatetime | None = None
    answer_by: AwareDatetime | None = None
    priority: Annotated[int, Field(ge=0, le=10_000)] = 0
    rank: Annotated[int, Field(ge=0, le=10_000)] = 0
    notice_h: Annotated[float, Field(ge=0, le=720, allow_inf_nan=False)] = 0.0
    ramp_max_kw_per_min: Annotated[Power, Field(gt=0)] | None = None
    recover_h: Annotated[float, Field(ge=0, le=168, allow_inf_nan=False)] = 0.0
    rebound_max_kw: Power = 0.0
    payment_per_mwh: Annotated[Money, Field(ge=0)] = 0.0
    penalty_per_mwh: Annotated[Money, Field(ge=0)] = 0.0


PeakAlertType = Literal[
    "SIMPLE",
    "ALERT_GRID_EMERGENCY",
    "ALERT_BLACK_START",
    "ALERT_POSSIBLE_OUTAGE",
    "ALERT_FLEX_ALERT",
    "ALERT_FIRE",
    "ALERT_FREEZING",
    "ALERT_WIND",
    "ALERT_TSUNAMI",
    "ALERT_AIR_QUALITY",
    "ALERT_OTHER",
]
"""Types of OpenADR by which a likely peak of the system may be announced."""


class OpenAdrTable(Table):
    """[[openadr]]: calls of a site from a recording of what a VTN told, and what was agreed besides; with a url, that
    VTN is asked while the case is served over real devices."""

    site: Name
    path: Annotated[str, Field(min_length=1, max_length=1000)]
    url: Annotated[str, Field(pattern=r"^https?://[^\s]+$", max_length=2000)] | None = None
    every_s: Annotated[int, Field(ge=1, le=86_400)] = 60
    client_id: Name | None = None
    secret_file: Annotated[str, Field(min_length=1)] | None = None
    secret_env: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] | None = None
    token_url: Annotated[str, Field(pattern=r"^https?://[^\s]+$", max_length=2000)] | None = None
    targets: tuple[Name, ...] = ()
    programs: tuple[Name, ...] = ()
    level_kw: tuple[Power, Power, Power, Power] | None = None
    offset_kw: Power | None = None
    relative: Literal["reduction", "increase"] | None = None
    rated_kw: Power | None = None
    baseline_kw: Power | None = None
    default_import_kw: Power | None = None
    peak_alerts: tuple[PeakAlertType, ...] = ()
    peak_likelihood: Share = 1.0
    payment_per_mwh: Annotated[Money, Field(ge=0)] = 0.0
    penalty_per_mwh: Annotated[Money, Field(ge=0)] = 0.0


class OrderedTable(Table):
    """[[order.site]]: a site that an order calls on."""

    name: Name
    baseline_kw: Power
    floor_kw: Power
    rank: Annotated[int, Field(ge=0, le=10_000)] = 0


class OrderTable(Table):
    """[[order]]: orderly use of several sites together."""

    name: Name
    start: AwareDatetime
    end: AwareDatetime
    reduce_kw: Annotated[Power, Field(gt=0)]
    issued_at: AwareDatetime | None = None
    notice_h: Annotated[float, Field(ge=0, le=720, allow_inf_nan=False)] = 0.0
    recover_h: Annotated[float, Field(ge=0, le=168, allow_inf_nan=False)] = 0.0
    penalty_per_mwh: Annotated[Money, Field(ge=0)] = 0.0
    site: Annotated[tuple[OrderedTable, ...], Field(min_length=1)]


class PluginTable(Table):
    """[[plugin]]: code of somebody else that may decide."""

    name: Name
    path: Annotated[str, Field(min_length=1, max_length=1000)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    trial: Literal["shadow", "advise", "act"] = "shadow"
    signed_by: Name
    signature: Annotated[str, Field(min_length=1, max_length=200)]
    canary_days: Annotated[int, Field(ge=1, le=366)] = 7
    after_flag: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")] | None = None


class DeviceTable(Table):
    """[[device]]: something real that the live room reads or tells; what is not named here is its kind's own."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=False)

    name: Annotated[str, Field(pattern=r"^[\w.-]{1,64}$")]
    kind: Name
    place: Name | None = None
    meters: dict[Name, Name] = {}
    store: Name | None = None
    hall: Name | None = None
    cold_store: Name | None = None
    plant: Name | None = None
    holds_import: bool = False
    replicas: dict[Name, Name] = {}
    accelerators_per_replica: Annotated[int, Field(ge=1, le=100_000)] | None = None
    requests: dict[Name, Name] = {}
    stores: dict[Name, Name] = {}
    places: dict[Name, Name] = {}
    points: Name | None = None
    pools: dict[Name, Name] = {}
    boards: dict[Name, Annotated[str, Field(max_length=10_000)]] = {}
    lease_s: Annotated[float, Field(ge=30, le=3_600)] = 60.0


class AutonomyTable(Table):
    """[autonomy]: what the live room may do without asking, once two people let it act."""

    policy: Name = "coordinated"
    share_max: Share = 0.0
    moved_max_kw: dict[Name, Power] = {}
    jobs_max_per_day: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    hold_max_h: Annotated[float, Field(ge=0, le=744, allow_inf_nan=False)] = 0.0
    from_h: Annotated[float, Field(ge=0, le=23.75, allow_inf_nan=False)] = 0.0
    until_h: Annotated[float, Field(ge=0, le=24, allow_inf_nan=False)] = 24.0
    mandatory: Literal["act", "ask"] = "act"


class SetpointTable(Table):
    """[[setpoint]]: the line of a dispatch centre to a site, where the case is served live."""

    site: Name
    line: Literal["iec104", "modbus"]
    host: Name = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)]
    centres: tuple[Name, ...] = ()
    offer_kw: Annotated[Power, Field(gt=0)] | None = None
    cycle_s: Annotated[float, Field(ge=1, le=60)] = 4.0


class CaseFile(Table):
    """A whole case."""

    case: CaseTable
    rates: dict[
        Annotated[str, Field(pattern=r"^[A-Z]{3}$")], Annotated[float, Field(gt=0, le=1e6)]
    ] = {}
    objective: ObjectiveTable = ObjectiveTable()
    planning: PlanningTable = PlanningTable()
    fleet: FleetTable = FleetTable()
    network: NetworkTable = NetworkTable()
    site: Annotated[tuple[SiteTable, ...], Field(min_length=1)]
    work_class: Annotated[tuple[ClassTable, ...], Field(alias="class")] = ()
    jobs: tuple[JobsTable, ...] = ()
    service: tuple[ServiceTable, ...] = ()
    demand: tuple[DemandTable, ...] = ()
    signal: Annotated[tuple[SignalTable, ...], Field(min_length=1)]
    event: tuple[EventTable, ...] = ()
    openadr: tuple[OpenAdrTable, ...] = ()
    order: tuple[OrderTable, ...] = ()
    approvers: dict[Name, Annotated[str, Field(min_length=1, max_length=200)]] = {}
    plugin: tuple[PluginTable, ...] = ()
    device: tuple[DeviceTable, ...] = ()
    autonomy: AutonomyTable = AutonomyTable()
    setpoint: tuple[SetpointTable, ...] = ()


def span_of(case: CaseTable) -> tuple[datetime, datetime]:
    """Start and end of the course."""
    return case.start, case.end
