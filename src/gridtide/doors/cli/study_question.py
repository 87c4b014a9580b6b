"""What `gridtide study` does with a file that asks something of a grid: adequacy, headroom or an accident."""

from pathlib import Path
from typing import Any

import click

from gridtide.doors.cli.telling import tell


def answer(path: Path, page: Path | None, as_json: bool) -> int:
    """Answer the file; what the command ends with: 0, or 3 where a target is missed or a limit broken."""
    from gridtide.case.study_file import kind_of

    kind, table = kind_of(path)
    answers = {"adequacy": _adequacy, "headroom": _headroom, "accident": _accident}
    found = answers[kind](path, table)
    from gridtide.doors.cli.study_question_words import SHOW

    if page is not None:
        from gridtide.doors.report.sheet import write_sheet

        write_sheet(page, found, f"{kind}.js")
    found.pop("picture", None)
    tell(found, f"{kind}.js", None, as_json, SHOW[kind])
    if page is not None and not as_json:
        click.echo(str(page))
    return 0 if found["passes"] else 3


def _adequacy(path: Path, table: dict[str, Any]) -> dict[str, Any]:
    import numpy as np

    from gridtide.case.adequacy_file import adequacy_question
    from gridtide.doors.results.adequacy_document import adequacy_document
    from gridtide.grid.adequacy_study import assessed

    asked = adequacy_question(path, table)
    chance = np.random.default_rng(asked.seed)
    found = assessed(asked.system, asked.target_lole_h, asked.years, chance)
    return adequacy_document(asked, found)


def _headroom(path: Path, table: dict[str, Any]) -> dict[str, Any]:
    from gridtide.case.headroom_file import headroom_question
    from gridtide.doors.results.headroom_document import headroom_document

    return headroom_document(headroom_question(path, table))


def _accident(path: Path, table: dict[str, Any]) -> dict[str, Any]:
    from gridtide.case.accident_file import accident_question
    from gridtide.doors.cli.network_file import network_in
    from gridtide.doors.cli.words import say_compiling
    from gridtide.doors.results.accident_document import accident_document
    from gridtide.grid.accident import course_of
    from gridtide.grid.prevention import prevented

    asked = accident_question(path, table, network_in)
    say_compiling()
    course = course_of(asked.accident)
    return accident_document(asked.accident, course, prevented(asked.accident, asked.ways))
