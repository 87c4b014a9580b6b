"""`gridtide serve` over a real Slurm and a real power agent: boards are told the points of a plan, and let go."""

import signal
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from service_process import token_file
from slurm_cluster import Cluster, slurm_cluster

from gridtide.loop.clock import WallClock
from gridtide.testing.power_machine import PowerMachine
from gridtide.testing.real_site import a_case, a_meter, eventually, feed, serving
from gridtide.wire.slurm.numbers import number

pytestmark = pytest.mark.parts
REST_KW, ECO_KW = 0.7, 0.4
POINT = """
[[site.pool.point]]
name = "eco"
speed = 0.85
busy_kw_per_accelerator = 12.0
cap_kw = 0.4
"""
DEVICES = """
[[device]]
name = "slurm"
kind = "slurm"
place = "north/hall"
partitions = "low"
conf = "{conf}"

[[device]]
name = "gpus"
kind = "power-agent"
path = "{socket}"
points = "north/hall"
boards = {{ {node} = "gpu-0" }}
lease_s = 30
"""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with slurm_cluster(tmp_path_factory.mktemp("slurm")) as running_cluster:
        yield running_cluster


def test_a_plan_caps_boards_of_a_real_machine_until_nobody_renews(
    cluster: Cluster, tmp_path: Path
) -> None:
    """Let act, a job that waits is told eco and gets the time for it; once Slurm runs it its boards are capped, as the
    room says; killed, the service leaves no cap past its lease."""
    _, texts = token_file(tmp_path)
    machine = PowerMachine(tmp_path)
    node = cluster.job(cluster.running("READY; sleep 600", "", "--partition=urgent", "--ntasks=30"))
    with machine.agent(), a_meter() as port:
        told = DEVICES.format(conf=cluster.conf, socket="power.sock", node=node["nodes"])
        a_case(
            tmp_path, POINT + told + feed(port), WallClock().now().replace(second=0, microsecond=0)
        )
        case = tmp_path / "case.toml"
        case.write_text(case.read_text().replace("accelerator_h = 15.0", "accelerator_h = 0.0"))
        due = (WallClock().now() + timedelta(hours=12)).isoformat(timespec="seconds")
        comment = f"class=train;deadline={due}"
        job = cluster.submit("sleep 600", comment, "--ntasks=8", "--gres=gpu:2")
        with serving(tmp_path, texts, "first") as room:
            room.wait_until_ready()
            body = {"mode": "act", "reason": "it did well"}
            assert room.ask("/api/mode", "approver", body)[0] == 202
            assert room.ask("/api/mode", "admin", body)[0] == 200
            assert limit_min(cluster, job) == 60
            room.process.send_signal(signal.SIGKILL)
            room.process.wait()
        with serving(tmp_path, texts, "second") as room:
            eventually(lambda: limit_min(cluster, job) >= 60 / 0.85)
            assert machine.limit_kw() == REST_KW
            cluster.run("scancel", str(node["job_id"]))
            _begins(cluster, job)
            eventually(lambda: machine.limit_kw() == ECO_KW)
            room.process.send_signal(signal.SIGKILL)
            room.process.wait()
        eventually(lambda: machine.limit_kw() == REST_KW)
    cluster.end_jobs()


def _begins(cluster: Cluster, job: str) -> None:
    """Have a job begin that waits for its time, where the room it leads has not begun already."""
    try:
        cluster.run("scontrol", "update", f"JobId={job}", "StartTime=now")
    except subprocess.CalledProcessError:
        assert cluster.state(job) == "RUNNING"


def limit_min(cluster: Cluster, job: str) -> int:
    """How long Slurm lets a job run."""
    return number(cluster.job(job)["time_limit"]) or 0
