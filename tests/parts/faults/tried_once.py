"""A fault of `python -m gridtide.testing.faults`, tried once; the command tries each more often."""

from pathlib import Path

import numpy as np
import pytest
from postgres import Postgres
from wanted import or_skipped

from gridtide.testing.faults.trial import Fault, Place, tried

ONCE = 1


def survives_once(fault: Fault, folder: Path, request: pytest.FixtureRequest) -> None:
    """What it promises holds."""
    server: Postgres | None = request.getfixturevalue("postgres") if fault.on_postgres else None
    place = Place(folder=folder, rng=np.random.default_rng(7), postgres=server, brief=True)
    with or_skipped():
        tally = tried(fault, place, ONCE)
    assert tally.broke == []
    assert tally.survived == tally.tried >= ONCE
