"""What every fast channel promises, as tests that the test of a new channel inherits.

    class TestMyChannel(SetpointChannelPromises):
        def opened(self, accepts):
            clock = DrivenClock(MORNING)
            channel = MyChannel(clock=clock, accepts=accepts)
            return Opened(channel=channel, centre=..., clock=clock)

`centre` is the other end of the line, in the same process or another; `tell` returns when the line has answered.
"""

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from gridtide.loop.clock import DrivenClock
from gridtide.signals.setpoint import Mode, Quality, Setpoint
from gridtide.signals.setpoint_channel import PlantTelemetry, SetpointChannel
from gridtide.trust.setpoint_rules import SetpointRules
from gridtide.trust.setpoint_watch import Phase, Watched, started, watched

MORNING = datetime(2026, 11, 2, 6, tzinfo=UTC)
RULES = SetpointRules(
    p_min_kw=0.0, p_max_kw=100_000.0, ramp_kw_per_s=5_000.0, return_kw_per_s=500.0
)
SEEN = PlantTelemetry(
    p_kw=61_000.0,
    q_kvar=4_000.0,
    v_pu=1.0,
    f_hz=50.0,
    up_kw=20_000.0,
    down_kw=12_000.0,
    echo_kw=60_000.0,
    mode=Mode.AUTO,
    quality=Quality.GOOD,
)


class Centre(Protocol):
    """The other end of a line."""

    def tell(self, setpoint: Setpoint) -> bool:
        """Send a set-point; whether the line confirmed it."""
        ...

    def seen(self) -> PlantTelemetry:
        """The telemetry as it reads there."""
        ...

    def hang_up(self) -> None:
        """Close the line without a word."""
        ...


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A channel, its other end and the clock that stamps what arrives. refuses: whether the line can say no.
    talks_back: whether telemetry reaches the centre."""

    channel: SetpointChannel
    centre: Centre
    clock: DrivenClock
    refuses: bool = True
    talks_back: bool = True


def sensible(told: Setpoint) -> bool:
    """What the promises confirm: finite powers within the band."""
    return RULES.p_min_kw <= told.p_set_kw <= RULES.p_max_kw


def soon(found: Callable[[], object]) -> object:
    """The first value that is not None, asked again for five seconds at most."""
    until_s = time.monotonic() + 5.0
    while (value := found()) is None and time.monotonic() < until_s:
        time.sleep(0.001)
    return value


class SetpointChannelPromises:
    """Give `opened(accepts)`; `accepts` goes to a channel that can refuse on the line."""

    def opened(self, accepts: Callable[[Setpoint], bool]) -> Opened:
        """A channel with a centre at its other end."""
        raise NotImplementedError("open a channel of the kind under test")

    def told(self, p_kw: float, sequence: int, clock: DrivenClock) -> Setpoint:
        """A telegram of this instant."""
        return Setpoint(p_set_kw=p_kw, measured_at=clock.now(), sequence=sequence)

    def test_a_value_told_arrives_once_and_in_its_order(self) -> None:
        """Ten telegrams, each read once; then silence."""
        line = self.opened(sensible)
        found = []
        for number in range(10):
            line.clock.present += timedelta(seconds=4)
            line.centre.tell(self.told(50_000.0 + number, number, line.clock))
            found.append(soon(line.channel.read))
        assert line.channel.read() is None
        line.channel.close()
        values = [one.p_set_kw for one in found if isinstance(one, Setpoint)]
        assert values == [50_000.0 + number for number in range(10)]
        stamps = [one.measured_at for one in found if isinstance(one, Setpoint)]
        assert stamps == [MORNING + timedelta(seconds=4 + 4 * number) for number in range(10)]

    def test_not_a_number_is_refused_on_the_line_and_by_the_watch(self) -> None:
        """It reaches the watch, is recorded there once, and the plant stays where it was."""
        line = self.opened(sensible)
        state = self.following(line)
        line.clock.present += timedelta(seconds=4)
        confirmed = line.centre.tell(self.told(math.nan, 4, line.clock))
        bad = soon(line.channel.read)
        line.channel.close()
        assert isinstance(bad, Setpoint)
        assert not (confirmed and line.refuses)
        after, notes = watched(RULES, state, line.clock.now(), (bad,), 0.0)
        assert [note.what for note in notes] == ["set-point refused: not finite"]
        assert after.target_kw == state.target_kw

    def test_silence_is_noticed_held_and_left_for_the_schedule(self) -> None:
        """A line that is cut raises nothing: hold, then LOCAL within the ramp."""
        line = self.opened(sensible)
        state = self.following(line)
        line.centre.hang_up()
        told = []
        for _ in range(40):
            line.clock.present += timedelta(seconds=4)
            assert line.channel.read() is None
            line.channel.write_telemetry(SEEN)
            state, notes = watched(RULES, state, line.clock.now(), (), 30_000.0)
            told += [note.what for note in notes]
        noticed = line.talks_back and bool(soon(lambda: line.channel.line_faults() or None))
        line.channel.close()
        assert noticed is line.talks_back
        assert told == ["set-points stay away", "set-points are lost"]
        assert state.mode is Mode.LOCAL
        assert state.target_kw == 30_000.0

    def test_telemetry_reads_back_as_it_was_written(self) -> None:
        """Every value, the mode and the quality; the last one written."""
        line = self.opened(sensible)
        held = replace(SEEN, mode=Mode.LOCAL, quality=Quality.NOT_TOPICAL, echo_kw=1.5)
        line.channel.write_telemetry(SEEN)
        line.channel.write_telemetry(held)
        if line.talks_back:
            assert soon(lambda: True if line.centre.seen() == held else None)
        line.channel.close()

    def test_it_closes_by_itself_and_twice(self) -> None:
        """No thread is left, whoever hangs up first."""
        before = threading.active_count()
        line = self.opened(sensible)
        line.centre.hang_up()
        line.channel.close()
        line.channel.close()
        assert line.channel.read() is None
        assert threading.active_count() == before

    def test_it_asks_for_auto_until_it_is_told_otherwise(self) -> None:
        """A protocol that cannot ask leaves the mode to the plant."""
        line = self.opened(sensible)
        assert line.channel.asked_mode() is Mode.AUTO
        line.channel.close()

    def following(self, line: Opened) -> Watched:
        """The watch after three fresh cycles over the line."""
        state = started(RULES, 60_000.0, line.clock.now())
        for number in range(4):
            line.clock.present += timedelta(seconds=4)
            line.centre.tell(self.told(60_000.0, number, line.clock))
            one = soon(line.channel.read)
            assert isinstance(one, Setpoint)
            state, _ = watched(RULES, state, line.clock.now(), (one,), 60_000.0)
        assert state.phase is Phase.FOLLOWING
        return state
