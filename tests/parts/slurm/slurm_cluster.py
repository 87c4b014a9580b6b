"""The cluster of Slurm of a run of tests: skipped, or failed in CI, where Slurm is not installed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wanted import or_skipped

from gridtide.testing import slurm_cluster as real
from gridtide.testing.slurm_cluster import Cluster as Cluster
from gridtide.testing.slurm_cluster import soon as soon


def program(name: str) -> str:
    """Path of a program of Slurm."""
    with or_skipped():
        return real.program(name)
    raise AssertionError("skipped or failed")


@contextmanager
def slurm_cluster(folder: Path) -> Iterator[Cluster]:
    """A cluster that runs until the end."""
    for name in real.PROGRAMS:
        program(name)
    with real.slurm_cluster(folder) as cluster:
        yield cluster


@contextmanager
def slurmrestd(cluster: Cluster, version: str) -> Iterator[Path]:
    """The socket of a slurmrestd with a plugin, for as long as it serves."""
    program("slurmrestd")
    with real.slurmrestd(cluster, version) as place:
        yield place
