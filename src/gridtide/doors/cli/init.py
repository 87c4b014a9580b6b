"""`gridtide init`: a case to begin with."""

import shutil
from importlib.resources import as_file, files
from pathlib import Path

import click

from gridtide.finding import BadInput, Finding


@click.group()
def init() -> None:
    """Write a case to begin with."""


@init.command()
@click.argument("folder", type=click.Path(path_type=Path))
def demo(folder: Path) -> None:
    """Write the bundled case into FOLDER, to edit."""
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
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with as_file(files("gridtide.case") / "demo" / "case.toml") as case:
            shutil.copyfile(case, folder / "case.toml")
    except OSError as error:
        raise BadInput(
            [
                Finding(
                    subject=str(folder),
                    value=error.strerror or "cannot be written",
                    limit="a folder that can be written",
                    mend="Check the path and your rights.",
                )
            ]
        ) from error
    click.echo(str(folder / "case.toml"))
