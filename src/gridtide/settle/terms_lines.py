"""Lines of a settlement under terms beside a site's own contract: agreements, a two-part tariff, movements under K."""

import numpy as np
from numpy.typing import NDArray

from gridtide.finding import BadInput, Finding
from gridtide.fleet.agreement import Ppa
from gridtide.settle.k_factor import (
    KTerms,
    Movements,
    factors_of,
    k_fee,
    k_of_movements,
    k_of_period,
)
from gridtide.settle.line import Inputs, Line
from gridtide.settle.market_rule import MarketRule
from gridtide.settle.ppa import ppa_cost, ppa_volume_kwh
from gridtide.settle.rule_line import of_another_kind, rule_line
from gridtide.settle.site_lines import BilledSite
from gridtide.settle.two_part import TwoPartTerms, capacity_part
from gridtide.units import cost_per_kwh

Real = NDArray[np.float64]


def ppa_line(billed: BilledSite, name: str, ppa: Ppa, produced_kwh: Real) -> Line:
    """What an agreement changes for a site that would pay the market's price without it. produced_kwh: (T,)."""
    metered = billed.metered
    market = float((cost_per_kwh(1.0) * metered.import_kwh * metered.price_per_mwh).sum())
    cost = ppa_cost(ppa, metered.import_kwh, produced_kwh, metered.hours, metered.price_per_mwh)
    volume = ppa_volume_kwh(ppa, produced_kwh, metered.hours, metered.price_per_mwh)
    given: Inputs = (
        ("volume_kwh", float(volume.sum())),
        ("strike_per_mwh", ppa.strike_per_mwh),
        ("without_it", market),
        ("with_it", cost),
    )
    return Line(
        what="power purchase agreement",
        site=billed.site.name,
        amount=cost - market,
        formula=f"ppa-{ppa.delivery}-{ppa.volume}",
        version=f"agreement {name}",
        inputs=given,
        source="the run's tables and the terms given",
        mark="checked",
    )


def two_part_line(
    billed: BilledSite, rule: MarketRule, contracted_kw: float, transformer_kva: float
) -> Line:
    """The capacity part of every billing month, as much of it as the run counts; what was drawn in that part stands
    for the month. Raises BadInput for another rule."""
    terms = rule.terms
    if not isinstance(terms, TwoPartTerms):
        raise BadInput([of_another_kind(rule, "a market with a two-part tariff")])
    charge = 0.0
    for month in np.unique(billed.month) if billed.demand_share else ():
        inside = billed.month == month
        charge += capacity_part(
            terms,
            float(billed.import_kw[inside].max()),
            float(billed.metered.import_kwh[inside].sum()) / billed.demand_share,
            contracted_kw,
            transformer_kva,
        )
    given: Inputs = (
        ("peak_kw", float(billed.import_kw.max())),
        ("contracted_kw", contracted_kw),
        ("transformer_kva", transformer_kva),
        ("price", terms.price),
        ("share_of_month", billed.demand_share),
    )
    return rule_line(rule, "capacity part", billed.site.name, billed.demand_share * charge, given)


def movements_line(
    site: str, rule: MarketRule, movements: Movements, standards: dict[str, float], sharing: float
) -> Line:
    """What movements earn under a province's K. standards: of the measures that the rule leaves open.

    Raises BadInput for another kind of rule, and for a standard that is missing.
    """
    terms = rule.terms
    if not isinstance(terms, KTerms):
        raise BadInput([of_another_kind(rule, "a market with movements under a K")])
    missing = [
        one.measure
        for one in terms.factors
        if one.standard is None and one.measure not in standards
    ]
    if missing:
        raise BadInput([_no_standard(site, name) for name in missing])
    given = np.asarray([standards.get(one.measure, 1.0) for one in terms.factors])
    k = k_of_movements(terms, factors_of(terms, movements.measured, given))
    periods, of_period = np.unique(movements.period_s, return_inverse=True)
    mean_k = np.asarray([k_of_period(terms, k[of_period == one]) for one in range(len(periods))])
    travelled = np.bincount(of_period, movements.mileage).astype(np.float64)
    worth = np.bincount(of_period, movements.mileage * movements.price)
    price = np.where(travelled > 0, worth / np.where(travelled > 0, travelled, 1.0), 0.0)
    admitted = mean_k >= terms.admission
    fee = k_fee(terms, travelled[admitted], price[admitted], mean_k[admitted], sharing)
    inputs: Inputs = (
        ("movements", float(len(k))),
        ("periods", float(len(periods))),
        ("below_admission", float((~admitted).sum())),
        ("mileage_megawatts", float(travelled.sum())),
        ("mean_k", float(mean_k.mean())),
        ("sharing", sharing),
    )
    return rule_line(rule, "regulation", site, 0.0 - fee, inputs)


def _no_standard(site: str, measure: str) -> Finding:
    return Finding(
        subject=f"movements of {site}, standards.{measure}",
        value="is not given",
        limit="the market's standard of this measure, in its unit",
        mend="Give it in the file of terms.",
    )
