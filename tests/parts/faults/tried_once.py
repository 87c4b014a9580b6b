"""A fault of `python -m gridtide.testing.faults`, tried once; the command tries each more often."""

from pathlib import Path

import numpy as np
import pytest
from postgres import Postgres
from wanted import or_skipped

from gridtide.testing.faults.trial import Fault, Place, Tally, tried

ONCE = 1


def tried_once(fault: Fault, folder: Path, request: pytest.FixtureRequest) -> Tally:
    """What came of it."""
    server: Postgres | None = request.getfixturevalue("postgres") if fault.on_postgres else None
    place = Place(folder=folder, rng=np.random.default_rng(7), postgres=server, brief=True)
    with or_skipped():
        return tried(fault, place, ONCE)
