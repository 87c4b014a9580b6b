"""A sweep on a real Dask cluster: three workers in processes of their own, one of them killed while it works."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from gridtide.doors.cli import exit_code

pytestmark = pytest.mark.parts
CASE = Path(__file__).parents[1] / "fixtures" / "one_day.toml"
WORKERS = 3
OVER = ("--over", "seed=1..6", "--over", "policy=run-at-once,lowest-window")


@dataclass(frozen=True)
class Cluster:
    """A scheduler's address and the processes of its workers."""

    address: str
    workers: tuple["subprocess.Popen[bytes]", ...]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """A cluster on loopback, its ports asked from the kernel; all of it ends with the test."""
    file = tmp_path / "scheduler.json"
    quiet = ["--no-dashboard", "--scheduler-file", str(file)]
    with ExitStack() as ends:
        ends.enter_context(_begun("scheduler", "--host", "127.0.0.1", "--port", "0", *quiet))
        _eventually(lambda: file.exists() and file.read_text().endswith("}"))
        alone = ["--nthreads", "1", "--no-nanny", "--death-timeout", "20"]
        place = ["--local-directory", str(tmp_path)]
        workers = tuple(
            ends.enter_context(_begun("worker", *quiet, *alone, *place)) for _ in range(WORKERS)
        )
        yield Cluster(address=json.loads(file.read_text())["address"], workers=workers)


def test_a_worker_is_killed_and_nothing_is_lost(cluster: Cluster, tmp_path: Path) -> None:
    """All tasks are answered, each to the byte as one process does it, and each kept once."""
    far, near = tmp_path / "far", tmp_path / "near"
    words = ["sweep", "run", str(CASE), *OVER, "--dask", cluster.address, "--to", str(far)]
    with subprocess.Popen(
        [sys.executable, "-m", "gridtide", *words], stdout=subprocess.DEVNULL
    ) as asks:
        answers = far / "answers.jsonl"
        _eventually(lambda: answers.exists() and answers.read_bytes().count(b"\n") >= 1)
        cluster.workers[0].send_signal(signal.SIGKILL)
        assert answers.read_bytes().count(b"\n") < 12
        assert asks.wait(300) == 0
    assert exit_code(["sweep", "run", str(CASE), *OVER, "--to", str(near)]) == 0
    assert (far / "answers.csv").read_bytes() == (near / "answers.csv").read_bytes()
    numbers = [json.loads(line)["number"] for line in answers.read_text().splitlines()]
    assert sorted(numbers) == list(range(12))


def test_a_cluster_that_is_gone_leaves_what_was_answered(
    cluster: Cluster, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its workers are all killed; the sweep is stopped, and the same command without a cluster goes on."""
    folder = tmp_path / "s"
    words = ["sweep", "run", str(CASE), *OVER, "--to", str(folder)]
    command = [sys.executable, "-m", "gridtide", *words, "--dask", cluster.address]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, preexec_fn=_interruptible) as asks:
        answers = folder / "answers.jsonl"
        _eventually(lambda: answers.exists() and answers.read_bytes().count(b"\n") >= 1)
        for worker in cluster.workers:
            worker.kill()
        asks.send_signal(signal.SIGINT)
        try:
            assert asks.wait(60) != 0
        finally:
            asks.kill()
    kept = answers.read_bytes().count(b"\n")
    assert 1 <= kept < 12
    capsys.readouterr()
    assert exit_code(words) == 0
    assert f"{kept} kept before" in capsys.readouterr().err


def _interruptible() -> None:
    """What was begun behind a shell ignores interrupts; a person's terminal does not."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def _begun(kind: str, *words: str) -> Iterator["subprocess.Popen[bytes]"]:
    command = [sys.executable, "-m", "dask", kind, *words]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


def _eventually(found: Callable[[], object], within_s: float = 120.0) -> None:
    until_s = time.monotonic() + within_s
    while not found():
        assert time.monotonic() < until_s, "it did not come in time"
        time.sleep(0.05)
