"""Every acceptance test of the grid side stands by its name."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
NAMES = (
    "REG-1 REG-2 REG-3 REG-4 REG-5 REG-6 REG-7 DR-1 DR-2 DR-3 DR-4 TAR-1 TAR-2 GRN-1 RMP-1 RMP-2 RMP-3 VRT-1 VRT-2 VRT-3"
    " FRQ-1 NET-1 NET-2 ADR-1 ADR-2 ADR-3 SAF-1 SAF-2 AUD-1"
).split()


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
