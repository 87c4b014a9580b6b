"""A battery and a store for backup as one: whatever the one does, the two can do, and the reserve stays."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.fleet.backup_store import BackupStore
from gridtide.fleet.joined_battery import joined_battery
from gridtide.fleet.site import Battery

UPS = BackupStore(
    energy_kwh=500.0, power_max_kw=2000.0, carries_kw=2000.0, carries_s=300.0, cycling=True
)
BATTERY = Battery(energy_kwh=1000.0, charge_max_kw=500.0, discharge_max_kw=400.0)
efficiencies = st.floats(0.7, 1.0)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Battery, BackupStore]:
    """Any battery, and any backup that can do its duty."""
    battery = Battery(
        energy_kwh=draw(st.floats(10.0, 2000.0)),
        charge_max_kw=draw(st.floats(1.0, 2000.0)),
        discharge_max_kw=draw(st.floats(1.0, 2000.0)),
        charge_efficiency=draw(efficiencies),
        discharge_efficiency=draw(efficiencies),
        soc_min=draw(st.floats(0.0, 0.4)),
        soc_start=draw(st.floats(0.4, 1.0)),
    )
    carries_kw = draw(st.floats(0.0, 500.0))
    backup = BackupStore(
        energy_kwh=draw(st.floats(100.0, 2000.0)),
        power_max_kw=carries_kw + draw(st.floats(1.0, 2000.0)),
        carries_kw=carries_kw,
        carries_s=300.0,
        charge_efficiency=draw(efficiencies),
        discharge_efficiency=draw(efficiencies),
        reserve_share=draw(st.floats(0.0, 0.9)),
        cycling=True,
    )
    return battery, backup


@given(pair=pairs(), charges=st.booleans(), part=st.floats(0.0, 1.0))
def test_whatever_the_joined_battery_does_the_two_can_do(
    pair: tuple[Battery, BackupStore], charges: bool, part: float
) -> None:
    """Divided by usable energy: powers within both, energies add up at the terminals, no reserve counted."""
    battery, backup = pair
    one = joined_battery(battery, backup)
    assert one is not None
    own_kwh = battery.energy_kwh * (1.0 - battery.soc_min)
    both_kwh = one.energy_kwh * (1.0 - one.soc_min)
    added_kwh = both_kwh - own_kwh
    assert added_kwh <= backup.energy_kwh - backup.reserve_kwh + 1e-6
    share = own_kwh / both_kwh
    if charges:
        inside_kw = part * one.charge_max_kw * one.charge_efficiency
        terminals = (
            share * inside_kw / battery.charge_efficiency,
            (1.0 - share) * inside_kw / backup.charge_efficiency,
        )
        asked_kw, most_kw = part * one.charge_max_kw, battery.charge_max_kw
    else:
        inside_kw = part * one.discharge_max_kw / one.discharge_efficiency
        terminals = (
            share * inside_kw * battery.discharge_efficiency,
            (1.0 - share) * inside_kw * backup.discharge_efficiency,
        )
        asked_kw, most_kw = part * one.discharge_max_kw, battery.discharge_max_kw
    assert sum(terminals) == pytest.approx(asked_kw)
    assert terminals[0] <= most_kw * (1.0 + 1e-9)
    assert terminals[1] <= backup.power_max_kw * (1.0 + 1e-9)


@given(pair=pairs())
def test_joining_never_takes_anything_from_a_battery(pair: tuple[Battery, BackupStore]) -> None:
    """As much energy and inner power as it had alone, least and relative start where they were."""
    battery, backup = pair
    one = joined_battery(battery, backup)
    assert one is not None
    for name in ("energy_kwh", "charge_max_kw", "discharge_max_kw"):
        assert getattr(one, name) >= getattr(battery, name) * (1.0 - 1e-9)
    assert one.soc_min * one.energy_kwh == pytest.approx(battery.soc_min * battery.energy_kwh)
    level = (battery.soc_start - battery.soc_min) / (1.0 - battery.soc_min)
    assert (one.soc_start - one.soc_min) / (1.0 - one.soc_min) == pytest.approx(level)


def test_a_backup_that_may_not_cycle_changes_nothing() -> None:
    """Nor one that is all reserve."""
    still = replace(UPS, cycling=False)
    full = replace(UPS, reserve_share=1.0)
    for backup in (None, still, full):
        assert joined_battery(BATTERY, backup) is BATTERY
        assert joined_battery(None, backup) is None


def test_a_backup_alone_is_a_battery_of_what_is_above_its_reserve() -> None:
    """500 less 174.5 kWh, full at the start, down to nothing of it."""
    alone = joined_battery(None, UPS)
    assert alone is not None
    assert alone.energy_kwh == pytest.approx(500.0 - 2000.0 / 12 / 0.955)
    assert (alone.soc_min, alone.soc_start, alone.discharge_max_kw) == (0.0, 1.0, 2000.0)
