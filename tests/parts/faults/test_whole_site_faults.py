"""Faults of whole sites, whose promises do not hang on how fast this machine is."""

from pathlib import Path

import pytest
from tried_once import ONCE, tried_once

from gridtide.testing.faults import all_dead, cut_off, full_postgres, two_over_agent
from gridtide.testing.faults.trial import Fault

pytestmark = pytest.mark.parts
UNHURRIED = (all_dead.FAULT, cut_off.FAULT, full_postgres.FAULT, two_over_agent.FAULT)


@pytest.mark.parametrize("fault", UNHURRIED, ids=lambda fault: fault.name)
def test_a_whole_site_survives(
    fault: Fault, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Service, agents, Slurm, meter and database, each in a process of its own."""
    tally = tried_once(fault, tmp_path, request)
    assert tally.broke == []
    assert tally.survived == tally.tried >= ONCE
