"""What the watch over set-points has to tell, and how it enters the audit chain."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from gridtide.trust.audit import numbered
from gridtide.trust.record import Store


@dataclass(frozen=True, kw_only=True)
class SetpointNote:
    """One thing that happened on a channel: a telegram refused, a line lost or found again, a mode changed.

    Recorded when it begins, not again while it lasts. sequence: of the telegram, None where none is meant.
    value, limit: what came and what would have been right. done: what the plant does about it.
    """

    at: datetime
    what: str
    sequence: int | None
    value: str
    limit: str
    done: str


def content_of_note(channel: str, note: SetpointNote) -> dict[str, object]:
    """A note as plain values for the chain; `channel` names the line."""
    return {
        "kind": "set-point",
        "channel": channel,
        "at": note.at.isoformat(),
        "what": note.what,
        "sequence": "" if note.sequence is None else str(note.sequence),
        "value": note.value,
        "limit": note.limit,
        "done": note.done,
    }


def write_down(store: Store, channel: str, notes: Iterable[SetpointNote]) -> None:
    """Append one link to the audit chain for each note."""
    for note in notes:
        store.append(numbered(store.last(), content_of_note(channel, note)))
