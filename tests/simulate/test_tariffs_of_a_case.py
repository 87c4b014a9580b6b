"""Coincident peaks, least demand and limits that move: in the plan, in the twin, on the bill and in the bound."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from gridtide.case.load import load_case
from gridtide.finding import BadInput
from gridtide.fleet.alerted import alerted
from gridtide.fleet.contract import CoincidentPeak, Contract, ImportLimit, PeakAlert
from gridtide.simulate.compare import Comparison
from gridtide.simulate.study import Study
from gridtide.testing import courses

CASE = (Path(__file__).parents[1] / "fixtures" / "one_day.toml").read_text()
NOON = {
    "start": datetime(2026, 3, 2, 11, tzinfo=UTC),
    "end": datetime(2026, 3, 2, 12, tzinfo=UTC),
    "charge_per_kw": 3.0,
}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A day of one site whose cheapest hours are at noon."""
    path = tmp_path_factory.mktemp("tariffs") / "case.toml"
    path.write_text(CASE)
    return load_case(path)


def under(study: Study, contract: Contract) -> Comparison:
    """The study with another contract at its site, run."""
    (site,) = study.fleet.sites
    fleet = replace(study.fleet, sites=(replace(site, contract=contract),))
    changed = replace(study, fleet=fleet)
    return courses.compared(changed, "run-at-once", "coordinated", "perfect-foresight")


def imports_kw(found: Comparison) -> dict[str, np.ndarray]:
    """Metered import by policy."""
    return {course.policy: course.telemetry.import_kw[0] for course in found.courses}


def contract_of(study: Study) -> Contract:
    """The contract as the case has it."""
    return study.fleet.sites[0].contract


def at_noon_utc(study: Study) -> slice:
    """The steps of the peak."""
    first = study.timeline.step_holding(NOON["start"])  # type: ignore[arg-type]
    return slice(first, first + 4)


def test_a_known_peak_is_planned_around_settled_by_hand_and_bounded(study: Study) -> None:
    """Less is drawn in it than without the charge; the bill is the mean import over it; nobody costs less than the
    bound."""
    free = under(study, contract_of(study))
    peak = CoincidentPeak(**NOON)  # type: ignore[arg-type]
    charged = under(study, replace(contract_of(study), peaks=(peak,)))
    inside = at_noon_utc(study)
    assert imports_kw(charged)["coordinated"][inside].mean() < (
        imports_kw(free)["coordinated"][inside].mean()
    )
    for settled in charged.settlements:
        drawn_kw = imports_kw(charged)[settled.policy][inside].mean()
        assert dict(settled.parts)["coincident peaks"] == pytest.approx(3.0 * drawn_kw)
        assert charged.bound is not None and settled.total_cost >= charged.bound - 1e-6
        assert settled.promises.missed_deadlines == 0
    assert "coincident peaks" not in dict(free.settlements[0].parts)


def test_a_peak_that_did_not_come_is_not_charged_and_perfect_foresight_knows_it(
    study: Study,
) -> None:
    """Its course is that of no peak at all; the bound holds."""
    free = under(study, contract_of(study))
    never = CoincidentPeak(**NOON, likelihood=0.9, came=False)  # type: ignore[arg-type]
    found = under(study, replace(contract_of(study), peaks=(never,)))
    for settled in found.settlements:
        assert dict(settled.parts)["coincident peaks"] == 0.0
        assert found.bound is not None and settled.total_cost >= found.bound - 1e-6
    same = imports_kw(found)["perfect-foresight"], imports_kw(free)["perfect-foresight"]
    assert np.array_equal(*same)


def alerted_noon(came: bool, *said: tuple[int, float], likelihood: float = 0.0) -> CoincidentPeak:
    """The peak at noon, of which something is said at hours of the day (UTC)."""
    alerts = tuple(
        PeakAlert(at=datetime(2026, 3, 2, hour, tzinfo=UTC), likelihood=likely)
        for hour, likely in said
    )
    return CoincidentPeak(**NOON, likelihood=likelihood, came=came, alerts=alerts)  # type: ignore[arg-type]


def test_an_announced_peak_is_avoided_from_its_alert_on(study: Study) -> None:
    """At eight it is sure: four fifths of what knowing from the start saves are saved; who hears nothing draws on."""
    inside = at_noon_utc(study)
    drawn_kw = {
        name: imports_kw(under(study, replace(contract_of(study), peaks=(peak,))))["coordinated"]
        for name, peak in {
            "unheard": alerted_noon(True),
            "alerted": alerted_noon(True, (8, 1.0)),
            "known": alerted_noon(True, likelihood=1.0),
        }.items()
    }
    unheard, heard, known = (
        drawn_kw[name][inside].mean() for name in ("unheard", "alerted", "known")
    )
    assert unheard - heard >= 0.8 * (unheard - known) > 30.0


def test_no_decision_hears_an_alert_before_it_is_said(study: Study) -> None:
    """Until eight the course is that of a day without alerts, and it is called off as it was called."""
    contract = contract_of(study)
    quiet = imports_kw(under(study, replace(contract, peaks=(alerted_noon(True),))))["coordinated"]
    said = alerted_noon(True, (8, 0.9), (9, 0.0))
    heard = imports_kw(under(study, replace(contract, peaks=(said,))))["coordinated"]
    eight = study.timeline.step_holding(datetime(2026, 3, 2, 8, tzinfo=UTC))
    assert np.array_equal(heard[:eight], quiet[:eight])


def test_the_fleet_stays_the_same_object_until_the_next_alert(study: Study) -> None:
    """What was read of it stands; nothing of later alerts is in it."""
    (site,) = study.fleet.sites
    contract = replace(site.contract, peaks=(alerted_noon(True, (8, 0.3), (10, 0.8)),))
    fleet = replace(study.fleet, sites=(replace(site, contract=contract),))
    at = [alerted(fleet, datetime(2026, 3, 2, hour, tzinfo=UTC)) for hour in (7, 8, 9, 10)]
    assert [one.sites[0].contract.peaks[0].likelihood for one in at] == [0.0, 0.3, 0.3, 0.8]
    assert all(one.sites[0].contract.peaks[0].alerts == () for one in at)
    assert at[1] is at[2] and alerted(study.fleet, NOON["end"]) is study.fleet  # type: ignore[arg-type]


def test_alerts_that_come_too_late_or_twice_are_said(tmp_path: Path) -> None:
    """Both at once."""
    wrong = """
[site.contract]
import_max_kw = 700
[[site.contract.peak]]
start = 2026-03-02T11:00:00Z
end = 2026-03-02T12:00:00Z
charge_per_kw = 3
alert = [
  { at = 2026-03-02T12:00:00Z, likelihood = 0.5 },
  { at = 2026-03-02T08:00:00Z, likelihood = 0.5 },
  { at = 2026-03-02T09:00:00+01:00, likelihood = 0.7 },
]
"""
    path = tmp_path / "case.toml"
    plain = CASE.replace("contract = { import_max_kw = 700, demand_charge_per_kw_month = 5 }", "")
    path.write_text(plain.replace("[[site.pool]]", f"{wrong}\n[[site.pool]]"))
    with pytest.raises(BadInput) as refused:
        load_case(path)
    said = str(refused.value)
    assert "peak[1].alert[1].at" in said and "one alert at an instant" in said


def test_an_import_limit_that_moves_binds_plan_and_twin(study: Study) -> None:
    """From noon to two on the local clock no policy draws more than 150 kW."""
    limit = ImportLimit(import_max_kw=150.0, from_hour=12.0, to_hour=14.0)
    found = under(study, replace(contract_of(study), limits=(limit,)))
    hour = np.asarray(
        [moment.hour for moment in study.timeline.local_times(study.fleet.sites[0].clock)]
    )
    held = (hour >= 12) & (hour < 14)
    for drawn_kw in imports_kw(found).values():
        assert drawn_kw[held].max() <= 150.0 + 1e-6
    assert all(settled.promises.missed_deadlines == 0 for settled in found.settlements)


def test_below_the_least_demand_nothing_is_saved_and_nothing_is_spent_on_it(study: Study) -> None:
    """The charge is that of the least demand; without a peak to shave the energy costs no more than with one."""
    dear = replace(contract_of(study), demand_charge_per_kw_month=5.0)
    shaved, floored = under(study, dear), under(study, replace(dear, demand_least_kw=700.0))
    for settled in floored.settlements:
        assert dict(settled.parts)["demand charge"] == pytest.approx(5.0 * 700.0)
        assert floored.bound is not None and settled.total_cost >= floored.bound - 1e-6
    energy = [dict(one.settlements[1].parts)["energy"] for one in (shaved, floored)]
    assert energy[1] <= energy[0] + 1e-9


def test_what_exceeds_a_contracted_load_costs_its_factor_in_plan_bill_and_bound(
    study: Study,
) -> None:
    """Twice the charge above 150 kW, the charge for 150 kW in any case; the dearer overrun is never the higher peak."""
    alike = replace(contract_of(study), demand_charge_per_kw_month=5.0, demand_least_kw=150.0)
    twice = replace(alike, demand_over_factor=2.0)
    plain, found = under(study, alike), under(study, twice)
    for settled in found.settlements:
        peak_kw = float(imports_kw(found)[settled.policy].max())
        charge = 5.0 * (150.0 + 2.0 * max(0.0, peak_kw - 150.0))
        assert dict(settled.parts)["demand charge"] == pytest.approx(charge)
        assert found.bound is not None and settled.total_cost >= found.bound - 1e-6
    best = [imports_kw(one)["perfect-foresight"].max() for one in (plain, found)]
    assert best[1] <= best[0] + 1e-6
    gap = found.settlements[2].total_cost - (found.bound or 0.0)
    assert gap <= 0.05 * found.settlements[2].total_cost


def test_wrong_tariffs_of_a_case_are_all_said(tmp_path: Path) -> None:
    """Hours that end before they begin, limits above the connection, peaks that overlap."""
    wrong = """
[[site.contract.limit]]
import_max_kw = 900
from_hour = 20
to_hour = 6

[[site.contract.limit]]
import_max_kw = 1

[[site.contract.peak]]
start = 2026-03-02T12:00:00+01:00
end = 2026-03-02T11:00:00+01:00
charge_per_kw = 1

"""
    at = CASE.index("[[site.pool]]")
    text = CASE.replace("demand_charge_per_kw_month = 5", "demand_least_kw = 701")
    contract = "contract = { import_max_kw = 700, demand_least_kw = 701 }"
    assert contract in text
    text = text.replace(contract, "")
    at = text.index("[[site.pool]]")
    table = "[site.contract]\nimport_max_kw = 700\ndemand_least_kw = 701\n"
    (tmp_path / "case.toml").write_text(text[:at] + table + wrong + text[at:])
    with pytest.raises(BadInput) as error:
        load_case(tmp_path / "case.toml")
    told = str(error.value)
    for part in ("limit[1].to_hour", "limit[1].import_max_kw", "limit[2].import_max_kw",
                 "peak[1].end", "demand_least_kw"):  # fmt: skip
        assert part in told
