"""A dispatch centre in a process of its own: `python -m gridtide.testing.telling_centre PORT BASE_KW COUNT EVERY_S`.

It tells by IEC 104 four set-points at the base, so that the plant follows, then COUNT others around it, each another
one. It prints a line for each of these, kW less than the base and the steady clock [s] just before it was sent.
"""

import sys
import time

from gridtide.testing.iec104_centre import Iec104Centre

LEAD_IN = 4
SWING_KW, TURNS = 10.0, 40


def less_kw(number: int) -> float:
    """What set-point `number` asks: up and down in steps of SWING_KW, and a little more each, so that none is as
    another."""
    turn = number % TURNS
    return (
        SWING_KW * (turn if turn < TURNS / 2 else TURNS - turn)
        + 0.125 * (number // TURNS)
        + 5.0 * (number % 2)
    )


def tell(port: int, base_kw: float, count: int, every_s: float) -> None:
    """All of them, one every `every_s`."""
    centre = Iec104Centre(port)
    began_s = time.monotonic()
    for number in range(-LEAD_IN, count):
        time.sleep(max(began_s + (number + LEAD_IN) * every_s - time.monotonic(), 0.0))
        less = less_kw(number) if number >= 0 else 0.0
        at_s = time.monotonic()
        centre.set(base_kw - less)
        if number >= 0:
            sys.stdout.write(f"{less:.6f} {at_s:.6f}\n")
            sys.stdout.flush()
    centre.close()


if __name__ == "__main__":
    tell(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
