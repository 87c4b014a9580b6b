"""Fingerprints: equal values, equal digests."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from gridtide.digest import Fingerprints, digest, freeze, freeze_new, sealed
from gridtide.timeline import Timeline


@dataclass(frozen=True, kw_only=True, eq=False)
class Pair:
    """A noun with a number and an array."""

    number: float
    values: NDArray[np.float64]

    def __post_init__(self) -> None:
        freeze(self, values=np.float64)


@given(hnp.arrays(np.float64, st.integers(0, 20), elements=st.floats(allow_nan=True)))
def test_equal_values_give_equal_digests(values: NDArray[np.float64]) -> None:
    """Two nouns built from the same values cannot be told apart; every NaN is one NaN."""
    assert digest(Pair(number=1.0, values=values)) == digest(Pair(number=1.0, values=values.copy()))


@given(hnp.arrays(np.float64, st.integers(1, 20), elements=st.floats(-1e6, 1e6)), st.data())
def test_a_change_of_one_value_changes_the_digest(
    values: NDArray[np.float64], data: st.DataObject
) -> None:
    """No value is left out of the fingerprint."""
    at = data.draw(st.integers(0, len(values) - 1))
    changed = values.copy()
    changed[at] += 1.0
    assert digest(Pair(number=0.0, values=values)) != digest(Pair(number=0.0, values=changed))


def test_minus_zero_counts_as_zero() -> None:
    """Signs of zero come from rounding, not from decisions."""
    assert digest(Pair(number=-0.0, values=np.asarray([-0.0]))) == digest(
        Pair(number=0.0, values=np.asarray([0.0]))
    )


def test_one_instant_in_two_zones_is_one_instant() -> None:
    """Times are compared as UTC."""
    there = timezone(timedelta(hours=8))
    assert digest(datetime(2026, 1, 1, 8, tzinfo=there)) == digest(datetime(2026, 1, 1, tzinfo=UTC))


def test_a_naive_time_and_an_unknown_thing_are_refused() -> None:
    """Nothing without a canonical form gets a fingerprint."""
    with pytest.raises(TypeError, match="naive time"):
        digest(datetime(2026, 1, 1))  # noqa: DTZ001
    with pytest.raises(TypeError, match="not a noun"):
        digest(object())


def test_the_order_of_a_mapping_does_not_matter() -> None:
    """Mappings are compared by key."""
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})


def test_arrays_of_a_noun_cannot_be_written() -> None:
    """A frozen noun owns its arrays."""
    values = np.asarray([0, 60, 120])
    timeline = Timeline(edges_s=values)
    values[0] = 5
    assert timeline.edges_s[0] == 0
    with pytest.raises(ValueError, match="read-only"):
        timeline.edges_s[0] = 1


def test_the_digest_of_a_timeline_is_what_it_was() -> None:
    """The canonical form is a contract: audit chains of last year must still verify."""
    assert digest(Timeline(edges_s=np.asarray([0, 900, 1800]))) == (
        "e0ed21b083154585ae8beb479c707120e43a26b51565d46f3646abe2e737112e"
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Scene:
    """A noun whose parts are nouns, plain values and arrays."""

    pairs: tuple[Pair, ...]
    first: Pair
    note: str | None
    seen: NDArray[np.float64]


@given(st.data())
def test_fingerprints_of_nouns_that_share_parts_are_their_digests(data: st.DataObject) -> None:
    """What stays spelled changes no digest, whatever is shared, left out or comes back."""
    pool = [
        Pair(number=float(number), values=np.asarray([number, np.nan, -0.0])) for number in range(4)
    ]
    part = st.sampled_from(pool)
    prints = Fingerprints()
    for _ in range(4):
        scene = Scene(
            pairs=tuple(data.draw(st.lists(part, max_size=4))),
            first=data.draw(part),
            note=data.draw(st.sampled_from([None, "late"])),
            seen=np.asarray(data.draw(st.lists(st.floats(), max_size=3))),
        )
        assert prints.of(scene) == digest(scene)


def test_what_can_change_is_spelled_anew() -> None:
    """A part that holds an array others may write keeps nothing from one fingerprint to the next."""
    open_array = np.asarray([1.0, 2.0])
    loose = Pair(number=0.0, values=np.zeros(2))
    object.__setattr__(loose, "values", open_array)
    scene = Scene(pairs=(loose,), first=loose, note=None, seen=open_array)
    prints = Fingerprints()
    assert prints.of(scene) == digest(scene)
    open_array[0] = 5.0
    assert prints.of(scene) == digest(scene)


def test_no_more_is_kept_than_one_noun_holds() -> None:
    """Parts of earlier nouns are let go."""
    prints = Fingerprints()
    pairs = [Pair(number=float(number), values=np.zeros(1)) for number in range(50)]
    for pair in pairs:
        prints.of(Scene(pairs=(pair,), first=pair, note=None, seen=np.zeros(1)))
    assert len(prints) == 1


@dataclass(frozen=True, kw_only=True, eq=False)
class Kept:
    """A noun that keeps what nobody can change."""

    values: NDArray[np.float64]

    def __post_init__(self) -> None:
        freeze_new(self, values=np.float64)


def test_only_a_read_only_array_of_its_own_is_kept_without_a_copy() -> None:
    """What others can write, a part of something larger, another type or order is copied as ever."""
    own = sealed(np.arange(4.0))
    assert Kept(values=own).values is own
    backwards = np.arange(4.0)
    seen = backwards[::-1]
    seen.flags.writeable = False
    for other in (np.arange(4.0), seen, sealed(np.arange(4)), sealed(np.arange(4, dtype="f4"))):
        kept = Kept(values=other)
        assert kept.values is not other and not kept.values.flags.writeable
        assert kept.values.dtype == np.float64 and kept.values.tolist() == other.tolist()
    backwards[:] = 0.0
    assert Kept(values=sealed(np.asfortranarray(np.ones((2, 3))))).values.flags.c_contiguous
