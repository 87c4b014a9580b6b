"""Power purchase agreements: delivered or only settled, for what is produced or for a flat band."""

from dataclasses import dataclass
from enum import StrEnum


class Delivery(StrEnum):
    """PHYSICAL: the energy itself is bought at the strike, only the rest at the market. VIRTUAL: a contract for
    difference beside the site's own bill."""

    PHYSICAL = "physical"
    VIRTUAL = "virtual"


class Volume(StrEnum):
    """PAY_AS_PRODUCED: a share of what the plant makes. BASELOAD: a flat power, whatever it makes."""

    PAY_AS_PRODUCED = "pay-as-produced"
    BASELOAD = "baseload"


class Output(StrEnum):
    """Which series of its zone says what the plant of an agreement makes."""

    WIND = "wind_kw"
    SOLAR = "solar_kw"
    HYDRO = "hydro_kw"


@dataclass(frozen=True, kw_only=True)
class Ppa:
    """share: of the plant, when paid as produced. baseload_kw: of a band. below_zero: whether hours of negative prices
    are settled too. In a case: its name, and the zone and series of the plant's output, empty and None for a band."""

    delivery: Delivery
    volume: Volume
    strike_per_mwh: float
    share: float = 1.0
    baseload_kw: float = 0.0
    below_zero: bool = True
    name: str = ""
    output_zone: str = ""
    output: Output | None = None
