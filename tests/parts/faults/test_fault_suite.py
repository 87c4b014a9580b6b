"""Every fault of `python -m gridtide.testing.faults`, tried a few times."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from test_whole_site_faults import UNHURRIED
from tried_once import ONCE, tried_once

from gridtide.testing.faults.listed import FAULTS
from gridtide.testing.faults.trial import Fault, Place, Trial, kept, tried

pytestmark = [pytest.mark.parts, pytest.mark.alone]
ALREADY = ("kill -9 of the service, SQLite", "two instances at once")
"""Faults that other tests of the service try too."""


@pytest.mark.parametrize(
    "fault",
    [one for one in FAULTS if one not in UNHURRIED and not one.name.startswith(ALREADY)],
    ids=lambda fault: fault.name,
)
def test_what_it_promises_survives(
    fault: Fault, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """One at a time: courses go on by the clock."""
    tally = tried_once(fault, tmp_path, request)
    assert tally.broke == []
    assert tally.survived == tally.tried >= ONCE


def test_a_promise_that_breaks_is_counted_and_ends_with_code_1(tmp_path: Path) -> None:
    """It is tried no more, and what broke is said."""

    def trials(place: Place, times: int):  # type: ignore[no-untyped-def]
        yield Trial(next_s=0.1)
        kept(times == 0, "the second time")
        yield Trial()

    fault = Fault(name="two", promise="none", trials=trials)
    tally = tried(fault, Place(folder=tmp_path, rng=np.random.default_rng(1)), 3)
    assert (tally.tried, tally.survived, tally.broke) == (2, 1, ["the second time"])
    unknown = subprocess.run(
        [sys.executable, "-m", "gridtide.testing.faults", "no such fault"], capture_output=True
    )
    assert unknown.returncode == 2
