"""The question of a siting: this work, these places, this money, these limits."""

from dataclasses import dataclass
from enum import StrEnum

from gridtide.invest.siting.place import Place
from gridtide.invest.siting.work import Origin, WorkClass
from gridtide.settle.certificates import Matching


class CarbonKind(StrEnum):
    """Which intensity of the grid the carbon price is put on."""

    AVERAGE = "average"
    MARGINAL = "marginal"


@dataclass(frozen=True, kw_only=True)
class CommonLimits:
    """Hard limits that hold wherever the site stands, None where there is none. A carbon-free share counts own supply
    and certificates by `matching`."""

    cost_max_per_year: float | None = None
    emissions_max_t_per_year: float | None = None
    water_stress_max: float | None = None


@dataclass(frozen=True, kw_only=True)
class CertificateTerms:
    """share: of consumption that own supply and certificates must cover together [0-1]."""

    share: float = 0.0
    matching: Matching = Matching.YEARLY


@dataclass(frozen=True, kw_only=True, eq=False)
class Siting:
    """All money is in one currency of one cost year. interest: real, a year. route_factor: fibre over the great
    circle."""

    name: str
    currency: str
    cost_year: int
    interest: float
    carbon_price_per_t: float
    carbon: CarbonKind
    classes: tuple[WorkClass, ...]
    places: tuple[Place, ...]
    origins: tuple[Origin, ...] = ()
    limits: CommonLimits = CommonLimits()
    certificates: CertificateTerms = CertificateTerms()
    route_factor: float = 1.5
    notes: tuple[str, ...] = ()

    @property
    def years(self) -> tuple[int, ...]:
        """Calendar years every place has, in order."""
        return tuple(year.year for year in self.places[0].years)
