"""Set-points by Modbus TCP where the plant is the server: the dispatch centre writes registers and reads others."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import Any

from gridtide.finding import BadInput, Finding
from gridtide.loop.world import Clock
from gridtide.signals.heard import Heard, any_number
from gridtide.signals.setpoint import Mode, Setpoint
from gridtide.signals.setpoint_channel import PlantTelemetry
from gridtide.wire.setpoint_registers import (
    ASKED,
    COMMANDS,
    HEARTBEAT,
    SEEN,
    TELEGRAM,
    RegisterMap,
    asked_by,
    seen_registers,
    told_by,
)


class ModbusSetpoint:
    """A Modbus TCP server on a thread of its own; satisfies SetpointChannel. Needs the extra `modbus`.

    A telegram is one write over all its nine registers (function 16); a write over some of them is refused, so that no
    half of a number is followed. accepts: asked on the server's thread; False is answered by exception 3 and leaves the
    registers as they were, and the telegram is read all the same. port 0 lets the kernel choose.
    on_told: called on that thread once a telegram can be read.
    Raises BadInput when the address cannot be listened on or pymodbus is not there.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        where: RegisterMap | None = None,
        accepts: Callable[[Setpoint], bool] = any_number,
        host: str = "127.0.0.1",
        port: int = 0,
        on_told: Callable[[], None] = lambda: None,
    ) -> None:
        self._clock = clock
        self._where = where or RegisterMap()
        self._accepts = accepts
        self._inbox = Heard(on_told)
        self._seen = [0] * SEEN
        self._heartbeat = 0
        self._heard = 0
        self._asked = Mode.AUTO
        self._server: Any
        self._loop = asyncio.new_event_loop()
        self._failed: Exception | None = None
        ready = threading.Event()
        self._thread = threading.Thread(
            target=self._serve, args=(host, port, ready), name="modbus", daemon=True
        )
        self._thread.start()
        ready.wait()
        if self._failed is not None:
            self._thread.join()
            raise BadInput([_no_server(host, port, self._failed)]) from self._failed
        self.port: int = self._server.transport.sockets[0].getsockname()[1]

    def read(self) -> Setpoint | None:
        """The oldest unread set-point."""
        return self._inbox.oldest()

    def write_telemetry(self, telemetry: PlantTelemetry) -> None:
        """Put it into the registers that the centre reads, and count the plant's heartbeat."""
        self._heartbeat += 1
        self._seen = seen_registers(self._where, telemetry, self._heartbeat, self._heard)

    def asked_mode(self) -> Mode:
        """What stands in the register of the mode; AUTO until one is written."""
        return self._asked

    def line_faults(self) -> tuple[str, ...]:
        """How often centres hung up since this was asked last."""
        return self._inbox.faults()

    def close(self) -> None:
        """Close every line, stop listening and end the thread."""
        if self._thread.is_alive():
            with contextlib.suppress(RuntimeError):
                asyncio.run_coroutine_threadsafe(self._server.shutdown(), self._loop)
            self._thread.join()

    def _serve(self, host: str, port: int, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._listening(host, port))
        except Exception as error:
            self._failed = error
            ready.set()
        else:
            ready.set()
            self._loop.run_until_complete(self._served())
        self._loop.close()

    async def _listening(self, host: str, port: int) -> None:
        from pymodbus.server import ModbusTcpServer
        from pymodbus.simulator import DataType, SimData, SimDevice

        commands = SimData(self._where.commands, COMMANDS, 0, DataType.REGISTERS)
        seen = SimData(self._where.seen, SEEN, 0, DataType.REGISTERS, readonly=True)
        device = SimDevice(self._where.unit, [commands, seen], action=self._asked_for)
        self._server = ModbusTcpServer(device, address=(host, port), trace_connect=self._connected)
        await self._server.serve_forever(background=True)

    def _connected(self, connected: bool) -> None:
        if not connected:
            self._inbox.fail("the centre hung up")

    async def _served(self) -> None:
        await self._server.serving
        await asyncio.sleep(0)

    async def _asked_for(
        self,
        function: int,
        first: int,
        address: int,
        count: int,
        registers: list[int],
        values: list[int] | list[bool] | None,
    ) -> Any:
        """Called before each access: put telemetry in, take a telegram out. An exception code refuses it."""
        from pymodbus.constants import ExcCodes

        start = self._where.seen - first
        registers[start : start + SEEN] = self._seen
        if values is None or function not in (6, 16):
            return ExcCodes.ILLEGAL_FUNCTION if values is not None else None
        at = address - self._where.commands
        written = {at + k: int(value) for k, value in enumerate(values)}
        return None if self._written(written) else ExcCodes.ILLEGAL_VALUE

    def _written(self, written: dict[int, int]) -> bool:
        """Take what was written; False when it is to be refused."""
        mode = asked_by(written[ASKED]) if ASKED in written else self._asked
        touched = sum(register < TELEGRAM for register in written)
        if mode is None or touched not in (0, TELEGRAM):
            return False
        if touched:
            registers = [written[register] for register in range(TELEGRAM)]
            told = told_by(self._where, registers, self._clock.now())
            self._inbox.tell(told)
            if not self._accepts(told):
                return False
        self._asked = mode
        self._heard = written.get(HEARTBEAT, self._heard)
        return True


def _no_server(host: str, port: int, error: Exception) -> Finding:
    if isinstance(error, ImportError):
        return Finding(
            subject="Modbus set-points",
            value="pymodbus is not installed",
            limit="the extra `modbus`",
            mend="pip install 'gridtide[modbus]'",
        )
    return Finding(
        subject="address of the Modbus server",
        value=f"{host}:{port}",
        limit="an address of this machine with a free port",
        mend=f"Choose another: {error}.",
    )
