"""A battery and the meter of the connection behind which it stands, each over Modbus, in one process:
`python -m gridtide.testing.modbus_site [LOAD_KW [FOLDER]]`.

It prints the ports of battery and meter, then serves until it is ended. The meter reads LOAD_KW and what the battery
draws. FOLDER: of simulated boards, which it reads too with what conversion draws beside them; a file `load` there says
LOAD_KW anew, kW.
"""

import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from gridtide.devices.simulated_boards import SimulatedBoard, power_kw
from gridtide.testing.modbus_plant import LOAD_KW, Plant, ServedPlant
from gridtide.wire.modbus.makes import BATTERY, METER

PER_KW = 1.08
"""What a kilowatt of boards is at the connection."""


@dataclass
class Connection(Plant):
    """The meter of a connection: what is drawn beside a battery, and by it. load_kw: the former; boards: folder of
    boards that draw beside."""

    battery: Plant | None = None
    load_kw: float = LOAD_KW
    boards: Path | None = None

    def advance(self, now_s: float) -> None:
        """Let time pass; boards are where they are."""
        super().advance(now_s)
        if self.boards is not None:
            self.power_kw += _boards_kw(self.boards, now_s, self.load_kw) - self.load_kw

    def _step(self, step_s: float) -> None:
        assert self.battery is not None
        self.battery.advance(self.now_s)
        self.power_kw = self.load_kw - self.battery.power_kw


def _boards_kw(folder: Path, now_s: float, load_kw: float) -> float:
    """What boards draw at the meter, and what is drawn beside."""
    said = folder / "load"
    if said.exists():
        load_kw = float(said.read_text())
    boards = json.loads((folder / "boards.json").read_text())
    drawn_kw = sum(power_kw(SimulatedBoard(**one), now_s) for one in boards.values())
    return load_kw + PER_KW * drawn_kw


if __name__ == "__main__":
    battery = Plant(BATTERY, time.monotonic())
    load_kw = float(sys.argv[1]) if len(sys.argv) > 1 else LOAD_KW
    boards = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    meter = Connection(METER, time.monotonic(), battery=battery, load_kw=load_kw, boards=boards)
    served = [ServedPlant(one, time.monotonic) for one in (battery, meter)]
    sys.stdout.write(" ".join(str(one.port) for one in served) + "\n")
    sys.stdout.flush()
    served[0].serve()
