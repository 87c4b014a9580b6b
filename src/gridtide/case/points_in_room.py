"""Operating points of a room over real devices: what is remembered of them, and whether the room may tell any."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from gridtide.loop.control import ControlRoom
from gridtide.loop.points_at_place import PointsAtPlace
from gridtide.loop.speeds_held import SpeedsHeld
from gridtide.trust.documents import KeepsDocuments
from gridtide.trust.modes import Mode
from gridtide.trust.record import NotLeadingError, StoreLostError

SPEEDS = "speeds"
"""Kind of the document that says how slow boards may have been."""


def remembering(
    points: Mapping[str, PointsAtPlace], documents: KeepsDocuments, now: Callable[[], datetime]
) -> None:
    """Have each place know how slow its boards may have been before, and write down what is told from now on: before
    anybody reads its queue, since what is done of its jobs is counted by it."""
    for one in points.values():
        stood = documents.newest(SPEEDS, one.own.place)
        if stood is not None:
            one.boards.speeds.take_up(stood.value)
        one.boards.keep = partial(_keep, documents, one.own.place, now)


def led_by(room: ControlRoom, points: Mapping[str, PointsAtPlace]) -> None:
    """Have each place ask the room whether anything may be told."""
    for one in points.values():
        one.may_tell = partial(_may_tell, room)


def _keep(
    documents: KeepsDocuments, place: str, now: Callable[[], datetime], speeds: SpeedsHeld
) -> None:
    """Raises OSError where it cannot be written down, whyever."""
    try:
        documents.keep(SPEEDS, place, now(), speeds.plain())
    except NotLeadingError as fault:
        raise StoreLostError(str(fault)) from None


def _may_tell(room: ControlRoom) -> bool:
    autonomy = room.desk.autonomy
    return room.orders is not None and not autonomy.frozen and autonomy.mode is not Mode.OBSERVE
