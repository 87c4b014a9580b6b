"""What meters and devices said, in columns, and what keeps it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze


@dataclass(frozen=True, kw_only=True, eq=False)
class Readings:
    """One row a reading. at: instants in UTC, microseconds. site, subject, quantity: where, of what and what, the unit
    last in its name (`import_kw`). value: NaN where it is unknown, never 0."""

    at: NDArray[np.datetime64]
    site: tuple[str, ...]
    subject: tuple[str, ...]
    quantity: tuple[str, ...]
    value: NDArray[np.float64]

    def __post_init__(self) -> None:
        freeze(self, at="datetime64[us]", value=np.float64)
        rows = {len(self.at), len(self.site), len(self.subject), len(self.quantity)}
        if rows != {len(self.value)}:
            raise ValueError(f"columns of different lengths: {sorted(rows | {len(self.value)})}")


class KeepsReadings(Protocol):
    """Keeps readings for good. Of one thing at one instant there is one: a second one changes nothing."""

    def write(self, readings: Readings) -> None:
        """Keep a batch, all of it or nothing; durable when this returns. Raises StoreLostError, StoreFullError,
        NotLeadingError, and BadInput for a name that is empty or holds a zero byte and a value without bound."""
        ...

    def between(self, site: str, start: datetime, end: datetime) -> Readings:
        """Readings of a site in [start, end), by instant, subject and quantity."""
        ...
