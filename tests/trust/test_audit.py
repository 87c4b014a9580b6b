"""The audit chain: vectors, and what it must find."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.trust.audit import broken_link, contents, linked
from gridtide.trust.record import Entry


def chain(items: list[dict[str, object]]) -> list[Entry]:
    """The chain of these contents."""
    entries: list[Entry] = []
    for item in items:
        entries.append(linked(entries[-1] if entries else None, item))
    return entries


def test_the_published_vector_is_met() -> None:
    """Two entries, hashed one after the other over canonical JSON."""
    entries = chain([{"site": "a", "seq": 1}, {"seq": 2, "p_kw": 800}])
    assert entries[0].text == '{"seq":1,"site":"a"}'
    assert entries[0].hash == "8aa21b4304511fecd25f0898b3eabc49195bb0a25d7711e16d4012fb61b00d13"
    assert entries[1].hash == "9268509442369d5433d7e0d5c91e865195de40d99bb850a1f842ce49e4341d37"


@given(st.lists(st.integers(0, 1000), min_size=2, max_size=8), st.data())
def test_change_deletion_and_reordering_are_found(numbers: list[int], data: st.DataObject) -> None:
    """Whatever is done to an entry before the tail, the first wrong link is named."""
    entries = chain([{"seq": index, "value": number} for index, number in enumerate(numbers)])
    assert broken_link(entries) is None
    at = data.draw(st.integers(0, len(entries) - 2))
    changed = list(entries)
    changed[at] = Entry(
        text=entries[at].text.replace('"value":', '"value":1'), hash=entries[at].hash
    )
    assert broken_link(changed) == at
    assert broken_link(entries[:at] + entries[at + 1 :]) == at
    swapped = list(entries)
    swapped[at], swapped[at + 1] = swapped[at + 1], swapped[at]
    assert broken_link(swapped) == at


def test_what_was_written_can_be_read_back() -> None:
    """Replay reads the same values the turn wrote."""
    assert contents(chain([{"a": 1.5, "b": ["x", "y"]}])) == [{"a": 1.5, "b": ["x", "y"]}]


def test_a_number_without_a_canonical_form_is_refused() -> None:
    """NaN has no place in a record."""
    with pytest.raises(ValueError):
        linked(None, {"a": float("nan")})
