"""What a settlement takes beside meters and calls: agreements, tariffs, certificates, movements; a TOML file."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from gridtide.case.misfits import misfits
from gridtide.case.name import Name
from gridtide.case.schema import Money, Power, Share, Table
from gridtide.case.toml_file import toml_of
from gridtide.finding import BadInput, Finding
from gridtide.fleet.agreement import Delivery, Ppa, Volume
from gridtide.settle.certificates import Matching
from gridtide.sources import zone_faults

PAGE = "docs/settlement.md"


class PpaTable(Table):
    """[[ppa]]: an agreement of one site. output: file of what the plant made, as a meter."""

    name: Name
    site: Name
    delivery: Delivery
    volume: Volume
    strike_per_mwh: Money
    share: Share = 1.0
    baseload_kw: Power = 0.0
    below_zero: bool = True
    output: str | None = None


class TariffTable(Table):
    """[[tariff]]: the capacity part of a site's tariff, by the market whose rule it is."""

    site: Name
    market: Name
    contracted_kw: Power = 0.0
    transformer_kva: Power = 0.0


class CertificatesTable(Table):
    """[certificates]: a ledger, and over what span it must meet the load. carried_years: how many years after that of
    its vintage a certificate may still cover under yearly matching, as a rule book says. clock: where years begin."""

    path: str
    matching: Matching
    carried_years: Annotated[int, Field(ge=0, le=20)] = 0
    clock: Name = "UTC"


class MovementsTable(Table):
    """[[movements]]: movements of a site under a province's K. standards: of measures that the rule leaves open."""

    site: Name
    market: Name
    path: str
    sharing: Annotated[float, Field(gt=0, le=1e3)] = 1.0
    standards: dict[Name, Annotated[float, Field(gt=0, le=1e9)]] = Field(default_factory=dict)


class TermsFile(Table):
    """The whole file."""

    ppa: tuple[PpaTable, ...] = ()
    tariff: tuple[TariffTable, ...] = ()
    movements: tuple[MovementsTable, ...] = ()
    certificates: CertificatesTable | None = None


@dataclass(frozen=True, kw_only=True)
class Terms:
    """The file, and the folder that paths in it are relative to."""

    folder: Path
    file: TermsFile


def settle_terms(path: Path) -> Terms:
    """Raises BadInput with every fault found."""
    table = toml_of(path, "a TOML file of terms")
    try:
        file = TermsFile.model_validate(table)
    except ValidationError as error:
        raise BadInput(
            misfits(error, str(path), f"Correct it; {PAGE} says what it holds.")
        ) from None
    faults = [
        _fault(f"{path} ppa {one.name}", "says no output", "a file of what was made", "Name it.")
        for one in file.ppa
        if one.volume is Volume.PAY_AS_PRODUCED and one.output is None
    ]
    counted = Counter(f"{one.name} of {one.site}" for one in file.ppa)
    faults += [
        _fault(
            f"{path} ppa {name}",
            f"stands {count} times",
            "each name once",
            "Rename one, or leave it out.",
        )
        for name, count in counted.items()
        if count > 1
    ]
    if file.certificates is not None:
        faults += zone_faults(file.certificates.clock, f"{path} certificates.clock")
    if faults:
        raise BadInput(faults)
    return Terms(folder=path.resolve().parent, file=file)


def ppa_of(table: PpaTable) -> Ppa:
    """The agreement that a valid table describes."""
    return Ppa(
        delivery=table.delivery,
        volume=table.volume,
        strike_per_mwh=table.strike_per_mwh,
        share=table.share,
        baseload_kw=table.baseload_kw,
        below_zero=table.below_zero,
    )


def _fault(subject: str, value: str, limit: str, mend: str) -> Finding:
    return Finding(subject=subject, value=value, limit=limit, mend=mend)
