"""What a site has agreed with its grid and its supplier: limits, and which price it feels."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.agreement import Delivery, Ppa


class Exposure(StrEnum):
    """How a site's bill follows the market."""

    FIXED = "fixed"
    TIME_OF_USE = "time-of-use"
    INDEX = "index"
    TWO_SETTLEMENT = "two-settlement"
    CONTRACT_FOR_DIFFERENCE = "contract-for-difference"


@dataclass(frozen=True, kw_only=True)
class TariffBand:
    """A price that holds on some hours of some weekdays on the site's clock.

    weekdays: 0 = Monday … 6 = Sunday. from_hour, to_hour: [from, to) on the clock, 0 to 24.
    """

    price_per_mwh: float
    weekdays: frozenset[int] = frozenset(range(7))
    from_hour: float = 0.0
    to_hour: float = 24.0


@dataclass(frozen=True, kw_only=True)
class ImportLimit:
    """A lower limit of import that holds on some hours of some weekdays on the site's clock, in whole quarters."""

    import_max_kw: float
    weekdays: frozenset[int] = frozenset(range(7))
    from_hour: float = 0.0
    to_hour: float = 24.0


@dataclass(frozen=True, kw_only=True)
class PeakAlert:
    """Said at an instant: how likely a peak is to be charged."""

    at: datetime
    likelihood: float


@dataclass(frozen=True, kw_only=True)
class CoincidentPeak:
    """A time in which the whole system is known or expected to peak. charge_per_kw: money for a kW of a site's mean
    import over it. likelihood: that it will be charged, as plans know from the start; alerts: what is said of it later.
    came: whether it was, which only the bill and perfect foresight know."""

    start: datetime
    end: datetime
    charge_per_kw: float
    likelihood: float = 1.0
    came: bool = True
    alerts: tuple[PeakAlert, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TransformerCharge:
    """The capacity part of a two-part tariff by transformers. kva: connected. charge_per_kva_month: money. From
    well_used_kwh a kVA and month on the charge is multiplied by well_used_factor; inf where it never is."""

    kva: float
    charge_per_kva_month: float
    well_used_kwh: float = float("inf")
    well_used_factor: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Contract:
    """The connection and the supply contract of one site; money in the case's settlement currency.

    import_max_kw, export_max_kw: limits at the grid meter, ≥ 0.
    demand_charge_per_kw_month: for the highest import of the billing month.
    ramp_max_kw_per_min: steepest change of grid power, None without a rule.
    fixed_price_per_mwh: the price under FIXED, and the strike under CONTRACT_FOR_DIFFERENCE.
    contracted_kw: the flat volume of a contract for difference.
    bands: the tariff under TIME_OF_USE; together they cover every hour of the week once.
    real_time_zone: the zone whose signal settles deviations under TWO_SETTLEMENT.
    gate_closure_h: hours before delivery after which the day-ahead position is fixed. gate_hour: instead, the hour on
    the clock of the day before at which the positions of a whole day are.
    export_price_share: what an exported kWh earns, as a share of the zone's price.
    deviation_price_per_mwh: for energy more or less than the position of a step, bought or declared, beyond
    deviation_free_share of it; sites that pay for this declare what they will draw, whatever their exposure.
    bids_by_price: whether positions under TWO_SETTLEMENT are bought by bids, so much at each price, instead of one
    quantity at any price.
    demand_least_kw: the demand charge is paid for at least so much, as for a load that was contracted; what exceeds it
    costs demand_over_factor times the charge. limits: times of a lower import_max_kw.
    peaks: the system's peaks, charged by the mean import over each.
    agreements: on energy beside the market. resale_price_share: what a kWh earns that they deliver and nobody draws, as
    a share of a price above 0. transformers: what is charged for them, None where nothing is.
    """

    import_max_kw: float
    export_max_kw: float = 0.0
    demand_charge_per_kw_month: float = 0.0
    ramp_max_kw_per_min: float | None = None
    exposure: Exposure = Exposure.INDEX
    fixed_price_per_mwh: float = 0.0
    contracted_kw: float = 0.0
    bands: tuple[TariffBand, ...] = ()
    real_time_zone: str | None = None
    gate_closure_h: float = 12.0
    gate_hour: float | None = None
    export_price_share: float = 1.0
    bids_by_price: bool = False
    deviation_price_per_mwh: float = 0.0
    deviation_free_share: float = 0.0

    demand_least_kw: float = 0.0
    demand_over_factor: float = 1.0
    limits: tuple[ImportLimit, ...] = ()
    peaks: tuple[CoincidentPeak, ...] = ()
    agreements: tuple[Ppa, ...] = ()
    resale_price_share: float = 1.0
    transformers: TransformerCharge | None = None

    @property
    def takes_positions(self) -> bool:
        """Whether what it will draw is bought or declared before its gate closes."""
        return self.exposure is Exposure.TWO_SETTLEMENT or self.deviation_price_per_mwh > 0

    @property
    def not_bought(self) -> tuple[Ppa, ...]:
        """Agreements that deliver energy which is taken off the positions that are bought a day ahead."""
        if self.exposure is not Exposure.TWO_SETTLEMENT:
            return ()
        return tuple(ppa for ppa in self.agreements if ppa.delivery is Delivery.PHYSICAL)

    @property
    def in_plans(self) -> tuple[Ppa, ...]:
        """Agreements that a plan or a position must know of."""
        return tuple(dict.fromkeys((*self.not_bought, *self.taken_or_lost)))

    @property
    def taken_or_lost(self) -> tuple[Ppa, ...]:
        """Agreements that change what one more kWh costs: delivered, and sold on for less where nobody draws it."""
        if self.resale_price_share == 1.0:
            return ()
        return tuple(ppa for ppa in self.agreements if ppa.delivery is Delivery.PHYSICAL)

    @property
    def follows_market(self) -> bool:
        """Whether a price of the site's zone matters to it: not with an own price, nothing to sell and no agreement."""
        own = self.exposure in (Exposure.FIXED, Exposure.TIME_OF_USE)
        return not own or self.export_max_kw > 0 or bool(self.agreements)


def tariff_price_per_mwh(
    bands: tuple[TariffBand, ...], weekday: NDArray[np.int64], hour: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The tariff on the site's clock; NaN where no band holds. Shape as weekday and hour."""
    price_per_mwh = np.full(weekday.shape, np.nan)
    for band in bands:
        holds = np.isin(weekday, sorted(band.weekdays))
        holds &= (hour >= band.from_hour) & (hour < band.to_hour)
        price_per_mwh[holds] = band.price_per_mwh
    return price_per_mwh
