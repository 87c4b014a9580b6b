"""A campus before anything is built: its load by the hour, its grid, and what could stand beside it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.invest.hours import Hours
from gridtide.invest.technology import VARIABLE, Technology

Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Option:
    """A technology and how much of it there may be. share: of rated power that weather lets it make, (T,), of what is
    variable, otherwise empty. least_kw, most_kw: of power (of a store what charges it); least_kwh, most_kwh: of energy.
    units: machines it comes in, one of which may fail."""

    technology: Technology
    share: Real
    least_kw: float = 0.0
    most_kw: float = np.inf
    least_kwh: float = 0.0
    most_kwh: float = np.inf
    units: int = 1

    def __post_init__(self) -> None:
        freeze(self, share=np.float64)
        if (self.technology.kind in VARIABLE) != (len(self.share) > 0):
            raise ValueError(f"{self.technology.name}: a share of every hour for what is variable")


@dataclass(frozen=True, kw_only=True)
class Circuit:
    """One way to the grid. import_max_kw, export_max_kw: of it. cost_per_kw_year: of each kW of import that is held.
    outages_per_year, repair_h: how often it fails and for how long."""

    name: str
    import_max_kw: float
    export_max_kw: float
    cost_per_kw_year: float = 0.0
    outages_per_year: float = 0.0
    repair_h: float = 0.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Grid:
    """What the grid asks and brings, each (T,). buy_per_mwh, sell_per_mwh: of energy drawn and fed in, all told.
    market_per_mwh: at which agreements settle. carbon_average_g_per_kwh: of what is drawn. clean_share: of what is
    drawn, carbon-free [0-1]."""

    circuits: tuple[Circuit, ...]
    buy_per_mwh: Real
    sell_per_mwh: Real
    market_per_mwh: Real
    carbon_average_g_per_kwh: Real
    clean_share: Real

    def __post_init__(self) -> None:
        freeze(
            self,
            buy_per_mwh=np.float64,
            sell_per_mwh=np.float64,
            market_per_mwh=np.float64,
            carbon_average_g_per_kwh=np.float64,
            clean_share=np.float64,
        )

    @property
    def import_max_kw(self) -> float:
        """Of all circuits together."""
        return sum(one.import_max_kw for one in self.circuits)

    @property
    def export_max_kw(self) -> float:
        """Of all circuits together."""
        return sum(one.export_max_kw for one in self.circuits)


@dataclass(frozen=True, kw_only=True, eq=False)
class Waiting:
    """Work that may wait: what arrives, kW on average over each hour, (T,), each hour's within slack_h hours more.
    most_kw: of all of it at once. moved_per_kwh: money for each kWh by which an hour's work is below what arrives in
    it."""

    name: str
    arrives_kw: Real
    slack_h: int
    most_kw: float
    moved_per_kwh: float = 0.0

    def __post_init__(self) -> None:
        freeze(self, arrives_kw=np.float64)


@dataclass(frozen=True, kw_only=True, eq=False)
class Slower:
    """Answers that may be slower: by how much that lowers the load at most, kW, (T,), what a kWh of it costs, and for
    how many hours a year at full depth."""

    name: str
    most_kw: Real
    cost_per_mwh: float
    hours_most: float

    def __post_init__(self) -> None:
        freeze(self, most_kw=np.float64)


@dataclass(frozen=True, kw_only=True, eq=False)
class Agreement:
    """Energy bought from plants elsewhere as they make it (a PPA), settled against the market. share: of rated power,
    (T,)."""

    name: str
    share: Real
    price_per_mwh: float
    most_kw: float

    def __post_init__(self) -> None:
        freeze(self, share=np.float64)


@dataclass(frozen=True, kw_only=True)
class Certificates:
    """Certificates of renewable energy that can be bought; they count where a year is matched, not its hours."""

    price_per_mwh: float
    most_kwh_per_year: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Cooling:
    """Plants that carry the load's heat away. heat_share: heat over load. cop: heat over power, (T,). plant_most_kw: of
    heat. water_l_per_kwh: that a kWh of heat evaporates, (T,). water_cost_per_m3. water_most_m3: a year."""

    heat_share: float
    cop: Real
    plant_most_kw: float
    water_l_per_kwh: Real
    water_cost_per_m3: float = 0.0
    water_most_m3: float = np.inf

    def __post_init__(self) -> None:
        freeze(self, cop=np.float64, water_l_per_kwh=np.float64)


@dataclass(frozen=True, kw_only=True, eq=False)
class HeatCustomer:
    """Somebody who takes heat: demand_kw, (T,), at a price; cop: of the heat pump that lifts it; share: of the load's
    heat that can be led to it."""

    demand_kw: Real
    price_per_mwh: float
    cop: float
    share: float

    def __post_init__(self) -> None:
        freeze(self, demand_kw=np.float64)


@dataclass(frozen=True, kw_only=True, eq=False)
class Campus:
    """All that a size is chosen for. fixed_kw: load that cannot wait, (T,), without cooling where there is `cooling`.
    critical_share: of it that must be served when the grid is gone, with its cooling. interest: real, a year."""

    name: str
    currency: str
    cost_year: int
    interest: float
    hours: Hours
    fixed_kw: Real
    waiting: tuple[Waiting, ...]
    options: tuple[Option, ...]
    grid: Grid | None
    slower: tuple[Slower, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    certificates: Certificates | None = None
    cooling: Cooling | None = None
    heat: HeatCustomer | None = None
    critical_share: float = 1.0
    carbon_price_per_t: float = 0.0

    def __post_init__(self) -> None:
        freeze(self, fixed_kw=np.float64)
        for name, series in _series(self):
            if len(series) not in (0, len(self.hours)):
                raise ValueError(f"{name}: {len(series)} values for {len(self.hours)} hours")

    @property
    def load_kw(self) -> Real:
        """Load with work as it arrives, (T,)."""
        return np.asarray(self.fixed_kw + sum(one.arrives_kw for one in self.waiting))

    @property
    def critical_kw(self) -> Real:
        """What must be served when the grid is gone, with the cooling that its own heat takes, (T,)."""
        critical_kw = self.critical_share * self.fixed_kw
        if self.cooling is None:
            return critical_kw
        return np.asarray(critical_kw * (1.0 + self.cooling.heat_share / self.cooling.cop))


def _series(campus: Campus) -> list[tuple[str, Real]]:
    found = [("fixed_kw", campus.fixed_kw)]
    found += [(one.technology.name, one.share) for one in campus.options]
    found += [(one.name, one.arrives_kw) for one in campus.waiting]
    found += [(one.name, one.most_kw) for one in campus.slower]
    found += [(one.name, one.share) for one in campus.agreements]
    if campus.grid is not None:
        found += [("buy_per_mwh", campus.grid.buy_per_mwh), ("clean", campus.grid.clean_share)]
    return found
