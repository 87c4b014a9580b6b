"""What `gridtide study` does with a file that asks something of a grid: adequacy, headroom or an accident."""

from pathlib import Path

import click

from gridtide.doors.cli.telling import tell


def answer(path: Path, page: Path | None, as_json: bool) -> int:
    """Answer the file; what the command ends with: 0, or 3 where a target is missed or a limit broken."""
    from gridtide.case.study_file import kind_of
    from gridtide.doors.cli.study_question_words import SHOW
    from gridtide.doors.cli.words import say_compiling
    from gridtide.doors.report.sheet import write_sheet
    from gridtide.doors.results.study_answers import question_in

    kind, table = kind_of(path)
    asked = question_in(path, table)
    say_compiling()
    found = asked()
    if page is not None:
        write_sheet(page, found, f"{kind}.js")
    found.pop("picture", None)
    tell(found, f"{kind}.js", None, as_json, SHOW[kind])
    if page is not None and not as_json:
        click.echo(str(page))
    return 0 if found["passes"] else 3
