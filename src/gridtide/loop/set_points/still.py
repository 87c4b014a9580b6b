"""Does a site that set-points lead move at all? What it was told is held against what is measured."""

from dataclasses import dataclass
from datetime import datetime

STILL_SHARE = 0.5
"""Of its offer: farther from what it was aimed at, it does not follow."""
STILL_S = 60.0
"""For so long; a store that is slow, and work that comes, are given time."""


@dataclass(kw_only=True, eq=False)
class Still:
    """since: from when on what is measured has been far from what was aimed at, None while it is not."""

    since: datetime | None = None
    said: str = ""

    def look(self, now: datetime, aimed_kw: float, given_kw: float | None, offer_kw: float) -> None:
        """One tick that could follow. aimed_kw, given_kw: less than the base point; None where nobody measured."""
        if given_kw is None or abs(aimed_kw - given_kw) <= STILL_SHARE * offer_kw:
            self.forget()
            return
        self.since = now if self.since is None else self.since
        if (now - self.since).total_seconds() >= STILL_S:
            self.said = (
                f"told but not moved: aimed at {aimed_kw:,.1f} kW less, measured are {given_kw:,.1f} kW less,"
                f" since {self.since:%H:%M:%S} UTC"
            )

    def forget(self) -> None:
        """It follows, or could not."""
        self.since, self.said = None, ""
