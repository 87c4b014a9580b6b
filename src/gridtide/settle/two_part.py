"""The capacity part of a two-part tariff: by the month's peak, by what was contracted, or by transformers."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.contract import TransformerCharge

Real = NDArray[np.float64]


class Basis(StrEnum):
    """What the capacity part is charged on."""

    PEAK = "peak"
    CONTRACTED = "contracted"
    TRANSFORMER = "transformer"


@dataclass(frozen=True, kw_only=True)
class TwoPartTerms:
    """Money a month. price: per kW, or per kVA of transformers. least_share: of the contracted load, that is charged
    for at least. over_share, over_factor: what exceeds the contracted load by more than this share costs so many times
    the price. well_used_kwh, well_used_factor: from so many kWh a kVA and month on the price is multiplied by it."""

    basis: Basis
    price: float
    least_share: float
    over_share: float
    over_factor: float
    well_used_kwh: float
    well_used_factor: float


def capacity_part(
    terms: TwoPartTerms,
    peak_kw: float,
    energy_kwh: float,
    contracted_kw: float = 0.0,
    transformer_kva: float = 0.0,
) -> float:
    """Money for one month. contracted_kw: agreed; transformer_kva: connected; both 0 where the basis reads neither."""
    well_used = transformer_kva > 0.0 and energy_kwh >= terms.well_used_kwh * transformer_kva
    price = terms.price * (terms.well_used_factor if well_used else 1.0)
    if terms.basis is Basis.TRANSFORMER:
        return price * transformer_kva
    if terms.basis is Basis.PEAK:
        return price * max(peak_kw, terms.least_share * contracted_kw)
    over_kw = max(0.0, peak_kw - (1.0 + terms.over_share) * contracted_kw)
    return price * (contracted_kw + terms.over_factor * over_kw)


def settle_transformers(
    charge: TransformerCharge | None, import_kwh: Real, month: NDArray[np.int64], share: float
) -> float:
    """Money for the transformers of a site through the months of a course; 0 without a charge.

    import_kwh, month: of each step, (T,). share: part of a month that counts; what was drawn in it stands for it.
    """
    if charge is None or share == 0.0:
        return 0.0
    terms = transformer_terms(charge)
    used_kwh = [float(import_kwh[month == number].sum()) / share for number in np.unique(month)]
    return share * sum(
        capacity_part(terms, 0.0, kwh, transformer_kva=charge.kva) for kwh in used_kwh
    )


def least_transformers(charge: TransformerCharge | None, months: int, share: float) -> float:
    """What the transformers cost at least through so many months, money: as if they were well used."""
    if charge is None:
        return 0.0
    return share * months * charge.kva * charge.charge_per_kva_month * charge.well_used_factor


def transformer_terms(charge: TransformerCharge) -> TwoPartTerms:
    """The charge of a contract as terms of a two-part tariff."""
    return TwoPartTerms(
        basis=Basis.TRANSFORMER,
        price=charge.charge_per_kva_month,
        least_share=0.0,
        over_share=0.0,
        over_factor=1.0,
        well_used_kwh=charge.well_used_kwh,
        well_used_factor=charge.well_used_factor,
    )
