"""A place where a data centre could stand: its years of grid and weather, what things cost there, its limits."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.fleet.site import Cooling, SupplyKind
from gridtide.settle.heat_sold import HeatCustomer
from gridtide.settle.water import WaterTerms

Real = NDArray[np.float64]
SERIES = (
    "price_per_mwh", "carbon_average_g_per_kwh", "carbon_marginal_g_per_kwh", "outdoor_c", "wet_bulb_c",
    "solar_share", "wind_share", "curtailed_kw",
)  # fmt: skip
TOWERS = WaterTerms(wet=True)


@dataclass(frozen=True, kw_only=True, eq=False)
class PlaceYear:
    """One calendar year at a place, hour by hour, (T,) each, money in the siting's currency and cost year.

    outdoor_c: dry bulb. solar_share, wind_share: power per kW built there; curtailed_kw: renewable power of the zone
    that is turned down; None where nobody knows. notes: what was mended in reading, as sentences.
    """

    year: int
    price_per_mwh: Real
    carbon_average_g_per_kwh: Real
    outdoor_c: Real
    wet_bulb_c: Real
    carbon_marginal_g_per_kwh: Real | None = None
    solar_share: Real | None = None
    wind_share: Real | None = None
    curtailed_kw: Real | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        there = [name for name in SERIES if getattr(self, name) is not None]
        freeze(self, **dict.fromkeys(there, np.float64))
        lengths = {len(getattr(self, name)) for name in there}
        if len(lengths) != 1:
            raise ValueError(f"series of {sorted(lengths)} hours in one year")

    def __len__(self) -> int:
        return len(self.price_per_mwh)


@dataclass(frozen=True, kw_only=True)
class PlaceCosts:
    """Money of the siting. land_per_kw, building_per_kw: per kW of IT capacity; connection_per_kw: per kW at the meter.
    building_exponent: cost of a building grows with its size to this power, from reference_kw on; 1: in proportion."""

    land_per_kw: float = 0.0
    building_per_kw: float = 0.0
    building_years: float = 20.0
    building_exponent: float = 1.0
    reference_kw: float = 10_000.0
    connection_per_kw: float = 0.0
    connection_years: float = 40.0
    fixed_per_kw_year: float = 0.0
    fixed_per_year: float = 0.0
    grid_fee_per_mwh: float = 0.0
    demand_charge_per_kw_month: float = 0.0
    export_price_share: float = 0.0
    water_per_m3: float = 0.0
    certificate_per_mwh: float = 0.0
    storage_per_gb_month: float = 0.0


@dataclass(frozen=True, kw_only=True)
class PlaceLimits:
    """Hard limits of a place, None where there is none. headroom_kw: that the network can still carry to it."""

    headroom_kw: float | None = None
    it_capacity_max_kw: float | None = None
    water_max_m3_per_year: float | None = None
    water_stress: float | None = None


@dataclass(frozen=True, kw_only=True)
class OwnSupply:
    """Renewables beside the meter, kw_per_it_kw of mean IT power."""

    kind: SupplyKind
    kw_per_it_kw: float
    capex_per_kw: float
    fixed_per_kw_year: float = 0.0
    life_years: float = 25.0
    embodied_kg_per_kw: float = 0.0


@dataclass(frozen=True, kw_only=True)
class DataPath:
    """The way data takes from an origin. failures_per_h: while it is used; piece_gb: what a failure throws back."""

    origin: str
    rate_gbps: float
    price_per_gb: float
    failures_per_h: float = 0.0
    piece_gb: float = 100.0


@dataclass(frozen=True, kw_only=True, eq=False)
class CurtailedRecord:
    """Power that was turned down, kW, step by equal step, (T,). period, source: for a person."""

    curtailed_kw: Real
    step_h: float
    period: str
    source: str

    def __post_init__(self) -> None:
        freeze(self, curtailed_kw=np.float64)


@dataclass(frozen=True, kw_only=True, eq=False)
class Place:
    """A candidate. home_of: origins whose data are there already. rtt_ms: measured, by origin; others follow from the
    distance. embodied_kg_per_kw: of the building, per kW of IT capacity. heat_share: of IT power that leaves as heat
    of use, at heat_c. curtailment: on record near by, None where nothing is."""

    name: str
    region: str
    latitude: float
    longitude: float
    years: tuple[PlaceYear, ...]
    cooling: Cooling = Cooling.WATER_CHILLER
    costs: PlaceCosts = PlaceCosts()
    limits: PlaceLimits = PlaceLimits()
    water: WaterTerms = TOWERS
    supply: tuple[OwnSupply, ...] = ()
    heat: tuple[HeatCustomer, ...] = ()
    heat_share: float = 0.75
    heat_c: float = 30.0
    paths: tuple[DataPath, ...] = ()
    home_of: tuple[str, ...] = ()
    rtt_ms: tuple[tuple[str, float], ...] = ()
    embodied_kg_per_kw: float = 0.0
    curtailment: CurtailedRecord | None = None
