"""Names of nodes as Slurm writes several in one word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.wire.slurm.hostlist import NODES_MOST, nodes_in


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ""),
        ("n1", "n1"),
        ("n1,gpu[03-05,9]", "n1 gpu03 gpu04 gpu05 gpu9"),
        ("rack[1-2]-n[08-09]", "rack1-n08 rack1-n09 rack2-n08 rack2-n09"),
        ("a,,b", ""),
        ("a[1-", ""),
        ("a]b", ""),
        ("n[1-99999999999]", ""),
        ("n[5-3],m", "m"),
    ],
)
def test_a_list_is_its_names_in_order(text: str, names: str) -> None:
    """With zeros before as they stand; what is no list, or names more than any job has, is none."""
    assert nodes_in(text) == tuple(names.split())


@given(st.text("n[]-,019", max_size=40))
def test_any_text_is_read_in_bounded_time(text: str) -> None:
    """And names no more than that."""
    assert len(nodes_in(text)) <= NODES_MOST
