"""The manual page of sweeps shows what they really print."""

import doctest
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "sweep.md"


def test_every_example_of_sweeps_prints_what_the_page_says() -> None:
    result = doctest.testfile(str(PAGE), module_relative=False)
    assert (result.attempted, result.failed) == (8, 0)
