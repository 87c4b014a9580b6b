"""What the meters of this room cannot have seen is unknown to it, as if nobody had read it, and named until it can."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.device import PowerReading
from gridtide.fleet.fleet import Fleet
from gridtide.loop.seen import Seen
from gridtide.loop.verifying_sites import off_kw
from gridtide.trust.impossible import Held, Impossible, impossible


@dataclass(kw_only=True, eq=False)
class Doubted:
    """What stores held when they were believed last, and what of the newest step could not be."""

    held: Held = field(default_factory=lambda: Held(soc_kwh={}))
    standing: tuple[Impossible, ...] = ()

    def believed(self, seen: Seen, power: Sequence[PowerReading], fleet: Fleet) -> Seen:
        """What was seen at the end of a step, without what cannot be; that is remembered."""
        kept, self.standing = self.without(seen, power, fleet)
        said = {
            number: (float(kwh), seen.measured_at)
            for number, kwh in enumerate(kept.soc_kwh)
            if np.isfinite(kwh)
        }
        self.held = Held(soc_kwh={**self.held.soc_kwh, **said})
        return kept

    def without(
        self, seen: Seen, power: Sequence[PowerReading], fleet: Fleet
    ) -> tuple[Seen, tuple[Impossible, ...]]:
        """What was seen at any instant without what cannot be, and that; nothing is remembered."""
        off = off_kw({one.of: one for one in power if one.measured_at == seen.measured_at})
        found = impossible(seen, self.held, off, fleet)
        return _unknown(seen, found), found

    def stores_known(self, soc_kwh: NDArray[np.float64]) -> NDArray[np.float64]:
        """What stores say they hold, (S,), unknown where they said last what cannot be."""
        wrong = [one.site for one in self.standing if "soc_kwh" in one.columns]
        known = soc_kwh.copy()
        known[wrong] = np.nan
        return known

    def alarms(self) -> list[tuple[str, str, str]]:
        """What stands, as alarms: kind, whose it is, in words."""
        return [("impossible", one.name, one.said) for one in self.standing]


def _unknown(seen: Seen, found: Sequence[Impossible]) -> Seen:
    """What was seen with NaN where it cannot be."""
    values: dict[str, Any] = {}
    for one in found:
        for column in one.columns:
            values.setdefault(column, getattr(seen, column).copy())[one.site] = np.nan
    return replace(seen, **values) if values else seen
