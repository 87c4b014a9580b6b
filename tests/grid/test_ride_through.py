"""Who must stay through which voltage and frequency, and what became of a load in the sags of Virginia."""

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.case.grid_rules import bundled_rules
from gridtide.case.protection import protected_loads
from gridtide.doors.cli import exit_code
from gridtide.grid.ride_through import (
    Counting,
    ProtectedLoad,
    Sag,
    alike,
    fastest_loss_kw_per_min,
    must_stay,
    recovers,
    replayed,
    stay_s,
    stays_through_rocof,
)
from gridtide.sources.sag_table import SagTable

ERCOT = bundled_rules().ride_through["ercot-nogrr282"]
VIRGINIA = Path(__file__).parents[1] / "cases" / "virginia_2024"


@pytest.mark.parametrize(
    ("pu", "seconds", "stays"),
    [
        (0.85, 1.9, True),
        (0.6, 0.5, True),
        (0.6, 0.6, False),
        (0.3, 0.066, True),
        (0.3, 0.30, False),
        (0.1, 0.15, True),
        (1.15, 2.0, True),
        (1.25, 0.01, False),
    ],
)
def test_vrt_1_voltages_of_the_ercot_table(pu: float, seconds: float, stays: bool) -> None:
    """Durations are inclusive; outside every band a load may trip."""
    assert must_stay(ERCOT.voltage, pu, seconds) is stays


@pytest.mark.parametrize(
    ("pu", "stay"),
    [(0.90, math.inf), (1.10, math.inf), (0.80, 2.0), (1.20, 2.0), (0.5, 0.5), (0.2, 0.25)],
)
def test_vrt_1_an_edge_belongs_to_the_milder_band(pu: float, stay: float) -> None:
    """As the convention of the tables says."""
    assert stay_s(ERCOT.voltage, pu) == stay


@pytest.mark.parametrize(
    ("hertz", "seconds", "stays"),
    [(60.0, 1e6, True), (58.8, 1e6, True), (58.5, 299.0, True), (58.5, 300.0, False), (56.9, 0.1, False),
     (61.5, 299.0, True), (61.9, 0.1, False)],
)  # fmt: skip
def test_frequencies_of_the_ercot_table(hertz: float, seconds: float, stays: bool) -> None:
    """299 s on either side of what is continuous, nothing beyond."""
    assert must_stay(ERCOT.frequency, hertz, seconds) is stays


def test_vrt_2_a_load_that_is_not_back_in_time_fails() -> None:
    """89 % two seconds after the voltage; 90 % is enough, and nothing is owed earlier."""
    assert not recovers(ERCOT, 0.89, 2.0)
    assert recovers(ERCOT, 0.90, 2.0)
    assert recovers(ERCOT, 0.10, 1.9)


def test_vrt_3_virginia_loses_nothing_with_the_settings_of_the_rule_and_all_by_counting() -> None:
    """And the setting is named as one that the rule prohibits."""
    expected = json.loads((VIRGINIA / "expected.json").read_text())
    sags = SagTable(path=VIRGINIA / "sags.csv").read()
    found = [replayed(ERCOT, one, sags) for one in protected_loads(VIRGINIA / "loads.toml")]
    assert {one.load.name: one.lost_kw for one in found} == expected["lost_kw"]
    assert {one.load.name: one.sag for one in found} == expected["lost_at_sag"]
    assert {one.load.name: list(one.mends) for one in found} == expected["mends"]
    assert fastest_loss_kw_per_min(found) == expected["fastest_loss_kw_per_min"]
    assert "prohibited" in found[1].faults[0] and not found[0].faults
    assert not found[1].allowed


def test_a_mend_that_keeps_a_load_on_up_to_a_sag_it_may_leave_at_is_named() -> None:
    """Two sags that must be stayed through, then one of 0.4 s at 0.3 pu that need not be: a load that leaves at the
    second would have stayed as long as it must with the times of the table, though it leaves at the third."""
    sags = [
        Sag(t_s=t_s, v_pu=0.3, duration_s=lasts) for t_s, lasts in ((0, 0.05), (5, 0.2), (9, 0.4))
    ]
    hasty = ProtectedLoad(name="hasty", load_kw=1000.0, under=((0.5, 0.1),))
    found = replayed(ERCOT, hasty, sags)
    assert found.sag == 2 and not found.allowed
    (said,) = found.mends
    assert "under-voltage times" in said and said.endswith("up to sag 3, at which it may leave")
    counts = replace(hasty, under=(), counting=Counting(sags=2, below_pu=0.5, within_s=60.0))
    assert replayed(ERCOT, counts, sags).mends == ("no counting of sags",)


def test_the_sags_of_virginia_lie_in_the_quoted_ranges() -> None:
    """Six in 82 s, 0.25 to 0.40 pu, 42 to 66 ms."""
    sags = SagTable(path=VIRGINIA / "sags.csv").read()
    assert len(sags) == 6 and sags[-1].t_s - sags[0].t_s == 82.0
    assert all(0.25 <= one.v_pu <= 0.40 and 0.042 <= one.duration_s <= 0.066 for one in sags)


def test_the_command_replays_sags_and_leaves_with_three(capsys: pytest.CaptureFixture[str]) -> None:
    """Its keys are a contract."""
    words = ["swing", str(VIRGINIA / "sags.csv"), "--loads", str(VIRGINIA / "loads.toml")]
    assert exit_code([*words, "--rule", "ercot-nogrr282", "--json"]) == 3
    found = json.loads(capsys.readouterr().out)
    assert found["lost_kw"] == 1_500_000.0 and not found["passes"]
    assert set(found["loads"][0]) == {
        "load", "load_kw", "lost_kw", "at_s", "sag", "because", "allowed", "faults", "mends"
    }  # fmt: skip
    assert set(found["sags"][0]) == {"t_s", "v_pu", "duration_s", "must_stay", "stay_s"}
    assert exit_code([*words, "--rule", "ercot-nogrr282"]) == 3
    assert "would have stayed with: no counting of sags" in capsys.readouterr().out
    assert exit_code(words) == 2
    assert exit_code([*words, "--rule", "nobody"]) == 2
    assert "nobody" in capsys.readouterr().err


SAGS = st.lists(
    st.builds(
        Sag, t_s=st.floats(0.0, 300.0), v_pu=st.floats(0.0, 0.95), duration_s=st.floats(0.0, 3.0)
    ),
    max_size=12,
)


@given(sags=SAGS)
def test_a_load_with_the_times_of_the_table_never_leaves_where_it_must_stay(
    sags: list[Sag],
) -> None:
    """Whatever the number of sags."""
    table = tuple((high, stay) for low, high, stay in ERCOT.voltage if high <= 0.9)
    load = ProtectedLoad(name="north", load_kw=1.0, under=table)
    assert replayed(ERCOT, load, sags).allowed


@given(sags=SAGS, extra=SAGS)
def test_more_sags_never_keep_a_load_on(sags: list[Sag], extra: list[Sag]) -> None:
    """A load that left in some sags leaves in those and others too."""
    load = ProtectedLoad(
        name="north", load_kw=1.0, under=((0.5, 0.2),), counting=Counting(sags=3, within_s=60.0)
    )
    assert replayed(ERCOT, load, [*sags, *extra]).lost_kw >= replayed(ERCOT, load, sags).lost_kw


def test_loads_with_the_same_settings_are_one_loss() -> None:
    """Two of 1,500 MW with one setting are more than a grid plans for; with two settings they are not."""
    north, south = (
        ProtectedLoad(name=name, load_kw=1.5e6, under=((0.5, 0.25),)) for name in ("north", "south")
    )
    (both,) = alike(ERCOT, [north, south])
    assert both.names == ("north", "south") and both.load_kw == 3e6 and not both.kept
    apart = alike(ERCOT, [north, replace(south, under=((0.5, 0.3),))])
    assert len(apart) == 2 and all(one.kept for one in apart)


def test_a_trip_faster_than_the_table_is_a_fault_before_any_sag() -> None:
    """Settings are judged without an event too."""
    hasty = ProtectedLoad(name="north", load_kw=1.0, under=((0.85, 0.1),), over=((1.05, 0.5),))
    faults = replayed(ERCOT, hasty, ()).faults
    assert any("trips below 0.85 pu after 0.1 s" in said for said in faults)
    assert any("trips above 1.05 pu" in said for said in faults)


def test_frq_1_a_load_stays_through_the_rates_that_its_code_names() -> None:
    """EirGrid asks for 1 Hz/s."""
    rules = bundled_rules().ride_through
    assert stays_through_rocof(rules["eirgrid-mpid345"], 0.1125) is True
    assert stays_through_rocof(rules["eirgrid-mpid345"], -1.2) is False
    assert stays_through_rocof(ERCOT, 0.1125) is None
