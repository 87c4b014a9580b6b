"""The manual page of hosting shows what it really prints."""

import doctest
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "hosting.md"


def test_every_example_of_hosting_prints_what_the_page_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each code block is run from the root of the repository."""
    monkeypatch.chdir(ROOT)
    result = doctest.testfile(str(PAGE), module_relative=False)
    assert result.attempted > 10
    assert result.failed == 0
