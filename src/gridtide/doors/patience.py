"""How long is a request waited for? Its head comes within some seconds, or the connection is closed."""

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_WITHIN_S = 10.0
"""From the first byte of a connection or of its next request; whoever sends a byte now and then holds nothing open."""


class Patient(H11Protocol):
    """The protocol of uvicorn, which waits for no half-sent head."""

    _closing: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the head of the first request."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Wait on while the head is not complete."""
        super().data_received(data)
        if self.conn.their_state is h11.IDLE:
            self._wait()
        else:
            self._waited()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._waited()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self._closing is None:
            self._closing = self.loop.call_later(HEAD_WITHIN_S, self.transport.close)

    def _waited(self) -> None:
        if self._closing is not None:
            self._closing.cancel()
            self._closing = None
