"""A run settled under terms beside its contracts: agreements, tariffs, movements, and what certificates cover."""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridtide.case.settle_terms import (
    CertificatesTable,
    MovementsTable,
    PpaTable,
    TariffTable,
    Terms,
    ppa_of,
)
from gridtide.doors.results.run_tables import RunTables, run_tables
from gridtide.finding import BadInput, Finding, Gathered
from gridtide.settle.certificates import Certificate, Matching, covered_by_year, covered_kwh
from gridtide.settle.k_factor import KTerms
from gridtide.settle.line import Line
from gridtide.settle.market_rule import MarketRule, rule_from
from gridtide.settle.site_lines import BilledSite
from gridtide.settle.terms_lines import movements_line, ppa_line, two_part_line
from gridtide.sources.certificate_table import CertificateTable
from gridtide.sources.meter_table import MeterTable
from gridtide.sources.movement_table import MovementTable
from gridtide.timeline import holding, instant

Real = NDArray[np.float64]


def terms_lines(
    folder: Path, policy: str, terms: Terms, rules: tuple[MarketRule, ...]
) -> tuple[Line, ...]:
    """Lines in the order of the file. Raises BadInput with the faults of all of them."""
    tables = run_tables(folder, policy)
    faults = Gathered()
    found = [faults.of(partial(_agreed, tables, terms, one)) for one in terms.file.ppa]
    found += [faults.of(partial(_charged, tables, one, rules)) for one in terms.file.tariff]
    found += [faults.of(partial(_moved, terms, one, rules)) for one in terms.file.movements]
    faults.refuse_if_any()
    return tuple(line for line in found if line is not None)


def certificates_document(folder: Path, policy: str, terms: Terms) -> dict[str, Any] | None:
    """What retired certificates cover of what sites consumed beside their own generation; None without a ledger.

    Raises BadInput for certificates claimed twice, and for hourly matching without intervals of generation.
    """
    asked = terms.file.certificates
    if asked is None:
        return None
    tables = run_tables(folder, policy)
    ledger = CertificateTable(path=terms.folder / asked.path).read()
    retired = [one for one in ledger if one.retired_at]
    faults = list(_claims(retired, asked))
    if faults:
        raise BadInput(faults)
    load_kwh, direct_kwh = tables.consumed_kwh()
    whole_kwh = float(load_kwh.sum())
    if asked.matching is Matching.HOURLY:
        by_step_kwh = _by_step(tables, retired)
        certified_kwh = float(by_step_kwh.sum())
        covered = covered_kwh(load_kwh, direct_kwh, by_step_kwh, asked.matching)
    else:
        certified_kwh = float(sum(one.kwh for one in retired))
        left_kwh = _by_year(tables, np.maximum(load_kwh - direct_kwh, 0.0), asked.clock)
        covered = sum(covered_by_year(left_kwh, _by_vintage(retired), asked.carried_years).values())
    return {
        "matching": str(asked.matching),
        "load_kwh": whole_kwh,
        "direct_kwh": float(direct_kwh.sum()),
        "retired": len(retired),
        "certified_kwh": certified_kwh,
        "covered_kwh": covered,
        "covered_share": covered / whole_kwh if whole_kwh > 0 else None,
        "not_retired": len(ledger) - len(retired),
    }


def _charged(tables: RunTables, one: TariffTable, rules: tuple[MarketRule, ...]) -> Line:
    rule = rule_from(rules, one.market, tables.timeline.start)
    return two_part_line(_site(tables, one.site), rule, one.contracted_kw, one.transformer_kva)


def _agreed(tables: RunTables, terms: Terms, one: PpaTable) -> Line:
    billed = _site(tables, one.site)
    produced_kwh = np.zeros(len(tables.timeline))
    if one.output is not None:
        produced_kwh = _output_kwh(tables, terms.folder / one.output)
    return ppa_line(billed, one.name, ppa_of(one), produced_kwh)


def _output_kwh(tables: RunTables, path: Path) -> Real:
    """What a plant made in each step of the run. Raises BadInput where its file says nothing of a step."""
    made = MeterTable(path=path).read()
    at = holding(made.timeline, tables.timeline)
    power_kw = np.where(at >= 0, made.import_kw[at], np.nan)
    if np.isnan(power_kw).any():
        first = int(np.argmax(np.isnan(power_kw)))
        raise BadInput(
            [
                Finding(
                    subject=str(path),
                    value=f"says nothing of {int(np.isnan(power_kw).sum())} steps, the first at"
                    f" {instant(int(tables.timeline.starts_s[first])).isoformat()}",
                    limit="what was made in every step of the run",
                    mend="Give the whole period.",
                )
            ]
        )
    return np.asarray(power_kw * tables.timeline.hours)


def _moved(terms: Terms, one: MovementsTable, rules: tuple[MarketRule, ...]) -> Line:
    named = [rule for rule in rules if rule.market == one.market and isinstance(rule.terms, KTerms)]
    measures = MovementTable.measures
    if named and isinstance(named[0].terms, KTerms):
        measures = tuple(factor.measure for factor in named[0].terms.factors)
    movements = MovementTable(path=terms.folder / one.path, measures=measures).read()
    rule = rule_from(rules, one.market, instant(int(movements.period_s[0])))
    return movements_line(one.site, rule, movements, one.standards, one.sharing)


def _site(tables: RunTables, name: str) -> BilledSite:
    for billed in tables.sites:
        if billed.site.name == name:
            return billed
    raise BadInput(
        [
            Finding(
                subject=f"site {name}",
                value="is no site of the run",
                limit="one of " + ", ".join(billed.site.name for billed in tables.sites),
                mend="Correct the file of terms.",
            )
        ]
    )


def _claims(retired: list[Certificate], asked: CertificatesTable) -> list[Finding]:
    found = []
    for one in retired:
        if one.directly_used:
            found.append(
                (one.id, "its energy is claimed through a direct connection", "claimed once")
            )
        if asked.matching is Matching.HOURLY and one.generated_s is None:
            found.append((one.id, "says no interval of generation", "one, to be matched hourly"))
    return [
        Finding(subject=f"certificate {id_}", value=value, limit=limit, mend="Correct the ledger.")
        for id_, value, limit in found
    ]


def _by_year(tables: RunTables, kwh: Real, clock: str) -> dict[int, float]:
    """Energy of the run by the year of a clock."""
    year = np.asarray([moment.year for moment in tables.timeline.local_times(clock)])
    return {int(one): float(kwh[year == one].sum()) for one in np.unique(year)}


def _by_vintage(retired: list[Certificate]) -> dict[int, float]:
    """Certified energy by the year of its vintage."""
    found: dict[int, float] = {}
    for one in retired:
        year = int(one.vintage[:4])
        found[year] = found.get(year, 0.0) + one.kwh
    return found


def _by_step(tables: RunTables, retired: list[Certificate]) -> Real:
    """Certified energy by step of the run."""
    found = np.zeros(len(tables.timeline))
    for one in retired:
        at = int(np.searchsorted(tables.timeline.edges_s, one.generated_s or 0, side="right")) - 1
        if 0 <= at < len(found):
            found[at] += one.kwh
    return found
