"""What the meters of this room cannot have seen is unknown to it; what they should read stands in, and is named."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.device import PowerReading
from gridtide.fleet.fleet import Fleet
from gridtide.loop.contents import Content, followed
from gridtide.loop.seen import Seen, is_of
from gridtide.loop.standing_in import Expected, StandIn, with_stand_ins
from gridtide.loop.verifying_sites import off_kw
from gridtide.trust.impossible import Held, Impossible, Meters, impossible


@dataclass(kw_only=True, eq=False)
class Doubted:
    """What stores held when they were believed last, and what of the newest step could not be. contents: what each
    store can hold now, by the number of its site; expected: what is expected now, None before the first turn; instead:
    what stands in for doubted meters of the newest step; found: what could not be of the two newest instants; written:
    doubted meters that the chain knows of."""

    held: Held = field(default_factory=lambda: Held(soc_kwh={}))
    standing: tuple[Impossible, ...] = ()
    contents: dict[int, Content] = field(default_factory=dict)
    expected: Expected | None = None
    instead: tuple[StandIn, ...] = ()
    found: dict[datetime, tuple[Impossible, ...]] = field(default_factory=dict)
    written: frozenset[tuple[str, str]] = frozenset()

    def believed(self, seen: Seen, power: Sequence[PowerReading], fleet: Fleet) -> Seen:
        """What was seen at the end of a step, without what cannot be; that is remembered."""
        kept, self.standing = self.without(seen, power, fleet)
        said = {
            number: (float(kwh), seen.measured_at)
            for number, kwh in enumerate(kept.soc_kwh)
            if np.isfinite(kwh)
        }
        self.held = Held(soc_kwh={**self.held.soc_kwh, **said})
        self.contents = followed(self.contents, kept, fleet)
        self.instead = self.stand_ins(kept, fleet)
        return kept

    def in_doubt(self) -> dict[int, Content]:
        """What stores hold that said last what cannot be, as far as it is sure, by the number of their site."""
        wrong = {one.site for one in self.standing if "soc_kwh" in one.columns}
        return {number: one for number, one in self.contents.items() if number in wrong}

    def without(
        self, seen: Seen, power: Sequence[PowerReading], fleet: Fleet
    ) -> tuple[Seen, tuple[Impossible, ...]]:
        """What was seen at any instant without what cannot be, and that; of it only the doubts are remembered."""
        of_now = {one.of: one for one in power if is_of(one.measured_at, seen.measured_at)}
        read_at = {name: one.measured_at for name, one in of_now.items()}
        meters = Meters(off_kw=off_kw(of_now), read_at=read_at)
        found = impossible(seen, self.held, meters, fleet)
        newest = dict(sorted(self.found.items())[-1:])
        self.found = {**newest, seen.measured_at: found}
        return _unknown(seen, found), found

    def stores_known(self, soc_kwh: NDArray[np.float64]) -> NDArray[np.float64]:
        """What stores say they hold, (S,), unknown where they said last what cannot be."""
        wrong = [one.site for one in self.standing if "soc_kwh" in one.columns]
        known = soc_kwh.copy()
        known[wrong] = np.nan
        return known

    def with_expected(self, seen: Seen | None, fleet: Fleet) -> Seen | None:
        """What was seen at one of the two newest instants, with what stands in for doubted meters: for plans and for
        those who watch, never for verdicts."""
        return None if seen is None else with_stand_ins(seen, self.stand_ins(seen, fleet))

    def stand_ins(self, seen: Seen, fleet: Fleet) -> tuple[StandIn, ...]:
        """What stands in for meters that are doubted at one of the two newest instants."""
        doubted: dict[int, frozenset[str]] = {}
        for one in self.found.get(seen.measured_at, ()):
            doubted[one.site] = doubted.get(one.site, frozenset()) | {*one.columns}
        return () if self.expected is None else self.expected.instead(seen, doubted, fleet)

    def alarms(self) -> list[tuple[str, str, str]]:
        """What stands, as alarms: kind, whose it is, in words, with what stands in for it."""
        return [
            ("impossible", one.name, f"{one.said}{self._said_instead(one)}")
            for one in self.standing
        ]

    def write_down(self, write: Callable[[Mapping[str, object]], None], at: datetime) -> None:
        """Write down which meters are doubted and what stands in for them, once each time that changes. Raises what
        `write` raises; then it is still to be done."""
        now = frozenset((one.name, column) for one in self.standing for column in one.columns)
        if now != self.written:
            said = [str(one) for one in self.standing]
            instead = [str(one) for one in self.instead]
            instead += [
                f"{one.name} store {self.contents[one.site]}"
                for one in self.standing
                if "soc_kwh" in one.columns and one.site in self.contents
            ]
            write(
                {"kind": "meters doubted", "said": said, "instead": instead, "at": at.isoformat()}
            )
            self.written = now

    def _said_instead(self, one: Impossible) -> str:
        of = [
            str(each)
            for each in self.instead
            if each.site == one.site and each.column in one.columns
        ]
        if "soc_kwh" in one.columns and one.site in self.contents:
            of.append(f"{self.contents[one.site]}, and no more of it is used")
        return f"; instead counts {', '.join(of)}" if of else ""


def _unknown(seen: Seen, found: Sequence[Impossible]) -> Seen:
    """What was seen with NaN where it cannot be."""
    values: dict[str, Any] = {}
    for one in found:
        for column in one.columns:
            values.setdefault(column, getattr(seen, column).copy())[one.site] = np.nan
    return replace(seen, **values) if values else seen
