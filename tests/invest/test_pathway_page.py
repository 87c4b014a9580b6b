"""The Python of docs/pathway.md says what stands there."""

import doctest
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "pathway.md"


def test_the_python_of_the_page_prints_what_it_says() -> None:
    """`pathway.md`, line by line."""
    assert PAGE.name == "pathway.md"
    failed, tried = doctest.testfile(str(PAGE), module_relative=False)
    assert tried and not failed
