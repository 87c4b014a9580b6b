"""The fast loop: each cycle reads the line, lets the watch judge, aims the plant, tells the line, writes down.

Twin and live differ in clock, channel and plant only; what was simulated is what runs.
"""

import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.loop.world import Clock
from gridtide.signals.setpoint import Mode, Quality, Setpoint
from gridtide.signals.setpoint_channel import PlantTelemetry, SetpointChannel
from gridtide.signals.setpoint_record import SetpointRecord
from gridtide.trust.meter_watch import MeterRules, MeterWatched, believed, meter_watched
from gridtide.trust.record import Store
from gridtide.trust.setpoint_notes import SetpointNote, write_down
from gridtide.trust.setpoint_rules import SetpointRules
from gridtide.trust.setpoint_watch import Watched, started, watched

SILENT_CYCLES = 15
"""Cycles for which a fault of the line is not recorded again."""
READ_AT_MOST = 1_024
"""Telegrams that one cycle reads; what is left waits for the next."""


@dataclass(frozen=True, kw_only=True)
class PlantReading:
    """What a plant measures, as in PlantTelemetry. second_kw: its power by a second meter, NaN without one.
    quality: how far its own power can be believed, where no watch judges its meter."""

    p_kw: float
    up_kw: float
    down_kw: float
    q_kvar: float = 0.0
    v_pu: float = math.nan
    f_hz: float = math.nan
    second_kw: float = math.nan
    quality: Quality = Quality.GOOD


class AimsPlant(Protocol):
    """A plant that can be aimed at a power: the twin's, or devices."""

    def aim(self, target_kw: float, now: datetime) -> PlantReading:
        """Draw this from now on until it is aimed again, as well as it can; what it measures now, before that acts."""
        ...


@dataclass(frozen=True, kw_only=True)
class FastState:
    """What the fast loop knows between two cycles. line_faults: what was recorded of the line, and for how many cycles
    the same is not recorded again."""

    watch: Watched
    meter: MeterWatched = field(default_factory=MeterWatched)
    line_faults: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, kw_only=True)
class FastCycle:
    """What happened in one cycle."""

    state: FastState
    telegrams: tuple[Setpoint, ...]
    notes: tuple[SetpointNote, ...]
    telemetry: PlantTelemetry


@dataclass(frozen=True, kw_only=True)
class FastLine:
    """A line and what stands on its two ends. switch: the plant's own, LOCAL keeps the agreed schedule.
    meter: how the plant's meter is judged, None where it is not."""

    name: str
    rules: SetpointRules
    channel: SetpointChannel
    plant: AimsPlant
    meter: MeterRules | None = None
    switch: Mode = Mode.AUTO


@dataclass(frozen=True, kw_only=True, eq=False)
class FastCourse:
    """Cycles one after another: target and measured power, kW, (N,), and whether a set-point led, (N,).

    telegrams: as they were read, with the instant; late: cycles that began after the next was due.
    """

    target_kw: NDArray[np.float64]
    p_kw: NDArray[np.float64]
    led: NDArray[np.bool_]
    telegrams: SetpointRecord
    notes: tuple[SetpointNote, ...]
    late: int
    state: FastState

    def __post_init__(self) -> None:
        freeze(self, target_kw=np.float64, p_kw=np.float64, led=np.bool_)


def fast_cycle(line: FastLine, state: FastState, now: datetime, schedule_kw: float) -> FastCycle:
    """One cycle at an instant: telegrams read, judged, target told, telemetry written. Raises nothing for telegrams."""
    telegrams = _read(line.channel)
    asked = Mode.LOCAL if line.switch is Mode.LOCAL else line.channel.asked_mode()
    watch, notes = watched(line.rules, state.watch, now, telegrams, schedule_kw, asked)
    line_faults, of_line = _line_faults(line.channel, state, now)
    notes = of_line + notes
    reading = line.plant.aim(watch.target_kw, now)
    meter, p_kw, quality = state.meter, reading.p_kw, reading.quality
    if line.meter is not None:
        meter, said = meter_watched(line.meter, meter, now, p_kw, state.watch.target_kw)
        notes = notes + said
        p_kw, quality = believed(meter, reading.second_kw)
    telemetry = PlantTelemetry(
        p_kw=p_kw,
        q_kvar=reading.q_kvar,
        v_pu=reading.v_pu,
        f_hz=reading.f_hz,
        up_kw=reading.up_kw,
        down_kw=reading.down_kw,
        echo_kw=watch.target_kw,
        mode=watch.mode,
        quality=watch.quality if quality is Quality.GOOD else quality,
    )
    line.channel.write_telemetry(telemetry)
    after = FastState(watch=watch, meter=meter, line_faults=line_faults)
    return FastCycle(state=after, telegrams=telegrams, notes=notes, telemetry=telemetry)


def beginning(rules: SetpointRules, p_kw: float, now: datetime) -> FastState:
    """The state of a plant that draws `p_kw` and leads itself."""
    return FastState(watch=started(rules, p_kw, now))


def fast_course(
    line: FastLine,
    state: FastState,
    clock: Clock,
    start: datetime,
    schedule_kw: NDArray[np.float64],
    store: Store | None = None,
) -> FastCourse:
    """As many cycles as the schedule has powers, one each cycle_s from `start` on; notes go to the store as they come.

    A cycle that cannot begin before the next is due is left out and counted: the loop never runs after itself.
    """
    cycle = timedelta(seconds=line.rules.cycle_s)
    found: list[FastCycle] = []
    read: list[tuple[Setpoint, datetime]] = []
    late = 0
    for number, planned_kw in enumerate(schedule_kw.tolist()):
        due = start + number * cycle
        clock.wait_until(due)
        now = clock.now()
        if now >= due + cycle:
            late += 1
            continue
        one = fast_cycle(line, state, now, planned_kw)
        if store is not None:
            write_down(store, line.name, one.notes)
        state = one.state
        found.append(one)
        read += [(told, now) for told in one.telegrams]
    return FastCourse(
        target_kw=np.array([one.state.watch.target_kw for one in found]),
        p_kw=np.array([one.telemetry.p_kw for one in found]),
        led=np.array([one.telemetry.mode is Mode.AUTO for one in found], dtype=np.bool_),
        telegrams=SetpointRecord(
            telegrams=tuple(told for told, _ in read),
            arrived_at=tuple(now for _, now in read),
            source=line.name,
        ),
        notes=tuple(note for one in found for note in one.notes),
        late=late,
        state=state,
    )


def _line_faults(
    channel: SetpointChannel, state: FastState, now: datetime
) -> tuple[tuple[tuple[str, int], ...], tuple[SetpointNote, ...]]:
    """What is known of the line's faults after this cycle, and those to be recorded: each once while it lasts."""
    known = {what: left - 1 for what, left in state.line_faults if left > 1}
    said = []
    for what in channel.line_faults():
        if what not in known:
            said.append(what)
        known[what] = SILENT_CYCLES
    notes = tuple(
        SetpointNote(
            at=now, what="a fault of the line", sequence=None, value=what, limit="", done="heard on"
        )
        for what in said
    )
    return tuple(sorted(known.items())), notes


def _read(channel: SetpointChannel) -> tuple[Setpoint, ...]:
    found: list[Setpoint] = []
    while len(found) < READ_AT_MOST and (told := channel.read()) is not None:
        found.append(told)
    return tuple(found)
