"""A frame holds 4 KiB whatever the number of sites: few whole, many as sums and columns, none forgotten."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.loop.shown.frame import BYTES_MOST, framed
from gridtide.loop.shown.many_sites import COLUMNS

BEGAN = datetime(2026, 3, 1, tzinfo=UTC)
ALARM = {
    "kind": "silent",
    "subject": "meters",
    "said": "does not answer " * 20,
    "since": BEGAN.isoformat(),
}
NAMES = ("import_kw", "facility_kw", "it_kw", "import_max_kw", "plan_import_kw", "export_kw")


def site(number: int, kw: float | None = 81_234.567) -> dict[str, object]:
    """One with a name as long as people make them."""
    values = dict.fromkeys((*NAMES, "renewable_used_kw", "could_less_kw", "price_per_mwh"), kw)
    return {
        "site": f"乌兰察布 second campus, northern hall {number:03}",
        **values,
        "by_class_kw": {f"pre-training of large models {kind}": 1234.567 for kind in range(3)},
    }


def values_of(sites: list[dict[str, object]], alarms: int = 8) -> dict[str, Any]:
    """What a room shows of these sites, on a day on which much goes wrong."""
    risks = [{"job": f"a job with a long name {n}", "slack_s": None} for n in range(8)]
    ages = {f"kind_{number}": 1.5 for number in range(8)}
    shown = {"at": BEGAN.isoformat(), "alarms": [ALARM] * alarms, "at_risk": risks, "ages_s": ages}
    return {**shown, "sites": sites}


@pytest.mark.parametrize("count", [1, 8, 50, 500])
def test_a_frame_is_never_longer_than_it_may_be_and_loses_no_site(count: int) -> None:
    """Sums of all; few stand whole, of many columns in the order of the case as far as they fit."""
    sites = [site(number) for number in range(count)]
    frame = framed(1, BEGAN, values_of(sites))
    assert len(json.dumps(frame.values)) <= BYTES_MOST
    assert frame.sites == tuple(sites)
    fleet: Any = frame.values["fleet"]
    assert fleet["sites"] == count and fleet["import_kw"] == pytest.approx(count * 81_234.567)
    assert fleet["price_per_mwh"] == pytest.approx(81_234.567)
    if count == 1:
        assert frame.values["sites"] == sites and "columns" not in frame.values
        return
    columns: Any = frame.values["columns"]
    assert "sites" not in frame.values
    assert {len(column) for column in columns.values()} <= {count}
    assert list(columns) == list(COLUMNS[: len(columns)])
    assert len(columns) >= {8: len(COLUMNS), 50: 4, 500: 0}[count]
    assert frame.values["left_out"]["alarms"] >= 1  # type: ignore[index]


@given(kws=st.lists(st.none() | st.floats(0.0, 1e6), min_size=20, max_size=60))
def test_a_sum_with_an_unknown_part_is_unknown_and_a_column_is_off_by_its_last_figure(
    kws: list[float | None],
) -> None:
    """Nobody takes silence for nothing drawn."""
    frame = framed(1, BEGAN, values_of([site(number, kw) for number, kw in enumerate(kws)], 0))
    fleet: Any = frame.values["fleet"]
    columns: Any = frame.values["columns"]
    if None in kws:
        assert fleet["import_kw"] is None and fleet["cost_per_h"] is None
    else:
        assert fleet["import_kw"] == pytest.approx(
            sum(kw for kw in kws if kw is not None), abs=1e-3
        )
    for shown, kw in zip(columns["import_kw"], kws, strict=True):
        assert shown is None if kw is None else shown == pytest.approx(kw, rel=1e-3, abs=1e-6)
