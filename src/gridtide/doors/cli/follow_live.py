"""`gridtide follow --live`: the same hours by set-points over a line on loopback, beside the twin of its telegrams."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from gridtide.decide.regulate import Regulator
from gridtide.devices.recorded_setpoint import RecordedSetpoint
from gridtide.digest import digest
from gridtide.loop.clock import DrivenClock
from gridtide.loop.world import Clock
from gridtide.signals.setpoint import Setpoint
from gridtide.signals.setpoint_channel import SetpointChannel
from gridtide.simulate.flexing import Window
from gridtide.simulate.following import Followed, follow
from gridtide.simulate.over_a_line import OverALine
from gridtide.simulate.regulated_hour import starts_s
from gridtide.timeline import instant

LEAD_IN = timedelta(minutes=5)
"""Longer than the telegrams before the first cycle take at the slowest signal."""
Tell = Callable[[Setpoint], None]
Close = Callable[[], None]


def followed_live(
    window: Window,
    site: int,
    twin: Followed,
    regulator: Regulator,
    noise: tuple[float, bool],
    line: str,
) -> dict[str, Any]:
    """The document of a live run: driven clock, simulated devices, one centre, as many telegrams as the signal has.

    noise: share of the grid's meter, and whether of its reading. `same` says whether the twin makes the same targets
    and the same meter of the telegrams that were read.
    """
    start = instant(starts_s(window))
    before = start - LEAD_IN
    clock = DrivenClock(before)
    channel, tell, close = LINES[line](clock)
    took_s: list[float] = []

    def told(setpoint: Setpoint) -> None:
        began_s = time.perf_counter()
        tell(setpoint)
        took_s.append(time.perf_counter() - began_s)

    live = OverALine(channel=channel, clock=clock, tell=told, **_ends(twin, regulator, start))
    try:
        seen = follow(window, site, twin.signal, twin.offer, live, **_read_by(noise))
    finally:
        close()
    again_clock = DrivenClock(before)
    record = RecordedSetpoint(clock=again_clock, record=live.telegrams())
    again = OverALine(
        channel=record, clock=again_clock, block=True, **_ends(twin, regulator, start)
    )
    proved = follow(window, site, twin.signal, twin.offer, again, **_read_by(noise))
    targets, twins = digest(live.target_kw()), digest(again.target_kw())
    return {
        "line": line,
        "told": len(took_s),
        "read": len(live.telegrams().telegrams),
        "median_ms": round(1e3 * float(np.median(took_s)), 3),
        "p95_ms": round(1e3 * float(np.percentile(took_s, 95)), 3),
        "score": seen.mean(seen.scores.score),
        "missed_deadlines": seen.missed,
        "noted": live.noted(),
        "targets": targets,
        "targets_of_twin": twins,
        "same": targets == twins and digest(seen.meter_kw) == digest(proved.meter_kw),
    }


def _read_by(noise: tuple[float, bool]) -> dict[str, Any]:
    share, of_reading = noise
    return {"noise_share": share, "noise_of_reading": of_reading}


def _ends(twin: Followed, regulator: Regulator, start: datetime) -> dict[str, Any]:
    return {
        "regulator": regulator,
        "came": np.isfinite(twin.signal.less),
        "offer_kw": (twin.offer.up_kw, twin.offer.down_kw),
        "start": start,
    }


def _over_104(clock: Clock) -> tuple[SetpointChannel, Tell, Close]:
    from gridtide.devices.iec104_setpoint import Iec104Setpoint
    from gridtide.testing.iec104_centre import Iec104Centre
    from gridtide.wire.iec104.time_tag import tag_of

    station = Iec104Setpoint(clock=clock)
    centre = Iec104Centre(station.port)

    def tell(told: Setpoint) -> None:
        centre.set(told.p_set_kw, tag_of(told.measured_at))

    def close() -> None:
        centre.close()
        station.close()

    return station, tell, close


def _over_modbus(clock: Clock) -> tuple[SetpointChannel, Tell, Close]:
    from gridtide.devices.modbus_setpoint import ModbusSetpoint
    from gridtide.wire.setpoint_registers import RegisterMap, telegram_registers

    server, where = ModbusSetpoint(clock=clock), RegisterMap()
    from pymodbus import client

    make: Any = client.ModbusTcpClient
    centre = make("127.0.0.1", port=server.port)
    centre.connect()

    def tell(told: Setpoint) -> None:
        registers = telegram_registers(where, told)
        centre.write_registers(where.commands, registers, device_id=where.unit)

    def close() -> None:
        centre.close()
        server.close()

    return server, tell, close


LINES: dict[str, Callable[[Clock], tuple[SetpointChannel, Tell, Close]]] = {
    "iec104": _over_104,
    "modbus": _over_modbus,
}
