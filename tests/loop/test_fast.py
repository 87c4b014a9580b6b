"""The fast loop aims a plant over any line; what ran live runs again in the twin, target by target."""

import math
from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from gridtide.devices.iec104_setpoint import Iec104Setpoint
from gridtide.devices.modbus_setpoint import ModbusSetpoint
from gridtide.devices.recorded_setpoint import RecordedSetpoint
from gridtide.digest import digest
from gridtide.loop.clock import DrivenClock
from gridtide.loop.fast import (
    FastCourse,
    FastLine,
    FastState,
    PlantReading,
    beginning,
    fast_course,
    fast_cycle,
)
from gridtide.loop.world import Clock
from gridtide.signals.setpoint import Mode, Quality, Setpoint
from gridtide.signals.setpoint_channel import PlantTelemetry, SetpointChannel
from gridtide.signals.setpoint_record import SetpointRecord
from gridtide.testing.iec104_centre import Iec104Centre
from gridtide.testing.setpoint_channels import MORNING
from gridtide.trust.meter_watch import MeterRules
from gridtide.trust.setpoint_rules import SetpointRules
from gridtide.wire.iec104.time_tag import tag_of
from gridtide.wire.setpoint_registers import RegisterMap, telegram_registers

RULES = SetpointRules(
    p_min_kw=0.0, p_max_kw=100_000.0, ramp_kw_per_s=5_000.0, return_kw_per_s=500.0
)
SCHEDULE_KW = np.full(120, 60_000.0)


class LaggingPlant:
    """A plant that goes half of the way to its target in each cycle; its meter can stick."""

    def __init__(self, sticks_from: int = 10**9) -> None:
        self.p_kw = 60_000.0
        self.shown_kw = self.p_kw
        self.cycles = 0
        self.sticks_from = sticks_from

    def aim(self, target_kw: float, now: datetime) -> PlantReading:
        """What it measures, then half of the way."""
        if self.cycles < self.sticks_from:
            self.shown_kw = self.p_kw
        reading = PlantReading(
            p_kw=self.shown_kw,
            up_kw=self.p_kw,
            down_kw=100_000.0 - self.p_kw,
            second_kw=self.p_kw,
        )
        self.cycles += 1
        self.p_kw += 0.5 * (target_kw - self.p_kw)
        return reading


def wished_kw(number: int) -> float | None:
    """What a centre tells in each cycle: a wave, a gap of 25 cycles, now and then nonsense."""
    if 40 <= number < 65:
        return None
    if number % 29 == 7:
        return math.nan
    return 60_000.0 + 15_000.0 * math.sin(number / 9.0)


class TellingClock(DrivenClock):
    """A driven clock at whose instants a centre tells, before the plant looks."""

    def __init__(self, line: "Line") -> None:
        super().__init__(MORNING)
        self.line = line
        self.number = 0

    def wait_until(self, moment: datetime) -> None:
        """Jump there and let the centre tell."""
        super().wait_until(moment)
        value = wished_kw(self.number)
        if value is not None:
            self.line.tell(Setpoint(p_set_kw=value, measured_at=self.now(), sequence=self.number))
        self.number += 1


class Line:
    """Over IEC 104 or Modbus on loopback, with a driven clock."""

    def __init__(self, protocol: str) -> None:
        self.clock = TellingClock(self)
        self.channel: SetpointChannel
        if protocol == "iec104":
            station = Iec104Setpoint(clock=self.clock)
            self.channel, self.centre = station, Iec104Centre(station.port)
        else:
            from pymodbus import client

            server = ModbusSetpoint(clock=self.clock)
            self.channel = server
            self.registers = client.ModbusTcpClient("127.0.0.1", port=server.port)
            assert self.registers.connect()  # type: ignore[no-untyped-call]
        self.protocol = protocol

    def tell(self, told: Setpoint) -> None:
        """Send it and wait for the answer."""
        if self.protocol == "iec104":
            self.centre.set(told.p_set_kw, tag_of(told.measured_at))
        else:
            self.registers.write_registers(0, telegram_registers(RegisterMap(), told), device_id=1)

    def close(self) -> None:
        """Both ends."""
        if self.protocol == "iec104":
            self.centre.close()
        else:
            self.registers.close()  # type: ignore[no-untyped-call]
        self.channel.close()


@pytest.fixture(params=["iec104", "modbus"])
def line(request: pytest.FixtureRequest) -> Iterator[Line]:
    """A line that is closed afterwards."""
    one = Line(request.param)
    yield one
    one.close()


def course(
    channel: SetpointChannel,
    clock: Clock,
    plant: LaggingPlant | None = None,
    meter: MeterRules | None = None,
) -> FastCourse:
    """Eight minutes over a line."""
    fast = FastLine(
        name="north",
        rules=RULES,
        channel=channel,
        plant=plant or LaggingPlant(),
        meter=meter,
    )
    return fast_course(fast, beginning(RULES, 60_000.0, MORNING), clock, MORNING, SCHEDULE_KW)


def test_what_ran_live_runs_again_in_the_twin_target_by_target(line: Line) -> None:
    """The telegrams that were read, told again by a record: the same targets, notes and meter, to the byte."""
    live = course(line.channel, line.clock)
    record = RecordedSetpoint(clock=(clock := DrivenClock(MORNING)), record=live.telegrams)
    twin = course(record, clock)
    assert digest(live.target_kw) == digest(twin.target_kw)
    assert digest(live.p_kw) == digest(twin.p_kw)
    assert live.notes == twin.notes
    assert live.late == twin.late == 0


def test_gap_and_nonsense_are_lived_through_within_the_ramp(line: Line) -> None:
    """Followed, held, left for the schedule, followed again; each kind of fault written once."""
    live = course(line.channel, line.clock)
    steps_kw = np.abs(np.diff(live.target_kw))
    assert steps_kw.max() <= RULES.ramp_kw_per_s * RULES.cycle_s
    assert live.led[10] and live.led[50] and not live.led[60] and live.led[80]
    named = [note.what for note in live.notes]
    assert named.count("set-points stay away") == named.count("set-points are lost") == 1
    assert named.count("set-points are fresh again") == 2
    assert 1 <= named.count("set-point refused: not finite") <= 4


class Silent:
    """A channel on which nothing is said; it keeps what it is told."""

    def __init__(self) -> None:
        self.seen: list[PlantTelemetry] = []
        self.asked = Mode.AUTO
        self.faults: tuple[str, ...] = ()

    def read(self) -> Setpoint | None:
        """Nothing."""
        return None

    def write_telemetry(self, telemetry: PlantTelemetry) -> None:
        """Kept."""
        self.seen.append(telemetry)

    def asked_mode(self) -> Mode:
        """As set."""
        return self.asked

    def line_faults(self) -> tuple[str, ...]:
        """As set, each cycle anew."""
        return self.faults

    def close(self) -> None:
        """Nothing."""


def record_of(values: NDArray[np.float64]) -> SetpointRecord:
    """A telegram each cycle."""
    at = [MORNING + timedelta(seconds=4 * number) for number in range(len(values))]
    telegrams = tuple(
        Setpoint(p_set_kw=value, measured_at=moment, sequence=number)
        for number, (value, moment) in enumerate(zip(values.tolist(), at, strict=True))
    )
    return SetpointRecord(telegrams=telegrams, arrived_at=tuple(at), source="test")


def test_a_meter_that_sticks_is_bridged_and_told_as_not_topical() -> None:
    """The second meter goes on; the centre sees that the telegram is not good."""
    clock = DrivenClock(MORNING)
    values = 60_000.0 + 15_000.0 * np.sin(np.arange(120) / 9.0)
    channel = RecordedSetpoint(clock=clock, record=record_of(values))
    plant = LaggingPlant(sticks_from=60)
    live = course(channel, clock, plant, MeterRules(low=0.0, high=2e5, moved=1_000.0))
    stuck = [note for note in live.notes if note.what.startswith("a meter has repeated")]
    assert len(stuck) == 1
    assert channel.told[50].quality is Quality.GOOD
    assert channel.told[-1].quality is Quality.NOT_TOPICAL
    assert len(set(live.p_kw[80:].tolist())) > 30


def test_the_plants_switch_keeps_the_schedule_and_says_local() -> None:
    """Whatever the line asks."""
    silent = Silent()
    fast = FastLine(
        name="north", rules=RULES, channel=silent, plant=LaggingPlant(), switch=Mode.LOCAL
    )
    state = beginning(RULES, 60_000.0, MORNING)
    live = fast_course(fast, state, DrivenClock(MORNING), MORNING, SCHEDULE_KW)
    assert set(live.target_kw.tolist()) == {60_000.0}
    assert {one.mode for one in silent.seen} == {Mode.LOCAL}


class SlowClock(DrivenClock):
    """A machine that is away for twenty seconds at its tenth cycle."""

    waits = 0

    def wait_until(self, moment: datetime) -> None:
        """Late once."""
        self.waits += 1
        super().wait_until(moment + timedelta(seconds=20 if self.waits == 10 else 0))


def test_cycles_that_were_missed_are_counted_and_not_made_up_for() -> None:
    """The loop never runs after itself."""
    fast = FastLine(name="north", rules=RULES, channel=Silent(), plant=LaggingPlant())
    state: FastState = beginning(RULES, 60_000.0, MORNING)
    live = fast_course(fast, state, SlowClock(MORNING), MORNING, SCHEDULE_KW)
    assert live.late == 5
    assert len(live.target_kw) == len(SCHEDULE_KW) - 5


def test_a_line_that_ends_again_and_again_is_recorded_once_while_that_lasts() -> None:
    """A scanner that knocks each cycle does not flood the chain; two kinds are two records."""
    silent = Silent()
    fast = FastLine(name="north", rules=RULES, channel=silent, plant=LaggingPlant())
    state = beginning(RULES, 60_000.0, MORNING)
    told: list[str] = []
    for number in range(80):
        silent.faults = ("knock", "noise") if number < 30 or number == 60 else ()
        now = MORNING + timedelta(seconds=4 * number)
        one = fast_cycle(fast, state, now, 60_000.0)
        state = one.state
        told += [note.value for note in one.notes if note.what == "a line ended"]
    assert told == ["knock", "noise", "knock", "noise"]
