"""`gridtide study NETWORK`: flows and voltages, the loss of any one branch, and how much load a bus takes."""

from pathlib import Path
from typing import Any

import click

from gridtide.doors.cli.page_file import PageFile
from gridtide.doors.cli.study_flags import FILE, odd_flags
from gridtide.doors.cli.telling import tell
from gridtide.finding import refuse_if_any

SHOWN = 5


@click.command()
@click.argument("network", type=click.Path(path_type=Path))
@click.option("--bus", "hosts", multiple=True, metavar="NAME",
              help="How much more load a bus takes, without losses.")  # fmt: skip
@click.option("--modes", is_flag=True, help="Operation modes of a year, before every loss.")
@click.option("--fleet", type=click.Path(path_type=Path), help="Of --modes: sites and options.")
@click.option("--out", "maintenance", multiple=True, metavar="NAME",
              help="Of --modes: a branch or unit that is out for maintenance.")  # fmt: skip
@click.option("--report", type=PageFile(), help="Of --modes: write the report as Markdown.")
@click.option("--export", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER",
              help="Of --modes: write the worst mode as files for tools of dynamics.")  # fmt: skip
@click.option("--short-circuit", "strength", is_flag=True,
              help="How strong each bus is: initial symmetrical short-circuit power.")  # fmt: skip
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
    strength: bool,
    modes: bool,
    fleet: Path | None,
    maintenance: tuple[str, ...],
    report: Path | None,
    export: Path | None,
    over_year: bool,
    connection: Path | None,
    flex: Path | None,
    page: Path | None,
    as_json: bool,
) -> int:
    """Solve NETWORK (a MATPOWER case .m, a network .json that pandapower wrote, the folder of RTS-GMLC) as it stands
    and after the loss of each branch; needs the extra `grid`. A .toml file asks something else of a grid: adequacy,
    headroom, or what an accident does. Leaves with 3 where a part of it has no solution as it stands or load that
    nothing feeds, where a target is missed, a limit broken, or a load that must be firm is not."""
    refuse_if_any(
        odd_flags(
            {
                FILE: network.suffix == ".toml",
                "--modes": modes,
                "--year": over_year,
                "--bus": bool(hosts),
                "--short-circuit": strength,
                "--fleet": fleet is not None,
                "--out": bool(maintenance),
                "--report": report is not None,
                "--export": export is not None,
                "--connection": connection is not None,
                "--flex": flex is not None,
            }
        )
    )
    if network.suffix == ".toml":
        from gridtide.doors.cli.study_question import answer

        return answer(network, page, as_json)
    if modes:
        from gridtide.doors.cli.study_modes import study_modes

        return study_modes(network, fleet, maintenance, page, report, export, as_json)
    if over_year:
        from gridtide.doors.cli.study_year import year_answered

        return year_answered(network, hosts, connection, flex, page, as_json)
    return _one_moment(network, hosts, strength, page, as_json)


def _one_moment(
    network: Path, hosts: tuple[str, ...], strength: bool, page: Path | None, as_json: bool
) -> int:
    from gridtide.doors.results.network_file import network_in, unknown_buses
    from gridtide.doors.results.study_document import study_document

    read = network_in(network)
    refuse_if_any(unknown_buses(read, hosts, "--bus"))
    found = study_document(read, tuple(dict.fromkeys(hosts)), strength)
    tell(found, "study.js", page, as_json, show)
    return 0 if _is_whole(found) else 3


def _is_whole(found: dict[str, Any]) -> bool:
    """Whether every part is solved and no load is without power."""
    fed = all(one["load_kw"] == 0.0 for one in found["unfed"])
    return found["solved"] and fed and all(_is_whole(part) for part in found["parts"])


def show(found: dict[str, Any]) -> None:
    """Writes the document on stdout."""
    click.echo(
        f"{found['of']}: {found['buses']:,} buses, {found['branches']:,} branches,"
        f" {found['load_kw']:,.0f} kW of load, what lacks fed at bus {found['fed_by']}"
    )
    _show_origin(found)
    if not found["solved"]:
        click.echo(_collapse(found))
    else:
        _show_solved(found)
    if found["short_circuit"] is not None:
        _show_strength(found["short_circuit"])
    for part in found["parts"]:
        click.echo("")
        show(part)


def _show_origin(found: dict[str, Any]) -> None:
    """What was read otherwise than it stands, and what is not fed."""
    for one in found["unfed"]:
        named = _named(one["buses"])
        click.echo(f"not fed: {named} with {one['load_kw']:,.0f} kW of load: {one['why']}")
    for group in found["fused"]:
        click.echo(f"one bus, tied without impedance: {_named(group)}")
    if found["unrated"]:
        few = ", ".join(found["unrated"][:SHOWN]) + (" …" if len(found["unrated"]) > SHOWN else "")
        click.echo(
            f"{len(found['unrated']):,} of {found['branches']:,} branches have no rating and are never full: {few}"
        )
    for one in found["direct"]:
        click.echo(
            f"direct current {one['line']}: {one['drawn_kw']:,.0f} kW in, {one['fed_kw']:,.0f} kW out"
        )
    for note in found["notes"][:SHOWN]:
        click.echo(note)
    if len(found["notes"]) > SHOWN:
        click.echo(f"and {len(found['notes']) - SHOWN} more such rows (--json has all)")


def _named(names: list[str]) -> str:
    few = ", ".join(names[:SHOWN])
    return f"bus {few}" if len(names) <= SHOWN else f"bus {few} and {len(names) - SHOWN:,} more"


def _collapse(found: dict[str, Any]) -> str:
    share = found["solves_at"]
    if share == 0.0:
        return "it has no solution as it stands, and none without any load: look at its machines and impedances"
    return (
        "it has no solution as it stands: voltages collapse under this load. It has one up to"
        f" {share:.1%} of it, which is {(1.0 - share) * found['load_kw']:,.0f} kW less"
    )


def _show_solved(found: dict[str, Any]) -> None:
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


def _show_strength(told: dict[str, Any]) -> None:
    buses = told["buses"]
    click.echo(
        f"short-circuit power with a voltage factor of {told['voltage_factor']:g}: the weakest of {len(buses):,} buses"
    )
    for one in buses[:SHOWN]:
        current = "" if one["current_ka"] is None else f", {one['current_ka']:.2f} kA"
        click.echo(f"  bus {one['bus']}: {one['power_kva']:,.0f} kVA{current}")
    if told["assumed"]:
        click.echo(
            f"  {told['assumed']} machines tell no subtransient reactance and are taken at {told['assumed_pu']:g} pu"
            " on their rating"
        )
    if told["left_out"]:
        click.echo(f"  {told['left_out']} machines without a rating feed nothing")
    if told["unrated_transformers"]:
        click.echo(
            f"  {told['unrated_transformers']} transformers have no rating: their impedance is not corrected"
        )


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
