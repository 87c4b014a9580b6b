"""The audit chain as it is shown: backwards, by kind and person and decision, and verified stretch by stretch."""

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.loop.shown import chain as shown_chain
from gridtide.loop.shown.chain import (
    Wanted,
    record,
    records_before,
    standing,
    verified_stretch,
)
from gridtide.stores.memory import MemoryStore
from gridtide.trust.audit import numbered
from gridtide.trust.record import Entry

EVERYTHING = Wanted()


def chain(length: int) -> MemoryStore:
    """Records of two people and of decisions, in turn."""
    store = MemoryStore()
    for number in range(length):
        says: dict[str, object] = {"kind": "people", "who": "Ann" if number % 4 else "Bob"}
        if number % 3 == 0:
            says = {"stage": "proposed", "id": f"{number:04x}", "owner": "room"}
        store.append(numbered(store.last(), says))
    return store


@given(length=st.integers(0, 60), page=st.integers(1, 9), kind=st.sampled_from(["", "people"]))
def test_pages_backwards_show_every_record_that_is_wanted_once(
    length: int, page: int, kind: str
) -> None:
    """From the newest to the first, whatever the size of a page."""
    store, before, found = chain(length), length, list[int]()
    for _ in count():
        said = records_before(store, before, page, Wanted(kind=kind))
        found += [one["number"] for one in said["items"]]
        assert len(said["items"]) <= page
        if said["next"] is None:
            break
        before = said["next"]
    wanted = [at for at in range(length) if not kind or at % 3]
    assert found == wanted[::-1]


def test_a_page_looks_at_so_many_records_at_most_and_says_where_to_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A search for somebody who did nothing does not read the whole chain at once."""
    monkeypatch.setattr(shown_chain, "SCANNED_MOST", 10)
    monkeypatch.setattr(shown_chain, "BLOCK", 5)
    said = records_before(chain(50), 50, 5, Wanted(who="Eve"))
    assert said == {"items": [], "looked_at": 10, "next": 40}


def test_records_are_found_by_person_and_by_the_first_digits_of_a_decision() -> None:
    """And no others."""
    store = chain(30)
    bobs = records_before(store, 30, 50, Wanted(who="Bob"))["items"]
    assert {one["who"] for one in bobs} == {"Bob"}
    one = records_before(store, 30, 50, Wanted(decision="0009"))["items"]
    assert [found["number"] for found in one] == [9]


def test_a_cost_that_was_settled_is_found_by_its_kind() -> None:
    """It is no other record among others."""
    store = chain(3)
    store.append(numbered(store.last(), {"kind": "settled", "decision": "0001"}))
    (found,) = records_before(store, 4, 50, Wanted(kind="settled"))["items"]
    assert (found["number"], found["kind"]) == (3, "settled")


def test_a_record_is_shown_whole_with_what_it_follows() -> None:
    """The first follows from nothing; one that is not there is None."""
    store = chain(5)
    first, last = record(store, 0), record(store, 4)
    assert first is not None and first["follows"] and first["hash_before"] is None
    assert last is not None and last["text"] == store.entries()[4].text
    assert last["hash_before"] == store.entries()[3].hash
    assert record(store, 5) is None


@given(length=st.integers(1, 40), stretch=st.integers(1, 15), data=st.data())
def test_stretch_by_stretch_a_changed_record_is_named_and_a_whole_chain_is_whole(
    length: int, stretch: int, data: st.DataObject
) -> None:
    """Wherever it stands, and wherever stretches begin."""
    store = chain(length)
    changed = data.draw(st.none() | st.integers(0, length - 1))
    if changed is not None:
        entry = store.entries()[changed]
        store._entries[changed] = Entry(text=entry.text[:-1] + ',"x":1}', hash=entry.hash)
    start: int | None = 0
    broken = None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shown_chain, "VERIFIED_MOST", stretch)
        while start is not None:
            said = verified_stretch(store, start)
            assert said["end"] - said["start"] <= stretch
            broken, start = said["broken"], said["next"]
    assert broken == changed


def test_what_was_cut_out_breaks_the_chain_there() -> None:
    """The record after it stands at a place that it does not say."""
    store = chain(9)
    del store._entries[4]
    assert verified_stretch(store, 0)["broken"] == 4


def test_checkpoints_that_a_signing_store_adds_are_counted() -> None:
    """The newest record says how many stand."""
    store = chain(3)
    store.append(numbered(store.last(), {"checkpoint": {"number": 3}}))
    assert standing(store, 3) == 4
    assert verified_stretch(store, 0)["checkpoints"] == 1
    assert standing(MemoryStore(), 0) == 0
