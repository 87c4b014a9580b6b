"""A chiller, a store of cold, a plant, the plant's meter and that of the connection behind which all stand, each over
Modbus, in one process: `python -m gridtide.testing.modbus_plants`.

It prints their ports in that order, then serves until it is ended. The connection reads what the building draws beside
the chiller, the chiller, and less by what the plant makes; the plant's meter reads what it really gives.
"""

import sys
import time
from dataclasses import dataclass

from gridtide.testing.modbus_plant import LOAD_KW, Plant, ServedPlant
from gridtide.wire.modbus.makes import CHILLER, COLD_STORE, METER, PLANT


@dataclass
class PlantsMeter(Plant):
    """The meter of a plant."""

    plant: Plant | None = None

    def _step(self, step_s: float) -> None:
        assert self.plant is not None
        self.plant.advance(self.now_s)
        self.power_kw = self.plant.power_kw


@dataclass
class Feed(PlantsMeter):
    """The meter of the connection."""

    chiller: Plant | None = None

    def _step(self, step_s: float) -> None:
        super()._step(step_s)
        assert self.chiller is not None
        self.chiller.advance(self.now_s)
        self.power_kw = LOAD_KW + self.chiller.power_kw - self.power_kw


if __name__ == "__main__":
    chiller, cold, plant = (Plant(one, time.monotonic()) for one in (CHILLER, COLD_STORE, PLANT))
    meter = PlantsMeter(METER, time.monotonic(), plant=plant)
    feed = Feed(METER, time.monotonic(), plant=plant, chiller=chiller)
    served = [ServedPlant(one, time.monotonic) for one in (chiller, cold, plant, meter, feed)]
    sys.stdout.write(" ".join(str(one.port) for one in served) + "\n")
    sys.stdout.flush()
    served[0].serve()
