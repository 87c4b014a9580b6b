"""The document of `gridtide tiers` as a person reads it: a menu for jobs and each service, then the showback."""

from typing import Any

import click


def show(found: dict[str, Any]) -> None:
    """Writes the document on stdout."""
    rule, currency = found["rule"], found["currency"]
    click.echo(
        f"users get {rule['share']:.0%} of what waiting saves; sensitivity {rule['sensitivity']:g}, assumed;"
        f" money in {currency}"
    )
    for menu in found["menus"]:
        _show_menu(menu)
    _show_shares(found["showback"], found["sums"])


def _show_menu(menu: dict[str, Any]) -> None:
    click.echo(f"\n{menu['of']}, per {menu['unit']}, solved with {menu['added']}")
    heads = ("price", "costs", "one more", "as much again", "by prices", "today", "chosen")
    click.echo(f"  {'':14s}" + "".join(f"{head:>14s}" for head in heads))
    for tier in menu["tiers"]:
        keys = ("price", "marginal_cost", "first", "again", "by_price")
        told = [f"{tier[key]:,.5f}" for key in keys]
        told += [f"{tier[key]:.1%}" for key in ("today_share", "accepted_share")]
        click.echo(f"  {tier['tier']:14s}" + "".join(f"{one:>14s}" for one in told))
        if tier["undone_share"] > 1e-9:
            click.echo(f"    {tier['undone_share']:.1%} of it is not done, at what it is worth")
    saved = menu["saved"] if abs(menu["saved"]) >= 0.005 else 0.0
    same = "as" if menu["is_neutral"] else "NOT as"
    click.echo(
        f"  earns {menu['revenue']:,.5f}, {same} today's {menu['revenue_today']:,.5f}; the course costs"
        f" {saved:,.2f} less as users choose"
    )


def _show_shares(rows: list[dict[str, Any]], sums: dict[str, float | None]) -> None:
    heads = ("kWh", "kg CO2", "cost", "acc.-hours", "mean wait h", "late")
    click.echo(f"\n{'for whom':22s}" + "".join(f"{head:>13s}" for head in heads))
    for row in rows:
        wait = "–" if row["mean_wait_h"] is None else f"{row['mean_wait_h']:.2f}"
        carbon = "n/a" if row["carbon_kg"] is None else f"{row['carbon_kg']:,.0f}"
        told = [f"{row['kwh']:,.0f}", carbon, f"{row['cost']:,.0f}"]
        told += [f"{row['accelerator_h']:,.0f}", wait, str(row["late"])]
        click.echo(f"{row['name']:22s}" + "".join(f"{one:>13s}" for one in told))
    keys = ("kwh", "carbon_kg", "cost", "accelerator_h")
    whole = ["n/a" if sums[key] is None else f"{sums[key]:,.0f}" for key in keys]
    click.echo(f"{'all, as settled':22s}" + "".join(f"{one:>13s}" for one in whole))
