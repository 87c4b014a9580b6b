"""Formulas of markets, from `markets.toml` or a file of its form, every fault at once."""

from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Annotated

from pydantic import Field

from gridtide.case.baselines import RecordTable
from gridtide.case.name import Name
from gridtide.case.rule_file import read_rules
from gridtide.case.schema import Share, Table
from gridtide.finding import BadInput, Finding
from gridtide.settle.coincident_peak import PeakTerms
from gridtide.settle.green_direct import GreenTerms
from gridtide.settle.k_factor import Combine, KFactor, KTerms, Relation
from gridtide.settle.market_rule import MarketRule, Terms
from gridtide.settle.pjm_regulation import PjmTerms
from gridtide.settle.two_part import Basis, TwoPartTerms
from gridtide.sources import zone_faults

Factor = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, le=1e9, allow_inf_nan=False)]


class PjmTable(Table):
    """Terms of PJM's regulation."""

    forfeit_below: Share
    by_hour: bool


class KFactorTable(Table):
    """One factor of a K."""

    measure: str
    relation: Relation
    standard: Positive | None = None
    weight: Factor
    floor: Factor
    cap: Factor


class KTable(Table):
    """Terms of a K."""

    combine: Combine
    factor: Annotated[tuple[KFactorTable, ...], Field(min_length=1)]
    admission: Factor
    paid_cap: Factor
    decimals: Annotated[int, Field(ge=0, le=9)] | None = None


class PeakTable(Table):
    """Terms of coincident peaks."""

    months: Annotated[tuple[Annotated[int, Field(ge=1, le=12)], ...], Field(min_length=1)]
    interval_min: Annotated[int, Field(ge=1, le=1440)]
    one_a_month: bool
    peaks: Annotated[int, Field(ge=1, le=366)]
    reserve_factor: Share
    least_share: Share


class TwoPartTable(Table):
    """Terms of a two-part tariff."""

    basis: Basis
    price: Factor
    least_share: Share
    over_share: Share
    over_factor: Factor
    well_used_kwh: Factor
    well_used_factor: Share


class GreenTable(Table):
    """Limits of a green direct connection."""

    self_use_least: Share
    green_share_least: Share
    export_most: Share
    available_includes_curtailed: bool


class RuleTable(RecordTable):
    """One version of one formula."""

    market: str
    clock: Name
    title: str
    formula: str
    edition: str
    holds_from: date | None = None
    holds_to: date | None = None
    pjm: PjmTable | None = None
    k: KTable | None = None
    peak: PeakTable | None = None
    two_part: TwoPartTable | None = None
    green: GreenTable | None = None


def market_rules(path: Path | None = None) -> tuple[MarketRule, ...]:
    """Rules of a file, or the bundled ones, in its order. Raises BadInput with every fault found."""
    bundled = files("gridtide.case") / "markets.toml"
    name = str(path) if path else "markets.toml"
    read = read_rules(name, path or bundled, RuleTable)
    faults = [
        Finding(
            subject=f"{name} {key}",
            value=f"{len(_given(table))} tables of terms",
            limit="exactly one of pjm, k, peak, two_part, green",
            mend="Correct the file.",
        )
        for key, table in read.items()
        if len(_given(table)) != 1
    ]
    faults += [fault for key, one in read.items() for fault in _clock(f"{name} {key}", one, read)]
    if faults:
        raise BadInput(faults)
    return tuple(_rule(key, table) for key, table in read.items())


def _clock(subject: str, table: RuleTable, read: dict[str, RuleTable]) -> list[Finding]:
    """A clock that nobody knows, and one that another version of the market does not share."""
    clocks = sorted({one.clock for one in read.values() if one.market == table.market})
    found = zone_faults(table.clock, f"{subject}.clock")
    if len(clocks) > 1:
        found.append(
            Finding(
                subject=f"{subject}.clock",
                value=f"versions of {table.market} stand on {', '.join(clocks)}",
                limit="one clock for all versions of a market",
                mend="Correct the file.",
            )
        )
    return found


def _given(table: RuleTable) -> list[Table]:
    tables = (table.pjm, table.k, table.peak, table.two_part, table.green)
    return [one for one in tables if one is not None]


def _rule(name: str, table: RuleTable) -> MarketRule:
    return MarketRule(
        name=name,
        market=table.market,
        clock=table.clock,
        title=table.title,
        formula=table.formula,
        holds_from=table.holds_from,
        holds_to=table.holds_to,
        status=table.status,
        edition=table.edition,
        source=table.source,
        primary=table.primary,
        mark=table.mark,
        unverified=table.unverified,
        terms=_terms(table),
    )


def _terms(table: RuleTable) -> Terms:
    if table.pjm is not None:
        return PjmTerms(**table.pjm.model_dump())
    if table.k is not None:
        factors = tuple(KFactor(**factor.model_dump()) for factor in table.k.factor)
        return KTerms(factors=factors, **table.k.model_dump(exclude={"factor"}))
    if table.peak is not None:
        return PeakTerms(**table.peak.model_dump())
    if table.two_part is not None:
        return TwoPartTerms(**table.two_part.model_dump())
    assert table.green is not None
    return GreenTerms(**table.green.model_dump())
