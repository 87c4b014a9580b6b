"""A dispatch centre leads a real store behind `gridtide serve`: service, centre, store and meter each on a socket."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from service_process import Running, token_file

from gridtide.devices.modbus.line import ModbusLine
from gridtide.loop.clock import WallClock
from gridtide.testing.iec104_centre import Iec104Centre
from gridtide.testing.real_site import a_case, eventually, feed, serving
from gridtide.wire.modbus.makes import BATTERY

pytestmark = pytest.mark.parts
LOAD_KW = 30.0
TABLES = """
[site.battery]
energy_kwh = 100
charge_max_kw = 300
discharge_max_kw = 300
wear_cost_per_kwh = 100

[[device]]
name = "battery"
kind = "modbus-battery"
store = "north"
host = "127.0.0.1"
port = {battery}

[[setpoint]]
site = "north"
line = "iec104"
port = {line}
offer_kw = 80
cycle_s = 1
"""


@contextmanager
def a_site() -> Iterator[tuple[int, int]]:
    """The ports of a battery and of the meter in front of it."""
    command = [sys.executable, "-m", "gridtide.testing.modbus_site", str(LOAD_KW)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            battery, meter = process.stdout.readline().split()
            yield int(battery), int(meter)
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


def raised_to_act(room: Running) -> None:
    """By two people."""
    said = {"mode": "act", "reason": "it did well"}
    assert [room.ask("/api/mode", role, said)[0] for role in ("approver", "admin")] == [202, 200]


def test_a_centre_leads_a_real_store_as_metered_and_a_service_that_dies_leaves_it_at_rest(
    tmp_path: Path,
) -> None:
    """Nothing moves in advise; in act the meter shows the set-point, though the site draws
    otherwise than planned; killed, the store rests by its own lease."""
    _, texts = token_file(tmp_path)
    port = free_port()
    with a_site() as (battery_port, meter_port):
        a_case(tmp_path, TABLES.format(battery=battery_port, line=port) + feed(meter_port))
        line = ModbusLine(
            name="battery", where=BATTERY, clock=WallClock(), host="127.0.0.1", port=battery_port
        )
        with serving(tmp_path, texts, "log") as room:
            eventually(lambda: room.ask("/healthz")[1]["room"] == "open")
            centre = Iec104Centre(port)
            centre.set(30.0)
            time.sleep(0.5)
            assert line.read("power") == (0.0,) and regulation(room)["follows"] is False
            centre.close()
            raised_to_act(room)
            base_kw = eventually(lambda: regulation(room)["base_kw"])
            centre = Iec104Centre(port)

            def reads(less_kw: float) -> bool:
                centre.set(base_kw - less_kw)
                time.sleep(0.9)
                now = regulation(room)
                return now["phase"] == "following" and bool(abs(now["response_kw"] - less_kw) < 1.0)

            eventually(lambda: reads(0.0))
            eventually(lambda: reads(10.0))
            found = regulation(room)
            assert found["response_of"] == "meter" and found["fault"] == ""
            eventually(lambda: reads(-20.0))
            room.process.send_signal(signal.SIGKILL)
            room.process.wait()
            centre.close()
        died_s = time.monotonic()
        eventually(lambda: abs(line.read("power")[0]) < 0.1)
        assert time.monotonic() - died_s < 8.0
        line.close()
