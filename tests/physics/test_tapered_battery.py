"""A tapering store: an hour in closed form is the hour step by step."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.physics.tapered_battery import (
    tapered_charge_max_kw,
    tapered_discharge_max_kw,
    tapered_hour_in_kwh,
    tapered_hour_out,
    tapered_stored_kwh,
)
from gridtide.testing.plain_store import PlainStore

energies = st.sampled_from([0.0, 1.0, 250.0, 1e5])
shares = st.floats(0.0, 1.0)
rates = st.floats(0.0, 8.0)
parts_of_an_hour = st.sampled_from([1, 2, 7, 60, 720])


@given(energy=energies, share=shares, rate=rates, parts=parts_of_an_hour)
def test_an_hour_of_charging_is_its_steps(
    energy: float, share: float, rate: float, parts: int
) -> None:
    """Full power while there is room, then less and less; never above its size."""
    stored, offered, hours = share * energy, rate * energy, 1.0 / parts
    after = tapered_hour_in_kwh(stored, energy, offered, parts)
    stepped = stored
    for _ in range(parts):
        charge = min(offered, tapered_charge_max_kw(stepped, energy, hours))
        stepped = tapered_stored_kwh(stepped, charge, 0.0, hours)
    assert after == pytest.approx(stepped, rel=1e-9, abs=1e-9 * max(energy, 1.0))
    assert stored - 1e-9 * energy <= after <= energy * (1.0 + 1e-12)


@given(energy=energies, share=shares, rate=rates, parts=parts_of_an_hour)
def test_an_hour_of_discharging_is_its_steps(
    energy: float, share: float, rate: float, parts: int
) -> None:
    """What is given and what is left; never below empty, never more than asked."""
    stored, asked, hours = share * energy, rate * energy, 1.0 / parts
    given_kw, left = tapered_hour_out(stored, energy, asked, parts)
    stepped, summed = stored, 0.0
    for _ in range(parts):
        discharge = min(asked, tapered_discharge_max_kw(stepped, energy, hours))
        stepped = tapered_stored_kwh(stepped, 0.0, discharge, hours)
        summed += discharge / parts
    close = 1e-9 * max(energy, 1.0)
    assert left == pytest.approx(stepped, rel=1e-9, abs=close)
    assert given_kw == pytest.approx(summed, rel=1e-9, abs=close)
    assert left >= -close and given_kw <= asked + close


@given(energy=energies, share=shares, load=rates, supply=rates, parts=parts_of_an_hour)
def test_an_hour_is_that_of_the_plain_writing(
    energy: float, share: float, load: float, supply: float, parts: int
) -> None:
    """What an hour lacks and the content behind it."""
    from gridtide.kernels.renewable_hours import hour_after

    store = PlainStore(energy, parts)
    store.stored_kwh = share * energy
    lacks = store.hour(load * energy, supply * energy)
    ours, stored = hour_after((supply - load) * energy, share * energy, energy, parts)
    close = 1e-9 * max(energy, 1.0)
    assert ours == pytest.approx(lacks, rel=1e-9, abs=close)
    assert stored == pytest.approx(store.stored_kwh, rel=1e-9, abs=close)
