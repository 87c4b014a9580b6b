"""A chain that was touched names its first broken record, and what is wrong with it."""

from collections.abc import Callable
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
    is_signed,
    key_id,
    known_keys,
    public_bytes,
    signed,
    tree_over,
    values_of,
    written,
)
from gridtide.trust.merkle import Tree
from gridtide.trust.record import Entry
from gridtide.trust.verify import Broken, Fault, verified

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
KEY, OTHER = (Ed25519PrivateKey.from_private_bytes(bytes([byte]) * 32) for byte in (1, 2))
KEYS = {key_id(public_bytes(KEY)): public_bytes(KEY)}
Link = Callable[[Entry | None, dict[str, object]], Entry]


def chain(values: list[int], link: Link = numbered) -> list[Entry]:
    """The chain of these values."""
    entries: list[Entry] = []
    for value in values:
        entries.append(link(entries[-1] if entries else None, {"value": value}))
    return entries


def signed_chain(count: int, every: int) -> tuple[list[Entry], list[Checkpoint]]:
    """A chain of so many entries with checkpoints between and at the end, and those that were kept elsewhere."""
    store, kept = MemoryStore(), list[Checkpoint]()
    held = SignedStore(store, KEY, lambda: NOON + timedelta(minutes=len(kept)), kept.append, every)
    for value in range(count):
        held.append(numbered(held.last(), {"value": value}))
    held.sign()
    return list(store.entries()), kept


def relinked(entries: list[Entry]) -> list[Entry]:
    """The same contents with hashes made anew, as somebody does who can write the file."""
    done: list[Entry] = []
    for place, content in enumerate(contents(entries)):
        done.append(linked(done[-1] if done else None, content | {"number": place}))
    return done


def first(entries: list[Entry], **told: object) -> tuple[int, Fault] | None:
    """Number and fault of the first broken record."""
    found: Broken | None = verified(entries, **told).broken  # type: ignore[arg-type]
    return None if found is None else (found.number, found.fault)


lists = st.lists(st.integers(0, 9), min_size=3, max_size=9)


@given(lists, st.booleans(), st.data())
def test_any_change_of_an_entry_is_named(values: list[int], old: bool, data: st.DataObject) -> None:
    """Its text or its hash, one character: that record is the first that is broken, in old chains too."""
    entries = chain(values, linked if old else numbered)
    assert verified(entries).broken is None
    at = data.draw(st.integers(0, len(entries) - 1))
    entry = entries[at]
    field = data.draw(st.sampled_from(["text", "hash"]))
    before: str = getattr(entry, field)
    where = data.draw(st.integers(0, len(before) - 1))
    put = data.draw(st.sampled_from('0a{"7').filter(lambda one: one != before[where]))
    entries[at] = replace(entry, **{field: before[:where] + put + before[where + 1 :]})
    found = verified(entries).broken
    assert found is not None and found.number == at
    if at < len(entries) - 1:
        assert found.fault is Fault.CHANGED


@given(lists, st.booleans(), st.data())
def test_any_missing_entry_but_the_tail_is_named(
    values: list[int], old: bool, data: st.DataObject
) -> None:
    """The number of the first that is missing; a numbered chain knows that it is missing."""
    entries = chain(values, linked if old else numbered)
    at = data.draw(st.integers(0, len(entries) - 2))
    until = data.draw(st.integers(at + 1, len(entries) - 1))
    fault = Fault.CHANGED if old else Fault.DROPPED
    assert first(entries[:at] + entries[until:]) == (at, fault)


@given(lists, st.booleans(), st.data())
def test_any_other_order_is_named(values: list[int], old: bool, data: st.DataObject) -> None:
    """The first place at which another record stands."""
    entries = chain(values, linked if old else numbered)
    order = data.draw(st.permutations(range(len(entries))))
    at = next((place for place, number in enumerate(order) if place != number), None)
    found = verified([entries[number] for number in order]).broken
    assert (None if found is None else found.number) == at
    assert found is None or found.fault in (Fault.MOVED, Fault.CHANGED, Fault.DROPPED)
    if at is not None and not old:
        assert found is not None and found.fault is Fault.MOVED


@given(lists, st.data())
def test_an_entry_that_stands_twice_is_named(values: list[int], data: st.DataObject) -> None:
    """Where it stands again."""
    entries = chain(values)
    at = data.draw(st.integers(0, len(entries) - 1))
    again = data.draw(st.integers(at + 1, len(entries)))
    assert first([*entries[:again], entries[at], *entries[again:]]) == (again, Fault.MOVED)


@given(st.integers(1, 12), st.integers(1, 5))
def test_a_signed_chain_is_whole_to_its_last_checkpoint(count: int, every: int) -> None:
    """Nothing is named, and all but the last checkpoint itself is vouched for."""
    entries, kept = signed_chain(count, every)
    report = verified(entries, KEYS, kept)
    assert report.broken is None and report.covered == len(entries) - 1
    assert [one for one, _ in report.checkpoints] == kept
    assert all(is_true for _, is_true in report.checkpoints)
    assert verified(entries).covered == 0


@given(st.integers(2, 10), st.integers(1, 4), st.data())
def test_a_tail_that_was_cut_off_is_found_against_what_was_kept(
    count: int, every: int, data: st.DataObject
) -> None:
    """Up to what the last checkpoint vouched for; the first missing record is named."""
    entries, kept = signed_chain(count, every)
    left = data.draw(st.integers(0, kept[-1].number - 1))
    assert first(entries[:left], keys=KEYS, kept=kept) == (left, Fault.CUT)
    assert verified(entries[:left]).broken is None


@given(st.integers(3, 10), st.integers(1, 4), st.data())
def test_a_tail_that_was_written_anew_is_found(count: int, every: int, data: st.DataObject) -> None:
    """By the signature of what stood there: also without what was kept, as long as a true checkpoint stands behind."""
    entries, kept = signed_chain(count, every)
    at = data.draw(st.integers(0, kept[-1].number - 1))
    told = {"value": 77} if "checkpoint" not in contents(entries)[at] else {"value": 78}
    changed = relinked([*entries[:at], linked(None, told), *entries[at + 1 :]])
    assert verified(changed).broken is not None or at >= kept[-1].number
    vouched = max((one.number for one in kept if one.number <= at), default=0)
    assert first(changed, keys=KEYS, kept=kept) == (vouched, Fault.REWRITTEN)


def test_a_checkpoint_that_its_key_did_not_sign_is_named() -> None:
    """Another key under its id, another number, and one that cannot be read."""
    entries, kept = signed_chain(4, 2)
    theirs = replace(signed(tree_over(entries[:2]), entries[1], NOON, OTHER), key=next(iter(KEYS)))
    forged = relinked([*entries[:2], linked(None, {"checkpoint": values_of(theirs)})])
    assert first(forged, keys=KEYS) == (2, Fault.FORGED)
    assert first(relinked([*entries[:2], linked(None, {"checkpoint": {}})]), keys=KEYS) == (
        2,
        Fault.FORGED,
    )
    assert first(entries, keys=KEYS, kept=[replace(kept[0], number=1)]) == (1, Fault.FORGED)
    for change in ({"at": NOON + timedelta(days=9)}, {"hash": "0" * 64}, {"signature": "zz"}):
        assert not is_signed(replace(kept[0], **change), public_bytes(KEY))


def test_a_key_that_nobody_named_is_named() -> None:
    """Where keys are given, each checkpoint is by one of them; where none is, nothing is vouched for."""
    entries, _ = signed_chain(4, 2)
    assert first(entries, keys={key_id(public_bytes(OTHER)): public_bytes(OTHER)}) == (
        2,
        Fault.UNKNOWN_KEY,
    )
    report = verified(entries)
    assert report.broken is None and not any(is_true for _, is_true in report.checkpoints)


def test_what_is_broken_before_a_checkpoint_is_named_and_not_the_checkpoint() -> None:
    """One entry dropped moves all checkpoints behind it; the entry is what is missing."""
    entries, kept = signed_chain(9, 2)
    assert first(entries[:4] + entries[5:], keys=KEYS, kept=kept) == (4, Fault.DROPPED)


def test_a_store_goes_on_counting_where_it_was_left() -> None:
    """Opened again it signs the true number of entries, and nothing twice."""
    store, kept = MemoryStore(), list[Checkpoint]()
    for _ in range(3):
        held = SignedStore(store, KEY, lambda: NOON, kept.append, every=10)
        held.append(numbered(held.last(), {"value": 1}))
        held.append(numbered(held.last(), {"value": 2}))
        held.sign()
        held.sign()
    assert [one.number for one in kept] == [2, 5, 8]
    assert verified(store.entries(), KEYS, kept).broken is None


def test_nothing_is_signed_in_the_chain_that_could_not_be_kept_elsewhere() -> None:
    """A full disk there stops the signing, not what was written."""

    def full(_: Checkpoint) -> None:
        raise OSError("no space left")

    store = MemoryStore()
    held = SignedStore(store, KEY, lambda: NOON, full, every=1)
    with pytest.raises(OSError, match="no space"):
        held.append(numbered(None, {"value": 1}))
    assert len(store.entries()) == 1


def test_checkpoints_and_keys_are_read_as_they_were_written() -> None:
    """And what is no key is refused, all of them at once."""
    one = signed(Tree(), None, NOON, KEY)
    assert checkpoint_of(values_of(one)) == one and is_signed(one, public_bytes(KEY))
    assert known_keys([written(public_bytes(KEY))]) == KEYS
    with pytest.raises(BadInput) as refused:
        known_keys(["12", "no key"])
    assert len(refused.value.findings) == 2
