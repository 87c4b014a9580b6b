"""`gridtide serve` as a process over a real Slurm and a Modbus meter in another process, killed where it hurts most."""

import json
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from service_process import Running, running, token_file
from slurm_cluster import Cluster, program, slurm_cluster

from gridtide.loop.clock import WallClock

pytestmark = pytest.mark.parts
SCONTROL = """#!/bin/sh
echo "$*" >> {folder}/told
{real} "$@"
code=$?
case "$*" in *StartTime*)
  if [ -e {folder}/dies ]; then rm {folder}/dies; kill -9 $PPID; sleep 30; fi;;
esac
exit $code
"""
CASE = """
[case]
name = "one real site"
start = {start}
end = {end}
step_min = 1
currency = "CNY"

[planning]
forecaster = "published"
plan_h = 6
replan_h = 1

[autonomy]
share_max = 1.0
moved_max_kw = {{ north = 1000.0 }}
jobs_max_per_day = 50
hold_max_h = 12

[[device]]
name = "slurm"
kind = "slurm"
place = "north/hall"
partitions = "low"
folder = "commands"
conf = "{conf}"

[[device]]
name = "feed"
kind = "modbus-meter"
meters = {{ feed = "north grid" }}
host = "127.0.0.1"
port = {port}
share = 0.005

[[site]]
name = "north"
zone = "N"
clock = "UTC"
region = "N"
latitude = 41.2
longitude = 114.7
facility = {{ it_capacity_kw = 2000 }}
contract = {{ import_max_kw = 3000 }}

[[site.pool]]
name = "hall"
accelerator = "a"
accelerators = 16
parked_kw_per_accelerator = 1.0
busy_kw_per_accelerator = 20.0

[[class]]
name = "train"
value_per_accelerator_h = 15.0

[[signal]]
zone = "N"

[[signal]]
zone = "N"
source = "table"
path = "prices.csv"
currency = "CNY"
published = "tariff"
"""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with slurm_cluster(tmp_path_factory.mktemp("slurm")) as running_cluster:
        yield running_cluster


@pytest.fixture
def meter_port() -> Iterator[int]:
    """A Modbus meter in a process of its own."""
    command = [sys.executable, "-m", "gridtide.testing.modbus_plant", "meter"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


def a_case(folder: Path, cluster: Cluster, port: int) -> None:
    """The case, its dear hours first, and commands of Slurm that write down what they tell."""
    now = WallClock().now().replace(microsecond=0)
    start = now.replace(minute=0, second=0) - timedelta(hours=2)
    hours = [start + timedelta(hours=number) for number in range(48)]
    rows = [f"{at.isoformat()},{2000 if at < now + timedelta(hours=1) else 10}" for at in hours]
    (folder / "prices.csv").write_text("time,price_per_mwh\n" + "\n".join(rows))
    commands = folder / "commands"
    commands.mkdir()
    for name in ("squeue", "scancel", "sinfo", "sbatch"):
        (commands / name).symlink_to(program(name))
    text = SCONTROL.format(folder=shlex.quote(str(folder)), real=program("scontrol"))
    (commands / "scontrol").write_text(text)
    (commands / "scontrol").chmod(0o755)
    end = start + timedelta(hours=36)
    text = CASE.format(start=start.isoformat(), end=end.isoformat(), conf=cluster.conf, port=port)
    (folder / "case.toml").write_text(text)


@contextmanager
def serving(folder: Path, texts: dict[str, str], name: str) -> Iterator[Running]:
    """`gridtide serve` on the case of a folder."""
    options = [
        "--port",
        "0",
        "--tokens",
        str(folder / "tokens.toml"),
        "--store",
        str(folder / "db"),
    ]
    command = [sys.executable, "-u", "-m", "gridtide", "serve", str(folder / "case.toml"), *options]
    with running(command, texts, folder / name) as found:
        yield found


def eventually(found: Callable[[], Any]) -> Any:
    """What is found once it is there."""
    until_s = time.monotonic() + 40.0
    while not (value := found()):
        assert time.monotonic() < until_s, "it did not come in time"
        time.sleep(0.1)
    return value


def metered(room: Running) -> Any:
    """Import of the site in the newest frame, which comes between step edges too."""
    sites = room.ask("/api/frame")[1]["values"].get("sites") or [{}]
    return sites[0].get("import_kw")


def begin_times(folder: Path) -> list[str]:
    """Every start time that was told."""
    told = folder / "told"
    return (
        [line for line in told.read_text().splitlines() if "StartTime" in line]
        if told.exists()
        else []
    )


def test_a_job_gets_its_begin_time_once_whatever_dies(
    cluster: Cluster, meter_port: int, tmp_path: Path
) -> None:
    """In advise it waits for people; two let it act; killed between telling and hearing, the next room reads back what
    holds and tells nothing twice."""
    a_case(tmp_path, cluster, meter_port)
    _, texts = token_file(tmp_path)
    cluster.submit("sleep 600", "", "--partition=urgent", "--ntasks=30")
    due = (WallClock().now() + timedelta(hours=12)).isoformat(timespec="seconds")
    job = cluster.submit("sleep 600", f"class=train;deadline={due}", "--ntasks=8", "--gres=gpu:2")
    with serving(tmp_path, texts, "first") as room:
        room.wait_until_ready()
        asked = eventually(lambda: room.ask("/api/proposals")[1]["items"])
        assert any(f"slurm-{job}" in one["jobs"] for one in asked), asked
        assert begin_times(tmp_path) == []
        assert 630.0 < eventually(lambda: metered(room)) < 650.0
        body = {"mode": "act", "reason": "it did well"}
        assert room.ask("/api/mode", "approver", body)[0] == 202
        assert room.ask("/api/mode", "admin", body)[0] == 200
        room.process.send_signal(signal.SIGKILL)
        room.process.wait()
    (tmp_path / "dies").touch()
    with serving(tmp_path, texts, "second") as room:
        assert room.process.wait(60) == -signal.SIGKILL
    assert len(begin_times(tmp_path)) == 1
    at = cluster.job(job)["eligible_time"]
    assert at > WallClock().now().timestamp() + 1800
    with serving(tmp_path, texts, "third") as room:
        room.wait_until_ready()
        assert room.ask("/api/state")[1]["mode"] == "act"
        notes = [one["says"] for one in room.ask("/api/audit?count=50")[1]["items"]]
        assert any("read back: it holds" in json.dumps(one) for one in notes)
        assert room.ended() == 0
    assert len(begin_times(tmp_path)) == 1
    assert cluster.job(job)["eligible_time"] == at
