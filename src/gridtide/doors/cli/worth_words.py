"""The document of `gridtide worth` as a person reads it: the call, each incentive, who took part, break-evens."""

from typing import Any

import click

from gridtide.doors.cli.words import money

SMALL_KWH = 0.5


def show(found: dict[str, Any]) -> None:
    """Writes the document on stdout."""
    called, currency = found["called"], found["currency"]
    click.echo(f"called from {called['from']} to {called['to']}: {called['why']}")
    click.echo(f"paid against {found['baseline']}; money in {currency}")
    _show_incentives(found["incentives"])
    for one in found["incentives"]:
        _show_participants(one)
    _show_break_evens(found["break_evens"], currency)


def _show_incentives(rows: list[dict[str, Any]]) -> None:
    heads = ("per MWh", "kWh less", "rebound", "payment", "costs", "lost value", "net", "missed")
    click.echo("\n" + "".join(f"{head:>12s}" for head in heads))
    for row in rows:
        energy = (row["incentive_per_mwh"], row["reduced_kwh"], row["rebound_kwh"])
        told = [f"{value:,.0f}" if abs(value) >= 10 else f"{value:,.3g}" for value in energy]
        keys = ("payment", "extra_cost", "lost_value", "net_benefit")
        told += [money(row[key]) for key in keys]
        click.echo("".join(f"{one:>12s}" for one in (*told, str(row["missed"]))))


def _show_participants(row: dict[str, Any]) -> None:
    """Who drew less or more at one incentive, most first."""
    price = row["incentive_per_mwh"]
    click.echo(f"\nat {price:g} per MWh, kWh less in called hours by the meters")
    for site in row["sites"]:
        click.echo(
            f"  {site['site']}: {site['reduced_kwh']:,.0f} of {site['baseline_kwh']:,.0f},"
            f" {site['rebound_kwh']:+,.0f} outside of them"
        )
    parts = sorted(row["participants"], key=lambda part: -part["reduced_kwh"])
    for part in parts:
        if abs(part["reduced_kwh"]) >= SMALL_KWH:
            named = f"{part['name']} at {part['site']}"
            hours = " ".join(f"{kwh:,.0f}" for kwh in part["hourly_kwh"])
            click.echo(f"    {named:34s} {part['reduced_kwh']:>10,.0f}   by hour: {hours}")


def _show_break_evens(rows: list[dict[str, Any]], currency: str) -> None:
    click.echo(f"\nbreak-even of each alone, {currency} per MWh, everything known")
    if not rows:
        click.echo("  not told: the program is too large to be solved finely enough")
    for row in rows:
        named = f"{row['name']} ({row['kind']})"
        click.echo(f"  {named:34s} {_told(row)}")
        if row["from_per_mwh"] is not None:
            told = [
                f"{one['reduced_kwh']:,.0f} kWh at {one['incentive_per_mwh']:g},"
                f" {money(one['net_benefit'])} left"
                for one in row["answers"]
            ]
            click.echo(f"  {'':34s} {'; '.join(told)}")


def _told(row: dict[str, Any]) -> str:
    if row["from_per_mwh"] is None:
        drawn = abs(row["drawn_kwh"]) >= SMALL_KWH
        return "nothing moves it" if drawn else "draws nothing in called hours"
    floor = row["by_price_per_mwh"]
    by_price = "" if floor is None else f", by prices at least {_per_mwh(floor)}"
    middle = f"{_per_mwh(row['from_per_mwh'])} to {_per_mwh(row['to_per_mwh'])}"
    return f"{middle}{by_price}; first {row['first_kwh']:,.0f} of {round(row['drawn_kwh']):,} kWh"


def _per_mwh(price: float) -> str:
    """Five digits that count, never with an exponent where it is large."""
    return f"{price:,.0f}" if abs(price) >= 1e4 else f"{price:,.5g}"
