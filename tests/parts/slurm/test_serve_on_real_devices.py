"""`gridtide serve` as a process over a real Slurm and a Modbus meter in another process, killed where it hurts most."""

import json
import signal
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from service_process import token_file
from slurm_cluster import Cluster, slurm_cluster

from gridtide.doors.cli import exit_code
from gridtide.loop.clock import WallClock
from gridtide.testing.real_site import LOAD_KW, a_case, a_meter, eventually, feed, metered, serving
from gridtide.testing.slurm_commands import begin_times, commands_that_write_down

pytestmark = pytest.mark.parts
MARKUP = "<img src=x onerror=alert(1)>"
DEVICES = """
[[device]]
name = "slurm"
kind = "slurm"
place = "north/hall"
partitions = "low"
folder = "commands"
conf = "{conf}"
"""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with slurm_cluster(tmp_path_factory.mktemp("slurm")) as running_cluster:
        yield running_cluster


def recomputed(store: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Every decision of a store taken again."""
    with sqlite3.connect(store) as connection:
        texts = connection.execute("SELECT text FROM entries ORDER BY number").fetchall()
    says = [json.loads(text) for (text,) in texts]
    found = []
    for decision in dict.fromkeys(one["id"] for one in says if "stage" in one):
        capsys.readouterr()
        assert exit_code(["audit", "recompute", str(store), decision, "--json"]) == 0
        found.append(json.loads(capsys.readouterr().out))
    return found


def test_a_job_gets_its_begin_time_once_whatever_dies(
    cluster: Cluster, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In advise it waits for people; two let it act; killed between telling and hearing, the next room reads back what
    holds and tells nothing twice. All that was decided comes out of the record again; what somebody wrote at the
    scheduler is said, not obeyed."""
    _, texts = token_file(tmp_path)
    commands_that_write_down(tmp_path)
    with a_meter() as port:
        a_case(tmp_path, DEVICES.format(conf=cluster.conf) + feed(port, more="share = 0.005"))
        cluster.submit("sleep 600", "", "--partition=urgent", "--ntasks=30")
        due = (WallClock().now() + timedelta(hours=12)).isoformat(timespec="seconds")
        job = cluster.submit(
            "sleep 600", f"class=train;deadline={due}", "--ntasks=8", "--gres=gpu:2"
        )
        with serving(tmp_path, texts, "first") as room:
            room.wait_until_ready()
            asked = eventually(lambda: room.ask("/api/proposals")[1]["items"])
            assert any(f"slurm-{job}" in one["jobs"] for one in asked), asked
            assert begin_times(tmp_path) == []
            assert LOAD_KW[0] < eventually(lambda: metered(room)) < LOAD_KW[1]
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
        harm = f"$(touch {tmp_path}/hurt)`touch {tmp_path}/hurt`;<img src=x onerror=alert(1)>"
        cluster.submit("sleep 600", f"class={MARKUP};deadline={due}", "--ntasks=1", "-J", harm)
        with serving(tmp_path, texts, "third") as room:
            room.wait_until_ready()
            alarms = eventually(lambda: room.ask("/api/frame")[1]["values"].get("alarms"))
            left = [one["said"] for one in alarms if one["kind"] == "left-alone"]
            assert any(MARKUP in said for said in left), alarms
            assert room.ask("/api/state")[1]["mode"] == "act"
            notes = [one["says"] for one in room.ask("/api/audit?count=50")[1]["items"]]
            assert any("read back: it holds" in json.dumps(one) for one in notes)
            assert room.ended() == 0
        assert len(begin_times(tmp_path)) == 1
        assert cluster.job(job)["eligible_time"] == at
    assert not (tmp_path / "hurt").exists() and harm not in (tmp_path / "told").read_text()
    again = recomputed(tmp_path / "db", capsys)
    assert len(again) > 1 and all(one["bit_equal"] and one["maker"]["same"] for one in again)
    assert {one["same"]["proposal"] for one in again} == {True}
