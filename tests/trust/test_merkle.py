"""One root stands for every record, and one record can be shown under it without the others."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from gridtide.finding import BadInput
from gridtide.stores.memory import MemoryStore
from gridtide.trust.audit import contents, linked, numbered
from gridtide.trust.checkpoint import (
    Checkpoint,
    SignedStore,
    checkpoint_of,
    key_id,
    public_bytes,
    signed,
    tree_over,
    values_of,
)
from gridtide.trust.inclusion import fault_of, included, inclusion_of, values_of_inclusion
from gridtide.trust.merkle import Tree, leaf_hash, node_hash, path_to, root_by
from gridtide.trust.record import Entry
from gridtide.trust.verify import Fault, verified

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes([1]) * 32)
KEYS = {key_id(public_bytes(KEY)): public_bytes(KEY)}
RECORDS = st.lists(st.binary(max_size=3), min_size=1, max_size=40)


def root_over(records: list[bytes]) -> bytes:
    """The root as the tree grows it."""
    tree = Tree()
    for one in records:
        tree.add(one)
    return tree.root()


def plain_root(records: list[bytes]) -> bytes:
    """The root as RFC 6962 section 2.1 writes it."""
    if len(records) == 1:
        return leaf_hash(records[0])
    parted = max(1 << k for k in range(len(records)) if 1 << k < len(records))
    return node_hash(plain_root(records[:parted]), plain_root(records[parted:]))


def decisions(count: int) -> list[Entry]:
    """A chain in which decision k is proposed and then told."""
    entries: list[Entry] = []
    for at in range(count):
        stage = "told" if at % 2 else "proposed"
        content = {"id": f"{at // 2:064x}", "stage": stage, "value": at}
        entries.append(numbered(entries[-1] if entries else None, content))
    return entries


def point_over(entries: list[Entry]) -> Checkpoint:
    """All of a chain, signed."""
    return signed(tree_over(entries), entries[-1], NOON, KEY)


def test_the_root_of_the_reference_comes_out() -> None:
    """Leaves a, b, c; and of nothing the hash of nothing."""
    assert (
        root_over([b"a", b"b", b"c"]).hex()
        == "36642e73c2540ab121e3a6bf9545b0a24982cd830eb13d3cd19de3ce6c021ec1"
    )
    assert Tree().root().hex().startswith("e3b0c44298fc1c14")


@given(RECORDS, st.data())
def test_every_record_leads_to_the_root_and_no_other_does(
    records: list[bytes], data: st.DataObject
) -> None:
    """By its own path, at its own place, among so many; a changed bit anywhere leads elsewhere."""
    root = root_over(records)
    assert root == plain_root(records)
    at = data.draw(st.integers(0, len(records) - 1))
    path, size = path_to(at, records), len(records)
    assert root_by(path, records[at], at, size) == root
    assert root_by(path, records[at] + b"\x00", at, size) != root
    if path:
        where = data.draw(st.integers(0, len(path) - 1))
        bit = 1 << data.draw(st.integers(0, 255))
        bent = (int.from_bytes(path[where], "big") ^ bit).to_bytes(32, "big")
        assert root_by((*path[:where], bent, *path[where + 1 :]), records[at], at, size) != root
        assert root_by(path[:-1], records[at], at, size) is None
    assert root_by((*path, bytes(32)), records[at], at, size) is None
    assert root_by(path, records[at], size, size) is None
    with pytest.raises(IndexError):
        path_to(size, records)


@given(st.integers(2, 9), st.data())
def test_any_bit_record_or_order_that_changes_is_found(count: int, data: st.DataObject) -> None:
    """Against one root that was kept elsewhere, also where all hashes of the chain were made anew."""
    entries = decisions(count)
    point = point_over(entries)
    says = [entry.text.encode() for entry in entries]
    what = data.draw(st.sampled_from(["bit", "deletion", "order", "tail"]))
    at = data.draw(st.integers(0, count - 1))
    if what == "bit":
        bit = data.draw(st.integers(0, 8 * len(says[at]) - 1))
        bent = bytearray(says[at])
        bent[bit // 8] ^= 1 << bit % 8
        says[at] = bytes(bent)
    elif what == "deletion":
        del says[at]
    elif what == "order":
        other = data.draw(st.integers(0, count - 1).filter(lambda one: one != at))
        says[at], says[other] = says[other], says[at]
    else:
        del says[at:]
    touched = [
        Entry(text=text.decode(errors="replace"), hash=entry.hash)
        for text, entry in zip(says, entries, strict=False)
    ]
    assert root_over(says).hex() != point.root
    found = verified(touched, KEYS, [point]).broken
    assert found is not None and found.number <= at + 1


def test_a_root_that_is_not_that_of_its_records_is_named() -> None:
    """Though its key signed it and the last hash fits."""
    entries = decisions(4)
    other = decisions(5)[:4]
    wrong = signed(tree_over([*other[:3], other[0]]), entries[-1], NOON, KEY)
    found = verified(entries, KEYS, [wrong]).broken
    assert found is not None and found.fault is Fault.REWRITTEN


def test_checkpoints_from_before_roots_were_signed_stand_as_ever() -> None:
    """Their values say no root, and their signature is over what they say; nothing can be proved under them."""
    entries = decisions(4)
    point = point_over(entries)
    assert values_of(point)["root"] == point.root
    older = replace(point, root="", signature="")
    assert "root" not in values_of(older) and checkpoint_of(values_of(older)) == older
    whole = signed_before_roots(entries)
    assert verified(entries, KEYS, [whole]).covered == 4
    with pytest.raises(BadInput, match="under no Merkle root"):
        included(entries, "0" * 64, [whole])


def signed_before_roots(entries: list[Entry]) -> Checkpoint:
    """A checkpoint as it was signed until roots were."""
    import base64

    import rfc8785

    said = replace(point_over(entries), root="", signature="")
    values = {name: one for name, one in values_of(said).items() if name != "signature"}
    message = b"gridtide checkpoint\n" + rfc8785.dumps(values)  # type: ignore[arg-type]
    return replace(said, signature=base64.b64encode(KEY.sign(message)).decode())


@given(st.integers(0, 4), st.data())
def test_a_decision_is_shown_without_the_chain_and_nothing_of_it_can_be_bent(
    decision: int, data: st.DataObject
) -> None:
    """Both of its records lead to the signed root; whatever one bit of the document changes is refused or found."""
    entries = decisions(10)
    proof = included(entries, f"{decision:064x}", [point_over(entries)])
    assert [one.number for one in proof.records] == [2 * decision, 2 * decision + 1]
    assert fault_of(proof, KEYS) is None
    written = json.dumps(values_of_inclusion(proof), indent=2).encode()
    assert inclusion_of(json.loads(written)) == proof
    bit = data.draw(st.integers(0, 8 * len(written) - 1))
    bent = bytearray(written)
    bent[bit // 8] ^= 1 << bit % 8
    try:
        found = inclusion_of(json.loads(bytes(bent)))
    except (ValueError, TypeError, KeyError):
        return
    assert fault_of(found, KEYS) is not None or found == proof


def test_a_proof_names_what_is_wrong_with_it() -> None:
    """A key that nobody named, another signature, another decision, no records."""
    entries = decisions(6)
    proof = included(entries, f"{1:064x}", [point_over(entries)])
    faults = {
        Fault.UNKNOWN_KEY: fault_of(proof, {}),
        Fault.FORGED: fault_of(
            replace(proof, checkpoint=replace(proof.checkpoint, number=5)), KEYS
        ),
        Fault.CHANGED: fault_of(replace(proof, decision="f" * 64), KEYS),
        Fault.DROPPED: fault_of(replace(proof, records=()), KEYS),
    }
    assert {fault: found.fault for fault, found in faults.items() if found} == {
        one: one for one in faults
    }


def test_a_store_is_signed_every_hour_in_which_something_came() -> None:
    """With the root over all before it; an hour in which nothing came is not signed twice."""
    store, kept, now = MemoryStore(), list[Checkpoint](), [NOON]
    held = SignedStore(store, KEY, lambda: now[0], kept.append)
    for minutes in (10, 59, 61, 70, 200):
        now[0] = NOON + timedelta(minutes=minutes)
        held.append(numbered(held.last(), {"minutes": minutes}))
    assert [one.number for one in kept] == [3, 6]
    assert [one.at for one in kept] == [NOON + timedelta(minutes=each) for each in (61, 200)]
    assert verified(store.entries(), KEYS, kept).broken is None
    assert kept[0].root == tree_over(store.entries()[:3]).root().hex()


def test_what_is_written_again_after_a_store_was_lost_counts_once() -> None:
    """Kept though it was not answered, or not kept at all: the root is that of what stands."""

    class Lossy(MemoryStore):
        lost = ""

        def append(self, entry: Entry) -> None:
            if self.lost == "before":
                self.lost = ""
                raise OSError("lost")
            if self.last() != entry:
                super().append(entry)
            if self.lost == "after":
                self.lost = ""
                raise OSError("lost")

    for lost in ("before", "after"):
        store, kept = Lossy(), list[Checkpoint]()
        held = SignedStore(store, KEY, lambda: NOON, kept.append, every=3)
        for value in range(8):
            entry = numbered(held.last(), {"value": value})
            store.lost = lost if value == 4 else ""
            try:
                held.append(entry)
            except OSError:
                held.append(entry)
        held.sign()
        assert verified(store.entries(), KEYS, kept).broken is None
        assert len(contents(store.entries())) == 8 + len(kept)


def test_a_chain_that_says_no_numbers_is_proved_too() -> None:
    """Records from before they said their place."""
    entries: list[Entry] = []
    for at in range(3):
        content: dict[str, object] = {"id": "a" * 64, "stage": "told", "value": at}
        entries.append(linked(entries[-1] if entries else None, content))
    proof = included(entries, "a" * 64, [point_over(entries)])
    assert fault_of(proof, KEYS) is None and len(proof.records) == 3
