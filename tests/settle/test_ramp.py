"""Ramps against the rule of a contract, by hand."""

import numpy as np
import pytest

from gridtide.fleet.contract import Contract
from gridtide.settle.ramp import settle_ramps


def test_only_steps_above_the_rule_are_counted() -> None:
    """15 kW in a quarter of an hour is 1 kW per minute; 45 is 3."""
    power_kw = np.asarray([[100.0, 115.0, 160.0, 160.0], [0.0, 900.0, 0.0, 900.0]])
    contracts = (
        Contract(import_max_kw=1000.0, ramp_max_kw_per_min=2.0),
        Contract(import_max_kw=1000.0),
    )
    steep, fastest = settle_ramps(contracts, power_kw, np.full(4, 0.25))
    assert steep == 1
    assert fastest == pytest.approx(3.0)
