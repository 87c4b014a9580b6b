"""The manual pages of adequacy and of accidents show what Python really prints."""

import doctest
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("page", ["adequacy.md", "accidents.md"])
def test_every_example_prints_what_the_page_says(
    page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each code block is run from the root of the repository."""
    monkeypatch.chdir(ROOT)
    result = doctest.testfile(str(ROOT / "docs" / page), module_relative=False)
    assert result.attempted > 1
    assert result.failed == 0
