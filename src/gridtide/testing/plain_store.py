"""A store that tapers as it fills and empties, again, minute by minute as its description reads.

Nothing of `kernels` and nothing of `physics`: what `kernels/renewable_hours.py` must find as well, and what its speed
is held against.
"""

from collections.abc import Sequence

LEAKS_IN, LEAKS_OUT = 0.97, 1.04
SLOWER_FULL_H, SLOWER_EMPTY_H = 0.04, 0.01
TIMES_ITS_ENERGY = 3.0


class PlainStore:
    """Begins full. energy_kwh: its size. parts: steps in an hour."""

    def __init__(self, energy_kwh: float, parts: int) -> None:
        self.energy_kwh = energy_kwh
        self.stored_kwh = energy_kwh
        self.parts = parts

    def charge(self, offered_kw: float) -> None:
        """Take what is offered for one part, as far as there is power and room."""
        hours = 1.0 / self.parts
        power = TIMES_ITS_ENERGY * self.energy_kwh / LEAKS_IN
        room = (self.energy_kwh - self.stored_kwh) / (LEAKS_IN * hours + SLOWER_FULL_H)
        self.stored_kwh += min(offered_kw, power, room) * LEAKS_IN * hours

    def discharge(self, asked_kw: float) -> float:
        """Give what is asked for one part, as far as there is power and energy, kW."""
        hours = 1.0 / self.parts
        power = TIMES_ITS_ENERGY * self.energy_kwh / LEAKS_OUT
        held = self.stored_kwh / (SLOWER_EMPTY_H + LEAKS_OUT * hours)
        given = min(asked_kw, power, held)
        self.stored_kwh -= given * LEAKS_OUT * hours
        return given

    def hour(self, load_kw: float, renewable_kw: float) -> float:
        """What an hour lacks, kW on average."""
        if renewable_kw >= load_kw:
            for _ in range(self.parts):
                self.charge(renewable_kw - load_kw)
            return 0.0
        asked = load_kw - renewable_kw
        return asked - sum(self.discharge(asked) for _ in range(self.parts)) / self.parts


def plain_lacking(
    load_kw: Sequence[float], renewable_kw: Sequence[float], energy_kwh: float, parts: int
) -> list[float]:
    """What each hour lacks, kW."""
    store = PlainStore(energy_kwh, parts)
    return [store.hour(load, given) for load, given in zip(load_kw, renewable_kw, strict=True)]


def plain_least_store(
    load_kw: Sequence[float],
    renewable_kw: Sequence[float],
    most_kwh: float,
    within_kwh: float,
    parts: int,
    allowed_kw: float,
) -> float | None:
    """The last middle of halving [0, most_kwh] to within_kwh; None where even most_kwh lacks."""

    def enough(energy_kwh: float) -> bool:
        store = PlainStore(energy_kwh, parts)
        hours = zip(load_kw, renewable_kw, strict=True)
        return all(store.hour(load, given) <= allowed_kw for load, given in hours)

    if not enough(most_kwh):
        return None
    low, high, middle = 0.0, most_kwh, most_kwh
    while high - low > within_kwh:
        middle = (low + high) / 2.0
        low, high = (low, middle) if enough(middle) else (middle, high)
    return middle
