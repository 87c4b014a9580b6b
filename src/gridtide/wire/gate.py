"""What a device remembers of tickets, as JSON: so that it refuses what it refused before it was started again."""

from collections.abc import Mapping
from datetime import datetime

from gridtide.finding import BadInput, Finding
from gridtide.fleet.ticket import Gate
from gridtide.wire.acts import outcome_of
from gridtide.wire.nouns import plain, scalar_of


def gate_json(gate: Gate) -> dict[str, object]:
    """A gate as JSON values."""
    return {
        "epoch": gate.epoch,
        "newest": dict(sorted(gate.newest.items())),
        "outcomes": [plain(one) for one in gate.outcomes.values()],
        "ends": {key: end.isoformat() for key, end in gate.ends.items()},
    }


def gate_of(value: object, subject: str = "gate") -> Gate:
    """The gate that JSON values are. Raises BadInput."""
    if not isinstance(value, Mapping) or set(value) != {"epoch", "newest", "outcomes", "ends"}:
        raise BadInput([_finding(subject, "an object with epoch, newest, outcomes and ends")])
    newest, outcomes, ends = value["newest"], value["outcomes"], value["ends"]
    if not (
        isinstance(newest, Mapping) and isinstance(ends, Mapping) and isinstance(outcomes, list)
    ):
        raise BadInput([_finding(subject, "newest and ends as objects, outcomes as a list")])
    settled = [outcome_of(one, f"{subject}.outcomes") for one in outcomes]
    return Gate(
        epoch=scalar_of(int, value["epoch"], f"{subject}.epoch"),
        newest={str(key): scalar_of(int, one, f"{subject}.newest") for key, one in newest.items()},
        outcomes={one.ticket: one for one in settled},
        ends={str(key): scalar_of(datetime, one, f"{subject}.ends") for key, one in ends.items()},
    )


def _finding(subject: str, limit: str) -> Finding:
    mend = "Restore the file from a copy, or remove it: what is unknown goes back to rest."
    return Finding(subject=subject, value="is of another form", limit=limit, mend=mend)
