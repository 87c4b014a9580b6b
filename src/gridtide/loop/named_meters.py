"""Meters under the names by which the loop knows what they measure."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from gridtide.fleet.act import Release, do
from gridtide.fleet.device import PowerReading, ReadsPower, RenewsLeases, Restrains, Restraint
from gridtide.fleet.ticket import Outcome, Ticket

GRID = "grid"
"""Ends the name of a meter at the connection of a site that reads both ways, + where power is drawn."""
QUANTITIES = (GRID, "import", "export", "IT", "facility", "supply", "unused supply", "plant")
"""What a meter of a site may measure, beside the power of each class of work."""


@dataclass(frozen=True, kw_only=True, eq=False)
class NamedMeters:
    """Satisfies ReadsPower, Restrains and RenewsLeases, the latter as far as the meter does.

    names: by what the meter says it reads, a site and what of it: `north grid`, `north IT`, `north train`. What has no
    name here is left out.
    """

    meter: ReadsPower
    names: Mapping[str, str]
    now: Callable[[], datetime]

    def read_power(self) -> tuple[PowerReading, ...]:
        """Power now, by the names of the loop. Raises UnreachableError."""
        return tuple(
            named
            for one in self.meter.read_power()
            if one.of in self.names
            for named in _named(one, self.names[one.of])
        )

    def restraints(self) -> tuple[Restraint, ...]:
        """What it holds, where it can hold anything. Raises UnreachableError."""
        return self.meter.restraints() if isinstance(self.meter, Restrains) else ()

    def release(self, ticket: Ticket, subject: str) -> Outcome:
        """Undo what holds a subject at once."""
        return do(Release(subject=subject), self.meter, ticket, self.now())

    def renew(self) -> tuple[Restraint, ...]:
        """Hold on, where it lets go of what nobody renews. Raises UnreachableError."""
        return self.meter.renew() if isinstance(self.meter, RenewsLeases) else ()


def _named(reading: PowerReading, name: str) -> Iterator[PowerReading]:
    """A reading by its name; one of both ways as import and export."""
    site, _, what = name.rpartition(" ")
    if what != GRID:
        yield replace(reading, of=name)
        return
    yield replace(reading, of=f"{site} import", kw=max(reading.kw, 0.0))
    yield replace(reading, of=f"{site} export", kw=max(-reading.kw, 0.0))
