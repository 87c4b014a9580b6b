"""`gridtide study NETWORK --modes`: operation modes of a year, each before the loss of every branch and unit."""

from pathlib import Path
from typing import Any

import click

from gridtide.doors.cli.telling import tell

SHOWN = 5


def study_modes(
    network: Path,
    fleet: Path | None,
    maintenance: tuple[str, ...],
    page: Path | None,
    report: Path | None,
    export: Path | None,
    as_json: bool,
) -> int:
    """Tells the study of modes. Leaves with 3 where load cannot be served in a mode even before any loss."""
    from dataclasses import replace

    from gridtide.case.mode_fleet import read_mode_fleet
    from gridtide.doors.results.mode_report import report_text
    from gridtide.doors.results.modes_document import modes_document
    from gridtide.doors.results.network_file import system_in
    from gridtide.doors.results.written_whole import write_text

    rts = system_in(network)
    given = read_mode_fleet(fleet, rts.network.buses.names)
    if maintenance:
        given = replace(given, maintenance=maintenance)
    name = network.resolve().name
    found = modes_document(rts, given, name, lambda said: click.echo(said, err=True), export)
    if report is not None:
        write_text(report, report_text(found))
    tell(found, "modes.js", page, as_json, show)
    return 3 if any(one["shed_kw"] > 1.0 for one in found["modes"]) else 0


def show(found: dict[str, Any]) -> None:
    """Writes the study on stdout."""
    for sentence in found["summary"]:
        click.echo(sentence)
    for one in found["modes"]:
        worst = one["worst"]
        said = "no loss overloads" if worst is None else (
            f"{one['overloading']} losses overload, {worst['lost']} loads {worst['branch']} to {worst['loading']:.1%}"
        )  # fmt: skip
        click.echo(
            f"  {one['number']:>2} {one['mode']}, {one['at']}, fleet {one['response']}: {said}"
        )
    for one in found["worst"][:SHOWN]:
        for sentence in one["text"]:
            click.echo(sentence)
    for one in found["islanding"][:SHOWN]:
        click.echo(f"the loss of {one['lost']} cuts off {one['load_kw']:,.0f} kW ({one['mode']})")
