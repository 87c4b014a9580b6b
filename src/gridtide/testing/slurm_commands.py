"""The commands of Slurm in a folder of their own: what is told is written down; whoever told it may have to die."""

import shlex
from pathlib import Path

from gridtide.testing.slurm_cluster import program

SCONTROL = """#!/bin/sh
echo "$*" >> {folder}/told
{real} "$@"
code=$?
case "$*" in *StartTime*)
  if [ -e {folder}/dies ]; then rm {folder}/dies; kill -9 $PPID; sleep 30; fi;;
esac
exit $code
"""


def commands_that_write_down(folder: Path) -> None:
    """The commands of Slurm in a folder: what is told is written down; whoever told it may have to die."""
    commands = folder / "commands"
    commands.mkdir()
    for name in ("squeue", "scancel", "sinfo", "sbatch", "sdiag"):
        (commands / name).symlink_to(program(name))
    text = SCONTROL.format(folder=shlex.quote(str(folder)), real=program("scontrol"))
    (commands / "scontrol").write_text(text)
    (commands / "scontrol").chmod(0o755)


def begin_times(folder: Path) -> list[str]:
    """Every start time that was told."""
    told = folder / "told"
    lines = told.read_text().splitlines() if told.exists() else []
    return [line for line in lines if "StartTime" in line]
