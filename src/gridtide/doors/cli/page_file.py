"""The file of `--page`, looked at before any work: no minute of it shall end at a path that takes no file."""

import os
from pathlib import Path
from typing import Any

import click

from gridtide.doors.results.written_whole import refuse_if_none_fits


class PageFile(click.Path):
    """A path at which a file can be written as things stand."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path. Raises BadInput where it takes no file."""
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        refuse_if_none_fits(path)
        return path
