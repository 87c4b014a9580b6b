"""The team of each job, from a table that somebody's accounting wrote."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gridtide.finding import Finding, refuse_if_any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from gridtide.simulate.study import Study

TEAM_COLUMNS = ("job", "team")
SHOWN = 3


def teams_in(study: "Study", path: Path, names: dict[str, str]) -> "NDArray[np.str_]":
    """The team of each job of the study; jobs the table does not name stay with their group, and are counted aloud.

    names: of its columns, by the names of ours. Raises BadInput for other columns, for a job of two teams, and where
    it names no job of the case.
    """
    import numpy as np

    from gridtide.simulate.showback import teams_of
    from gridtide.sources import open_table, words

    refuse_if_any(_no_column(name) for name in sorted(set(names) - set(TEAM_COLUMNS)))
    table = open_table(path, {names.get(name, name): name for name in TEAM_COLUMNS})
    rows = sorted(
        set(zip(words(table, "job").tolist(), words(table, "team").tolist(), strict=True))
    )
    refuse_if_any(_faults(study, path, rows))
    told, known = dict(rows), study.jobs.name.tolist()
    _say(path, strangers=len(told.keys() - set(known)), unnamed=len(set(known) - told.keys()))
    groups = zip(known, teams_of(study).tolist(), strict=True)
    return np.asarray([told.get(name, group) for name, group in groups], dtype=np.str_)


def _say(path: Path, strangers: int, unnamed: int) -> None:
    if strangers:
        click.echo(f"{path}: {strangers:,} jobs are none of the case, and left out", err=True)
    if unnamed:
        click.echo(f"{path}: {unnamed:,} jobs are not named, and stay with their group", err=True)


def _faults(study: "Study", path: Path, rows: list[tuple[str, str]]) -> Iterator[Finding]:
    twice = [job for job, count in sorted(Counter(job for job, _ in rows).items()) if count > 1]
    if twice:
        yield Finding(
            subject=f"{path} job",
            value=f"{len(twice):,} jobs with two teams: {', '.join(twice[:SHOWN])}",
            limit="one team a job",
            mend="Leave one row of each, or name the team that both belong to.",
        )
    known = set(study.jobs.name.tolist())
    if not known & {job for job, _ in rows}:
        yield Finding(
            subject=str(path),
            value="names no job of the case",
            limit=f"names such as {study.jobs.name[0]}" if known else "a case with jobs",
            mend="Write jobs as `gridtide run` calls them, and say with --map which columns hold what.",
        )


def _no_column(name: str) -> Finding:
    return Finding(
        subject=f"--map {name}",
        value="is no column of a table of teams",
        limit="one of " + ", ".join(TEAM_COLUMNS),
        mend="Write --map team=account, for example.",
    )
