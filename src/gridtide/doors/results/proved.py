"""A decision shown to a third party: the document that is handed on, and what a look at one finds."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gridtide.doors.results.chains import Chain
from gridtide.doors.results.recomputed import meant
from gridtide.finding import BadInput, Finding, Gathered, refuse_if_any
from gridtide.trust.audit import contents
from gridtide.trust.checkpoint import Checkpoint, known_keys, values_of
from gridtide.trust.inclusion import (
    FIELDS,
    FORM,
    Inclusion,
    decision_in,
    fault_of,
    included,
    inclusion_of,
    values_of_inclusion,
)
from gridtide.trust.verify import verified

LARGEST = 16 << 20
"""No proof is longer than so many bytes; what is, is a chain."""


def proved_document(chain: Chain, asked: str, kept: Sequence[Checkpoint]) -> dict[str, object]:
    """The proof of one decision; asked: its id, how that begins, or last. Only out of a whole chain. Raises BadInput
    where it is not, where no decision is meant, and where nobody signed a root over it."""
    report = verified(chain.entries, None, kept)
    if report.broken is not None:
        raise BadInput([_not_whole(chain.name, report.broken.said)])
    told = contents(one for one in chain.entries if decision_in(one.text))
    decision = str(told[meant(told, asked)]["id"])
    points = [*(one for one, _ in report.checkpoints), *kept]
    return values_of_inclusion(included(chain.entries, decision, points))


def is_proof(path: Path) -> bool:
    """Whether a file is meant as such a document, whatever is wrong with it."""
    if not path.is_file() or path.stat().st_size > LARGEST:
        return False
    return b'"proof"' in path.read_bytes()[:64]


def checked_document(path: Path, publics: Sequence[str]) -> dict[str, Any]:
    """What a proof shows. publics: keys that may sign, base64. Raises BadInput with everything that keeps it from being
    looked at: no key, a key that is none, a file that is no proof."""
    faults = Gathered()
    known = faults.of(lambda: known_keys(publics)) or {}
    inclusion = faults.of(lambda: _read(path))
    if not publics:
        faults.findings.append(_no_key(path))
    faults.refuse_if_any()
    assert inclusion is not None
    broken = fault_of(inclusion, known)
    whole = broken is None
    return {
        "whole": whole,
        "proof": str(path),
        "decision": inclusion.decision,
        "stages": [one["stage"] for one in _says(inclusion)] if whole else [],
        "records": [one.number for one in inclusion.records],
        "first_broken": None if broken is None else broken.number,
        "fault": None if broken is None else broken.fault.value,
        "why": "" if broken is None else broken.said,
        "checkpoint": values_of(inclusion.checkpoint),
        "says": _says(inclusion) if whole else [],
    }


def _says(inclusion: Inclusion) -> list[dict[str, Any]]:
    return [json.loads(one.text) for one in inclusion.records]


def _read(path: Path) -> Inclusion:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        refuse_if_any([] if set(values) == FIELDS else [_no_proof(path)])
        return inclusion_of(values)
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        raise BadInput([_no_proof(path)]) from None


def _no_proof(path: Path) -> Finding:
    return Finding(
        subject=str(path),
        value="is no proof that can be read, or is not as it was written",
        limit=f"{FORM}: {', '.join(sorted(FIELDS))}",
        mend="Ask for it again: gridtide audit prove STORE DECISION.",
    )


def _no_key(path: Path) -> Finding:
    return Finding(
        subject=f"{path} without --key",
        value="shows nothing: anybody can make a tree",
        limit="the public key of who signs these records",
        mend="Give with --key what gridtide audit key printed for the signer.",
    )


def _not_whole(name: str, said: str) -> Finding:
    return Finding(
        subject=name,
        value=said,
        limit="a whole chain",
        mend="Restore it from a copy; nothing is proved out of what is broken.",
    )
