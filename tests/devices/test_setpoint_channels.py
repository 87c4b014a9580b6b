"""Every channel on the shelf keeps the promises of channels; what is special to each."""

import contextlib
import socket
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gridtide.devices.iec104_setpoint import Iec104Setpoint
from gridtide.devices.modbus_setpoint import ModbusSetpoint
from gridtide.devices.modbus_setpoint_client import ModbusSetpointClient
from gridtide.devices.recorded_setpoint import RecordedSetpoint
from gridtide.finding import BadInput
from gridtide.loop.clock import DrivenClock
from gridtide.signals.setpoint import Mode, Quality, Setpoint
from gridtide.signals.setpoint_channel import PlantTelemetry
from gridtide.signals.setpoint_record import SetpointRecord
from gridtide.testing.iec104_centre import Iec104Centre, LineLost
from gridtide.testing.modbus_gateway import ModbusGateway
from gridtide.testing.setpoint_channels import (
    MORNING,
    SEEN,
    Opened,
    SetpointChannelPromises,
    sensible,
    soon,
)
from gridtide.wire.iec104.asdu import Asdu, Cause, Clock, Information, Kind, Measured, Point
from gridtide.wire.iec104.connection import Timing
from gridtide.wire.iec104.points import StationPoints
from gridtide.wire.iec104.time_tag import tag_of
from gridtide.wire.modbus.words import WordOrder
from gridtide.wire.setpoint_registers import (
    SEEN as SEEN_REGISTERS,
)
from gridtide.wire.setpoint_registers import (
    RegisterMap,
    seen_in,
    telegram_registers,
)


class CentreOver104:
    """A centre that stamps its set-points."""

    def __init__(self, port: int) -> None:
        self.line = Iec104Centre(port)

    def tell(self, setpoint: Setpoint) -> bool:
        """By C_SE_TC_1."""
        return self.line.set(setpoint.p_set_kw, tag_of(setpoint.measured_at))

    def seen(self) -> PlantTelemetry:
        """By an interrogation."""
        return telemetry_in(self.line.interrogate())

    def hang_up(self) -> None:
        """Without a stop."""
        self.line.close()


def telemetry_in(telegrams: list[Asdu]) -> PlantTelemetry:
    """What measured values and states say."""
    values: list[float] = []
    doubts: set[int] = set()
    states: list[bool] = []
    for one in [one for asdu in telegrams for one in asdu.objects]:
        if isinstance(one.element, Measured):
            values.append(one.element.value)
            doubts.add(one.element.quality)
        if isinstance(one.element, Point):
            states.append(one.element.on)
    mode = Mode.AUTO if states[0] else Mode.REMOTE if states[1] else Mode.LOCAL
    return PlantTelemetry(
        **dict(
            zip(
                ("p_kw", "q_kvar", "v_pu", "f_hz", "up_kw", "down_kw", "echo_kw"),
                values,
                strict=True,
            )
        ),
        mode=mode,
        quality=Quality.GOOD if doubts == {0} else Quality.NOT_TOPICAL,
    )


class TestIec104(SetpointChannelPromises):
    """The controlled station, against our own controlling side."""

    def opened(self, accepts: Callable[[Setpoint], bool]) -> Opened:
        """Over loopback."""
        clock = DrivenClock(MORNING)
        channel = Iec104Setpoint(clock=clock, accepts=accepts)
        return Opened(channel=channel, centre=CentreOver104(channel.port), clock=clock)


class CentreOverModbus:
    """A centre that writes and reads the plant's registers."""

    def __init__(self, port: int, where: RegisterMap) -> None:
        from pymodbus import client

        self.where = where
        made: Any = client.ModbusTcpClient
        self.client: Any = made("127.0.0.1", port=port, retries=0)
        assert self.client.connect()

    def write(self, first: int, registers: list[int]) -> bool:
        """Whether a write was taken."""
        answer = self.client.write_registers(first, registers, device_id=self.where.unit)
        return not answer.isError()

    def tell(self, setpoint: Setpoint) -> bool:
        """One write of nine registers."""
        return self.write(self.where.commands, telegram_registers(self.where, setpoint))

    def seen(self) -> PlantTelemetry:
        """By function 4."""
        answer = self.client.read_input_registers(
            self.where.seen, count=SEEN_REGISTERS, device_id=self.where.unit
        )
        return seen_in(self.where, answer.registers)

    def hang_up(self) -> None:
        """Close the socket."""
        self.client.close()


class TestModbusServer(SetpointChannelPromises):
    """The plant as server, against a client of pymodbus."""

    order: WordOrder = "high first"

    def opened(self, accepts: Callable[[Setpoint], bool]) -> Opened:
        """Over loopback."""
        clock = DrivenClock(MORNING)
        where = RegisterMap(word_order=self.order)
        channel = ModbusSetpoint(clock=clock, accepts=accepts, where=where)
        return Opened(channel=channel, centre=CentreOverModbus(channel.port, where), clock=clock)


class TestModbusServerLowWordFirst(TestModbusServer):
    """The same with the words of a value the other way round."""

    order = "low first"


class CentreBehindGateway:
    """A centre that leaves its set-points in the registers of a gateway."""

    def __init__(self, where: RegisterMap) -> None:
        self.where = where
        self.gateway = ModbusGateway(unit=where.unit)

    def tell(self, setpoint: Setpoint) -> bool:
        """A gateway never says no."""
        self.gateway.put(self.where.commands, telegram_registers(self.where, setpoint))
        return True

    def seen(self) -> PlantTelemetry:
        """What the plant wrote."""
        return seen_in(self.where, self.gateway.cells(self.where.seen, SEEN_REGISTERS))

    def hang_up(self) -> None:
        """The gateway goes away."""
        self.gateway.close()


class TestModbusClient(SetpointChannelPromises):
    """The plant as client of a gateway."""

    def opened(self, accepts: Callable[[Setpoint], bool]) -> Opened:
        """Over loopback, polled as fast as it goes."""
        clock, where = DrivenClock(MORNING), RegisterMap()
        centre = CentreBehindGateway(where)
        channel = ModbusSetpointClient(
            clock=clock, host="127.0.0.1", port=centre.gateway.port, poll_s=0.002, patience_s=0.2
        )
        return Opened(channel=channel, centre=centre, clock=clock, refuses=False)


class CentreOfRecord:
    """Writes a record while it is replayed; hears nothing."""

    def __init__(self, telegrams: list[Setpoint]) -> None:
        self.telegrams = telegrams

    def tell(self, setpoint: Setpoint) -> bool:
        """Nobody confirms."""
        self.telegrams.append(setpoint)
        return False

    def seen(self) -> PlantTelemetry:
        """Nothing."""
        return SEEN

    def hang_up(self) -> None:
        """The record ends."""


class GrowingRecord(RecordedSetpoint):
    """A record that is still written."""

    def __init__(self, clock: DrivenClock, telegrams: list[Setpoint]) -> None:
        super().__init__(clock=clock, record=SetpointRecord(telegrams=(), arrived_at=(), source=""))
        self._growing = telegrams

    def read(self) -> Setpoint | None:
        """As far as it is written."""
        self._telegrams = tuple(self._growing)
        self._arrived_at = tuple(one.measured_at for one in self._growing)
        return super().read()


class TestRecorded(SetpointChannelPromises):
    """A record."""

    def opened(self, accepts: Callable[[Setpoint], bool]) -> Opened:
        """One that grows as it is told."""
        clock, telegrams = DrivenClock(MORNING), list[Setpoint]()
        return Opened(
            channel=GrowingRecord(clock, telegrams),
            centre=CentreOfRecord(telegrams),
            clock=clock,
            refuses=False,
            talks_back=False,
        )


@pytest.fixture
def station() -> Any:
    """A station that is closed afterwards."""
    channel = Iec104Setpoint(clock=DrivenClock(MORNING), accepts=sensible)
    yield channel
    channel.close()


def test_the_centre_that_started_last_is_the_active_one(station: Iec104Setpoint) -> None:
    """The one before is let go, and its line says why."""
    first = Iec104Centre(station.port)
    second = Iec104Centre(station.port)
    assert second.set(50_000.0)
    with pytest.raises(LineLost):
        first.set(50_001.0)
    assert "another centre became active" in station.line_faults()
    second.close()


def test_a_fifth_line_is_turned_away(station: Iec104Setpoint) -> None:
    """Nobody can use up the station by connecting."""
    idle = [socket.create_connection(("127.0.0.1", station.port)) for _ in range(4)]
    assert soon(lambda: len(threads_lines(station)) == 4 or None)
    with pytest.raises(LineLost):
        Iec104Centre(station.port)
    assert station.line_faults() == ("127.0.0.1 was turned away",)
    for one in idle:
        one.close()


def threads_lines(station: Iec104Setpoint) -> list[object]:
    """The lines that stand open."""
    return list(station._lines)


def test_only_allowed_centres_are_listened_to() -> None:
    """An address that is not on the list gets no line."""
    channel = Iec104Setpoint(clock=DrivenClock(MORNING), allowed=frozenset({"192.0.2.7"}))
    with pytest.raises(LineLost):
        Iec104Centre(channel.port)
    channel.close()


@pytest.mark.parametrize("rubbish", [b"GET / HTTP/1.1\r\n\r\n", b"\x68\x04\x01", b"\x68\x00", b""])
def test_rubbish_on_the_port_ends_that_line_and_no_other(
    station: Iec104Setpoint, rubbish: bytes
) -> None:
    """The active centre goes on."""
    centre = Iec104Centre(station.port)
    stranger = socket.create_connection(("127.0.0.1", station.port), timeout=5.0)
    stranger.sendall(rubbish)
    stranger.shutdown(socket.SHUT_WR)
    with contextlib.suppress(ConnectionResetError):
        assert stranger.recv(100) == b""
    stranger.close()
    assert centre.set(50_000.0)
    assert soon(lambda: station.line_faults() or None)
    centre.close()


def test_a_switch_of_the_centre_is_the_mode_that_is_asked(station: Iec104Setpoint) -> None:
    """Off is REMOTE, on is AUTO again."""
    centre = Iec104Centre(station.port)
    assert centre.switch(on=False)
    assert station.asked_mode() is Mode.REMOTE
    assert centre.switch(on=True)
    assert station.asked_mode() is Mode.AUTO
    centre.close()


def test_a_centre_whose_clock_differs_is_a_fault_of_the_line(station: Iec104Setpoint) -> None:
    """When it tells the time; a clock that agrees is none."""
    centre = Iec104Centre(station.port)
    for apart_s in (0.2, 90.0):
        tag = tag_of(MORNING + timedelta(seconds=apart_s))
        centre.commanded(Kind.C_CS_NA_1, Information(address=0, element=Clock(), tag=tag))
    assert station.line_faults() == ("the centre's clock is +90 s apart",)
    assert station.clock_apart() == timedelta(seconds=90)
    centre.close()


def test_telemetry_reaches_the_active_centre_unasked(station: Iec104Setpoint) -> None:
    """Each time it is written, as two periodic telegrams."""
    centre = Iec104Centre(station.port)
    for number in range(20):
        station.write_telemetry(SEEN)
        centre.listen(2 * number + 2)
    assert {one.cause for one in centre.heard} == {Cause.PERIODIC}
    assert telemetry_in(centre.heard[-2:]) == SEEN
    centre.close()


def test_a_centre_that_says_nothing_is_tested_and_let_go() -> None:
    """After t3 and t1, here shortened, by the steady clock."""
    timing = Timing(t1_s=0.05, t2_s=0.02, t3_s=0.05)
    channel = Iec104Setpoint(clock=DrivenClock(MORNING), timing=timing)
    silent = socket.create_connection(("127.0.0.1", channel.port), timeout=5.0)
    assert silent.recv(6) == bytes.fromhex("680443000000")
    assert silent.recv(6) == b""
    assert channel.line_faults() == ("no acknowledgement within 0.05 s",)
    silent.close()
    channel.close()


def test_an_address_in_use_is_bad_input_that_names_it(station: Iec104Setpoint) -> None:
    """For both servers; the finding says which port."""
    clock = DrivenClock(MORNING)
    with pytest.raises(BadInput, match=str(station.port)):
        Iec104Setpoint(clock=clock, port=station.port)
    with pytest.raises(BadInput, match=str(station.port)):
        ModbusSetpoint(clock=clock, port=station.port)


def test_half_a_telegram_in_registers_is_refused() -> None:
    """No number is put together from two writes; telemetry cannot be written by the centre."""
    where = RegisterMap()
    channel = ModbusSetpoint(clock=DrivenClock(MORNING))
    centre = CentreOverModbus(channel.port, where)
    registers = telegram_registers(where, Setpoint(p_set_kw=1.0, measured_at=MORNING, sequence=1))
    assert not centre.write(0, registers[:2])
    assert not centre.write(0, registers[:8])
    assert not centre.write(1, registers[1:])
    assert not centre.write(where.seen, [1])
    assert channel.read() is None
    assert centre.write(0, registers)
    assert channel.read() == Setpoint(p_set_kw=1.0, measured_at=MORNING, sequence=1)
    assert centre.write(9, [77, 1])
    assert channel.asked_mode() is Mode.REMOTE
    assert not centre.write(10, [3])
    channel.write_telemetry(SEEN)
    answer = centre.client.read_holding_registers(116, count=2, device_id=1)
    assert answer.registers == [1, 77]
    centre.hang_up()
    channel.close()


def test_a_gateway_that_only_holds_its_value_reads_as_silence() -> None:
    """And one that is not there, as well; a mode is read all the same."""
    where = RegisterMap()
    centre = CentreBehindGateway(where)
    clock = DrivenClock(MORNING)
    channel = ModbusSetpointClient(
        clock=clock, host="127.0.0.1", port=centre.gateway.port, poll_s=0.002, patience_s=0.2
    )
    told = Setpoint(p_set_kw=50_000.0, measured_at=MORNING, sequence=1)
    centre.tell(told)
    assert soon(channel.read) == told
    centre.gateway.put(10, [1])
    assert soon(lambda: True if channel.asked_mode() is Mode.REMOTE else None)
    centre.tell(told)
    channel.write_telemetry(SEEN)
    assert soon(lambda: True if centre.seen() == SEEN else None)
    assert channel.read() is None
    centre.hang_up()
    channel.close()


def test_a_station_answers_thirty_set_points_quickly(station: Iec104Setpoint) -> None:
    """Far within a cycle, on any machine: thirty in less than two seconds."""
    centre = Iec104Centre(station.port)
    began_s = time.monotonic()
    assert all(centre.set(50_000.0 + number) for number in range(30))
    assert time.monotonic() - began_s < 2.0
    assert sum(station.read() is not None for _ in range(40)) == 30
    centre.close()


def test_a_stamped_station_tells_when_values_were_measured() -> None:
    """M_ME_TF_1 and M_SP_TB_1, spontaneous."""
    points = StationPoints(stamped=True, utc_offset=timedelta(hours=8))
    channel = Iec104Setpoint(clock=DrivenClock(MORNING), points=points)
    centre = Iec104Centre(channel.port, points=points)
    channel.write_telemetry(SEEN)
    centre.listen(2)
    assert {one.cause for one in centre.heard} == {Cause.SPONTANEOUS}
    assert centre.heard[0].objects[0].tag == tag_of(MORNING, timedelta(hours=8))
    centre.close()
    channel.close()


def test_a_station_that_fails_ends_every_line_and_says_why() -> None:
    """What is asked on its thread may be wrong; the plant then meets silence, not a thread that hangs."""

    def broken(told: Setpoint) -> bool:
        raise ZeroDivisionError(f"asked about {told.p_set_kw:g}")

    channel = Iec104Setpoint(clock=DrivenClock(MORNING), accepts=broken)
    centre = Iec104Centre(channel.port)
    with pytest.raises(LineLost):
        centre.set(5.0)
    channel.close()
    assert "the station failed: ZeroDivisionError('asked about 5')" in channel.line_faults()
    channel.write_telemetry(SEEN)
    assert channel.read() is None


def test_every_channel_on_the_shelf_stands_in_the_manual() -> None:
    """A file without words is not finished."""
    root = Path(__file__).parents[2]
    page = (root / "docs" / "set-points.md").read_text()
    shelf = (root / "src" / "gridtide" / "devices").glob("*setpoint*.py")
    assert [path.name for path in shelf if path.name not in page] == []


@pytest.mark.parametrize("absurd", [float("nan"), float("inf"), -float("inf")])
def test_what_is_no_number_is_never_confirmed_where_no_band_was_agreed(absurd: float) -> None:
    """A centre that is told yes believes it is followed; the telegram is read all the same and judged by the watch."""
    channel = Iec104Setpoint(clock=DrivenClock(MORNING))
    centre = Iec104Centre(channel.port)
    assert centre.set(50_000.0)
    assert not centre.set(absurd)
    assert soon(channel.read) is not None and soon(channel.read) is not None
    centre.close()
    channel.close()
