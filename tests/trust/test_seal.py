"""AUD-1: whatever is changed after a run was sealed is found, and where."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.trust.seal import BLOCK_BYTES, breaks, sealed

FILES = st.dictionaries(
    st.sampled_from(["a", "b", "c"]), st.binary(max_size=3 * BLOCK_BYTES), min_size=1
)


@settings(max_examples=60, deadline=None)
@given(files=FILES, data=st.data())
def test_aud_1_one_flipped_byte_is_located_within_its_block(
    files: dict[str, bytes], data: st.DataObject
) -> None:
    """And nothing else is blamed; untouched files are whole."""
    record = sealed(files)
    assert breaks(record, files) == ()
    name = data.draw(st.sampled_from(sorted(files)))
    if not files[name]:
        return
    at = data.draw(st.integers(0, len(files[name]) - 1))
    flip = data.draw(st.integers(1, 255))
    spoilt = bytearray(files[name])
    spoilt[at] ^= flip
    (found,) = breaks(record, {**files, name: bytes(spoilt)})
    assert found.name == name and found.first is not None and found.last is not None
    assert found.first <= at <= found.last
    assert found.last - found.first < BLOCK_BYTES


@settings(max_examples=40, deadline=None)
@given(files=FILES, cut=st.integers(1, 2 * BLOCK_BYTES))
def test_a_file_that_was_cut_or_grew_is_found(files: dict[str, bytes], cut: int) -> None:
    """At its end."""
    record = sealed(files)
    name = sorted(files)[0]
    grown = {**files, name: files[name] + b"x" * cut}
    assert {one.name for one in breaks(record, grown)} == {name}
    if files[name]:
        shorter = {**files, name: files[name][: max(0, len(files[name]) - cut)]}
        assert {one.name for one in breaks(record, shorter)} == {name}


def test_missing_and_new_files_and_a_forged_record_are_named() -> None:
    """Each with what is wrong of it."""
    record = sealed({"a": b"1", "b": b"2"})
    told = [(one.name, one.what) for one in breaks(record, {"a": b"1", "c": b"3"})]
    assert told == [("b", "is missing"), ("c", "was not there when the run was sealed")]
    forged = {**record, "files": {}}
    assert [one.name for one in breaks(forged, {})] == ["record.json"]
    with pytest.raises(ValueError, match="no record"):
        breaks({"seal": "x"}, {})
