"""The power agent on a Unix socket: who may not ask is hung up on, late leases end before anything is answered."""

import asyncio
import os
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from gridtide.doors.power_agent.keeper import Keeper
from gridtide.finding import BadInput
from gridtide.wire.power_agent import LINE_MAX, Answer, answer_line, ask_of

LONGEST_SLEEP_S = 1.0
"""The keeper looks at its leases at least so often: a clock set forward ends some that nobody timed."""
IDLE_S = 60.0
REFUSED_WITHIN_S = 2.0
CONNECTIONS_MAX = 32


async def serve(
    keeper: Keeper, path: Path, uids: frozenset[int], over: asyncio.Event, ready: Callable[[], None]
) -> None:
    """Answer until it is over, then give everything back. ready: told once connections are taken."""
    keeper.begin()
    path.unlink(missing_ok=True)
    line = _Line(keeper, uids)
    server = await asyncio.start_unix_server(line.answer, path, limit=LINE_MAX)
    os.chmod(path, 0o666)  # who may ask is decided by who asks, which the kernel tells
    ready()
    try:
        while not over.is_set():
            keeper.end_late_leases()
            with suppress(TimeoutError):
                wait_s = min(LONGEST_SLEEP_S, keeper.until_next_s())
                await asyncio.wait_for(over.wait(), wait_s)
    finally:
        server.close()
        path.unlink(missing_ok=True)
        keeper.end_all("the power agent was stopped")


class _Line:
    """Answers connections, one request a line."""

    def __init__(self, keeper: Keeper, uids: frozenset[int]) -> None:
        self._keeper = keeper
        self._uids = uids
        self._open = 0
        self._noted: set[str] = set()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until it ends, says too much or nothing for a while."""
        who = f"uid {_uid(writer.get_extra_info('socket'))}"
        try:
            if who not in {f"uid {one}" for one in self._uids}:
                self._note_stranger(who)
                await _refused(reader, writer, f"{who} may not ask here")
            elif self._open >= CONNECTIONS_MAX:
                await _refused(reader, writer, "too many connections; close some")
            else:
                await self._answered(reader, writer, who)
            await writer.drain()
        except (ConnectionError, TimeoutError):
            return
        finally:
            writer.close()

    def _note_stranger(self, who: str) -> None:
        """Once for each, so that nobody fills the disk with them."""
        if who not in self._noted:
            self._noted.add(who)
            self._keeper.note("refused", "", f"{who} is not on the list of who may ask")

    async def _answered(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, who: str
    ) -> None:
        self._open += 1
        try:
            await self._each(reader, writer, who)
        finally:
            self._open -= 1

    async def _each(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, who: str
    ) -> None:
        while True:
            try:
                line = await asyncio.wait_for(reader.readline(), IDLE_S)
            except ValueError:
                self._keeper.note("refused", "", f"{who}: a line above {LINE_MAX} bytes")
                return
            if not line:
                return
            writer.write(answer_line(self._one(line, who)))
            await writer.drain()

    def _one(self, line: bytes, who: str) -> Answer:
        try:
            ask = ask_of(line)
        except BadInput as error:
            self._keeper.note("refused", "", f"{who}: {error}")
            return Answer(refused=str(error))
        if ask.ticket is None or ask.act is None:
            return Answer(units=self._keeper.readings())
        return Answer(outcome=self._keeper.do(ask.ticket, ask.act, who))


async def _refused(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, said: str) -> None:
    """One refusal, after what was asked has been heard: who still speaks would not hear it."""
    with suppress(ValueError, TimeoutError):
        await asyncio.wait_for(reader.readline(), REFUSED_WITHIN_S)
    writer.write(answer_line(Answer(refused=said)))


def _uid(connection: socket.socket) -> int:
    """The user at the other end, as the kernel knows it."""
    size = struct.calcsize("3i")
    _, uid, _ = struct.unpack(
        "3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
    )
    return int(uid)
