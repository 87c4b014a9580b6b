"""The patch of the official document says what it changes, and changes nothing else."""

import hashlib
from typing import Any

from patched import HERE, MISSING, Place, differences, hunks, official, patched


def test_the_patch_changes_exactly_what_it_lists() -> None:
    """The two documents differ in the places of the hunks, in what they put there, and nowhere else."""
    expected: dict[Place, Any] = {}
    for hunk in hunks():
        before = hunk.get("was", MISSING)
        after = hunk.get("put", MISSING)
        expected |= differences(before, after, tuple(hunk["at"]))
    assert differences(official(), patched()) == expected
    assert len({tuple(hunk["at"]) for hunk in hunks()}) == len(hunks())


def test_every_change_has_its_reason() -> None:
    """In a sentence."""
    assert [hunk["at"] for hunk in hunks() if len(hunk["reason"].split()) < 6] == []


def test_the_document_is_the_one_that_was_published() -> None:
    """Byte for byte, as of the commit that README.md names."""
    digest = hashlib.sha256((HERE / "openadr3.yaml").read_bytes()).hexdigest()
    assert digest == "0a85f28a91565b3e2c7488d2a7a7a9afb11ce3ef6b35afddb328484720077006"
