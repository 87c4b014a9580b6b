"""[[site.contract.ppa]] and [site.contract.transformers]: what they describe, and what must be true of them."""

from collections import Counter
from collections.abc import Iterator

from gridtide.case.schema import AgreementTable, ContractTable, TransformersTable
from gridtide.finding import Finding
from gridtide.fleet.agreement import Delivery, Ppa, Volume
from gridtide.fleet.contract import Exposure, TransformerCharge

AT_MARKETS = (Exposure.INDEX, Exposure.TWO_SETTLEMENT)
"""Under which what an agreement delivers takes the place of what would be bought."""


def agreement_of(table: AgreementTable) -> Ppa:
    """The agreement that a valid table describes."""
    told = table.model_dump(exclude={"output_zone"})
    return Ppa(**told, output_zone=table.output_zone or "")


def transformers_of(table: TransformersTable) -> TransformerCharge:
    """The charge that a valid table describes."""
    from_kwh = table.well_used_kwh_per_kva
    return TransformerCharge(
        kva=table.kva,
        charge_per_kva_month=table.charge_per_kva_month,
        well_used_kwh=float("inf") if from_kwh is None else from_kwh,
        well_used_factor=table.well_used_factor,
    )


def agreement_faults(key: str, contract: ContractTable, zones: list[str]) -> Iterator[Finding]:
    """Agreements that say no volume or two, of a plant nobody knows, twice, or delivered where no market price is paid;
    a connection above its transformers. zones: with signals."""
    for number, ppa in enumerate(contract.ppa, start=1):
        yield from _volume(f"{key}.ppa[{number}]", ppa, zones)
        if ppa.delivery is Delivery.PHYSICAL and contract.exposure not in AT_MARKETS:
            yield _fault(
                f"{key}.ppa[{number}].delivery",
                f"physical, under {contract.exposure}",
                "index or two-settlement: what lacks is bought and what is too much is sold at a market",
                'Write exposure = "index" or "two-settlement", or delivery = "virtual".',
            )
    for name, count in Counter(ppa.name for ppa in contract.ppa).items():
        if count > 1:
            yield _fault(
                f"{key}.ppa", f"{name} stands {count} times", "each name once", "Rename one."
            )
    charge = contract.transformers
    if charge is not None and contract.import_max_kw > charge.kva:
        yield _fault(
            f"{key}.import_max_kw",
            f"{contract.import_max_kw:,.0f} kW",
            f"at most what {charge.kva:,.0f} kVA of transformers carry",
            "Lower it, or raise transformers.kva.",
        )
    if (
        charge is not None
        and charge.well_used_kwh_per_kva is None
        and charge.well_used_factor < 1.0
    ):
        yield _fault(
            f"{key}.transformers.well_used_kwh_per_kva",
            "missing beside well_used_factor",
            "from how many kWh a kVA and month on the charge falls",
            "Give it, or leave well_used_factor out.",
        )


def _volume(key: str, ppa: AgreementTable, zones: list[str]) -> Iterator[Finding]:
    if ppa.volume is Volume.BASELOAD:
        if ppa.baseload_kw <= 0.0:
            yield _fault(f"{key}.baseload_kw", "missing", "a power above 0 kW", "Give it.")
        if ppa.output is not None or ppa.output_zone is not None:
            yield _fault(
                f"{key}.output", "given for a flat band", "baseload_kw alone", "Leave it out."
            )
        return
    if ppa.baseload_kw > 0.0:
        yield _fault(
            f"{key}.baseload_kw", f"{ppa.baseload_kw:,.0f}", "0, as produced", "Leave it out."
        )
    if ppa.output is None or ppa.output_zone is None:
        yield _fault(
            f"{key}.output",
            "says not what the plant makes",
            "output (wind_kw, solar_kw or hydro_kw) and output_zone, a zone with such a signal",
            "Give both.",
        )
    elif ppa.output_zone not in zones:
        yield _fault(
            f"{key}.output_zone",
            repr(ppa.output_zone),
            "a zone with a signal: " + ", ".join(zones),
            "Correct the name, or add the signal.",
        )


def _fault(subject: str, value: str, limit: str, mend: str) -> Finding:
    return Finding(subject=subject, value=value, limit=limit, mend=mend)
