"""A battery and the meter of the connection behind which it stands, each over Modbus, in one process:
`python -m gridtide.testing.modbus_site [LOAD_KW] [--steps]`.

It prints the ports of battery and meter, then serves until it is ended. The meter reads LOAD_KW and what the battery
draws. With --steps each line that comes on standard input is the load from then on, kW.
"""

import sys
import threading
import time
from dataclasses import dataclass

from gridtide.testing.modbus_plant import LOAD_KW, Plant, ServedPlant
from gridtide.wire.modbus.makes import BATTERY, METER


@dataclass
class Connection(Plant):
    """The meter of a connection: what is drawn beside a battery, and by it. load_kw: the former."""

    battery: Plant | None = None
    load_kw: float = LOAD_KW

    def _step(self, step_s: float) -> None:
        assert self.battery is not None
        self.battery.advance(self.now_s)
        self.power_kw = self.load_kw - self.battery.power_kw


def steps(meter: Connection) -> None:
    """Take each line as the load from then on."""
    for line in sys.stdin:
        meter.load_kw = float(line)


if __name__ == "__main__":
    battery = Plant(BATTERY, time.monotonic())
    load_kw = float(sys.argv[1]) if len(sys.argv) > 1 else LOAD_KW
    meter = Connection(METER, time.monotonic(), battery=battery, load_kw=load_kw)
    if "--steps" in sys.argv:
        threading.Thread(target=steps, args=(meter,), daemon=True).start()
    served = [ServedPlant(one, time.monotonic) for one in (battery, meter)]
    sys.stdout.write(" ".join(str(one.port) for one in served) + "\n")
    sys.stdout.flush()
    served[0].serve()
