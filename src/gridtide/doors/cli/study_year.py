"""`gridtide study NETWORK --year`: what every bus takes over a year, and what a load at one may ask of its
connection."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gridtide.doors.cli.telling import tell
from gridtide.finding import Finding, Gathered

if TYPE_CHECKING:
    from gridtide.case.connection_file import Connection
    from gridtide.doors.results.connection_document import Asked
    from gridtide.grid.hosting_system import HostingSystem


def year_answered(
    network: Path,
    hosts: tuple[str, ...],
    connection: Path | None,
    flex: Path | None,
    page: Path | None,
    as_json: bool,
) -> int:
    """Answer; what the command ends with: 3 where a load must be firm and is not."""
    from gridtide.case.connection_file import connection_of
    from gridtide.doors.results.connection_document import connection_document
    from gridtide.doors.results.hosting_document import hosting_document
    from gridtide.doors.results.network_file import hosting_in
    from gridtide.grid.hosting_system import standing_of

    faults = Gathered()
    system = faults.of(lambda: hosting_in(network))
    wanted = faults.of(lambda: connection_of(connection, flex))
    asked = None if wanted is None else faults.of(lambda: _asked(wanted))
    if system is not None and wanted is not None:
        faults.findings += _unknown(system, hosts, wanted.asked.fed_by)
    if hosts == () and (connection or flex):
        faults.findings.append(_no_host())
    faults.refuse_if_any()
    assert system is not None and wanted is not None and asked is not None
    hours = len(system.year)
    standing = standing_of(system, wanted.asked.dispatch == "secure", _told("dispatch", hours))
    found = hosting_document(standing, asked.feeding)
    for name in dict.fromkeys(hosts):
        done = _told(f"bus {name}", hours)
        found["connections"].append(connection_document(standing, asked, name, done))
    from gridtide.doors.cli.study_year_words import show

    tell(found, "hosting.js", page, as_json, show)
    sizes = [one["asked"] for one in found["connections"] if one["asked"] is not None]
    return 0 if not wanted.asked.firm or all(one["firm"] for one in sizes) else 3


def _asked(wanted: "Connection") -> "Asked":
    from gridtide.doors.results.connection_document import Asked
    from gridtide.grid.hosting_system import Feeding
    from gridtide.sources.flex_file import FlexFile

    file, flex = wanted.flex_file, wanted.asked.flex
    work = None if file is None else FlexFile(path=file, delay=flex.delay).read()
    return Asked(
        feeding=Feeding(by=wanted.asked.fed_by, least_effect=wanted.asked.least_effect),
        size_kw=wanted.asked.size_kw,
        ramp_kw_per_min=wanted.asked.ramp_kw_per_min,
        within_min=wanted.asked.within_min,
        work=work,
        fleet_kw=flex.fleet_kw,
        within_h=flex.catch_up_within_h,
        costs=wanted.costs,
    )


def _told(what: str, hours: int) -> Any:
    """Progress on stderr: a line for each quarter of the year."""

    def done(hour: int) -> None:
        if (hour + 1) % max(hours // 4, 1) == 0:
            click.echo(f"{what}: hour {hour + 1:,} of {hours:,}", err=True)

    return done


def _unknown(system: "HostingSystem", hosts: tuple[str, ...], fed_by: str) -> list[Finding]:
    from gridtide.doors.results.network_file import unknown_buses
    from gridtide.grid.hosting_system import REDISPATCH, UNITS

    feeder = () if fed_by in (REDISPATCH, UNITS) else (fed_by,)
    network = system.network
    return [
        *unknown_buses(network, hosts, "--bus"),
        *unknown_buses(network, feeder, "fed_by"),
    ]


def _no_host() -> Finding:
    return Finding(
        subject="--connection, --flex",
        value="no bus is named at which the load would stand",
        limit="one bus or more",
        mend="Name it: --bus NAME.",
    )
