"""A controlled station spoken by the foreign library c104, in a process of its own: its port, then what it is told."""

import json
import socket
import sys
from typing import Any

import c104


def told(
    point: c104.Point, previous_info: c104.Information, message: c104.IncomingMessage
) -> c104.ResponseState:
    """Confirm what is not below zero, and say what came."""
    value: Any = point.value
    good = not value < 0.0
    say({"value": value, "confirmed": good})
    return c104.ResponseState.SUCCESS if good else c104.ResponseState.FAILURE


def say(answer: dict[str, Any]) -> None:
    """One line."""
    print(json.dumps(answer), flush=True)


def main() -> None:
    """Serve on a port that the kernel gave, until standard input ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server: Any = c104.Server(ip="127.0.0.1", port=port, tick_rate_ms=50)
    station = server.add_station(common_address=1)
    setpoint = station.add_point(0x6201, c104.Type.C_SE_NC_1)
    setpoint.on_receive(callable=told)
    for number in range(7):
        measured = station.add_point(0x4001 + number, c104.Type.M_ME_NC_1)
        measured.value = 100.5 + number
    server.start()
    say({"ready": True, "port": port})
    sys.stdin.read()
    server.stop()


main()
