"""A study asked by its own command, with options that change from task to task."""

import difflib
import io
import json
from collections.abc import Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from threading import Lock
from typing import Any

import click

from gridtide.doors.cli.page_file import PageFile
from gridtide.finding import BadInput, Finding, InputError
from gridtide.simulate.sweep import Axis, Value

OPTION = "--"
COMMANDS = ("market", "study", "size", "site", "pathway")
OF_THE_SWEEP = ("--json", "--export")
"""What the sweep asks for itself, and what would be written by every task to one place."""


PRINTING = Lock()


def is_option(name: str) -> bool:
    """Whether an axis changes an option of the command, not a key of its file."""
    return name.startswith(OPTION)


def document_by_command(study: str, file: Path, changes: Mapping[str, Value]) -> dict[str, Any]:
    """What the command prints with `--json` and these options. Raises InputError as it does.

    One at a time in a process, since all of its threads print to one place.
    """
    told = io.StringIO()
    with PRINTING, redirect_stdout(told), redirect_stderr(io.StringIO()):
        try:
            _command(study).main(_words(file, changes), prog_name=study, standalone_mode=False)
        except click.ClickException as fault:
            raise BadInput([_wrong(_said(changes), fault.format_message())]) from None
    found: dict[str, Any] = json.loads(told.getvalue())
    return found


def option_faults(study: str, file: Path, axes: tuple[Axis, ...]) -> list[Finding]:
    """What is at fault with the options and their values, each by itself, before anything is asked."""
    if study not in COMMANDS:
        value, limit = f"{study} has its settings in its file", f"options of {', '.join(COMMANDS)}"
        return [_wrong(axis.name, value, limit) for axis in axes]
    if not file.exists():
        return [
            Finding(
                subject=str(file),
                value="is not there",
                limit="a file or folder",
                mend="Check the path.",
            )
        ]
    command = _command(study)
    known = [param for param in command.params if isinstance(param, click.Option)]
    allowed = sorted(
        name
        for param in known
        for name in param.opts
        if name not in OF_THE_SWEEP and not isinstance(param.type, PageFile)
    )
    found = []
    for axis in axes:
        if axis.name not in allowed:
            near = difflib.get_close_matches(axis.name, allowed, 3, 0.5) or allowed
            value = f"{study} has no such option that can change"
            found.append(_wrong(axis.name, value, f"one of {', '.join(near)}"))
        else:
            found += _values_at_fault(command, file, axis)
    return found


def _values_at_fault(command: click.Command, file: Path, axis: Axis) -> Iterator[Finding]:
    for value in axis.values:
        try:
            command.make_context(command.name or "", _words(file, {axis.name: value}))
        except click.ClickException as fault:
            yield _wrong(axis.name, fault.format_message())
        except InputError as fault:
            yield from fault.findings


def _words(file: Path, changes: Mapping[str, Value]) -> list[str]:
    """The words of the command line: true and false switch an option on and off."""
    words = [str(file), "--json"]
    for name, value in changes.items():
        if value is True:
            words.append(name)
        elif value is not False:
            words += [name, str(value)]
    return words


def _command(study: str) -> click.Command:
    from gridtide.doors.cli import gridtide

    command = gridtide.get_command(click.Context(gridtide), study)
    assert command is not None
    return command


def _said(changes: Mapping[str, Value]) -> str:
    return ", ".join(f"{name}={value}" for name, value in changes.items())


def _wrong(name: str, value: str, limit: str = "as its help says") -> Finding:
    return Finding(
        subject=f"--over {name}",
        value=value.rstrip("."),
        limit=limit,
        mend="See its command's --help.",
    )
