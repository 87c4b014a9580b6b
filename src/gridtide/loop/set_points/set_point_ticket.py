"""Tickets of set-points, which come too fast for intents: told on the newest word of the room.

Under its ticket's epoch and number a device refuses them as soon as it has heard of a later leader.
"""

from datetime import datetime

from gridtide.fleet.ticket import Ticket


def prefix_of(name: str) -> str:
    """How tickets of set-points to a device begin; nobody wrote these down as intents."""
    return f"{name} set-point "


def set_point_ticket(
    name: str, newest: tuple[int, int], count: int, now: datetime, until: datetime
) -> Ticket:
    """The ticket of one set-point. newest: epoch and number of the room's newest; count: of set-points told before."""
    epoch, sequence = newest
    return Ticket(
        id=f"{prefix_of(name)}{epoch}.{sequence}.{count} {now.isoformat()}",
        epoch=epoch,
        sequence=sequence,
        issued_at=now,
        expires_at=until,
    )
