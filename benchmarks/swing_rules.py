"""The tables of rules of docs/swing.md, from the data they are kept in: `python benchmarks/swing_rules.py`."""

import math

from gridtide.case.grid_rules import bundled_rules
from gridtide.grid.ride_through import RideThrough
from gridtide.grid.rule import Rule


def rule_rows() -> list[str]:
    """Rows of the table of ramps and swings."""
    head = "| rule | authority | it says | holds from, kW | status, date | read at | read as |"
    return [
        head,
        "|---|---|---|---|---|---|---|",
        *(_rule(one) for one in bundled_rules().rules.values()),
    ]


def table_rows() -> list[str]:
    """Rows of the table of ride-through."""
    head = "| table | authority | voltage, pu: s | frequency, Hz: s | return | status, date | read at |"
    rows = [_table(one) for one in bundled_rules().ride_through.values()]
    return [head, "|---|---|---|---|---|---|---|", *rows]


def _rule(rule: Rule) -> str:
    origin = rule.provenance
    cells = [
        f"`{rule.name}`",
        rule.authority,
        rule.text,
        f"{rule.applies_above_kw:,.0f}" if rule.applies_above_kw else "any",
        f"{origin.status}, {origin.status_date}",
        f"{origin.source}, {'primary' if origin.primary else 'secondary'}, {origin.mark}",
        origin.assumed or "as it says",
    ]
    return "| " + " | ".join(cells) + " |"


def _table(table: RideThrough) -> str:
    origin, owed = table.provenance, table.recovery
    back = "not quoted" if owed is None else f"{owed.share:.0%} within {owed.within_s:g} s"
    if table.rocof_hz_per_s is not None:
        back += f"; stays to {table.rocof_hz_per_s:g} Hz/s"
    if table.counting_prohibited:
        back += "; no counting of sags"
    cells = [
        f"`{table.name}`",
        table.authority,
        _bands(table.voltage),
        _bands(table.frequency),
        back,
        f"{origin.status}, {origin.status_date}",
        f"{origin.source}, {'primary' if origin.primary else 'secondary'}, {origin.mark}",
    ]
    return "| " + " | ".join(cells) + " |"


def _bands(bands: tuple[tuple[float, float, float], ...]) -> str:
    if not bands:
        return "not quoted"
    return "; ".join(
        f"{low:g} to {high:g}: {'always' if math.isinf(stay) else f'{stay:g}'}"
        for low, high, stay in bands
    )


if __name__ == "__main__":
    print("\n".join([*rule_rows(), "", *table_rows()]))
