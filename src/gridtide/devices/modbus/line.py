"""A line to one Modbus device: values by name, believed only where they can be, told only where they may be."""

import threading
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NoReturn

from gridtide.finding import BadInput, Finding
from gridtide.fleet.device import UnreachableError
from gridtide.loop.world import Clock
from gridtide.wire.modbus.device_map import DeviceMap, beside
from gridtide.wire.modbus.registers import Register, RegisterError, decoded, encoded

EXCEPTIONS = {
    1: "illegal function; look at `table` in the map",
    2: "illegal address; look at the address in the map",
    3: "illegal value; look at range and scale in the map",
    4: "the device failed; look at it",
    5: "the device needs longer; ask less often",
    6: "the device is busy; ask less often",
    10: "the gateway has no path; look at its settings",
    11: "the device behind the gateway does not answer; look at its line",
}
REFUSALS = (1, 2, 3)


class ToldError(Exception):
    """A device that said no to what it was told, so that it surely does not hold."""


class ModbusLine:
    """One device behind one address; `name` is what it is called here. Needs the extra `modbus`.

    frozen_s: how long its counter may stand still before nothing it says is believed. Readings raise UnreachableError
    with name, value and next step. A line that was lost is called again at the next word. Raises BadInput when
    pymodbus is not there.
    """

    def __init__(
        self,
        *,
        name: str,
        where: DeviceMap,
        clock: Clock,
        host: str,
        port: int = 502,
        patience_s: float = 1.0,
        frozen_s: float = 10.0,
    ) -> None:
        self.name = name
        self.where = where
        self._clock = clock
        self._at = f"{name} at {host}:{port}"
        self._frozen_s = frozen_s
        self._client = _client(host, port, patience_s)
        self._lock = threading.Lock()
        self._known = False
        self._counter: tuple[float, datetime] | None = None

    def read(self, *names: str) -> tuple[float, ...]:
        """Values in their units, after a look at whether the device lives."""
        with self._lock:
            self._look()
            return tuple(self._value(name) for name in names)

    def write(self, values: Mapping[str, float]) -> None:
        """Tell values in the order given, two that stand beside each other at once. Raises ToldError where the device
        says no, RegisterError outside a range, UnreachableError where nobody knows."""
        registers = self.where.registers
        words = {
            name: encoded(registers[name], self.where.word_order, value)
            for name, value in values.items()
        }
        names = list(values)
        with self._lock:
            if len(names) == 2 and beside(registers, *names):
                self._put(registers[names[0]].address, words[names[0]] + words[names[1]])
            else:
                for name in names:
                    self._put(registers[name].address, words[name])

    def close(self) -> None:
        """Hang up."""
        with self._lock:
            self._hang_up()

    def _look(self) -> None:
        """Whether it is the device of the map, once a connection, and whether its counter counts."""
        registers = self.where.registers
        if not self._known and "marker" in registers:
            self._value("marker")
        self._known = True
        if "counter" not in registers:
            return
        counted, now = self._value("counter"), self._clock.now()
        if self._counter is None or self._counter[0] != counted:
            self._counter = (counted, now)
        still_s = (now - self._counter[1]).total_seconds()
        if still_s > self._frozen_s:
            self._lost(
                f"counter stands at {counted:g} for {still_s:g} s; its registers are frozen: restart it"
            )

    def _value(self, name: str) -> float:
        register = self.where.registers[name]
        words = self._asked(register)
        try:
            return decoded(register, self.where.word_order, words)
        except RegisterError as error:
            raise UnreachableError(f"{self._at}: {name} {error}") from error

    def _asked(self, register: Register) -> list[int]:
        def ask() -> Any:
            read = self._client.read_holding_registers
            if self.where.table == "input" and not register.writable:
                read = self._client.read_input_registers
            return read(register.address, count=register.length, device_id=self.where.unit)

        answer = self._exchanged(ask)
        if answer.isError():
            self._lost(f"register {register.address}: {_exception(answer)}")
        if len(answer.registers) != register.length:
            self._lost(
                f"register {register.address}: {len(answer.registers)} words came; look at it"
            )
        return list(answer.registers)

    def _put(self, address: int, words: list[int]) -> None:
        answer = self._exchanged(
            lambda: self._client.write_registers(address, words, device_id=self.where.unit)
        )
        if not answer.isError():
            return
        said = f"register {address}: {_exception(answer)}"
        if getattr(answer, "exception_code", 0) in REFUSALS:
            raise ToldError(f"{self._at}: {said}")
        self._lost(said)

    def _exchanged(self, ask: Any) -> Any:
        from pymodbus.exceptions import ModbusException

        try:
            if self._client.connected or self._client.connect():
                return ask()
        except (ModbusException, OSError) as error:
            self._hang_up()
            raise UnreachableError(
                f"{self._at}: the line was lost ({error}); look at network and device"
            ) from error
        self._hang_up()
        raise UnreachableError(f"{self._at}: does not answer; look at network, address and device")

    def _hang_up(self) -> None:
        self._known = False
        self._client.close()

    def _lost(self, said: str) -> NoReturn:
        raise UnreachableError(f"{self._at}: {said}")


def _exception(answer: Any) -> str:
    code = getattr(answer, "exception_code", None)
    return f"exception {code}, {EXCEPTIONS.get(int(code or 0), 'look at the maker’s list')}"


def _client(host: str, port: int, patience_s: float) -> Any:
    try:
        from pymodbus.client import ModbusTcpClient
    except ImportError as error:
        raise BadInput(
            [
                Finding(
                    subject="Modbus devices",
                    value="pymodbus is not installed",
                    limit="the extra `modbus`",
                    mend="pip install 'gridtide[modbus]'",
                )
            ]
        ) from error
    return ModbusTcpClient(host, port=port, timeout=patience_s, retries=0)
