"""`gridtide serve` leads a chiller, a store of cold and a plant: service and devices each in a process of its own."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from service_process import Running, token_file

from gridtide.devices.modbus.line import ModbusLine
from gridtide.loop.clock import WallClock
from gridtide.testing.modbus_plant import MADE_KW, SUPPLY_C
from gridtide.testing.real_site import a_case, eventually, feed, serving
from gridtide.wire.modbus.device_map import DeviceMap
from gridtide.wire.modbus.makes import CHILLER, COLD_STORE, PLANT

pytestmark = pytest.mark.parts
TABLES = """
[site.hall]

[site.cold_store]
volume_m3 = 10
charge_max_kw = 60
discharge_max_kw = 60

[site.reactor]
capacity_kw = 250
least_share = 0.4
ramp_kw_per_min = 600
cost_per_mwh = 28

[[device]]
name = "chiller"
kind = "modbus-chiller"
hall = "north"
host = "127.0.0.1"
port = {chiller}
lease_s = 30

[[device]]
name = "water"
kind = "modbus-cold-store"
cold_store = "north"
host = "127.0.0.1"
port = {cold}
lease_s = 30

[[device]]
name = "engine"
kind = "modbus-plant"
plant = "north"
host = "127.0.0.1"
port = {plant}
least_kw = 100
ramp_kw_per_min = 600
lease_s = 30

[[device]]
name = "engine-meter"
kind = "modbus-meter"
meters = {{ engine-meter = "north plant" }}
host = "127.0.0.1"
port = {meter}
"""


@contextmanager
def a_site() -> Iterator[list[int]]:
    """The ports of chiller, store of cold, plant, its meter and that of the connection."""
    command = [sys.executable, "-m", "gridtide.testing.modbus_plants"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield [int(port) for port in process.stdout.readline().split()]
        finally:
            process.kill()


def raised_to_act(room: Running) -> None:
    """By two people."""
    said = {"mode": "act", "reason": "it did well"}
    assert [room.ask("/api/mode", role, said)[0] for role in ("approver", "admin")] == [202, 200]


def line_to(where: DeviceMap, port: int) -> ModbusLine:
    """Beside the service."""
    return ModbusLine(name="beside", where=where, clock=WallClock(), host="127.0.0.1", port=port)


def test_hall_cold_store_and_plant_are_led_and_left_at_their_own_by_a_service_that_dies(
    tmp_path: Path,
) -> None:
    """While power is dear the hall is let warmer, cold is given and the plant makes all it can; killed, each is back at
    its own default by its own lease."""
    _, texts = token_file(tmp_path)
    with a_site() as (chiller, cold, plant, meter, grid):
        ports = {"chiller": chiller, "cold": cold, "plant": plant, "meter": meter}
        a_case(tmp_path, TABLES.format(**ports) + feed(grid))
        case = tmp_path / "case.toml"
        case.write_text(
            case.read_text().replace(
                "parked_kw_per_accelerator = 1.0", "parked_kw_per_accelerator = 19.0"
            )
        )
        hall, water, engine = (
            line_to(where, port)
            for where, port in ((CHILLER, chiller), (COLD_STORE, cold), (PLANT, plant))
        )
        with serving(tmp_path, texts, "log") as room:
            eventually(lambda: room.ask("/healthz")[1]["room"] == "open")
            raised_to_act(room)
            eventually(lambda: engine.read("power")[0] == 250.0, 90.0)
            eventually(lambda: water.read("heat")[0] < -1.0)
            eventually(lambda: hall.read("supply")[0] > SUPPLY_C + 0.1)
            room.process.send_signal(signal.SIGKILL)
            room.process.wait()
        died_s = time.monotonic()
        eventually(lambda: engine.read("power")[0] == MADE_KW)
        eventually(lambda: water.read("heat")[0] == 0.0)
        eventually(lambda: abs(hall.read("supply")[0] - SUPPLY_C) < 0.05)
        assert time.monotonic() - died_s < 35.0
        for one in (hall, water, engine):
            one.close()
