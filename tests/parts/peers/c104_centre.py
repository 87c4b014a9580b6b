"""A dispatch centre spoken by the foreign library c104, in a process of its own: lines of JSON in and out.

Its `transmit` sometimes misses a confirmation that arrived, so what it read from the line counts too.
"""

import json
import struct
import sys
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import c104

LINE: list[bytes] = []
MEASURED = range(0x4001, 0x4008)
STATES = range(0x0001, 0x0004)


def main(port: int) -> None:
    """Connect, start data transfer, and do what each line asks."""
    client: Any = c104.Client(tick_rate_ms=50, command_timeout_ms=500)
    line = client.add_connection(ip="127.0.0.1", port=port, init=c104.Init.NONE)
    line.on_receive_raw(callable=kept)
    station = line.add_station(common_address=1)
    kinds = c104.Type
    points = {
        "set": station.add_point(0x6201, kinds.C_SE_NC_1),
        "switch": station.add_point(0x6001, kinds.C_SC_NA_1),
        "wrong": station.add_point(0x6300, kinds.C_SE_NC_1),
    }
    for address in MEASURED:
        station.add_point(address, kinds.M_ME_NC_1)
    for address in STATES:
        station.add_point(address, kinds.M_SP_NA_1)
    client.start()
    states = c104.ConnectionState
    waited_for(lambda: line.state in (states.OPEN, states.OPEN_MUTED))
    if line.state == states.OPEN_MUTED:
        line.unmute()
    waited_for(lambda: line.state == states.OPEN)
    say({"ready": True})
    for text in sys.stdin:
        say(done(json.loads(text), line, station, points))
    client.stop()


def done(asked: Any, line: Any, station: Any, points: dict[str, Any]) -> dict[str, Any]:
    """The answer to one line."""
    what = asked["do"]
    if what in points:
        point = points[what]
        point.value = bool(asked["value"]) if what == "switch" else float(asked["value"])
        return {"ok": set_to(point)}
    if what == "stamped":
        point = fresh(station, c104.Type.C_SE_TC_1)
        point.info = c104.ShortCmd(
            target=float(asked["value"]), recorded_at=datetime.fromisoformat(asked["at"])
        )
        ok = set_to(point)
        points["set"] = fresh(station, c104.Type.C_SE_NC_1)
        return {"ok": ok}
    if what == "select":
        points["set"].command_mode = c104.CommandMode.SELECT_AND_EXECUTE
        return {"ok": True}
    if what == "interrogate":
        return {"ok": confirmed(lambda: bool(line.interrogation(common_address=1)))}
    if what == "clock":
        return {"ok": confirmed(lambda: bool(line.clock_sync(common_address=1)))}
    if what == "test":
        return {"ok": line.test(common_address=1), "open": line.is_connected}
    measured = [station.get_point(address) for address in MEASURED]
    states = [station.get_point(address) for address in STATES]
    return {
        "ok": line.is_connected,
        "values": [point.value for point in measured],
        "good": [point.quality.is_good() for point in measured],
        "states": [point.value for point in states],
    }


def kept(connection: c104.Connection, data: bytes) -> None:
    """What comes in, as octets."""
    LINE.append(bytes(data))


def set_to(point: Any) -> bool:
    """Whether the station confirmed a command."""
    switch = isinstance(point.value, bool)
    value = bytes([point.value]) if switch else struct.pack("<f", point.value)
    return confirmed(lambda: bool(point.transmit(cause=c104.Cot.ACTIVATION)), value)


def confirmed(command: Callable[[], bool], value: bytes = b"") -> bool:
    """Whether a command was confirmed: as the library says, or as its line shows (cause 7, not negative)."""
    LINE.clear()
    if command():
        return True
    return any(octets[8:9] == b"\x07" and octets[15 : 15 + len(value)] == value for octets in LINE)


def fresh(station: Any, kind: Any) -> Any:
    """The point of the set-point, now of another type."""
    station.remove_point(0x6201)
    return station.add_point(0x6201, kind)


def waited_for(true: Callable[[], bool]) -> None:
    """Return when it is; after ten seconds all the same."""
    until_s = time.monotonic() + 10.0
    while not true() and time.monotonic() < until_s:
        time.sleep(0.005)


def say(answer: dict[str, Any]) -> None:
    """One line."""
    print(json.dumps(answer), flush=True)


main(int(sys.argv[1]))
