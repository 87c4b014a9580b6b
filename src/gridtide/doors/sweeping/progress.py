"""How far a sweep is, and how long the rest takes, on stderr."""

import sys

import click

from gridtide.loop.clock import seconds
from gridtide.simulate.sweep import Tally

EVERY_S = 10.0
"""Between two lines where nobody watches a terminal."""


class Progress:
    """Tells a tally as a line: at once on a terminal, elsewhere seldom, and always the first and the last."""

    def __init__(self) -> None:
        self._begun_s = self._told_s = seconds()

    def __call__(self, tally: Tally) -> None:
        """Say how far it is."""
        now_s = seconds()
        done = tally.answered + tally.at_fault
        is_terminal = sys.stderr.isatty()
        if not (is_terminal or done == 0 or tally.left == 0 or now_s - self._told_s >= EVERY_S):
            return
        self._told_s = now_s
        line = f"{tally.tasks - tally.left:,} of {tally.tasks:,} tasks"
        if tally.before:
            line += f", {tally.before:,} kept before"
        if tally.at_fault:
            line += f", {tally.at_fault:,} at fault"
        if done and tally.left:
            line += f", {_spoken((now_s - self._begun_s) / done * tally.left)} left"
        click.echo(
            ("\r\x1b[K" if is_terminal else "") + line,
            err=True,
            nl=not is_terminal or not tally.left,
        )


def _spoken(seconds: float) -> str:
    if seconds < 90.0:
        return f"{seconds:.0f} s"
    if seconds < 5400.0:
        return f"{seconds / 60.0:.0f} min"
    return f"{seconds / 3600.0:.1f} h"
