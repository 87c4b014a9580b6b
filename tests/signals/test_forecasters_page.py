"""The page about forecasters says what happens."""

import doctest
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "forecasters.md"


def test_every_example_of_the_page_works() -> None:
    """Its python blocks, as they stand there."""
    result = doctest.testfile(str(PAGE), module_relative=False)
    assert result.attempted > 8
    assert result.failed == 0
