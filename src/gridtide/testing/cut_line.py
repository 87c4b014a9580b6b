"""A line between two processes that can be cut and mended: what comes to its port goes on to another."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

PIECE = 2**16
WITHIN_S = 5.0


@dataclass(eq=False)
class CutLine:
    """port: where one comes to. to: the port where it leads, None while it is cut."""

    listener: socket.socket
    to: int | None = None
    _ends: set[socket.socket] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def port(self) -> int:
        """Where one comes to."""
        return int(self.listener.getsockname()[1])

    def leads_to(self, port: int | None) -> None:
        """Lead there from now on, nowhere for None; whatever goes through it breaks."""
        with self._lock:
            self.to, ends, self._ends = port, self._ends, set()
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def serve(self) -> None:
        """Take whoever comes, until the listener is closed."""
        while True:
            try:
                here = self.listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=self._joined, args=(here,), daemon=True).start()

    def _joined(self, here: socket.socket) -> None:
        """One connection, as long as both of its ends stand."""
        with here:
            to = self.to
            if to is None:
                return
            try:
                there = socket.create_connection(("127.0.0.1", to), timeout=WITHIN_S)
            except OSError:
                return
            with there:
                there.settimeout(None)
                with self._lock:
                    if self.to != to:
                        return
                    self._ends |= {here, there}
                back = threading.Thread(target=_passed_on, args=(there, here), daemon=True)
                back.start()
                _passed_on(here, there)
                back.join()
            with self._lock:
                self._ends -= {here, there}


def _passed_on(one: socket.socket, other: socket.socket) -> None:
    """All that one end says, until either breaks; then both are at their end."""
    with suppress(OSError):
        while part := one.recv(PIECE):
            other.sendall(part)
    for end in (one, other):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextmanager
def cut_line() -> Iterator[CutLine]:
    """A line on loopback that leads nowhere yet."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        line = CutLine(listener)
        thread = threading.Thread(target=line.serve, daemon=True)
        thread.start()
        try:
            yield line
        finally:
            line.leads_to(None)
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
