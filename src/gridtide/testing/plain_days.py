"""Load moved within its day, again, one move at a time as the rule reads.

Nothing of `kernels` and nothing sorted: what `decide/within_days.py` must find as well, and what its speed is held
against.
"""

from collections.abc import Sequence


class PlainDay:
    """One day: its load, what orders its steps, and how much may still leave and come, kW."""

    def __init__(
        self, load_kw: list[float], by: list[float], leave_kw: list[float], come_kw: list[float]
    ) -> None:
        self.load_kw = load_kw
        self.by = by
        self.leave_kw = leave_kw
        self.come_kw = come_kw

    def move(self) -> bool:
        """One move from the highest step that may give to the lowest that may take; False when there is none."""
        givers = [step for step, left in enumerate(self.leave_kw) if left > 0.0]
        takers = [step for step, left in enumerate(self.come_kw) if left > 0.0]
        if not givers or not takers:
            return False
        giver = max(givers, key=lambda step: (self.by[step], step))
        taker = min(takers, key=lambda step: (self.by[step], step))
        if self.by[taker] >= self.by[giver]:
            return False
        amount = min(self.leave_kw[giver], self.come_kw[taker])
        self.load_kw[giver] -= amount
        self.load_kw[taker] += amount
        self.leave_kw[giver] -= amount
        self.come_kw[taker] -= amount
        return True


def plain_by_signal(
    load_kw: Sequence[float], signal: Sequence[float], share: float, load_max_kw: float, day: int
) -> list[float]:
    """Load behind a shift from the highest to the lowest signal of each day, kW."""
    after: list[float] = []
    for begin in range(0, len(load_kw), day):
        load = list(load_kw[begin : begin + day])
        today = PlainDay(
            load,
            list(signal[begin : begin + day]),
            [share * one for one in load],
            [max(load_max_kw - one, 0.0) for one in load],
        )
        while today.move():
            pass
        after += today.load_kw
    return after


def plain_by_gap(
    load_kw: Sequence[float], renewable_kw: Sequence[float], share: float, load_max_kw: float, day: int
) -> list[float]:  # fmt: skip
    """Load behind a shift from the steps of each day that lack most to those with most to spare, kW."""
    after: list[float] = []
    for begin in range(0, len(load_kw), day):
        load = list(load_kw[begin : begin + day])
        lacking = [
            one - given for one, given in zip(load, renewable_kw[begin : begin + day], strict=True)
        ]
        today = PlainDay(
            load,
            lacking,
            [min(max(lack, 0.0), share * one) for lack, one in zip(lacking, load, strict=True)],
            [
                max(min(-lack, load_max_kw - one), 0.0)
                for lack, one in zip(lacking, load, strict=True)
            ],
        )
        while today.move():
            pass
        after += today.load_kw
    return after
