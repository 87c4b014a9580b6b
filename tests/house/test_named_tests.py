"""Pages that name the test which keeps a fault name one that is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("page", ["openadr-ven.md", "set-points.md"])
def test_every_test_that_a_page_names_is_there(page: str) -> None:
    """A renamed or removed one is found."""
    named = set(re.findall(r"`(test_[a-z0-9_]+)`", (ROOT / "docs" / page).read_text()))
    there = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^(?:async )?def (test_\w+)", path.read_text(), re.MULTILINE)
    }
    assert len(named) >= 8
    assert named - there == set()
