"""`gridtide study NETWORK`: flows and voltages, the loss of any one branch, and how much load a bus takes."""

from pathlib import Path
from typing import Any

import click

from gridtide.doors.cli.page_file import PageFile
from gridtide.doors.cli.telling import tell
from gridtide.finding import BadInput, Finding

SHOWN = 5


@click.command()
@click.argument("network", type=click.Path(path_type=Path))
@click.option("--bus", "hosts", multiple=True, metavar="NAME",
              help="How much more load a bus takes, without losses.")  # fmt: skip
@click.option("--year", "over_year", is_flag=True,
              help="Every hour of the year of an RTS-GMLC folder: what buses take, and a load at --bus.")  # fmt: skip
@click.option("--connection", type=click.Path(path_type=Path), metavar="FILE",
              help="With --year: what the load asks and what ways to connect it cost (TOML).")  # fmt: skip
@click.option("--flex", type=click.Path(path_type=Path), metavar="FILE",
              help="With --year: what its work gives by waiting, from `gridtide flex CASE --json`.")  # fmt: skip
@click.option("--page", type=PageFile(), help="Write the picture as one HTML page.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def study(
    network: Path,
    hosts: tuple[str, ...],
    over_year: bool,
    connection: Path | None,
    flex: Path | None,
    page: Path | None,
    as_json: bool,
) -> int:
    """Solve NETWORK (a MATPOWER case, .m) as it stands and after the loss of each branch; needs the extra `grid`.
    Leaves with 3 where the network has no solution as it stands, or, with --year, a load that must be firm is not.
    """
    if over_year:
        from gridtide.doors.cli.study_year import year_answered

        return year_answered(network, hosts, connection, flex, page, as_json)
    if connection or flex:
        raise BadInput([_needs_a_year()])
    from gridtide.doors.results.study_document import study_document
    from gridtide.sources.matpower_case import MatpowerCase

    read = MatpowerCase(path=network).read()
    unknown = [name for name in hosts if name not in read.buses.names]
    if unknown:
        raise BadInput(_no_bus(name, read.buses.names) for name in unknown)
    found = study_document(read, tuple(dict.fromkeys(hosts)))
    tell(found, "study.js", page, as_json, show)
    return 0 if found["solved"] else 3


def _no_bus(name: str, known: tuple[str, ...]) -> Finding:
    shown = ", ".join(known[:SHOWN]) + (" …" if len(known) > SHOWN else "")
    return Finding(
        subject="--bus",
        value=f"{name} is no bus of the network that is in service",
        limit=f"one of its {len(known):,}: {shown}",
        mend="Name it as the column bus_i does.",
    )


def _needs_a_year() -> Finding:
    return Finding(
        subject="--connection, --flex",
        value="one moment is studied",
        limit="a year of hours",
        mend="Write --year beside them.",
    )


def show(found: dict[str, Any]) -> None:
    """Writes the document on stdout."""
    click.echo(
        f"{found['of']}: {found['buses']:,} buses, {found['branches']:,} branches,"
        f" {found['load_kw']:,.0f} kW of load, what lacks fed at bus {found['fed_by']}"
    )
    if not found["solved"]:
        click.echo("it has no solution as it stands: voltages collapse under this load")
        return
    now = found["now"]
    click.echo(
        f"as it stands: {now['lost_kw']:,.0f} kW lost; {now['lowest_pu']:.4f} pu at bus {now['lowest_bus']},"
        f" {now['highest_pu']:.4f} at {now['highest_bus']}; {_fullest(now)}; {len(now['outside'])} buses outside their"
        " limits"
    )
    _show_outages(found["outages"])
    for one in found["hosting"]:
        now, after = _room(one["now"]), _room(one["after_any_outage"])
        click.echo(f"bus {one['bus']} takes {now} as it stands, {after} after any outage")


def _fullest(now: dict[str, Any]) -> str:
    if now["fullest"] is None:
        return "no branch has a rating"
    over = len(now["overloads"])
    return (
        f"{over} branches over their rating, the fullest {now['fullest']} at {now['loading']:.1%}"
    )


def _show_outages(told: dict[str, Any]) -> None:
    counted = ", ".join(f"{count:,} {fate}" for fate, count in told["counted"].items())
    click.echo(f"the loss of each branch: {counted}")
    worst = sorted(told["islanding"], key=lambda one: -one["load_kw"])
    for one in worst[:SHOWN]:
        many = len(one["cut_off"])
        named = f"{many:,} buses" if many > SHOWN else f"bus {', '.join(one['cut_off'])}"
        click.echo(f"  {one['lost']} cuts off {named} with {one['load_kw']:,.0f} kW of load")
    for name in told["diverging"][:SHOWN]:
        click.echo(f"  {name}: no solution is found")
    for one in [one for one in told["by_loading"] if one["loading"] > 0.0][:SHOWN]:
        click.echo(f"  {one['lost']} loads {one['branch']} to {one['loading']:.1%}")
    for one in told["by_voltage"][:SHOWN]:
        click.echo(f"  {one['lost']} leaves bus {one['bus']} at {one['lowest_pu']:.4f} pu")


def _room(one: dict[str, Any]) -> str:
    if one["hosted_kw"] is None:
        return "any load (no rating binds)"
    after = "" if one["lost"] is None else f" when {one['lost']} is lost"
    if one["hosted_kw"] < 0.0:
        return f"none, {-one['hosted_kw']:,.0f} kW too much already ({one['full']}{after})"
    return f"{one['hosted_kw']:,.0f} kW ({one['full']} is full{after})"
