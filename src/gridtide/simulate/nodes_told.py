"""What the places of a simulated fleet were told that is needed of their nodes, as a dispatch has it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.rest_act import KeepAwake

Real = NDArray[np.float64]


@dataclass(kw_only=True, eq=False)
class NodesTold:
    """By place, the newest that it was told."""

    acts: dict[str, KeepAwake] = field(default_factory=dict)

    def used(self, places: Sequence[str], start: datetime) -> Real:
        """Accelerators needed from a step on, (P, T), of no places where nothing holds; 0 at places told nothing."""
        held = {
            name: act for name, act in self.acts.items() if act.at <= start and act.until > start
        }
        left = {
            name: act.accelerators[int((start - act.at).total_seconds()) // act.step_s :]
            for name, act in held.items()
        }
        longest = max((len(one) for one in left.values()), default=0)
        if not longest:
            return np.zeros((0, 0))
        found = np.zeros((len(places), longest))
        for number, name in enumerate(places):
            own = left.get(name, ())
            found[number, : len(own)] = own
        return found
