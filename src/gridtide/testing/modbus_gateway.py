"""A gateway of a dispatch centre for tests and drills: a Modbus TCP server that holds registers and nothing more."""

import asyncio
import threading
from collections.abc import Sequence
from typing import Any


class ModbusGateway:
    """Registers 0 to `length` − 1 of one unit, on loopback, on a thread of its own; `port` is the kernel's choice."""

    def __init__(self, unit: int = 1, length: int = 200) -> None:
        self._unit = unit
        self._cells = [0] * length
        self._server: Any
        self._loop = asyncio.new_event_loop()
        ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(ready,), daemon=True)
        self._thread.start()
        ready.wait()
        self.port: int = self._server.transport.sockets[0].getsockname()[1]

    def put(self, first: int, registers: Sequence[int]) -> None:
        """Set registers, all at once for whoever polls."""
        cells = list(self._cells)
        cells[first : first + len(registers)] = registers
        self._cells = cells

    def cells(self, first: int, count: int) -> list[int]:
        """What registers hold."""
        return self._cells[first : first + count]

    def close(self) -> None:
        """Go away with every line."""
        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self._server.shutdown(), self._loop)
            self._thread.join()

    def _serve(self, ready: threading.Event) -> None:
        self._loop.run_until_complete(self._listen())
        ready.set()
        self._loop.run_until_complete(self._served())
        self._loop.close()

    async def _listen(self) -> None:
        from pymodbus.server import ModbusTcpServer
        from pymodbus.simulator import DataType, SimData, SimDevice

        cells = SimData(0, len(self._cells), 0, DataType.REGISTERS)
        device = SimDevice(self._unit, [cells], action=self._accessed)
        self._server = ModbusTcpServer(device, address=("127.0.0.1", 0))
        await self._server.serve_forever(background=True)

    async def _served(self) -> None:
        await self._server.serving
        await asyncio.sleep(0)

    async def _accessed(
        self,
        function: int,
        first: int,
        address: int,
        count: int,
        registers: list[int],
        values: list[int] | list[bool] | None,
    ) -> Any:
        if values:
            self.put(address, [int(value) for value in values])
        registers[: len(self._cells)] = self._cells
        return None
