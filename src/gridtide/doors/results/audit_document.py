"""What a look at audit chains found, as plain values."""

from collections.abc import Mapping, Sequence
from typing import Any

from gridtide.doors.results.chains import Chain
from gridtide.trust.audit import contents, maker_of
from gridtide.trust.checkpoint import Checkpoint, values_of
from gridtide.trust.verify import Report, verified


def verified_document(
    chains: Sequence[Chain], keys: Mapping[str, bytes] | None, kept: Sequence[Checkpoint]
) -> dict[str, Any]:
    """Whether chains are whole; of the first that is not, its first broken record. kept: of the one chain there is."""
    found = [_chain_document(chain, verified(chain.entries, keys, kept)) for chain in chains]
    broken = next((one for one in found if not one["whole"]), None)
    first = broken or found[0]
    return {
        "whole": broken is None,
        "entries": sum(one["entries"] for one in found),
        "chain": first["chain"],
        "first_broken": first["first_broken"],
        "fault": first["fault"],
        "why": first["why"],
        "checkpoints": [point for one in found for point in one["checkpoints"]],
        "covered": sum(one["covered"] for one in found),
        "notes": _notes(keys, kept, chains),
        "chains": found,
    }


def _chain_document(chain: Chain, report: Report) -> dict[str, Any]:
    broken = report.broken
    return {
        "chain": chain.name,
        "whole": broken is None,
        "entries": report.entries,
        "first_broken": None if broken is None else broken.number,
        "fault": None if broken is None else broken.fault.value,
        "why": "" if broken is None else broken.said,
        "checkpoints": [
            {**values_of(one), "vouches": vouches} for one, vouches in report.checkpoints
        ],
        "covered": report.covered,
        "last_hash": chain.entries[-1].hash if chain.entries else None,
    }


def _notes(
    keys: Mapping[str, bytes] | None, kept: Sequence[Checkpoint], chains: Sequence[Chain]
) -> list[str]:
    notes = [
        f"{one.name} ends in {one.cut_bytes} bytes of a line that a crash cut off; it was never kept"
        for one in chains
        if one.cut_bytes
    ]
    if keys is None:
        notes.append("No key was named, so no signature was looked at.")
    if not kept:
        notes.append(
            "Whoever can write a chain can cut off or rewrite its end: keep checkpoints elsewhere."
        )
    return notes


def shown_document(chains: Sequence[Chain], count: int) -> dict[str, Any]:
    """The newest records of each chain, newest first, and who wrote it. Records are as they stand, whole or not."""
    return {"chains": [_shown(chain, count) for chain in chains]}


def _shown(chain: Chain, count: int) -> dict[str, Any]:
    newest = list(enumerate(chain.entries))[-count:][::-1]
    maker = maker_of(_readable(chain))
    return {
        "chain": chain.name,
        "entries": len(chain.entries),
        "maker": None if maker is None else vars(maker),
        "records": [
            {"record": at, "hash": entry.hash, "says": _says(entry.text)} for at, entry in newest
        ],
    }


def _readable(chain: Chain) -> list[dict[str, Any]]:
    found = [_says(entry.text) for entry in chain.entries]
    return [one for one in found if isinstance(one, dict)]


def _says(text: str) -> dict[str, Any] | str:
    """What a record says; its text where that cannot be read any more."""
    from gridtide.trust.record import Entry

    try:
        found = contents([Entry(text=text, hash="")])[0]
    except ValueError:
        return text
    return found if isinstance(found, dict) else text
