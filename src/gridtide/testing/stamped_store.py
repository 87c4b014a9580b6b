"""A battery over Modbus that says when each set-point is written to it: `python -m gridtide.testing.stamped_store`.

It prints its port, then a line for every write of a set-point: kW that it is to give, and the steady clock of the
machine [s], which all processes share.
"""

import sys
import time
from collections.abc import Sequence

from gridtide.testing.modbus_plant import Plant, ServedPlant
from gridtide.wire.modbus.makes import BATTERY
from gridtide.wire.modbus.registers import decoded


class StampedPlant(Plant):
    """A battery that says what it is told, and when."""

    def told(self, address: int, words: Sequence[int]) -> int:
        """As a battery does, and says so."""
        register = BATTERY.registers["setpoint"]
        if address == register.address:
            kw = decoded(register, self.where.word_order, words[: register.length])
            sys.stdout.write(f"{kw:.6f} {time.monotonic():.6f}\n")
            sys.stdout.flush()
        return super().told(address, words)


if __name__ == "__main__":
    served = ServedPlant(StampedPlant(BATTERY, time.monotonic()), time.monotonic)
    sys.stdout.write(f"{served.port}\n")
    sys.stdout.flush()
    served.serve()
