"""`gridtide sweep STUDY FILE`: one study over parameters, years, seeds and policies, gone on with where it was left."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gridtide.doors.cli.page_file import PageFile
from gridtide.finding import Finding, Gathered

if TYPE_CHECKING:
    from gridtide.doors.sweeping.studies import Asked
    from gridtide.simulate.sweep import Axis, Hands, Tally

FILE = click.Path(path_type=Path)
FOLDERS = Path("sweeps")
AT_FAULT = 3


@click.command()
@click.argument("study", metavar="STUDY")
@click.argument("file", type=FILE)
@click.option("--over", "over", multiple=True, metavar="KEY=VALUES",
              help="KEY=1,2,3 or KEY=1..9; seed, year, policy and options as --seed are understood.")  # fmt: skip
@click.option("--workers", default=1, show_default=True, help="Processes on this machine.")
@click.option(
    "--dask", "address", metavar="ADDRESS", help="A Dask scheduler, tcp://HOST:PORT, instead."
)
@click.option("--to", "folder", type=FILE, help="Folder of the answers; sweeps/NAME by default.")
@click.option("--show", "shown", multiple=True, metavar="COLUMN", help="Columns the page draws.")
@click.option("--page", type=PageFile(), help="Write the picture as one HTML page.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def sweep(
    study: str, file: Path, over: tuple[str, ...], workers: int, address: str | None,
    folder: Path | None, shown: tuple[str, ...], page: Path | None, as_json: bool,
) -> int:  # fmt: skip
    """Ask STUDY (run, study, size, site, pathway, market) of FILE once for every value of each KEY, a key of the file
    or an option of the command (--over --seed=1..9), with every other one.

    Each answer is kept as it comes; the same command goes on where it was stopped. Leaves with 3 where tasks have no
    answer.
    """
    from gridtide.doors.sweeping.table import table_of, write_tables

    asked, axes, hands = _asked(study, file, over, workers, address)
    place = folder or FOLDERS / file.stem
    tally, lines = _answered(place, asked, axes, hands)
    table = table_of(axes, lines)
    write_tables(place, table)
    from gridtide.doors.sweeping.document import sweep_document

    found = sweep_document(asked.study, str(file), axes, tally, table, shown, str(place))
    _tell(found, page, as_json)
    return AT_FAULT if found["at_fault"] else 0


def _asked(
    study: str, file: Path, over: tuple[str, ...], workers: int, address: str | None
) -> "tuple[Asked, tuple[Axis, ...], Hands]":
    """What is asked, over what, of whom. Raises BadInput with all that is at fault."""
    from gridtide.case.load import toml_read
    from gridtide.doors.sweeping import hands as who
    from gridtide.doors.sweeping.axes import axes_of
    from gridtide.doors.sweeping.by_command import COMMANDS, is_option
    from gridtide.doors.sweeping.studies import STUDIES, Asked, faults_of

    faults = Gathered()
    known = tuple(dict.fromkeys([*STUDIES, *COMMANDS]))
    if study not in known:
        faults.findings.append(_no_study(study, known))
    axes = faults.of(lambda: axes_of(over))
    by_options = axes is not None and all(is_option(axis.name) for axis in axes)
    content = {} if by_options else faults.of(lambda: toml_read(file))
    hands = faults.of(lambda: who.workers(workers) if address is None else who.dask(address))
    faults.refuse_if_any()
    if study not in STUDIES and not by_options:
        faults.findings.append(_options_alone(study))
        faults.refuse_if_any()
    assert content is not None and axes is not None and hands is not None
    asked = Asked(study=study, content=content, file=file.resolve())
    faults.findings.extend(faults_of(asked, axes))
    faults.refuse_if_any()
    return asked, axes, hands


def _answered(
    folder: Path, asked: "Asked", axes: "tuple[Axis, ...]", hands: "Hands"
) -> "tuple[Tally, list[Any]]":
    """Every task answered, and all answers of the folder."""
    from functools import partial

    from gridtide.doors.cli.words import say_compiling
    from gridtide.doors.sweeping.kept_answers import KeptAnswers, lines_in
    from gridtide.doors.sweeping.progress import Progress
    from gridtide.doors.sweeping.studies import answer
    from gridtide.simulate.sweep import sweep as ask_all

    say_compiling()
    kept = KeptAnswers(folder, asked, axes)
    try:
        tally = ask_all(axes, partial(answer, asked), hands, kept, Progress())
    except KeyboardInterrupt:
        click.echo(
            f"\nstopped; what is answered stands in {folder}, the same command goes on", err=True
        )
        raise
    finally:
        kept.close()
    return tally, lines_in(folder)


def _options_alone(study: str) -> Finding:
    return Finding(
        subject="--over",
        value=f"a key of the file of {study}",
        limit=f"options of `gridtide {study}`, as --over --seed=1..9",
        mend="Name its options, or write files of their own.",
    )


def _no_study(study: str, known: tuple[str, ...]) -> Finding:
    return Finding(
        subject="STUDY",
        value=f"{study} cannot be asked many times",
        limit=f"one of {', '.join(known)}",
        mend="Name a command that answers with one document.",
    )


def _tell(found: dict[str, Any], page: Path | None, as_json: bool) -> None:
    from gridtide.doors.cli.telling import tell

    tell(found, "sweep.js", page, as_json, show)


def show(found: dict[str, Any]) -> None:
    """Writes the document on stdout."""
    click.echo(
        f"{found['study']} of {found['file']}: {found['tasks']:,} tasks, {found['answered']:,} answered,"
        f" {found['at_fault']:,} at fault"
    )
    for fault in found["faults"]:
        click.echo(f"  {fault['changes']}: {fault['fault']}")
    for column in found["columns"]:
        if column["lowest"] is not None:
            low, high, where = column["lowest"], column["highest"], _spelt(column["lowest_at"])
            click.echo(f"{column['name']}: {low:,.6g} to {high:,.6g}, lowest at {where}")
    click.echo(found["table"])


def _spelt(changes: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in changes.items())
