"""A data centre as one thing: machines, building, storage, supply and contract."""

from dataclasses import dataclass
from enum import StrEnum

from gridtide.fleet.backup_store import BackupStore
from gridtide.fleet.contract import Contract
from gridtide.fleet.genset import Genset
from gridtide.fleet.learned_building import LearnedBuilding
from gridtide.fleet.operating_point import OperatingPoint
from gridtide.fleet.parking import Parking
from gridtide.fleet.product import CapacityProduct
from gridtide.fleet.reactor import Reactor
from gridtide.fleet.reservoir import Reservoir
from gridtide.fleet.thermal import ColdStore, Hall


class Cooling(StrEnum):
    """How heat leaves the building."""

    WATER_CHILLER = "water-chiller"
    AIR_CHILLER = "air-chiller"
    WARM_LIQUID = "warm-liquid"


class SupplyKind(StrEnum):
    """What makes power on the site's own side of the meter."""

    SOLAR = "solar"
    WIND = "wind"
    RIVER = "river"


@dataclass(frozen=True, kw_only=True)
class Pool:
    """Identical machines of one site.

    accelerators: how many can be used. parked_kw_per_accelerator: IT power of an accelerator's share of
    a server that is parked. points: the menu, full speed first. burst_reserve: how much more than the
    planned need is kept for services, as a share of that need. for_services: accelerators that
    deferrable work is never promised, so that a wrong demand forecast breaks no promise. parking: how those of them
    that nothing uses rest; None: parked at once and awake at once.
    """

    name: str
    accelerator: str
    accelerators: int
    parked_kw_per_accelerator: float
    points: tuple[OperatingPoint, ...]
    burst_reserve: float = 0.1
    for_services: int = 0
    parking: Parking | None = None

    @property
    def full(self) -> OperatingPoint:
        """The point of full speed, which every pool has; services and protected work run at it."""
        return self.points[0]


@dataclass(frozen=True, kw_only=True)
class Facility:
    """The building between the grid meter and the racks.

    it_capacity_kw: IT power it can carry. cooling: kind of plant. overhead_kw: constant auxiliary power
    on top of the model of `physics/pue.py`. design_outdoor_c: the hottest the plant was built for, wet bulb,
    for an air-cooled chiller dry bulb; promises are given for such a day. learned: what it draws as its own meter
    told, in place of the model; then design_outdoor_c is what its plant feels, as `LearnedBuilding` weighs it.
    """

    it_capacity_kw: float
    cooling: Cooling = Cooling.WATER_CHILLER
    overhead_kw: float = 0.0
    design_outdoor_c: float = 28.0
    learned: LearnedBuilding | None = None


@dataclass(frozen=True, kw_only=True)
class Battery:
    """A store of electricity. Powers at its AC terminals, efficiencies one way, soc as fractions.

    charge_least_kw: the least power at which it charges; below it, it does not.
    """

    energy_kwh: float
    charge_max_kw: float
    discharge_max_kw: float
    charge_efficiency: float = 0.955
    discharge_efficiency: float = 0.955
    soc_min: float = 0.05
    soc_start: float = 0.5
    wear_cost_per_kwh: float = 0.025
    charge_least_kw: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Supply:
    """On-site generation of one kind; what it could make per kW of capacity is a signal of the site."""

    kind: SupplyKind
    capacity_kw: float


@dataclass(frozen=True, kw_only=True)
class Site:
    """One data centre.

    zone: price and carbon zone. weather_zone: zone of the weather signals. clock: IANA zone of its
    people. curtailment_zone: zone whose curtailed renewables it can absorb, None where it can not.
    products: capacity it may offer to the grid. hall, cold_store: what lets it be cooled earlier or later.
    genset: what carries it when a call of the grid leaves it too little. backup: a store for the time without a grid;
    what of it may cycle is part of `battery` already, so that nothing which decides ever reads its reserve.
    reactor: a plant that is told what to make. reservoir: the water that `battery` then stands for, and its river.
    """

    name: str
    zone: str
    weather_zone: str
    clock: str
    region: str
    latitude: float
    longitude: float
    facility: Facility
    pools: tuple[Pool, ...]
    contract: Contract
    battery: Battery | None = None
    supplies: tuple[Supply, ...] = ()
    curtailment_zone: str | None = None
    products: tuple[CapacityProduct, ...] = ()
    hall: Hall | None = None
    cold_store: ColdStore | None = None
    genset: Genset | None = None
    backup: BackupStore | None = None
    reactor: Reactor | None = None
    reservoir: Reservoir | None = None
