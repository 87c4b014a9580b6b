"""What `gridtide market` says on the terminal."""

from typing import Any

import click

NAMES = {
    "none": "nobody moves",
    "price": "published price",
    "capacity": "price and capacity credit",
    "bids": "price-quantity bids",
    "rounds": "price in rounds",
    "planner": "one planner",
}


def show(found: dict[str, Any]) -> None:
    """Writes the document on stdout."""
    currency = found["currency"]
    fleets = found["fleets"]
    click.echo(
        f"{found['of']}: {len(found['days'])} days ({found['hours']:,} hours), load {found['load_kw']['mean']:,.0f} kW"
        f" in the mean, {found['load_kw']['highest']:,.0f} at most; {fleets['number']} fleets,"
        f" {fleets['flexible']:.0%} of their energy may wait; money in {currency}"
    )
    gap = found["relaxation"]
    click.echo(
        f"units run in parts; whole ones cost at most {gap['gap']:.2%} more than the least there can be"
    )
    for table in found["shares"]:
        _show_share(table, currency)
    for line in verdict(found):
        click.echo(line)
    for note in found["notes"]:
        click.echo(f"note: {note}")


def _show_share(table: dict[str, Any], currency: str) -> None:
    from rich.console import Console
    from rich.table import Table

    click.echo("")
    shown = Table(
        title=f"fleets hold {table['share']:.1%}: {table['fleet_kw']:,.0f} kW,"
        f" {table['flexible_kw']:,.0f} of them may wait",
        title_justify="left",
    )
    shown.add_column("rule")
    heads = (
        f"saves {currency}/a",
        "per kW",
        "price",
        "highest",
        "spread kept",
        "net peak kW",
        "rebound kW",
        "reserve price",
    )
    for head in heads:
        shown.add_column(head, justify="right")
    for row in table["rules"]:
        shown.add_row(NAMES[row["rule"]], *_cells(row))
    Console(width=118).print(shown)
    if table["capacity"] is not None:
        for line in _capacity(table, currency):
            click.echo(line)


def _capacity(table: dict[str, Any], currency: str) -> list[str]:
    """What capacity is credited, and what fleets hold through calls."""
    credited = ", ".join(
        f"{one['name']} {one['credited_share']:.1%}" for one in table["capacity"]["classes"]
    )
    calls = ", ".join(
        f"{one['held_kw']:,.0f} kW through {one['hours']} h" for one in table["capacity"]["calls"]
    )
    moved = "; ".join(
        f"{NAMES[row['rule']]} {row['credit']['perfect_kw']:,.0f} kW (metered"
        f" {row['credit']['metered_kw']:,.0f}) at {row['credit']['price_per_kw_year']:.2f} {currency} per kW"
        for row in table["rules"]
        if row["rule"] != "none"
    )
    return [
        f"capacity that never fails, by kW: {credited}",
        f"  fleets hold {calls}",
        f"  credited: {moved}",
    ]


def _cells(row: dict[str, Any]) -> list[str]:
    felt, peaks = row["feedback"], row["rebound"]
    kept = (
        f"{felt['got_per_mwh']:.1f} of {felt['expected_per_mwh']:.1f}" if felt["moved_kwh"] else "–"
    )
    reserve = max((one["price_per_mw_h"] for one in row["reserves"]), default=0.0)
    return [
        f"{row['saved_per_year']:,.0f}",
        f"{row['saved_per_flexible_kw_year']:.2f}",
        f"{row['mean_price_per_mwh']:.2f}",
        f"{row['highest_price_per_mwh']:.1f}",
        kept,
        f"{peaks['net_peak_kw']:,.0f}",
        f"{peaks['made_kw']:,.0f}",
        f"{reserve:.2f}",
    ]


def verdict(found: dict[str, Any]) -> list[str]:
    """From which share what changes, in sentences."""
    lines = [""]
    over = found["over_reaction"]
    if over is not None:
        upto = f"not up to {over['highest_share']:.0%}"

        def said(share: float | None) -> str:
            return upto if share is None else f"from {share:.1%} of the load"

        lines += [
            "the published price alone over-reacts (work meets dearer hours, once all have moved, than those it left)"
            f" {said(over['spread_turned_from'])}",
            f"  half of the spread it promised is gone {said(over['half_of_spread_from'])}",
            f"  a tenth of what {NAMES[over['beside']]} would save is lost {said(over['a_tenth_lost_from'])}",
            f"  its saving stops growing {said(over['most_saved_at'])}",
            f"  it costs more than nobody moving {said(over['worse_than_none_from'])}",
        ]
    full = found["saturation"]
    if full["from_share"] is None:
        lines.append("upward reserve: fleets alone could never hold all of it ready")
    elif full["needed_kw"] > 0.0:
        lines.append(
            f"upward reserve: {full['needed_kw']:,.0f} kW are needed, as much as fleets hold ready from"
            f" {full['from_share']:.1%} of the load; beyond that more offers find no buyer"
        )
    return lines
