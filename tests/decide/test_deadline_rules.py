"""Deadlines people did not state: on arrays what they are one moment at a time."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.decide.deadline_rules import RULES, deadlines
from gridtide.testing import plain_deadlines as plain

CLOCKS = ["UTC", "Europe/Berlin", "America/Los_Angeles", "Australia/Adelaide", "Asia/Kolkata"]
moments = st.lists(st.integers(1_577_836_800, 1_640_995_200), min_size=1, max_size=12)
"""Seconds of 2020 and 2021."""


@pytest.mark.parametrize("as_published", [False, True])
@pytest.mark.parametrize("rule", list(RULES))
@given(finish_s=moments, clock=st.sampled_from(CLOCKS))
def test_a_rule_on_arrays_is_the_rule_one_by_one(
    rule: str, as_published: bool, finish_s: list[int], clock: str
) -> None:
    """To the second, in summer and in winter, on clocks with half hours too."""
    ends = [datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(clock)) for at in finish_s]
    expected = [int(plain.RULES[rule](end, as_published).timestamp()) for end in ends]
    assert deadlines(rule, np.asarray(finish_s), clock, as_published).tolist() == expected


@pytest.mark.parametrize("rule", list(RULES))
@given(finish_s=moments, clock=st.sampled_from(CLOCKS))
def test_no_deadline_lies_before_the_natural_end(
    rule: str, finish_s: list[int], clock: str
) -> None:
    """Nobody looks before there is something to see."""
    assert (deadlines(rule, np.asarray(finish_s), clock) >= np.asarray(finish_s)).all()
