"""The manual page of the sources shows what they really print, and names each of them."""

import doctest
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "sources.md"
OWN_PAGES = {"__init__", "synthetic", "signal_table", "job_table"}


def test_every_example_prints_what_the_page_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each code block is run from the root of the repository."""
    monkeypatch.chdir(ROOT)
    result = doctest.testfile(str(PAGE), module_relative=False)
    assert result.attempted > 20
    assert result.failed == 0


def test_every_provider_has_a_section() -> None:
    """A file on the shelf without words in the manual is not finished."""
    sections = {line[4:] for line in PAGE.read_text().splitlines() if line.startswith("### ")}
    shelf = {path.stem for path in (ROOT / "src" / "gridtide" / "sources").glob("*.py")}
    assert shelf - OWN_PAGES <= sections
