"""`gridtide init`: a case to begin with."""

import json
import shutil
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gridtide.doors.cli.init_machines import machines
from gridtide.doors.cli.words import currency_of
from gridtide.finding import BadInput, Finding, Gathered

if TYPE_CHECKING:
    from gridtide.case.propose import Proposal
    from gridtide.fleet.trace import JobTrace
    from gridtide.sources.power_table import MeteredPower

FILE = click.Path(path_type=Path)


@click.group()
def init() -> None:
    """Write a case to begin with."""


init.add_command(machines)


@init.command()
@click.argument("folder", type=FILE)
def demo(folder: Path) -> None:
    """Write the bundled case into FOLDER, to edit."""
    _refuse_taken(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with as_file(files("gridtide.case") / "demo" / "case.toml") as case:
            shutil.copyfile(case, folder / "case.toml")
    except OSError as error:
        raise _unwritable(folder, error) from error
    click.echo(str(folder / "case.toml"))


@init.command("from")
@click.option(
    "--sacct",
    "log",
    type=FILE,
    required=True,
    help="What `sacct --parsable2` printed, with AllocTRES.",
)
@click.option("--power", "meter", type=FILE, help="CSV or Parquet with time and power_kw.")
@click.option("--clock", default="UTC", help="IANA zone of the log's times, e.g. Europe/Berlin.")
@click.option("--unit", type=click.Choice(["gpu", "cpu", "node"]), default="gpu")
@click.option("--zone", default="HERE", help="Price zone of the site.")
@click.option("--currency", default="EUR", help="Settlement currency.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
@click.argument("folder", type=FILE, required=False)
def from_logs(
    log: Path,
    meter: Path | None,
    clock: str,
    unit: str,
    zone: str,
    currency: str,
    as_json: bool,
    folder: Path | None,
) -> None:
    """Propose a case from a site's own logs into FOLDER; every guess in it is marked."""
    from gridtide.case.proposal_text import text_of
    from gridtide.case.propose import propose

    folder = folder or Path(f"{log.stem}-case")
    faults = Gathered()
    faults.of(lambda: _refuse_taken(folder))
    money = faults.of(lambda: currency_of(currency))
    faults.of(lambda: _refuse_nameless(zone))
    read = faults.of(lambda: _logs(log, meter, clock, unit))
    faults.refuse_if_any()
    assert read is not None and money is not None
    trace, power = read
    proposal = propose(trace, power, clock)
    text = text_of(proposal, log.name, unit, zone, money)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(log, folder / log.name)
        (folder / "case.toml").write_text(text, encoding="utf-8")
    except OSError as error:
        raise _unwritable(folder, error) from error
    if as_json:
        click.echo(json.dumps(_document(proposal, folder), indent=2, ensure_ascii=False))
        return
    _show(proposal)
    click.echo(str(folder / "case.toml"))


def _logs(
    log: Path, meter: Path | None, clock: str, unit: str
) -> "tuple[JobTrace, MeteredPower | None]":
    """Both files, with the faults of both shown at once."""
    from gridtide.sources.power_table import PowerTable
    from gridtide.sources.sacct import SacctJobs

    faults: list[Finding] = []
    trace, power = None, None
    try:
        trace = SacctJobs(path=log, zone=clock, unit=unit).read()  # type: ignore[arg-type]
    except BadInput as error:
        faults += error.findings
    try:
        power = PowerTable(path=meter).read() if meter is not None else None
    except BadInput as error:
        faults += error.findings
    if faults or trace is None:
        raise BadInput(faults)
    return trace, power


def _document(proposal: "Proposal", folder: Path) -> dict[str, Any]:
    return {
        "case": str(folder / "case.toml"),
        "start": proposal.start.isoformat(),
        "end": proposal.end.isoformat(),
        "parked_kw_per_accelerator": vars(proposal.parked_kw),
        "pools": [
            {
                "name": group.name,
                "jobs": group.jobs,
                "accelerators": vars(group.accelerators),
                "utilisation": group.utilisation,
                "busy_kw_per_accelerator": vars(group.busy_kw),
                "slack_h": vars(group.slack_h),
                "movable": group.movable,
            }
            for group in proposal.groups
        ],
        "protect": list(proposal.protect),
        "notes": list(proposal.notes),
    }


def _show(proposal: "Proposal") -> None:
    for group in proposal.groups:
        moves = f"may wait {group.slack_h.value:g} h" if group.movable else "never moved"
        click.echo(
            f"{group.name}: {group.jobs:,} jobs, {int(group.accelerators.value):,} accelerators at most,"
            f" {group.utilisation:.0%} in use on average, {group.busy_kw.value:g} kW each, {moves}"
        )
        click.echo(f"  power: {group.busy_kw.basis}")
        click.echo(f"  slack: {group.slack_h.basis}")
    for note in proposal.notes:
        click.echo(f"- {note}")
    click.echo("Every guess is marked in the case; look at them, then `gridtide check` it.")


def _refuse_nameless(zone: str) -> None:
    if not zone.strip():
        raise BadInput(
            [
                Finding(
                    subject="--zone",
                    value="is empty",
                    limit="a name of the price zone",
                    mend="Write --zone DE-LU, for example, or leave it out.",
                )
            ]
        )


def _refuse_taken(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadInput(
            [
                Finding(
                    subject=str(folder),
                    value="exists and is not an empty folder",
                    limit="a folder that is new or empty",
                    mend="Name another folder.",
                )
            ]
        )


def _unwritable(folder: Path, error: OSError) -> BadInput:
    return BadInput(
        [
            Finding(
                subject=str(folder),
                value=error.strerror or "cannot be written",
                limit="a folder that can be written",
                mend="Check the path and your rights.",
            )
        ]
    )
