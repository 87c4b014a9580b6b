"""How `gridtide study NETWORK --year` tells in words what buses take over a year."""

from typing import Any

import click

MOST = 10


def show(found: dict[str, Any]) -> None:
    """Writes the document on stdout."""
    click.echo(
        f"{found['of']}: {found['buses']:,} buses, {found['branches']:,} branches, {found['hours']:,} hours,"
        f" {found['outages']:,} outages each"
    )
    _show_dispatch(found["dispatch"])
    click.echo(
        f"every bus, fed by {found['fed_by']}, after any outage: kW in every hour, in 99 of 100, in the middle one"
    )
    ranked = sorted(found["by_bus"], key=lambda one: -(one["after_any_outage"]["median_kw"] or 0.0))
    for one in ranked[:MOST]:
        after = one["after_any_outage"]
        click.echo(
            f"  bus {one['bus']}: {kw(after['firm_kw'])}, {kw(after['in_99_of_100_hours_kw'])},"
            f" {kw(after['median_kw'])}; {_often(after)}"
        )
    if len(ranked) > MOST:
        click.echo(f"  and {len(ranked) - MOST:,} more buses: --json or --page")
    for one in found["connections"]:
        _show_connection(one)


def _show_dispatch(told: dict[str, Any]) -> None:
    click.echo(
        f"cheapest first would overload a branch, or leave one overloaded after an outage, in"
        f" {told['redispatched_hours']:,} hours, which are dispatched again:"
        f" {told['cost'] / 1e6:,.1f} instead of {told['cost_cheapest_first'] / 1e6:,.1f} million"
        f" {told['currency']}, {told['turned_down_kwh'] / 1e6:,.0f} GWh of wind, sun and water turned down"
    )
    if told["over_hours"]:
        click.echo(
            f"in {told['over_hours']:,} hours a branch is over its rating, by {told['over_kw']:,.0f} kW at most"
        )
    if told["unfed_kwh"]:
        click.echo(f"{told['unfed_kwh']:,.0f} kWh of load no unit can feed")


def _show_connection(one: dict[str, Any]) -> None:
    after = one["after_any_outage"]
    click.echo(f"bus {one['bus']}, fed by {one['fed_by']}:")
    click.echo(
        f"  firm: {kw(one['now']['firm_kw'])} as it stands, {kw(after['firm_kw'])} after any outage"
        f" ({pair(after)} at {after['at']}), {kw(one['off_after_outage']['firm_kw'])} where load comes off"
        f" within {one['off_after_outage']['within_min']:g} min of one"
    )
    for row in one["points"][1:]:
        waits = (
            "" if row["work_waits_kw"] is None else f", {kw(row['work_waits_kw'])} if work waits"
        )
        click.echo(
            f"  with {row['share']:.2%} of its energy curtailed: {kw(row['after_any_outage_kw'])}{waits}"
        )
    for row in one["relieved"]:
        click.echo(
            f"  {' and '.join(row['branches'])} without a limit: {kw(row['firm_kw'])} firm, then {pair(row['then'])}"
        )
    if one["asked"] is not None:
        _show_asked(one["asked"])


def _show_asked(asked: dict[str, Any]) -> None:
    short, after = asked["short_kw"], asked["after_any_outage"]
    size = f"{asked['size_kw']:,.0f} kW"
    if asked["firm"]:
        click.echo(f"  {size} are firm")
    else:
        click.echo(
            f"  {size} are not firm, {short:,.0f} kW too much: {after['hours']:,} hours, {after['share']:.2%} of the"
            f" energy, {after['deepest_kw']:,.0f} kW and {after['longest_h']:,} h at most"
        )
    for row in asked["reinforced"][:MOST]:
        click.echo(f"  {row['branch']} needs {row['more_kw']:,.0f} kW more")
    for way in asked["ways"]:
        built = ", ".join(f"{name} {_amount(value)}" for name, value in way["built"].items())
        click.echo(
            f"  {way['way']}: {_amount(way['cost_per_year'])} {asked['currency']} a year,"
            f" {way['unserved_kwh']:,.0f} kWh not served{'; ' + built if built else ''}"
        )


def _amount(value: float | None) -> str:
    return "more than can be filled" if value is None else f"{value:,.0f}"


def _often(told: dict[str, Any]) -> str:
    most = told["binding"][0]
    return f"{pair(most)} in {most['hours']:,} hours"


def pair(told: dict[str, Any]) -> str:
    """Which branch is full, and after which outage."""
    if told["full"] is None:
        return "what units can give"
    return f"{told['full']} full" + ("" if told["lost"] is None else f" after {told['lost']}")


def kw(value: float | None) -> str:
    """Room in kW."""
    return "any load" if value is None else f"{round(value):,} kW"
