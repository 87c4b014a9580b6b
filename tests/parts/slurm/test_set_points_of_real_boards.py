"""A centre leads running work behind `gridtide serve`: Slurm, power agent, meter and centre, each a process."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from service_process import Running, token_file
from slurm_cluster import slurm_cluster

from gridtide.loop.clock import WallClock
from gridtide.testing.iec104_centre import Iec104Centre
from gridtide.testing.modbus_site import PER_KW
from gridtide.testing.power_machine import PowerMachine
from gridtide.testing.real_site import a_case, eventually, feed, serving

pytestmark = pytest.mark.parts
UNITS = tuple(f"gpu-{number}" for number in range(4))
FULL_KW, REST_KW = 0.665, 0.7
HALL = {
    "it_capacity_kw = 2000": "it_capacity_kw = 20",
    "accelerators = 16": "accelerators = 4",
    "parked_kw_per_accelerator = 1.0": "parked_kw_per_accelerator = 0.1",
    "busy_kw_per_accelerator = 20.0": "busy_kw_per_accelerator = 0.665",
}
TABLES = """
[[site.pool.point]]
name = "eco"
speed = 0.85
busy_kw_per_accelerator = 0.5
cap_kw = 0.5

[[site.pool.point]]
name = "slow"
speed = 0.7
busy_kw_per_accelerator = 0.35
cap_kw = 0.35

[[device]]
name = "slurm"
kind = "slurm"
place = "north/hall"
partitions = "low"
conf = "{conf}"

[[device]]
name = "cards"
kind = "power-agent"
points = "north/hall"
path = "power.sock"

[[setpoint]]
site = "north"
line = "iec104"
port = {line}
offer_kw = 1.5
cycle_s = 1
"""


@contextmanager
def a_meter(folder: Path) -> Iterator[int]:
    """The port of the meter of a connection behind which boards draw."""
    command = [sys.executable, "-m", "gridtide.testing.modbus_site", "0.34", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline().split()[1])
        finally:
            process.kill()


def free_port() -> int:
    """One that the kernel has to give."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def regulation(room: Running) -> dict[str, Any]:
    """The line of the site now."""
    (found,) = room.ask("/api/regulation")[1]["items"]
    return dict(found)


def test_a_centre_slows_running_work_as_metered_and_a_service_that_dies_frees_its_boards(
    tmp_path: Path,
) -> None:
    """A site without a store: caps by lease give what is asked, its scheduler lets the job run longer first; killed,
    every board is back at its limit within three cycles."""
    _, texts = token_file(tmp_path)
    machine, port = PowerMachine(tmp_path, units=UNITS), free_port()
    for unit in UNITS:
        machine.boards.work(unit, 1.0)
    folder = tmp_path / "slurm"
    folder.mkdir()
    with slurm_cluster(folder) as cluster, machine.agent(), a_meter(tmp_path) as meter:
        tables = TABLES.format(conf=cluster.conf, line=port) + feed(meter)
        a_case(tmp_path, tables, WallClock().now().replace(second=0, microsecond=0))
        case = tmp_path / "case.toml"
        text = case.read_text()
        for before, after in HALL.items():
            text = text.replace(before, after)
        case.write_text(text)
        due = (WallClock().now() + timedelta(hours=12)).isoformat(timespec="seconds")
        job = cluster.submit(
            "sleep 600", f"class=train;deadline={due}", "--ntasks=8", "--gres=gpu:4"
        )
        with serving(tmp_path, texts, "log") as room:
            room.wait_until_ready()
            body = {"mode": "act", "reason": "it did well"}
            said = [room.ask("/api/mode", who, body)[0] for who in ("approver", "admin")]
            assert said == [202, 200]
            base_kw = eventually(lambda: regulation(room)["base_kw"])
            (tmp_path / "load").write_text(str(base_kw - PER_KW * FULL_KW * len(UNITS)))
            eventually(lambda: regulation(room)["boards_held"] == "")
            centre = Iec104Centre(port)

            def reads(less_kw: float) -> bool:
                centre.set(base_kw - less_kw)
                time.sleep(0.9)
                now = regulation(room)
                near = abs(now["response_kw"] - less_kw) < 0.15
                return now["phase"] == "following" and bool(near)

            eventually(lambda: reads(0.0))
            eventually(lambda: reads(PER_KW * 4 * (FULL_KW - 0.5)))
            now = regulation(room)
            assert now["response_of"] == "meter" and now["fault"] == "" and now["told_s"] < 1.0
            assert {machine.boards.board(unit).limit_kw for unit in UNITS} == {0.5}
            assert cluster.job(job)["time_limit"] > 60
            room.process.send_signal(signal.SIGKILL)
            room.process.wait()
            died_s = time.monotonic()
            centre.close()
        eventually(lambda: {machine.boards.board(unit).limit_kw for unit in UNITS} == {REST_KW})
        assert time.monotonic() - died_s < 6.0
