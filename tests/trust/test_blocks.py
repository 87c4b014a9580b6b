"""Nouns come back out of blocks to the last bit, and out of a tampered store comes no other code."""

import json
from datetime import UTC, timedelta, timezone
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from gridtide.decide.readings import Readings
from gridtide.decide.situation import Commitment
from gridtide.digest import digest
from gridtide.stores.memory import MemoryBlocks
from gridtide.timeline import Timeline
from gridtide.trust.blocks import BlockFault, NotKeptError, blocks_of, hash_of, noun_of
from gridtide.trust.modes import Mode
from gridtide.trust.people import Person

CHINA = timezone(timedelta(hours=8))
PLAIN = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(Mode)
    | st.datetimes(timezones=st.sampled_from([UTC, CHINA])) | st.timedeltas()
)  # fmt: skip
KINDS: list[Any] = [np.dtype(kind) for kind in ("<f8", "<i8", "?", "<U3")]
ARRAYS: st.SearchStrategy[Any] = arrays.arrays(
    dtype=st.sampled_from(KINDS),
    shape=arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=30),
)
NOUNS = st.recursive(
    PLAIN | ARRAYS,
    lambda inner: (
        st.lists(inner, max_size=6).map(tuple)
        | st.dictionaries(st.text(max_size=3), inner, max_size=4)
        | st.builds(lambda one: Commitment(site=one, start=one, end=one, position_kw=one), inner)
    ),
    max_leaves=12,
)


def back(noun: object, *fresh: type) -> Any:
    """A noun out of the blocks it became."""
    keeper, blocks = MemoryBlocks(), blocks_of(noun, fresh)
    keeper.keep(blocks.content)
    return noun_of(blocks.root, keeper, fresh)


@given(noun=NOUNS)
def test_every_noun_comes_back_to_the_last_bit(noun: object) -> None:
    """By its digest, and as the same blocks: nothing is rounded, no kind of value becomes another."""
    again = back(noun)
    assert digest(again) == digest(noun)
    assert blocks_of(again) == blocks_of(noun)


def test_arrays_come_back_with_their_type_and_sign_of_zero_and_cannot_be_written() -> None:
    """As nouns hold them."""
    found = back((np.asarray([-0.0, np.nan, 5e-324]), np.arange(500), np.float32(0.1)))
    assert np.signbit(found[0][0]) and found[0][2] == 5e-324
    assert (found[1].dtype, found[2]) == (np.int64, np.float32(0.1))
    assert not any(one.flags.writeable for one in found[:2])


def test_what_is_used_again_is_one_block() -> None:
    """A course of steps that two situations share is kept once."""
    steps = Timeline(edges_s=np.arange(500) * 3600)
    alone, twice = blocks_of((steps, 1)), blocks_of((steps, 2))
    shared = set(alone.content) & set(twice.content)
    assert len(shared) == len(alone.content) - 1


def test_what_only_remembers_comes_back_empty_and_what_cannot_be_kept_is_named() -> None:
    """Nothing is left out silently."""
    assert isinstance(back(Readings(), Readings), Readings)
    for strange in (object(), print, {1, 2}, np.asarray([object()]), Person.__init__):
        with pytest.raises(NotKeptError):
            blocks_of((strange,))


@pytest.mark.parametrize(
    "written",
    [
        {"n": "os:system", "f": {}},
        {"n": "subprocess:Popen", "f": {"args": "id"}},
        {"n": "gridtide.stores.memory:MemoryBlocks", "f": {}},
        {"n": "gridtide.trust.people:Person.__init__", "f": {}},
        {"n": "gridtide.trust.blocks:blocks_of", "f": {}},
        {"n": "gridtide.decide.situation:Commitment", "f": {"nothing": 1}},
        {"n": "gridtide.decide.nowhere:Commitment", "f": {}},
        {"e": "builtins:eval", "v": "1"},
        {"c": "gridtide.decide.readings:Readings"},
        {"a": ["O", [1], ""]},
        {"a": ["<f8", [10**12], ""]},
        {"b": "../../etc/passwd"},
        {"x": 1},
        {},
        {"b": hash_of(b"elsewhere")},
    ],
)
def test_a_tampered_block_names_no_other_code(written: dict[str, Any]) -> None:
    """Whatever is written into a block: frozen nouns of the inner rooms come out, or a fault that names the block."""
    content = json.dumps(written).encode()
    keeper = MemoryBlocks()
    keeper.keep({hash_of(content): content})
    with pytest.raises(BlockFault, match="block"):
        noun_of(hash_of(content), keeper)


def test_a_block_that_is_not_what_its_name_says_is_refused() -> None:
    """One byte is enough."""
    keeper, blocks = MemoryBlocks(), blocks_of(("a", "b"))
    keeper.keep({name: content.replace(b"b", b"c") for name, content in blocks.content.items()})
    with pytest.raises(BlockFault, match="is not as it was kept"):
        noun_of(blocks.root, keeper)
