"""One decision shown to somebody who does not see the chain: its records, and how they lead to a root that was signed.

Who holds the public key of the signer needs nothing else. Other records are not told: of them only hashes go along.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gridtide.finding import BadInput, Finding
from gridtide.trust.audit import NUMBER
from gridtide.trust.checkpoint import Checkpoint, checkpoint_of, is_signed, values_of
from gridtide.trust.merkle import path_to, root_by
from gridtide.trust.record import Entry
from gridtide.trust.verify import Broken, Fault

FORM = "gridtide inclusion proof 1"
"""What such a document calls itself."""
FIELDS = frozenset({"proof", "decision", "checkpoint", "records"})


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One record as it stands in its chain, its place counted from 0, and hashes from its neighbour up to the root."""

    number: int
    text: str
    path: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Inclusion:
    """Records of a decision, all that stood when a checkpoint was signed, oldest first."""

    decision: str
    checkpoint: Checkpoint
    records: tuple[Shown, ...]


def included(
    entries: Sequence[Entry], decision: str, checkpoints: Iterable[Checkpoint]
) -> Inclusion:
    """The proof of a decision, named by its id, under the newest of some checkpoints that are true of a chain. Raises
    BadInput where no checkpoint with a root covers any record of it."""
    texts = [entry.text for entry in entries]
    numbers = [at for at, text in enumerate(texts) if decision_in(text) == decision]
    covering = [one for one in checkpoints if one.root and any(at < one.number for at in numbers)]
    if not covering:
        raise BadInput([_unsigned(decision)])
    newest = max(covering, key=lambda one: one.number)
    under = [text.encode() for text in texts[: newest.number]]
    return Inclusion(
        decision=decision,
        checkpoint=newest,
        records=tuple(
            Shown(number=at, text=texts[at], path=tuple(one.hex() for one in path_to(at, under)))
            for at in numbers
            if at < newest.number
        ),
    )


def decision_in(text: str) -> str | None:
    """Of which decision a record says the stage; None where of none."""
    try:
        said = json.loads(text)
    except ValueError:
        return None
    is_decision = isinstance(said, dict) and "stage" in said and isinstance(said.get("id"), str)
    return str(said["id"]) if is_decision else None


def values_of_inclusion(inclusion: Inclusion) -> dict[str, object]:
    """A proof as plain values, as it is handed on."""
    return {
        "proof": FORM,
        "decision": inclusion.decision,
        "checkpoint": values_of(inclusion.checkpoint),
        "records": [
            {"record": one.number, "text": one.text, "path": list(one.path)}
            for one in inclusion.records
        ],
    }


def inclusion_of(values: Mapping[str, Any]) -> Inclusion:
    """What `values_of_inclusion` gave. Raises ValueError, TypeError or KeyError where it did not."""
    found = Inclusion(
        decision=str(values["decision"]),
        checkpoint=checkpoint_of(values["checkpoint"]),
        records=tuple(
            Shown(
                number=int(one["record"]),
                text=str(one["text"]),
                path=tuple(str(each) for each in one["path"]),
            )
            for one in values["records"]
        ),
    )
    if values_of_inclusion(found) != dict(values):
        raise ValueError("not as it is written")
    return found


def fault_of(inclusion: Inclusion, keys: Mapping[str, bytes]) -> Broken | None:
    """The first thing that is wrong with a proof; None where a known key signed that these records stood there.

    keys: public keys by id that may sign.
    """
    point = inclusion.checkpoint
    first = inclusion.records[0].number if inclusion.records else 0
    if point.key not in keys:
        said = f"the checkpoint is by key {point.key}, which was not named"
        return Broken(number=first, fault=Fault.UNKNOWN_KEY, said=said)
    if not is_signed(point, keys[point.key]):
        said = f"the checkpoint was not signed by key {point.key}"
        return Broken(number=first, fault=Fault.FORGED, said=said)
    if not inclusion.records:
        return Broken(number=0, fault=Fault.DROPPED, said="no record is shown")
    for one in inclusion.records:
        said = _misfit(one, inclusion)
        if said:
            return Broken(number=one.number, fault=Fault.CHANGED, said=said)
    return None


def _misfit(one: Shown, inclusion: Inclusion) -> str:
    """Why a record is not what stood there; "" where it is."""
    point = inclusion.checkpoint
    try:
        path = [bytes.fromhex(each) for each in one.path]
        root = root_by(path, one.text.encode(), one.number, point.number)
    except ValueError:
        root = None
    if root is None or root.hex() != point.root:
        return f"record {one.number} does not lead to the root that was signed"
    if decision_in(one.text) != inclusion.decision:
        return f"record {one.number} is of another decision than {inclusion.decision}"
    if json.loads(one.text).get(NUMBER, one.number) != one.number:
        return f"record {one.number} says that it stands elsewhere"
    return ""


def _unsigned(decision: str) -> Finding:
    return Finding(
        subject=f"decision {decision[:12]}",
        value="is under no Merkle root that was signed",
        limit="a checkpoint behind it, in the chain or in --kept",
        mend="Sign the chain with gridtide audit sign, and give that file with --kept.",
    )
