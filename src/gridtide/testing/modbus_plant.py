"""Devices to be spoken with over Modbus, in a process of their own: `python -m gridtide.testing.modbus_plant battery`.

Each has a behaviour: it ramps, its store fills and empties, and a set-point holds only for as long as its lease
register says. The program prints its port and serves until it is ended. Register 900 brings a fault on (`FAULTS`).
"""

import asyncio
import math
import struct
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from gridtide.testing.modbus_gateway import ModbusGateway
from gridtide.wire.modbus.device_map import DeviceKind, DeviceMap
from gridtide.wire.modbus.makes import BATTERY, CHILLER, COLD_STORE, METER, PLANT, UPS
from gridtide.wire.modbus.registers import decoded, encoded
from gridtide.wire.modbus.words import words_of

MAPS = {found.kind: found for found in (METER, BATTERY, UPS, CHILLER, COLD_STORE, PLANT)}
FAULT_AT = 900
FAULTS = ("none", "nan", "frozen", "far", "failing", "silent", "refusing", "clamping", "stuck")
"""nan, far: power reads so. frozen: nothing moves. failing, refusing: exceptions 4 on all, 3 on writes. silent: no
answer within two seconds. clamping: a set-point is halved by the device. stuck: it takes set-points and does not follow
them."""
RAMP_KW_PER_S = 400.0
START_KWH, CAPACITY_KWH, RESERVE_KWH = 50.0, 100.0, 20.0
LOAD_KW, CHILLER_KW, SUPPLY_C = 640.0, 120.0, 18.0
KW_PER_C = 6.0
ABOVE_SUPPLY_C = 6.0
"""How much warmer than its supply the air of a chiller's hall comes to be."""
MADE_KW = 200.0
"""What a plant makes by its own schedule."""


@dataclass
class Plant:
    """One device: what its registers say follows from what it was told, and from time."""

    where: DeviceMap
    now_s: float
    fault: str = "none"
    power_kw: float = 0.0
    soc_kwh: float = START_KWH
    supply_c: float = SUPPLY_C
    air_c: float = SUPPLY_C + ABOVE_SUPPLY_C
    setpoint: float = 0.0
    lease_end_s: float = -math.inf
    counter: float = 0.0

    def advance(self, now_s: float) -> None:
        """Let time pass, in steps short enough that a lease ends when it should."""
        while self.now_s < now_s and self.fault != "frozen":
            step_s = min(now_s - self.now_s, 0.01)
            self.now_s += step_s
            self.counter += 10.0 * step_s
            self._step(step_s)
        self.now_s = now_s

    def told(self, address: int, words: Sequence[int]) -> int:
        """Take what was written; an exception code where it is refused, else 0."""
        if address == FAULT_AT:
            self.fault = FAULTS[words[0]]
            return 0
        if self.fault == "refusing":
            return 3
        registers = self.where.registers
        for name in ("setpoint", "lease"):
            register = registers.get(name)
            if register is None or not address <= register.address < address + len(words):
                continue
            start = register.address - address
            value = decoded(register, self.where.word_order, words[start : start + register.length])
            self._take(name, value)
        return 0

    def words(self) -> dict[int, int]:
        """Every register that it has, by address."""
        values = {
            "counter": float(int(self.counter) % 65536),
            "power": self.power_kw,
            "soc": self.soc_kwh,
            "reserve": RESERVE_KWH,
            "supply": self.supply_c,
            "air": self.air_c,
            "heat": -self.power_kw,
            "setpoint": self.setpoint,
            "lease": math.ceil(max(self.lease_end_s - self.now_s, 0.0)),
        }
        found: dict[int, int] = {}
        for name, register in self.where.registers.items():
            value = values.get(name, register.low)
            words = self._bad(name) or encoded(
                register, self.where.word_order, min(max(value, register.low), register.high)
            )
            found.update({register.address + k: word for k, word in enumerate(words)})
        return found

    def _take(self, name: str, value: float) -> None:
        if name == "lease":
            self.lease_end_s = self.now_s + value
        else:
            self.setpoint = value / 2 if self.fault == "clamping" else value

    def _step(self, step_s: float) -> None:
        leased = self.now_s < self.lease_end_s and self.fault != "stuck"
        if self.where.kind == "meter":
            self.power_kw = LOAD_KW + 5.0 * math.sin(self.now_s)
        elif self.where.kind == "chiller":
            target_c = self.setpoint if leased else SUPPLY_C
            self.supply_c += (target_c - self.supply_c) * min(4.0 * step_s, 1.0)
            self.air_c += (self.supply_c + ABOVE_SUPPLY_C - self.air_c) * min(step_s, 1.0)
            self.power_kw = CHILLER_KW - KW_PER_C * (self.supply_c - SUPPLY_C)
        elif self.where.kind == "plant":
            far_kw = RAMP_KW_PER_S * step_s
            goal_kw = self.setpoint if leased else MADE_KW
            self.power_kw += min(max(goal_kw - self.power_kw, -far_kw), far_kw)
        elif self.where.kind == "cold-store":
            self._exchange(-self.setpoint if leased else 0.0, step_s)
        else:
            self._exchange(self.setpoint if leased else 0.0, step_s)

    def _exchange(self, wanted_kw: float, step_s: float) -> None:
        floor_kwh = RESERVE_KWH if self.where.kind == "ups" else 0.0
        empty = wanted_kw > 0 and self.soc_kwh <= floor_kwh
        full = wanted_kw < 0 and self.soc_kwh >= CAPACITY_KWH
        goal_kw = 0.0 if empty or full else wanted_kw
        far_kw = RAMP_KW_PER_S * step_s
        self.power_kw += min(max(goal_kw - self.power_kw, -far_kw), far_kw)
        self.soc_kwh -= self.power_kw * step_s / 3600.0

    def _bad(self, name: str) -> list[int] | None:
        """The registers of power while a fault makes them lie."""
        lies = {"nan": math.nan, "far": 9e9}
        if name != "power" or self.fault not in lies:
            return None
        return words_of(self.where.word_order, struct.pack(">f", lies[self.fault]))


class ServedPlant(ModbusGateway):
    """A plant behind a server of its own on loopback. steady_s: what time it is for the plant [s]."""

    def __init__(self, plant: Plant, steady_s: Callable[[], float]) -> None:
        self._plant = plant
        self._steady_s = steady_s
        super().__init__(plant.where.unit, FAULT_AT + 1)

    def serve(self) -> None:
        """Serve until the process is ended."""
        self._thread.join()

    async def _accessed(
        self,
        function: int,
        first: int,
        address: int,
        count: int,
        registers: list[int],
        values: list[int] | list[bool] | None,
    ) -> Any:
        plant = self._plant
        plant.advance(self._steady_s())
        if plant.fault == "silent" and address != FAULT_AT:
            await asyncio.sleep(2.0)
        if plant.fault == "failing" and address != FAULT_AT:
            return _exception(4)
        if values is not None:
            return _exception(plant.told(address, [int(value) for value in values]))
        for at, word in plant.words().items():
            registers[at - first] = word
        return None


def _exception(code: int) -> Any:
    from pymodbus.constants import ExcCodes

    return ExcCodes(code) if code else None


if __name__ == "__main__":
    served = ServedPlant(
        Plant(MAPS[cast(DeviceKind, sys.argv[1])], time.monotonic()), time.monotonic
    )
    sys.stdout.write(f"{served.port}\n")
    sys.stdout.flush()
    served.serve()
