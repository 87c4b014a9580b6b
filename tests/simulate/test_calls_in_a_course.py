"""Calls of the grid through a whole course: answered once issued, kept, measured, settled."""

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from gridtide.case.load import load_case
from gridtide.decide.event import NO_LIMIT_KW, EventKind
from gridtide.doors.report.called import called_of
from gridtide.doors.results.calls import calls_of
from gridtide.doors.results.document import document_of
from gridtide.loop.world import Telemetry
from gridtide.settle.promises import Cause
from gridtide.simulate.calls import NONE, WITHOUT, CallRow, drawn_of, most_paid
from gridtide.simulate.compare import Comparison
from gridtide.testing import courses
from gridtide.timeline import epoch_s

TEXT = (Path(__file__).parents[1] / "fixtures" / "one_day.toml").read_text()
STORE = """
[site.battery]
energy_kwh = 300
charge_max_kw = 100
discharge_max_kw = 100

[[site.pool]]
"""
CALLS = """
[[event]]
name = "less"
kind = "demand-response"
site = "here"
issued_at = 2026-03-02T13:00:00+01:00
start = 2026-03-02T16:00:00+01:00
end = 2026-03-02T17:00:00+01:00
reduce_kw = 20
payment_per_mwh = 900
recover_h = 1

[[event]]
name = "more"
kind = "absorb"
site = "here"
issued_at = 2026-03-02T01:00:00+01:00
answer_by = 2026-03-02T03:00:00+01:00
start = 2026-03-02T03:00:00+01:00
end = 2026-03-02T05:00:00+01:00
take_kw = 60
payment_per_mwh = 700

[[event]]
name = "order"
kind = "orderly-use"
site = "here"
issued_at = 2026-03-02T10:00:00+01:00
start = 2026-03-02T12:00:00+01:00
end = 2026-03-02T13:00:00+01:00
import_max_kw = 60
penalty_per_mwh = 900
recover_h = 1

[[event]]
name = "line work"
site = "here"
issued_at = 2026-03-02T01:00:00+01:00
start = 2026-03-02T20:00:00+01:00
end = 2026-03-02T22:00:00+01:00
import_max_kw = 150

[[event]]
name = "warning"
kind = "alert"
site = "here"
start = 2026-03-02T18:00:00+01:00
end = 2026-03-02T19:00:00+01:00
"""


def compared(folder: Path, *policies: str, planning: str = "") -> Comparison:
    """The day with its calls under some policies."""
    path = folder / "case.toml"
    text = TEXT.replace("[[site.pool]]", STORE, 1).replace(", demand_charge_per_kw_month = 5", "")
    path.write_text(text.replace("plan_h = 24", f"plan_h = 24\n{planning}") + CALLS)
    return courses.compared(load_case(path), *policies)


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    """Run at once and coordinated."""
    return compared(tmp_path_factory.mktemp("case"), "run-at-once", "coordinated")


def row(comparison: Comparison, policy: str, name: str) -> CallRow:
    """What became of one call."""
    settlement = comparison.of(policy)
    assert settlement is not None
    (found,) = [one for one in settlement.calls if one.event.name == name]
    return found


def test_every_call_but_a_warning_has_a_row_in_the_order_of_the_case(day: Comparison) -> None:
    """Measured against the same policy without the calls; a limit alone has no baseline."""
    for settlement in day.settlements:
        assert [one.event.name for one in settlement.calls] == [
            "less",
            "more",
            "order",
            "line work",
        ]
        assert [one.baseline for one in settlement.calls] == [WITHOUT, WITHOUT, WITHOUT, NONE]
        assert settlement.calls[3].settled.above_limit_kwh == 0.0
        assert calls_of(settlement)[3]["asked_kwh"] is None


def test_the_report_shades_every_call_from_its_issue_to_the_end_of_its_recovery(
    day: Comparison,
) -> None:
    """Stretches lie inside the course, one behind the other; a call that was declined has its window alone."""
    shown = {course.policy: course for course in day.courses}
    site, edges_s = day.study.fleet.sites[0], day.study.timeline.edges_s
    found = {one["name"]: one for one in called_of(day, shown["coordinated"], site)}
    assert list(found) == ["less", "more", "order", "line work", "warning"]
    for one in found.values():
        times = [moment for _, begins, ends in one["phases"] for moment in (begins, ends)]
        assert times == sorted(times) and edges_s[0] <= times[0] and times[-1] <= edges_s[-1]
    order = day.study.events[2]
    assert found["order"]["phases"] == [
        ("prepare", epoch_s(order.issued_at), epoch_s(order.start)),
        ("hold", epoch_s(order.start), epoch_s(order.end)),
        ("recover", epoch_s(order.end), epoch_s(order.end) + 3600),
    ]
    assert "more agreed" in found["more"]["says"] and "delivered" in found["more"]["says"]
    assert found["line work"]["says"].startswith("at most 150 kW")
    plain = {one["name"]: one for one in called_of(day, shown["run-at-once"], site)}
    assert plain["less"]["declined"] and [one[0] for one in plain["less"]["phases"]] == ["hold"]
    assert found["warning"]["says"] == "a warning, which asks for nothing"


def test_the_report_says_of_a_limit_of_export_what_may_be_fed_in(day: Comparison) -> None:
    """It has no row, for it is neither paid nor owed; it was heard all the same."""
    study, course = day.study, day.courses[0]
    storm = replace(study.events[3], kind=EventKind.EXPORT_LIMIT, name="storm", import_max_kw=NO_LIMIT_KW,
                    export_max_kw=1000.0)  # fmt: skip
    called = replace(day, study=replace(study, events=(*study.events, storm)))
    told = called_of(called, course, study.fleet.sites[0])[-1]
    assert told["says"] == "feeds in at most 1,000 kW" and not told["declined"]


def test_a_policy_that_weighs_no_calls_declines_what_it_may_and_holds_what_it_must(
    day: Comparison,
) -> None:
    """And says so."""
    assert row(day, "run-at-once", "less").share == 0.0
    assert "weighs no calls" in row(day, "run-at-once", "more").reason
    assert row(day, "run-at-once", "order").settled.above_limit_kwh == 0.0


def test_a_well_paid_call_is_taken_delivered_and_paid(day: Comparison) -> None:
    """To draw more at night by its store; no promise is missed for it."""
    more = row(day, "coordinated", "more")
    assert more.share > 0.5 and more.settled.payment > 0.0
    assert more.settled.performance is not None and more.settled.performance > 0.9
    for settlement in day.settlements:
        assert Cause.UNEXPLAINED not in settlement.promises.missed


def test_a_mandatory_limit_holds_and_owes_nothing(day: Comparison) -> None:
    """Under every policy."""
    for course in day.courses:
        order = row(day, course.policy, "order")
        start, end = (epoch_s(moment) for moment in (order.event.start, order.event.end))
        timeline = day.study.timeline
        inside = (timeline.starts_s >= start) & (timeline.ends_s <= end)
        assert course.telemetry.import_kw[0][inside].max() <= 60.0 + 1e-6
        assert order.settled.penalty == 0.0 and order.reason == "mandatory"


def test_the_total_cost_holds_what_calls_paid_and_owed(day: Comparison) -> None:
    """As one part, by cause."""
    for settlement in day.settlements:
        money = sum(one.settled.penalty - one.settled.payment for one in settlement.calls)
        assert dict(settlement.parts)["calls of the grid"] == pytest.approx(money)


def test_nothing_that_happens_before_a_call_is_issued_depends_on_it(day: Comparison) -> None:
    """Every meter reads the same to the byte until then, with the calls and without."""
    first = min(epoch_s(row(day, "coordinated", name).event.issued_at) for name in ("less", "more"))
    before = day.study.timeline.ends_s <= first
    for course in day.courses:
        assert course.without_calls is not None
        for field in fields(Telemetry):
            seen = getattr(course.telemetry, field.name)
            if not isinstance(seen, np.ndarray) or not seen.size:
                continue
            other = getattr(course.without_calls, field.name)
            assert seen[..., before].tobytes() == other[..., before].tobytes(), field.name


def test_what_is_absorbed_is_work_and_stores_not_power_burnt(day: Comparison) -> None:
    """The same work draws the same but for restarts; what more is drawn is that, and what the store lost on the way."""
    course, hours = day.courses[1], day.study.timeline.hours
    assert course.without_calls is not None
    seen, plain = course.telemetry, course.without_calls
    work = [float((one.class_kw * hours).sum()) for one in (plain, seen)]
    restarts_kwh = work[1] - work[0]
    jobs, ran = day.study.jobs, course.executed.job
    again = np.asarray([job in ran[:place] for place, job in enumerate(ran)])
    each_h = jobs.restart_s[ran[again]] / 3600.0 + hours[0]
    assert restarts_kwh <= float((jobs.accelerators[ran[again]] * 1.2 * each_h).sum())
    more_kwh = float(((seen.import_kw - plain.import_kw) * hours).sum())
    lost_kwh = 0.1 * float((seen.charge_kw * hours).sum())
    left_kwh = float((seen.soc_kwh - plain.soc_kwh)[0, -1])
    assert more_kwh <= lost_kwh + left_kwh + 1.4 * restarts_kwh + 0.01 * float(
        (plain.import_kw * hours).sum()
    )


def test_own_supply_that_is_thrown_away_absorbs_nothing(day: Comparison) -> None:
    """Of a call to absorb, the meter counts less what own supply was left unused."""
    seen = day.courses[1].telemetry
    spoilt = replace(
        seen, import_kw=seen.import_kw + 50.0, unused_supply_kw=seen.unused_supply_kw + 50.0
    )
    event = row(day, "coordinated", "more").event
    assert drawn_of(day.study, spoilt, event) == pytest.approx(drawn_of(day.study, seen, event))


def test_the_keys_of_a_call_in_results_are_a_contract(day: Comparison) -> None:
    """And its sentence stands among the notes."""
    assert list(calls_of(day.settlements[1])[0]) == [
        "call",
        "kind",
        "site",
        "issued_at",
        "start",
        "end",
        "mandatory",
        "rank",
        "agreed_share",
        "reason",
        "cost_per_mwh",
        "baseline",
        "performance",
        "asked_kwh",
        "agreed_kwh",
        "delivered_kwh",
        "above_limit_kwh",
        "in_band",
        "beyond_band",
        "rebound_kw",
        "payment",
        "penalty",
        "missed_by_cause",
    ]
    document = document_of(day, "")
    assert [len(one["calls"]) for one in document["runs"]] == [4, 4]
    assert any(note.startswith("more, coordinated: taken") for note in document["notes"])


@pytest.mark.parametrize(
    "planning",
    [
        'forecaster = "ridge"\nuncertainty = "chance"\nconfidence = 0.8',
        'forecaster = "ridge"\nuncertainty = "cvar"\nscenarios = 2',
        "telescope = [[16, 15], [20, 60]]",
    ],
)
def test_plans_of_every_kind_keep_what_was_agreed(tmp_path: Path, planning: str) -> None:
    """With margins, over courses of signals, and through a telescope."""
    found = compared(tmp_path, "coordinated", planning=planning)
    more = row(found, "coordinated", "more")
    assert more.share > 0.5
    assert more.settled.performance is not None and more.settled.performance > 0.8


def test_no_policy_that_is_paid_for_calls_falls_below_the_bound(tmp_path: Path) -> None:
    """The bound takes off all that calls may pay; with foresight every call is known from the start."""
    found = compared(tmp_path, "run-at-once", "coordinated", "perfect-foresight")
    assert found.bound is not None
    assert all(one.total_cost >= found.bound for one in found.settlements)
    assert most_paid(found.study) == pytest.approx(0.02 * 900.0 + 2 * 0.06 * 700.0)
    assert row(found, "perfect-foresight", "more").share > 0.5
