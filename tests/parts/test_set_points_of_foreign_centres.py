"""Set-points of dispatch centres that other people wrote: c104 and pymodbus, each in a process of its own."""

import importlib.util
import json
import math
import os
import struct
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from gridtide.devices.iec104_setpoint import Iec104Setpoint
from gridtide.devices.modbus_setpoint import ModbusSetpoint
from gridtide.loop.clock import DrivenClock, WallClock
from gridtide.signals.setpoint import Mode, Setpoint
from gridtide.testing.setpoint_channels import (
    MORNING,
    RULES,
    SEEN,
    Opened,
    SetpointChannelPromises,
    sensible,
    soon,
)
from gridtide.trust.setpoint_watch import watched
from gridtide.wire.iec104.points import StationPoints
from gridtide.wire.setpoint_registers import SEEN as SEEN_REGISTERS
from gridtide.wire.setpoint_registers import RegisterMap, seen_in, telegram_registers

pytestmark = pytest.mark.parts
PEERS = Path(__file__).parent / "peers"


class ForeignCentre:
    """A process that speaks the protocol, told what to do by lines of JSON."""

    def __init__(self, module: str, script: str, port: int) -> None:
        if importlib.util.find_spec(module) is None:
            reason = f"{module} is not here; `make peers` installs it"
            if os.environ.get("GRIDTIDE_REQUIRE_PARTS") == "1":
                pytest.fail(reason)
            pytest.skip(reason)
        self.process = subprocess.Popen(
            [sys.executable, str(PEERS / script), str(port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._heard()["ready"]

    def ask(self, do: str, **more: object) -> Any:
        """The answer to one line."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"do": do, **more}) + "\n")
        self.process.stdin.flush()
        return self._heard()

    def hang_up(self) -> None:
        """End the process as a power cut would."""
        self.process.kill()
        self.process.communicate()

    def _heard(self) -> Any:
        assert self.process.stdout is not None
        text = self.process.stdout.readline()
        assert text, "the foreign centre ended"
        return json.loads(text)


class CentreOfC104(ForeignCentre):
    """The foreign IEC 104 client."""

    def __init__(self, port: int) -> None:
        super().__init__("c104", "c104_centre.py", port)

    def tell(self, setpoint: Setpoint) -> bool:
        """With a time tag."""
        at = setpoint.measured_at.isoformat()
        return bool(self.ask("stamped", value=setpoint.p_set_kw, at=at)["ok"])

    def seen(self) -> Any:
        """What an interrogation brings."""
        self.ask("interrogate")
        found = self.ask("look")
        names = ("p_kw", "q_kvar", "v_pu", "f_hz", "up_kw", "down_kw", "echo_kw")
        auto, remote, topical = found["states"]
        values = dict(zip(names, found["values"], strict=True))
        mode = Mode.AUTO if auto else Mode.REMOTE if remote else Mode.LOCAL
        return type(SEEN)(
            **values,
            mode=mode,
            quality=type(SEEN.quality)("good" if topical else "not topical"),
        )


class TestC104(SetpointChannelPromises):
    """Our controlled station keeps every promise towards c104."""

    def opened(self, accepts: Callable[[Setpoint], bool]) -> Opened:
        """Over loopback."""
        clock = DrivenClock(MORNING)
        channel = Iec104Setpoint(clock=clock, accepts=accepts)
        return Opened(channel=channel, centre=CentreOfC104(channel.port), clock=clock)


class CentreOfPymodbus(ForeignCentre):
    """The foreign Modbus client."""

    def __init__(self, port: int) -> None:
        super().__init__("pymodbus", "pymodbus_centre.py", port)

    def tell(self, setpoint: Setpoint) -> bool:
        """One write of nine registers."""
        registers = telegram_registers(RegisterMap(), setpoint)
        return bool(self.ask("write", first=0, registers=registers)["ok"])

    def seen(self) -> Any:
        """One reading of eighteen."""
        found = self.ask("read", first=100, count=SEEN_REGISTERS)
        return seen_in(RegisterMap(), found["registers"])


class TestPymodbus(SetpointChannelPromises):
    """Our server keeps every promise towards a client of pymodbus in another process."""

    def opened(self, accepts: Callable[[Setpoint], bool]) -> Opened:
        """Over loopback."""
        clock = DrivenClock(MORNING)
        channel = ModbusSetpoint(clock=clock, accepts=accepts)
        return Opened(channel=channel, centre=CentreOfPymodbus(channel.port), clock=clock)


@pytest.fixture
def station() -> Any:
    """A station by the wall clock, and c104 connected to it."""
    channel = Iec104Setpoint(clock=WallClock(), accepts=sensible)
    centre = CentreOfC104(channel.port)
    yield channel, centre
    centre.hang_up()
    channel.close()


def test_c104_gets_confirmations_and_refusals(station: Any) -> None:
    """Confirmed within the band; refused: not a number, out of the band, an unknown object, an unknown type."""
    channel, centre = station
    assert centre.ask("set", value=61_000.0)["ok"]
    assert not centre.ask("set", value=math.nan)["ok"]
    assert not centre.ask("set", value=1e9)["ok"]
    assert not centre.ask("wrong", value=61_000.0)["ok"]
    assert centre.ask("test") == {"ok": False, "open": True}
    values = [channel.read().p_set_kw for _ in range(3)]
    assert values[0] == 61_000.0
    assert math.isnan(values[1])
    assert values[2] == 1e9
    assert channel.read() is None


def test_c104_switches_the_mode_tells_the_time_and_interrogates(station: Any) -> None:
    """Every command of the page, on one line that stays open."""
    channel, centre = station
    channel.write_telemetry(SEEN)
    assert centre.ask("switch", value=False)["ok"]
    assert channel.asked_mode() is Mode.REMOTE
    assert centre.ask("switch", value=True)["ok"]
    assert channel.asked_mode() is Mode.AUTO
    assert centre.ask("clock")["ok"]
    assert abs(channel.clock_apart()) < timedelta(seconds=5)
    assert centre.ask("interrogate")["ok"]
    assert centre.ask("look")["values"] == [61e3, 4e3, 1.0, 50.0, 20e3, 12e3, 60e3]
    assert channel.line_faults() == ()


def test_thirty_set_points_of_c104_arrive_as_thirty(station: Any) -> None:
    """Each confirmed, read once, in order, stamped when it came."""
    channel, centre = station
    for number in range(30):
        assert centre.ask("set", value=50_000.0 + number)["ok"]
    found = [channel.read() for _ in range(30)]
    assert [one.p_set_kw for one in found] == [50_000.0 + number for number in range(30)]
    assert [one.sequence for one in found] == list(range(30))
    assert all(abs(datetime.now(UTC) - one.measured_at) < timedelta(minutes=1) for one in found)  # noqa: TID251


def test_c104_selects_before_it_executes_where_that_is_agreed() -> None:
    """Selected and executed in one go; executed at once it is refused."""
    points = StationPoints(select_s=10.0)
    channel = Iec104Setpoint(clock=WallClock(), accepts=sensible, points=points)
    centre = CentreOfC104(channel.port)
    assert not centre.ask("set", value=61_000.0)["ok"]
    assert channel.read() is None
    centre.ask("select")
    assert centre.ask("set", value=62_000.0)["ok"]
    one = soon(channel.read)
    assert isinstance(one, Setpoint)
    assert one.p_set_kw == 62_000.0
    centre.hang_up()
    channel.close()


def test_a_centre_that_dies_and_comes_back_is_followed_again_without_a_bump() -> None:
    """Killed mid-run: hold, LOCAL within the ramp; a new one: three fresh cycles, then back within the ramp."""
    promises = TestC104()
    line = promises.opened(sensible)
    state = promises.following(line)
    line.centre.hang_up()
    targets_kw, phases = [state.target_kw], []
    for _ in range(30):
        line.clock.present += timedelta(seconds=4)
        state, _ = watched(RULES, state, line.clock.now(), (), 90_000.0)
        targets_kw.append(state.target_kw)
        phases.append(state.phase.value)
    assert isinstance(line.channel, Iec104Setpoint)
    again = CentreOfC104(line.channel.port)
    for number in range(25):
        line.clock.present += timedelta(seconds=4)
        again.tell(promises.told(60_000.0, number, line.clock))
        one = soon(line.channel.read)
        assert isinstance(one, Setpoint)
        state, _ = watched(RULES, state, line.clock.now(), (one,), 90_000.0)
        targets_kw.append(state.target_kw)
        phases.append(state.phase.value)
    again.hang_up()
    line.channel.close()
    steps_kw = [abs(b - a) for a, b in pairwise(targets_kw)]
    assert max(steps_kw) <= RULES.return_kw_per_s * 4 + 1e-6
    assert max(targets_kw) == 90_000.0
    assert targets_kw[-1] == 60_000.0
    kept = [phase for k, phase in enumerate(phases) if k == 0 or phases[k - 1] != phase]
    assert kept == ["following", "holding", "returned", "resuming", "following"]


def test_the_words_of_a_float_are_those_that_pymodbus_makes() -> None:
    """Both orders, against the foreign library's own conversion."""
    mixin = pytest.importorskip("pymodbus.client.mixin").ModbusClientMixin
    told = Setpoint(p_set_kw=61_234.5, measured_at=MORNING, sequence=70_000)
    for order, foreign in (("high first", "big"), ("low first", "little")):
        where = RegisterMap(word_order=order)  # type: ignore[arg-type]
        registers = telegram_registers(where, told)
        kind = mixin.DATATYPE
        assert registers[:2] == mixin.convert_to_registers(61_234.5, kind.FLOAT32, foreign)
        assert registers[2:4] == mixin.convert_to_registers(70_000, kind.UINT32, foreign)
        stamp_ms = int(MORNING.timestamp() * 1000)
        assert registers[4:8] == mixin.convert_to_registers(stamp_ms, kind.UINT64, foreign)
    assert struct.calcsize(">f") == 4
