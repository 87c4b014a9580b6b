"""A power meter over Modbus TCP."""

from gridtide.devices.modbus.line import ModbusLine
from gridtide.fleet.device import PowerReading
from gridtide.loop.world import Clock


class ModbusMeter:
    """Satisfies ReadsPower. share: how far its class lets it be off, as a share of the value."""

    def __init__(self, line: ModbusLine, clock: Clock, share: float | None = None) -> None:
        self._line = line
        self._clock = clock
        self._share = share

    def read_power(self) -> tuple[PowerReading, ...]:
        """What it measures now. Raises UnreachableError."""
        (kw,) = self._line.read("power")
        return (
            PowerReading(
                of=self._line.name,
                kw=kw,
                measured_at=self._clock.now(),
                method="meter",
                share=self._share,
            ),
        )
