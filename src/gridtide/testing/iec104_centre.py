"""A dispatch centre for tests and drills: the controlling side of IEC 60870-5-104 over one socket, without a thread."""

import socket
import time

from gridtide.wire.iec104.asdu import (
    Asdu,
    Cause,
    Information,
    Inquiry,
    Kind,
    Setting,
    Switch,
)
from gridtide.wire.iec104.connection import Connection, Transfer
from gridtide.wire.iec104.points import StationPoints
from gridtide.wire.iec104.time_tag import TimeTag

ANSWERS = (
    Cause.CONFIRMATION,
    Cause.UNKNOWN_TYPE,
    Cause.UNKNOWN_CAUSE,
    Cause.UNKNOWN_STATION,
    Cause.UNKNOWN_OBJECT,
)


class LineLost(Exception):
    """The station hung up, or did not answer in time."""


class Iec104Centre:
    """Connects, starts data transfer, commands and asks; keeps every telegram that came in `heard`."""

    def __init__(
        self, port: int, *, host: str = "127.0.0.1", points: StationPoints | None = None
    ) -> None:
        self.points = points or StationPoints()
        self.heard: list[Asdu] = []
        self.connection = Connection(controlled=False, now_s=time.monotonic())
        self._socket = socket.create_connection((host, port), timeout=5.0)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connection.start(time.monotonic())
        self._until(lambda: self.connection.transfer is Transfer.STARTED)

    def set(self, value: float, tag: TimeTag | None = None) -> bool:
        """Command a set-point, with a time tag or without; whether it was confirmed."""
        kind = Kind.C_SE_TC_1 if tag else Kind.C_SE_NC_1
        one = Information(address=self.points.setpoint, element=Setting(value=value), tag=tag)
        return not self.commanded(kind, one).negative

    def switch(self, on: bool) -> bool:
        """Switch AUTO on or off; whether it was confirmed."""
        one = Information(address=self.points.auto_command, element=Switch(on=on))
        return not self.commanded(Kind.C_SC_NA_1, one).negative

    def interrogate(self) -> list[Asdu]:
        """The station's values: every telegram between confirmation and termination."""
        before = len(self.heard)
        self.commanded(Kind.C_IC_NA_1, Information(address=0, element=Inquiry()))
        self._until(lambda: any(one.cause == Cause.TERMINATION for one in self.heard[before:]))
        return [one for one in self.heard[before:] if one.cause == Cause.INTERROGATED]

    def commanded(self, kind: Kind, one: Information) -> Asdu:
        """Send a command and wait for its answer. Raises LineLost."""
        asdu = Asdu(kind=kind, cause=Cause.ACTIVATION, station=self.points.station, objects=(one,))
        return self.asked(asdu)

    def asked(self, asdu: Asdu) -> Asdu:
        """Send any telegram and wait for the one that mirrors it. Raises LineLost."""
        before = len(self.heard)
        self.connection.send(asdu, time.monotonic())
        self._until(lambda: _answer(asdu, self.heard[before:]) is not None)
        found = _answer(asdu, self.heard[before:])
        assert found is not None
        return found

    def listen(self, telegrams: int) -> None:
        """Wait until so many telegrams have been heard in all. Raises LineLost."""
        self._until(lambda: len(self.heard) >= telegrams)

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _until(self, done: object) -> None:
        assert callable(done)
        self._write()
        while not done():
            try:
                data = self._socket.recv(4096)
            except OSError as error:
                raise LineLost(str(error)) from error
            if not data:
                raise LineLost("the station hung up")
            self.heard += self.connection.receive(data, time.monotonic())
            if self.connection.closed:
                raise LineLost(self.connection.closed)
            self._write()

    def _write(self) -> None:
        try:
            self._socket.sendall(self.connection.outgoing())
        except OSError as error:
            raise LineLost(str(error)) from error


def _answer(asdu: Asdu, heard: list[Asdu]) -> Asdu | None:
    """The first telegram that answers: same type, a cause that only answers have."""
    return next((one for one in heard if one.kind == asdu.kind and one.cause in ANSWERS), None)
