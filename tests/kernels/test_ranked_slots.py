"""The lowest slots of windows, sixty-four at a time: what sorting every window anew would find."""

from functools import partial

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gridtide.decide.slots import RUNS, Whole, runs_written
from gridtide.kernels.bits import WORD, first_one, lowest_ones, ones
from gridtide.kernels.borrowed import borrowed
from gridtide.kernels.ranked_slots import NEAR_BITS, Words, lowest_runs, near_ranks, ranks_by_bit

series = st.lists(st.integers(-4, 6), min_size=1, max_size=60).map(
    lambda found: np.asarray(found, dtype=np.float64)
)


def ranked(values: np.ndarray) -> tuple[Words, int]:
    """The ranks of a signal as the policies sort it."""
    return ranks_by_bit(values, np.argsort(values))


def runs_of(
    values: np.ndarray, windows: tuple[Whole, Whole, Whole], all_ties: bool
) -> tuple[Whole, Whole, Whole]:
    """The lowest slots of windows (first, length, last) as runs."""
    near = near_ranks(values, np.argsort(values))
    asked = ((*ranked(values), near), len(values), windows, all_ties)
    return runs_written(len(windows[0]), partial(lowest_runs, *asked))


@borrowed
def looked_at(word: np.uint64) -> tuple[int, int]:
    """Bits that are set, and the first of them."""
    return ones(word), first_one(word)


@given(word=st.integers(0, 2**64 - 1))
def test_bits_are_counted_and_the_first_is_found(word: int) -> None:
    """In all sixty-four places; without a bit the first is behind the last."""
    told = bin(word)[2:][::-1]
    assert looked_at(np.uint64(word)) == (told.count("1"), told.find("1") if word else WORD)


@given(word=st.integers(0, 2**64 - 1), count=st.integers(0, WORD + 1))
def test_the_lowest_bits_are_those_counted_from_the_first(word: int, count: int) -> None:
    """No more than asked for; all where there are fewer."""
    places = [place for place in range(WORD) if word >> place & 1][:count]
    assert lowest_ones(np.uint64(word), count) == sum(1 << place for place in places)


@given(values=series)
def test_ranks_put_slots_in_the_order_of_their_values(values: np.ndarray) -> None:
    """Equal values have one rank, and a zero is a zero whatever its sign."""
    values = np.where(values == 0, np.where(np.arange(len(values)) % 2, 0.0, -0.0), values)
    words, bits = ranked(values)
    told = [
        int("".join(str(int(words[slot // WORD * bits + bit]) >> slot % WORD & 1) for bit in range(bits)), 2)
        for slot in range(len(values))
    ]  # fmt: skip
    assert told == np.unique(values, return_inverse=True)[1].tolist()


@given(values=st.lists(st.integers(-9, 9), min_size=1, max_size=300))
def test_near_ranks_put_two_neighbouring_words_in_order(values: list[int]) -> None:
    """As the ranks of all do, and seven bits are enough for them."""
    near = near_ranks(np.asarray(values, dtype=np.float64), np.argsort(values))
    for pair in range(-(-len(values) // WORD)):
        told = near[pair * 2 * NEAR_BITS :][: 2 * NEAR_BITS].reshape(2, NEAR_BITS).tolist()
        seen = values[pair * WORD : (pair + 2) * WORD]
        found = [
            sum((told[slot // WORD][bit] >> slot % WORD & 1) << NEAR_BITS - 1 - bit for bit in range(NEAR_BITS))
            for slot in range(len(seen))
        ]  # fmt: skip
        assert found == np.unique(seen, return_inverse=True)[1].tolist()


@given(
    values=series,
    asked=st.lists(
        st.tuples(st.integers(0, 59), st.integers(1, 20), st.integers(0, 30)),
        min_size=1,
        max_size=8,
    ),
    all_ties=st.booleans(),
)
def test_the_lowest_slots_are_the_first_of_the_sorted_window(
    values: np.ndarray, asked: list[tuple[int, int, int]], all_ties: bool
) -> None:
    """By value, then by time; with all ties every slot not above the last of them; a short window gives none."""
    first, length, more = np.asarray(asked).T
    last = first + length + more
    offsets, starts, ends = runs_of(values, (first, length, last), all_ties)
    for j, (begin, wanted, _) in enumerate(asked):
        window = range(begin, min(last[j], len(values)))
        by_value = sorted(window, key=lambda slot: (values[slot], slot))
        chosen = sorted(by_value[:wanted]) if len(window) >= wanted else []
        if all_ties and chosen:
            most = values[by_value[wanted - 1]]
            chosen = [slot for slot in window if values[slot] <= most]
        runs = range(offsets[j], offsets[j + 1])
        assert [slot for run in runs for slot in range(starts[run], ends[run])] == chosen
        assert all(starts[run] > ends[run - 1] for run in runs[1:])


@given(seed=st.integers(0, 2**32 - 1), all_ties=st.booleans(), jobs=st.integers(1, 12))
def test_windows_of_many_words_are_taken_like_narrow_ones(
    seed: int, all_ties: bool, jobs: int
) -> None:
    """Windows over several words with more runs than there was room for at first, one behind the other."""
    rng = np.random.default_rng(seed)
    values = rng.permutation(np.repeat(np.arange(400.0), 2))
    first = rng.integers(0, 500, jobs)
    length = rng.integers(1, 250, jobs)
    last = first + rng.integers(0, 600, jobs)
    offsets, starts, ends = runs_of(values, (first, length, last), all_ties)
    for j in range(jobs):
        window = np.arange(first[j], min(last[j], len(values)))
        order = window[np.argsort(values[window], kind="stable")]
        enough = len(window) >= length[j]
        chosen = np.sort(order[: length[j]]) if enough else order[:0]
        if all_ties and enough:
            chosen = window[values[window] <= values[order[length[j] - 1]]]
        runs = range(offsets[j], offsets[j + 1])
        found = [slot for run in runs for slot in range(starts[run], ends[run])]
        assert found == chosen.tolist()


def test_room_for_runs_grows_when_a_signal_jumps_at_every_slot() -> None:
    """Every other slot chosen: as many runs as there are slots to choose, for every job."""
    values = np.tile([0.0, 1.0], 2_000)
    first, length = np.zeros(40, dtype=np.int64), np.full(40, 2_000)
    offsets, starts, ends = runs_of(values, (first, length, first + 4_000), False)
    assert offsets.tolist() == [2_000 * job for job in range(41)]
    assert starts.tolist() == list(range(0, 4_000, 2)) * 40
    assert ends.tolist() == list(range(1, 4_001, 2)) * 40
    assert RUNS < 2_000
