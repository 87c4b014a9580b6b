"""What leaving a position costs."""

import numpy as np
import pytest

from gridtide.fleet.contract import Contract
from gridtide.settle.deviation import deviation_charge, deviation_kwh

RULE = Contract(import_max_kw=1e4, deviation_price_per_mwh=50.0, deviation_free_share=0.05)


def test_only_what_lies_beyond_the_free_share_is_paid_for_either_way() -> None:
    """1,000 kWh declared, 5 % free: 1,100 and 900 pay for 50, 1,040 for nothing; nothing declared, nothing paid."""
    drawn = np.asarray([1100.0, 900.0, 1040.0, 700.0])
    declared = np.asarray([1000.0, 1000.0, 1000.0, np.nan])
    assert deviation_kwh(RULE, drawn, declared) == pytest.approx([50.0, 50.0, 0.0, 0.0])
    assert deviation_charge(RULE, drawn, declared) == pytest.approx(5.0)
