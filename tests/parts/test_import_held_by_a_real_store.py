"""An import held within each step by a real store: service, store and meter in processes of their own."""

import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from service_process import token_file

from gridtide.devices.modbus.line import ModbusLine
from gridtide.loop.clock import WallClock
from gridtide.testing.real_site import a_case, eventually, feed, metered, serving
from gridtide.wire.modbus.makes import BATTERY

pytestmark = pytest.mark.parts
LOAD_KW, STEP_KW, LEASE_S = 30.0, 100.0, 30.0
"""The level is what a plan expects of an empty hall, cooled as the hour's weather asks; it lies between the two."""
CHARGE = "import_max_kw = 3000, demand_charge_per_kw_month = 1.5"
"""Less than the wear of a minute: near the end of a month a dearer peak is worth taking off whole, to a level of 0."""
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
holds_import = true
host = "127.0.0.1"
port = {battery}
lease_s = {lease_s:g}
"""


@contextmanager
def a_site(folder: Path) -> Iterator[tuple[int, int, Callable[[float], None]]]:
    """The ports of a battery and of the meter in front of it, and what changes the load beside the battery."""
    (folder / "boards.json").write_text("{}")

    def draw(load_kw: float) -> None:
        (folder / "next").write_text(str(load_kw))
        (folder / "next").rename(folder / "load")

    command = [sys.executable, "-m", "gridtide.testing.modbus_site", str(LOAD_KW), str(folder)]
    with subprocess.Popen(command, text=True, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            battery, meter = process.stdout.readline().split()
            yield int(battery), int(meter), draw
        finally:
            process.kill()


def levels_kw(store: Path) -> list[float]:
    """Levels that imports were told to be held below, as the store of the service has them."""
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as kept:
        acts = [json.loads(act) for (act,) in kept.execute("select act from intents")]
    return [float(one["most_kw"]) for one in acts if one["kind"] == "HoldImport"]


def test_an_import_is_held_within_seconds_and_a_service_that_dies_leaves_the_store_at_rest(
    tmp_path: Path,
) -> None:
    """The month's peak is what a kilowatt more would be paid by. The load steps up: the store gives what is above the
    level at the next look. Killed, the store rests by its lease and the meter reads all of it."""
    _, texts = token_file(tmp_path)
    with a_site(tmp_path) as (battery_port, meter_port, draw):
        tables = TABLES.format(battery=battery_port, lease_s=LEASE_S)
        a_case(tmp_path, tables + feed(meter_port))
        case = tmp_path / "case.toml"
        case.write_text(case.read_text().replace("import_max_kw = 3000", CHARGE))
        line = ModbusLine(
            name="battery", where=BATTERY, clock=WallClock(), host="127.0.0.1", port=battery_port
        )
        with serving(tmp_path, texts, "log") as room:
            eventually(lambda: room.ask("/healthz")[1]["room"] == "open")
            eventually(lambda: abs((metered(room) or 0.0) - LOAD_KW) < 1.0)
            (asked,) = eventually(lambda: room.ask("/api/proposals")[1]["items"])
            answer = {"digest": asked["digest"], "reason": "it spares the peak"}
            path = f"/api/proposals/{asked['id']}/approve"
            assert room.ask(path, "approver", answer)[0] == 200
            eventually(lambda: room.ask("/api/frame")[1]["values"]["acts"].get("done"), 70.0)
            (level_kw,) = levels_kw(tmp_path / "db")
            assert LOAD_KW < level_kw < LOAD_KW + STEP_KW / 2.0
            draw(LOAD_KW + STEP_KW)
            stepped_s = time.monotonic()
            eventually(lambda: abs(line.read("power")[0] - (LOAD_KW + STEP_KW - level_kw)) < 0.5)
            assert time.monotonic() - stepped_s < 15.0
            eventually(lambda: abs((metered(room) or 0.0) - level_kw) < 0.5)
            room.process.send_signal(signal.SIGKILL)
            room.process.wait()
        died_s = time.monotonic()
        eventually(lambda: abs(line.read("power")[0]) < 0.1)
        assert time.monotonic() - died_s < LEASE_S + 3.0
        line.close()
