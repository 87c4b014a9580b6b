"""Set-points by IEC 60870-5-104: the plant is the controlled station and listens for its dispatch centre."""

import contextlib
import selectors
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from gridtide.finding import BadInput, Finding
from gridtide.loop.world import Clock
from gridtide.signals.heard import Heard, any_number
from gridtide.signals.setpoint import Mode, Setpoint
from gridtide.signals.setpoint_channel import PlantTelemetry
from gridtide.wire.iec104.asdu import Asdu, Cause
from gridtide.wire.iec104.connection import Connection, Timing, Transfer
from gridtide.wire.iec104.points import StationPoints
from gridtide.wire.iec104.station import Selected, Station, answered, told_values

LINES_AT_MOST = 4
CHUNK = 4_096
CLOCKS_APART = timedelta(seconds=1)
"""A centre that tells the time and is further off than this is a fault of the line."""


@dataclass
class _Line:
    """One connected centre: its socket, its state, and what is still to be written."""

    socket: socket.socket
    connection: Connection
    selected: Selected | None = None
    unwritten: bytes = b""


class Iec104Setpoint:
    """A controlled station on a thread of its own; satisfies SetpointChannel.

    port 0 lets the kernel choose; `port` says which. accepts: whether a set-point is confirmed on the line, asked on
    the station's thread; a refused one is read all the same, for the watch and the audit. allowed: addresses of
    centres, None for any. At most four centres are connected, one of them active: the one that started last.
    A station that fails closes every line and says why in `line_faults`; the watch then meets silence.
    The newest 1,024 telegrams are kept unread. Timers run on the steady clock of the machine, stamps by `clock`.
    on_told: called on that thread once a telegram can be read.
    Raises BadInput when the address cannot be listened on.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        points: StationPoints | None = None,
        accepts: Callable[[Setpoint], bool] = any_number,
        host: str = "127.0.0.1",
        port: int = 0,
        timing: Timing | None = None,
        allowed: frozenset[str] | None = None,
        on_told: Callable[[], None] = lambda: None,
    ) -> None:
        self._clock = clock
        self._points = points or StationPoints()
        self._accepts = accepts
        self._timing = timing or Timing()
        self._allowed = allowed
        self._inbox = Heard(on_told)
        self._lines: dict[socket.socket, _Line] = {}
        self._telemetry: PlantTelemetry | None = None
        self._told = False
        self._sequence = 0
        self._asked = Mode.AUTO
        self._clock_apart: timedelta | None = None
        self._closing = False
        self._listener = _listening(host, port)
        self._wake, self._woken = socket.socketpair()
        self._selector = selectors.DefaultSelector()
        self._wake.setblocking(False)
        for one in (self._listener, self._woken):
            one.setblocking(False)
            self._selector.register(one, selectors.EVENT_READ)
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, name="iec104", daemon=True)
        self._thread.start()

    def read(self) -> Setpoint | None:
        """The oldest unread set-point."""
        return self._inbox.oldest()

    def write_telemetry(self, telemetry: PlantTelemetry) -> None:
        """Send it to the active centre and answer interrogations with it."""
        self._telemetry, self._told = telemetry, True
        self._nudge()

    def asked_mode(self) -> Mode:
        """AUTO until a centre switches it off, then REMOTE until one switches it on."""
        return self._asked

    def line_faults(self) -> tuple[str, ...]:
        """Why lines were closed or turned away since this was asked last, and whose clock differs, oldest first."""
        return self._inbox.faults()

    def clock_apart(self) -> timedelta | None:
        """By how much the centre's clock was ahead when it told the time last."""
        return self._clock_apart

    def close(self) -> None:
        """Close every line, stop listening and end the thread."""
        self._closing = True
        self._nudge()
        self._thread.join()

    def _nudge(self) -> None:
        with contextlib.suppress(OSError):
            self._wake.send(b"\0")

    def _serve(self) -> None:
        why = "the station closed"
        try:
            while not self._closing:
                self._round()
        except Exception as error:
            why = f"the station failed: {error!r}"
            self._inbox.fail(why)
        for line in list(self._lines.values()):
            self._drop(line, why)
        for one in (self._listener, self._wake, self._woken):
            one.close()
        self._selector.close()

    def _round(self) -> None:
        """Wait for what happens next, and do what follows from it."""
        for key, events in self._selector.select(self._patience_s()):
            self._happened(key.fileobj, events)
        for line in list(self._lines.values()):
            line.connection.tick(time.monotonic())
        self._tell()
        for line in list(self._lines.values()):
            self._write(line)

    def _patience_s(self) -> float | None:
        due = [line.connection.due_s() for line in self._lines.values()]
        return max(0.0, min(due) - time.monotonic()) if due else None

    def _happened(self, source: object, events: int) -> None:
        if source is self._listener:
            self._accept()
        elif source is self._woken:
            self._woken.recv(CHUNK)
        elif isinstance(source, socket.socket) and source in self._lines:
            line = self._lines[source]
            if events & selectors.EVENT_READ:
                self._read(line)

    def _accept(self) -> None:
        try:
            one, (host, *_) = self._listener.accept()
        except OSError:
            return
        if len(self._lines) >= LINES_AT_MOST or (self._allowed and host not in self._allowed):
            self._inbox.fail(f"{host} was turned away")
            one.close()
            return
        one.setblocking(False)
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = Connection(controlled=True, now_s=time.monotonic(), timing=self._timing)
        self._lines[one] = _Line(socket=one, connection=connection)
        self._selector.register(one, selectors.EVENT_READ)

    def _read(self, line: _Line) -> None:
        try:
            data = line.socket.recv(CHUNK)
        except BlockingIOError:
            return
        except OSError as error:
            self._drop(line, str(error))
            return
        if not data:
            self._drop(line, "the centre hung up")
            return
        before = line.connection.transfer
        for asdu in line.connection.receive(data, time.monotonic()):
            self._answer(line, asdu)
        if before is not Transfer.STARTED and line.connection.transfer is Transfer.STARTED:
            self._only(line)

    def _answer(self, line: _Line, asdu: Asdu) -> None:
        station = Station(
            points=self._points,
            telemetry=self._telemetry,
            sequence=self._sequence,
            accepts=self._accepts,
            selected=line.selected,
        )
        answer = answered(station, asdu, self._clock.now())
        line.selected = answer.selected
        if answer.told is not None:
            self._inbox.tell(answer.told)
            self._sequence += 1
        self._asked = answer.asked or self._asked
        if answer.clock_apart is not None:
            self._compared(answer.clock_apart)
        for reply in answer.replies:
            line.connection.send(reply, time.monotonic())

    def _compared(self, apart: timedelta) -> None:
        self._clock_apart = apart
        if abs(apart) > CLOCKS_APART:
            self._inbox.fail(f"the centre's clock is {apart.total_seconds():+.0f} s apart")

    def _only(self, active: _Line) -> None:
        """One centre is active at a time; the one that was before is let go."""
        for line in list(self._lines.values()):
            if line is not active and line.connection.transfer is Transfer.STARTED:
                self._drop(line, "another centre became active")

    def _tell(self) -> None:
        if not self._told or self._telemetry is None:
            return
        self._told = False
        cause = Cause.SPONTANEOUS if self._points.stamped else Cause.PERIODIC
        for asdu in told_values(self._points, self._telemetry, self._clock.now(), cause):
            for line in self._lines.values():
                line.connection.send(asdu, time.monotonic())

    def _write(self, line: _Line) -> None:
        """Write what can be written; what is left waits for the socket."""
        line.unwritten += line.connection.outgoing()
        try:
            while line.unwritten:
                line.unwritten = line.unwritten[line.socket.send(line.unwritten) :]
        except BlockingIOError:
            pass
        except OSError as error:
            self._drop(line, str(error))
            return
        if line.connection.closed:
            self._drop(line, line.connection.closed)
            return
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if line.unwritten else 0)
        self._selector.modify(line.socket, wanted)

    def _drop(self, line: _Line, why: str) -> None:
        if self._lines.pop(line.socket, None) is not None:
            self._inbox.fail(why)
            self._selector.unregister(line.socket)
            line.socket.close()


def _listening(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), reuse_port=False)
    except (OSError, OverflowError) as error:
        raise BadInput(
            [
                Finding(
                    subject="address of the IEC 104 station",
                    value=f"{host}:{port}",
                    limit="an address of this machine with a free port",
                    mend=f"Choose another: {error}.",
                )
            ]
        ) from error
