"""Set-points by Modbus TCP where the plant is the client: it polls the gateway of the dispatch centre."""

import threading
from collections.abc import Callable
from typing import Any

from gridtide.finding import BadInput, Finding
from gridtide.loop.world import Clock
from gridtide.signals.heard import Heard
from gridtide.signals.setpoint import Mode, Setpoint
from gridtide.signals.setpoint_channel import PlantTelemetry
from gridtide.wire.setpoint_registers import (
    ASKED,
    COMMANDS,
    HEARTBEAT,
    TELEGRAM,
    RegisterMap,
    asked_by,
    seen_registers,
    told_by,
)


class ModbusSetpointClient:
    """A poller on a thread of its own; satisfies SetpointChannel. Needs the extra `modbus`.

    Every poll_s it reads the eleven registers of commands at once and, when there is new telemetry, writes it to the
    registers of `seen`. Registers that did not change since the last poll are no new telegram: a gateway that only
    holds its last value reads as silence. A line that is lost is called again at the next poll.
    on_told: called on that thread once a telegram can be read.
    Raises BadInput when pymodbus is not there.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        host: str,
        port: int = 502,
        where: RegisterMap | None = None,
        poll_s: float = 1.0,
        patience_s: float = 1.0,
        on_told: Callable[[], None] = lambda: None,
    ) -> None:
        self._clock = clock
        self._where = where or RegisterMap()
        self._poll_s = poll_s
        self._inbox = Heard(on_told)
        self._answers = True
        self._last: list[int] | None = None
        self._telemetry: PlantTelemetry | None = None
        self._heartbeat = 0
        self._heard = 0
        self._asked = Mode.AUTO
        self._client = _client(host, port, patience_s)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._poll, name="modbus-client", daemon=True)
        self._thread.start()

    def read(self) -> Setpoint | None:
        """The oldest unread set-point."""
        return self._inbox.oldest()

    def write_telemetry(self, telemetry: PlantTelemetry) -> None:
        """Write it to the gateway at the next poll."""
        self._telemetry = telemetry

    def asked_mode(self) -> Mode:
        """What stands in the gateway's register of the mode."""
        return self._asked

    def line_faults(self) -> tuple[str, ...]:
        """When the gateway stopped answering since this was asked last; once until it answers again."""
        return self._inbox.faults()

    def close(self) -> None:
        """Hang up and end the thread."""
        self._closing.set()
        self._thread.join()
        self._client.close()

    def _poll(self) -> None:
        while not self._closing.is_set():
            answers = False
            try:
                if self._client.connected or self._client.connect():
                    self._exchange()
                    answers = True
            except self._line_errors():
                self._client.close()
            if self._answers and not answers:
                self._inbox.fail("the gateway does not answer")
            self._answers = answers
            self._closing.wait(self._poll_s)

    def _exchange(self) -> None:
        where = self._where
        found = self._client.read_holding_registers(
            where.commands, count=COMMANDS, device_id=where.unit
        )
        if not found.isError() and len(found.registers) == COMMANDS:
            self._take(list(found.registers))
        telemetry, self._telemetry = self._telemetry, None
        if telemetry is not None:
            self._heartbeat += 1
            registers = seen_registers(where, telemetry, self._heartbeat, self._heard)
            self._client.write_registers(where.seen, registers, device_id=where.unit)

    def _take(self, registers: list[int]) -> None:
        self._heard = registers[HEARTBEAT]
        self._asked = asked_by(registers[ASKED]) or self._asked
        telegram = registers[:TELEGRAM]
        blank = self._last is None and not any(telegram)
        if telegram == self._last or blank:
            return
        self._last = telegram
        self._inbox.tell(told_by(self._where, telegram, self._clock.now()))

    def _line_errors(self) -> tuple[type[Exception], ...]:
        from pymodbus.exceptions import ModbusException

        return (ModbusException, OSError)


def _client(host: str, port: int, patience_s: float) -> Any:
    try:
        from pymodbus.client import ModbusTcpClient
    except ImportError as error:
        raise BadInput(
            [
                Finding(
                    subject="Modbus set-points",
                    value="pymodbus is not installed",
                    limit="the extra `modbus`",
                    mend="pip install 'gridtide[modbus]'",
                )
            ]
        ) from error
    return ModbusTcpClient(host, port=port, timeout=patience_s, retries=0)
