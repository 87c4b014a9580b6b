"""Set-points of the grid through a whole course: met from both sides, and what was off is said."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gridtide.case.load import load_case
from gridtide.doors.report.called import called_of
from gridtide.doors.results.document import document_of
from gridtide.simulate.calls import METERED, CallRow
from gridtide.simulate.compare import Comparison
from gridtide.testing import courses

TEXT = (Path(__file__).parents[1] / "fixtures" / "one_day.toml").read_text()
STORE = """
[site.battery]
energy_kwh = 300
charge_max_kw = 100
discharge_max_kw = 100

[[site.pool]]
"""
SUN = """
[[site.supply]]
kind = "solar"
capacity_kw = 300

[[site.pool]]
"""
ASKED = """
[[event]]
name = "high"
kind = "set-point"
site = "here"
issued_at = 2026-03-02T01:00:00+01:00
start = 2026-03-02T03:00:00+01:00
end = 2026-03-02T05:00:00+01:00
setpoint_kw = 100

[[event]]
name = "low"
kind = "set-point"
site = "here"
issued_at = 2026-03-02T08:00:00+01:00
start = 2026-03-02T12:00:00+01:00
end = 2026-03-02T13:00:00+01:00
setpoint_kw = 60

[[event]]
name = "beside"
kind = "set-point"
site = "here"
issued_at = 2026-03-02T10:00:00+01:00
start = 2026-03-02T14:00:00+01:00
end = 2026-03-02T15:00:00+01:00
take_kw = 20
"""
TOO_HIGH = """
[[event]]
name = "too high"
kind = "set-point"
site = "here"
issued_at = 2026-03-02T01:00:00+01:00
start = 2026-03-02T20:00:00+01:00
end = 2026-03-02T22:00:00+01:00
setpoint_kw = 650
"""
LINE_WORK = """
[[event]]
name = "line work"
site = "here"
issued_at = 2026-03-02T00:00:00+01:00
start = 2026-03-02T03:00:00+01:00
end = 2026-03-02T04:00:00+01:00
import_max_kw = 80
"""


def compared(folder: Path, events: str, *policies: str, with_: str = STORE) -> Comparison:
    """The day with some set-points under some policies."""
    path = folder / "case.toml"
    path.write_text(TEXT.replace("[[site.pool]]", with_, 1) + events)
    return courses.compared(load_case(path), *policies)


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    """Run at once and coordinated, with a store."""
    return compared(tmp_path_factory.mktemp("case"), ASKED, "run-at-once", "coordinated")


def row(comparison: Comparison, policy: str, name: str) -> CallRow:
    """What became of one set-point."""
    settlement = comparison.of(policy)
    assert settlement is not None
    (found,) = [one for one in settlement.calls if one.event.name == name]
    return found


def test_work_and_store_meet_set_points_from_both_sides(day: Comparison) -> None:
    """To the kilowatt, above and below what is drawn else, of an absolute power and beside the baseline."""
    for name, minutes in (("high", 120), ("low", 60), ("beside", 60)):
        held = row(day, "coordinated", name).held
        assert held is not None and held.asked_min == minutes
        assert held.mean_off_kw == pytest.approx(0.0, abs=0.5)
        assert held.above_min == held.below_min == 0.0


def test_a_store_meets_a_set_point_whatever_a_policy_tells_it(day: Comparison) -> None:
    """As far as it has room and energy; a policy that plans nothing is held by it too."""
    held = row(day, "run-at-once", "high").held
    assert held is not None and held.mean_off_kw is not None and held.mean_off_kw < 60.0


def test_a_set_point_is_neither_paid_nor_a_limit_and_takes_no_promise_back(day: Comparison) -> None:
    """Measured by the meter alone; nothing of its cost is in the total."""
    for settlement in day.settlements:
        assert settlement.promises.missed_deadlines == 0
        assert "calls of the grid" not in dict(settlement.parts)
    found = row(day, "coordinated", "high")
    assert found.baseline == METERED and found.share == 1.0


def test_results_and_report_say_how_far_off_and_on_which_side(day: Comparison) -> None:
    """Keys are a contract; the report says it in words and shades the window."""
    document = document_of(day, "report.html")
    (told,) = [one for one in document["runs"] if one["policy"] == "coordinated"]
    high = told["calls"][0]
    assert set(high["off"]) == {
        "asked_min",
        "above_min",
        "below_min",
        "most_above_kw",
        "most_below_kw",
        "above_kwh",
        "below_kwh",
        "mean_off_kw",
        "limited_min",
    }
    (course,) = [one for one in day.courses if one.policy == "coordinated"]
    shaded = called_of(day, course, day.study.fleet.sites[0])
    assert shaded[0]["limit_kw"] == 100.0
    assert shaded[0]["says"].startswith("draws 100 kW; 0.0 kW off on the mean of 120 min")
    assert any("high, coordinated: met from both sides" in note for note in document["notes"])


def test_a_site_with_nothing_to_raise_its_load_says_what_falls_short(tmp_path: Path) -> None:
    """Without a store, after all work: below for the whole time, told in results, and nothing breaks."""
    told = compared(tmp_path, TOO_HIGH, "coordinated", with_="[[site.pool]]")
    held = row(told, "coordinated", "too high").held
    assert held is not None
    assert held.below_min == held.asked_min == 120.0
    assert held.most_below_kw > 400.0
    (said,) = [
        note for note in document_of(told, "report.html")["notes"] if note.startswith("too high")
    ]
    assert "below for 120 min" in said and "drew no more" in said


def test_own_supply_is_left_unused_where_a_set_point_asks_for_more(tmp_path: Path) -> None:
    """It is of the meter: without a store, sun gives way, and no more of it than that takes."""
    noon = ASKED.split("[[event]]")[2].replace("setpoint_kw = 60", "setpoint_kw = 200")
    told = compared(tmp_path, "[[event]]" + noon, "coordinated", with_=SUN)
    held = row(told, "coordinated", "low").held
    free = compared(tmp_path, "", "coordinated", with_=SUN)
    inside = slice(48, 52)
    unused = told.courses[0].telemetry.unused_supply_kw[0, inside]
    drawn = told.courses[0].telemetry.import_kw[0, inside]
    assert (free.courses[0].telemetry.import_kw[0, inside] < 199.0).any()
    assert held is not None and held.above_min == 0.0
    assert (unused > 1.0).any()
    assert (
        (drawn >= 198.0) | (told.courses[0].telemetry.supply_kw[0, inside] - unused < 1.0)
    ).all()


def test_a_tighter_limit_wins_and_it_is_said(tmp_path: Path) -> None:
    """No step of it is above the limit; the row says for how long less was left than asked."""
    told = compared(tmp_path, ASKED + LINE_WORK, "coordinated")
    held = row(told, "coordinated", "high").held
    assert held is not None and held.limited_min == 60.0
    drawn = told.courses[0].telemetry.import_kw[0, 12:20]
    np.testing.assert_allclose(drawn, [80.0] * 4 + [100.0] * 4, atol=0.5)
    notes = document_of(told, "report.html")["notes"]
    assert "high asks for 100 kW while line work leaves 80: the limit holds" in notes
    assert any("a limit left less for 60 min" in note for note in notes)


def test_a_set_point_that_is_taken_back_is_told_until_then(tmp_path: Path) -> None:
    """Its row counts the time in which it held; afterwards the site is free again."""
    study = load_case(_written(tmp_path))
    high = study.events[0]
    gone = replace(high, taken_back_at=high.start.replace(minute=0) + (high.end - high.start) / 2)
    changed = replace(study, events=(gone, *study.events[1:]))
    told = courses.compared(changed, "coordinated")
    held = row(told, "coordinated", "high").held
    assert held is not None and held.asked_min == 60.0
    assert held.mean_off_kw == pytest.approx(0.0, abs=0.5)


@pytest.mark.parametrize(
    "planning",
    [
        'forecaster = "ridge"\nuncertainty = "chance"\nconfidence = 0.8',
        'forecaster = "ridge"\nuncertainty = "cvar"\nscenarios = 2',
        "telescope = [[16, 15], [20, 60]]",
    ],
)
def test_plans_of_every_kind_meet_a_set_point(tmp_path: Path, planning: str) -> None:
    """With margins, over courses of signals, and through a telescope."""
    text = TEXT.replace("plan_h = 24", f"plan_h = 24\n{planning}")
    path = tmp_path / "case.toml"
    path.write_text(text.replace("[[site.pool]]", STORE, 1) + ASKED)
    told = courses.compared(load_case(path), "coordinated")
    for name in ("high", "low"):
        held = row(told, "coordinated", name).held
        assert held is not None and held.mean_off_kw == pytest.approx(0.0, abs=2.0)


def _written(folder: Path) -> Path:
    path = folder / "case.toml"
    path.write_text(TEXT.replace("[[site.pool]]", STORE, 1) + ASKED)
    return path
