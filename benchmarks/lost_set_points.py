"""What a plant does when its set-points stay away and come back, and how long a set-point takes over each line.

    python benchmarks/lost_set_points.py

The first table is the acceptance test SAF-1: 60,000 kW followed, 100,000 kW agreed as default, a telegram every 4 s,
20,000 kW per minute on the way back. The second is loopback on this machine: from telling to reading, 300 times.
"""

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from gridtide.devices.iec104_setpoint import Iec104Setpoint
from gridtide.devices.modbus_setpoint import ModbusSetpoint
from gridtide.loop.clock import DrivenClock
from gridtide.signals.setpoint import Setpoint
from gridtide.signals.setpoint_channel import SetpointChannel
from gridtide.testing.iec104_centre import Iec104Centre
from gridtide.trust.setpoint_rules import SetpointRules
from gridtide.trust.setpoint_watch import Watched, started, watched
from gridtide.wire.setpoint_registers import RegisterMap, telegram_registers

LOST_AT = datetime(2026, 11, 1, tzinfo=UTC)
CYCLE_S = 4
FOLLOWED_KW, DEFAULT_KW = 60_000.0, 100_000.0
RULES = SetpointRules(
    p_min_kw=20_000.0,
    p_max_kw=120_000.0,
    ramp_kw_per_s=5_000.0,
    return_kw_per_s=20_000.0 / 60,
    cycle_s=CYCLE_S,
)
TIMES = 300


def main() -> None:
    """Print both tables."""
    states = course()
    print(f"{'s':>5} {'kW':>10}  {'mode':<6} {'quality':<12} phase")
    for second in (0, 8, 12, 16, 60, 64, 120, 176, 180, 204, 208, 212, 240, 328, 332):
        state = states[second]
        mode, quality = state.mode.value, state.quality.value
        print(f"{second:>5} {state.target_kw:>10,.0f}  {mode:<6} {quality:<12} {state.phase.value}")
    targets_kw = np.array([states[second].target_kw for second in sorted(states)])
    beside_kw = DEFAULT_KW - targets_kw[60 // CYCLE_S : 180 // CYCLE_S + 1]
    beside_kwh = float((beside_kw[1:] + beside_kw[:-1]).sum()) / 2 * CYCLE_S / 3600
    print(f"beside the schedule on the way back: {beside_kwh:.1f} kWh")
    print(f"steepest step: {np.abs(np.diff(targets_kw)).max():,.1f} kW in {CYCLE_S} s")
    print()
    print(f"{'line':<22} {'median, ms':>10} {'p95, ms':>10}")
    for name, seconds in (("IEC 60870-5-104", over_104()), ("Modbus TCP, server", over_modbus())):
        told = np.array(seconds) * 1000
        median, p95 = statistics.median(told), np.percentile(told, 95)
        print(f"{name:<22} {median:>10.2f} {p95:>10.2f}")


def course() -> dict[int, Watched]:
    """The watch by second: followed until 0, silence until 200, telegrams again from 204 on."""
    state = started(RULES, FOLLOWED_KW, LOST_AT - timedelta(seconds=16))
    found: dict[int, Watched] = {}
    for number, second in enumerate(range(-12, 400, CYCLE_S)):
        now = LOST_AT + timedelta(seconds=second)
        told = Setpoint(p_set_kw=FOLLOWED_KW, measured_at=now, sequence=number)
        telegrams = () if 0 < second <= 200 else (told,)
        state, _ = watched(RULES, state, now, telegrams, DEFAULT_KW)
        if second >= 0:
            found[second] = state
    return found


def over_104() -> list[float]:
    """Seconds from the command to the reading, confirmation included."""
    channel = Iec104Setpoint(clock=DrivenClock(LOST_AT))
    centre = Iec104Centre(channel.port)
    found = [told_and_read(channel, lambda: centre.set(FOLLOWED_KW)) for _ in range(TIMES)]
    centre.close()
    channel.close()
    return found


def over_modbus() -> list[float]:
    """Seconds from the write to the reading, answer included."""
    from pymodbus import client

    channel = ModbusSetpoint(clock=DrivenClock(LOST_AT))
    make: Any = client.ModbusTcpClient
    centre = make("127.0.0.1", port=channel.port)
    centre.connect()
    told = Setpoint(p_set_kw=FOLLOWED_KW, measured_at=LOST_AT, sequence=1)
    registers = telegram_registers(RegisterMap(), told)

    def write() -> object:
        return centre.write_registers(0, registers, device_id=1)

    found = [told_and_read(channel, write) for _ in range(TIMES)]
    centre.close()
    channel.close()
    return found


def told_and_read(channel: SetpointChannel, tell: Callable[[], object]) -> float:
    """Seconds until what was told is read."""
    began_s = time.perf_counter()
    tell()
    while channel.read() is None:
        pass
    return time.perf_counter() - began_s


if __name__ == "__main__":
    main()
