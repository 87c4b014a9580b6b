"""Every acceptance test of the grid side stands by its name."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
NAMES = (
    *(f"REG-{number}" for number in range(1, 8)),
    *(f"DR-{number}" for number in range(1, 5)),
    *(f"RMP-{number}" for number in range(1, 4)),
    *(f"VRT-{number}" for number in range(1, 4)),
    *(f"ADR-{number}" for number in range(1, 4)),
    *("TAR-1", "TAR-2", "GRN-1", "FRQ-1", "NET-1", "NET-2", "SAF-1", "SAF-2", "AUD-1"),
)


@pytest.fixture(scope="module")
def written() -> str:
    """The names of all tests."""
    pages = [path.read_text() for path in sorted(TESTS.rglob("test_*.py"))]
    return "\n".join(re.findall(r"def (test_\w+)\(", "\n".join(pages)))


@pytest.mark.parametrize("name", NAMES)
def test_an_acceptance_test_is_found_by_its_name(name: str, written: str) -> None:
    """`pytest -k reg_1` and the like find it."""
    said = name.lower().replace("-", "_")
    assert re.search(rf"(^|_){said}(_|$)", written, re.MULTILINE)
