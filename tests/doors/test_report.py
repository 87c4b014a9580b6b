"""The report: what it tells, by which stated rule it leaves things out, and how large it may grow."""

import json
import re
from dataclasses import fields, replace
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gridtide.doors.report.curves import STEPS_MAX, expected_day_before, thin, thinning_of
from gridtide.doors.report.decisions import DECISIONS_SHOWN, OF_ONE_KIND, decisions_of
from gridtide.doors.report.page import MODULES, report_html
from gridtide.doors.report.payload import payload_of
from gridtide.doors.report.work import (
    JOBS_SHOWN,
    LEAST_OF_A_CLASS,
    RUNS_SHOWN,
    at_risk_of,
    gantt_of,
    margins_of,
    sample,
)
from gridtide.doors.results.document import document_of
from gridtide.fleet.contract import Exposure
from gridtide.fleet.jobs import NO_DEADLINE_S
from gridtide.loop.world import Telemetry
from gridtide.signals.history import History, known
from gridtide.signals.signal import Kind
from gridtide.simulate.compare import Comparison
from gridtide.simulate.course import Course, Executed
from gridtide.simulate.truth import Truth
from gridtide.testing.courses import compared
from gridtide.testing.studies import START, small_study
from gridtide.timeline import instant, regular

IMPORT = re.compile(r'^import \{ ([^}]*) \} from "\./[a-z_]+\.js";\n', re.MULTILINE)
SHARED = {
    "COST",
    "DARK",
    "FAINT",
    "GRID",
    "GROUND",
    "INK",
    "PALETTE",
    "PRICE",
    "SECOND",
    "SITES",
    "THEME",
    "TOOLTIP",
}
"""Inks that pages take from `theme.js`."""


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    """Two sites, a service, a battery and 60 jobs for two days."""
    return compared(small_study(1, hours=48, jobs=60))


def payload(comparison: Comparison) -> dict[str, Any]:
    """As the page gets it: through JSON, without NaN."""
    found = payload_of(comparison, document_of(comparison, "report.html"))
    read: dict[str, Any] = json.loads(json.dumps(found, allow_nan=False))
    return read


def stretched(comparison: Comparison, step: timedelta, steps: int) -> Comparison:
    """The same curves repeated over a longer timeline."""
    timeline = regular(START, step, steps)

    def longer(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        return values[..., np.arange(steps) % values.shape[-1]] if values.size else values

    def of(course: Course) -> Course:
        seen = course.telemetry
        columns: dict[str, Any] = {
            field.name: longer(getattr(seen, field.name))
            for field in fields(Telemetry)
            if field.name not in ("timeline", "finished")
        }
        return replace(
            course,
            telemetry=replace(seen, timeline=timeline, **columns),
            position_kw=np.zeros((2, steps)),
        )

    truth = comparison.truth
    return replace(
        comparison,
        study=replace(comparison.study, timeline=timeline),
        truth=replace(
            truth, **{field.name: longer(getattr(truth, field.name)) for field in fields(Truth)}
        ),
        courses=tuple(of(course) for course in comparison.courses),
    )


def test_a_mean_over_steps_keeps_the_energy() -> None:
    """Whole blocks and the rest at the end; unknown stays unknown."""
    values = np.asarray([1.0, 3.0, 5.0, 7.0, 10.0])
    assert thin(values, 2) == [2.0, 6.0, 10.0]
    assert thin(values, 2, highest=True) == [3.0, 7.0, 10.0]
    assert thin(np.asarray([1.0, np.nan, 4.0]), 2) == [None, 4.0]
    assert thin(values, 1) == [1.0, 3.0, 5.0, 7.0, 10.0]


@pytest.mark.parametrize(
    ("step_min", "days"), [(15, 7), (15, 31), (5, 31), (5, 365), (60, 365), (30, 366)]
)
def test_a_long_study_is_thinned_to_blocks_that_divide_a_day(
    step_min: int, days: int, comparison: Comparison
) -> None:
    """As fine as the page carries, and every day looks the same."""
    steps = days * 24 * 60 // step_min
    study = replace(comparison.study, timeline=regular(START, timedelta(minutes=step_min), steps))
    found = thinning_of(study)
    assert steps / found.block <= STEPS_MAX
    assert (24 * 60 // step_min) % found.block == 0
    assert (found.note is None) == (found.block == 1)
    assert found.block == 1 or steps / (found.block / 2) > STEPS_MAX / 2


def test_a_year_of_five_minutes_makes_a_page_of_bounded_size(comparison: Comparison) -> None:
    """Below three megabytes, the chart library included, and it says how it was thinned."""
    long = stretched(comparison, timedelta(minutes=5), 105_120)
    found = payload(long)
    assert len(found["starts"]) <= STEPS_MAX
    assert "means of" in found["thinning"]
    assert len(report_html(found)) < 3_000_000
    north = found["sites"][1]
    assert len(north["import_kw"]) == len(found["starts"]) == len(north["import_highest_kw"])
    assert max(north["import_highest_kw"]) == pytest.approx(north["peak_kw"], rel=1e-4)


def test_the_mean_day_is_the_mean_over_the_hours_of_the_sites_clock(
    comparison: Comparison,
) -> None:
    """Its mean is the mean of the whole period where every hour is there as often; short studies have none."""
    assert payload(comparison)["sites"][0]["mean_day"] is None
    long = stretched(comparison, timedelta(minutes=15), 4 * 24 * 4)
    site = payload(long)["sites"][0]
    imported = long.courses[1].telemetry.import_kw[0]
    assert np.mean(site["mean_day"]["import_kw"]) == pytest.approx(imported.mean(), rel=1e-3)
    local = np.asarray([moment.hour for moment in long.study.timeline.local_times("Europe/Berlin")])
    assert site["mean_day"]["import_kw"][7] == pytest.approx(imported[local == 7].mean(), rel=1e-3)


def test_a_year_opens_on_its_first_weeks(comparison: Comparison) -> None:
    """A year of daily waves on a screen is a bar of ink; jobs are sampled from the stretch that is shown."""
    assert payload(comparison)["opening"] is None
    long = stretched(comparison, timedelta(minutes=15), 60 * 96)
    found = payload(long)
    assert found["opening"] == found["starts"][0] + 28 * 86_400
    assert "released in the first 28 days" in found["jobs"]["rule"]


def test_many_jobs_are_sampled_by_the_rule_the_page_states(comparison: Comparison) -> None:
    """Broken promises first, some of every class, then the largest; ordered by class and arrival."""
    study, course = comparison.study, comparison.courses[1]
    broken = np.flatnonzero(course.promised)[:2]
    ended_s = course.ended_s.copy()
    ended_s[broken] = study.jobs.deadline_s[broken] + 60
    chosen = sample(study, replace(course, ended_s=ended_s))
    assert len(chosen) == JOBS_SHOWN == len(set(chosen.tolist()))
    assert set(broken.tolist()) <= set(chosen.tolist())
    kinds = np.bincount(study.jobs.work_class[chosen], minlength=2)
    assert (kinds >= LEAST_OF_A_CLASS).all()
    assert gantt_of(study, course)["rule"].startswith(f"{JOBS_SHOWN} of 60 jobs: ")
    keys = list(zip(study.jobs.work_class[chosen], study.jobs.release_s[chosen], strict=True))
    assert keys == sorted(keys)


def test_a_job_in_a_thousand_pieces_keeps_its_row_short(comparison: Comparison) -> None:
    """The shortest gaps are closed; begin and end stay."""
    study, course = comparison.study, comparison.courses[1]
    pieces = 500
    start_s = int(study.timeline.edges_s[0]) + 120 * np.arange(pieces)
    ran = Executed(
        job=np.zeros(pieces, dtype=np.int64),
        place=np.zeros(pieces, dtype=np.int64),
        point=np.zeros(pieces, dtype=np.int64),
        start_s=start_s,
        end_s=start_s + 60,
    )
    rows = gantt_of(study, replace(course, executed=ran, done_s=course.done_s + 10**7))["rows"]
    (row,) = [row for row in rows if row["runs"]]
    assert len(row["runs"]) == RUNS_SHOWN
    assert row["runs"][0][0] == start_s[0] and row["runs"][-1][1] == start_s[-1] + 60


def test_margins_count_every_job_with_a_deadline_in_the_period_once(
    comparison: Comparison,
) -> None:
    """Late ones in a class of their own."""
    found = margins_of(comparison.study, list(comparison.courses))
    due = int((comparison.study.jobs.deadline_s <= comparison.study.timeline.edges_s[-1]).sum())
    for course in comparison.courses:
        assert sum(found["rows"][course.policy]) == due
        late = comparison.of(course.policy)
        assert late is not None
        missed = late.promises.missed_deadlines + late.promises.late_unpromised
        assert found["rows"][course.policy][0] == missed


def test_jobs_at_risk_are_told_with_their_answer() -> None:
    """How many, and what the first ones were told."""
    crowded = compared(small_study(4, hours=24, jobs=60, accelerators=8))
    found = at_risk_of(crowded.study, crowded.courses[1])
    assert found["count"] == int((~crowded.courses[1].promised).sum()) > 0
    assert all(one["answer"].startswith("at risk, ") for one in found["first"])


def test_telling_decisions_are_of_more_than_one_kind(comparison: Comparison) -> None:
    """One a job, by saving, and never ten of the same while there are others."""
    found = decisions_of(comparison.study, comparison.truth, comparison.courses[1])
    assert 0 < len(found) <= DECISIONS_SHOWN
    assert len({one["job"] for one in found}) == len(found)
    saved = [one["cost_at_once"] - one["cost"] for one in found]
    assert saved == sorted(saved, reverse=True) and saved[-1] > 0
    kinds: dict[tuple[str, str], int] = {}
    for one in found:
        key = (one["class"], one["because"].split()[1])
        kinds[key] = kinds.get(key, 0) + 1
    assert len(kinds) > 1 or max(kinds.values()) <= OF_ONE_KIND or len(found) < DECISIONS_SHOWN


@pytest.mark.parametrize("step_min", [5, 15, 60])
def test_what_was_expected_of_a_day_was_said_a_day_before_it(step_min: int) -> None:
    """Whatever the step: 96 steps are a day only where a step is a quarter of an hour."""
    study = small_study(3, hours=72)
    steps = 72 * 60 // step_min
    timeline = regular(study.timeline.start, timedelta(minutes=step_min), steps)
    study = replace(study, timeline=timeline)
    expected = expected_day_before(study, Kind.PRICE, "east")
    assert not np.isnan(expected).any()
    a_day = 24 * 60 // step_min
    for day in range(3):
        edges_s = timeline.edges_s[day * a_day : (day + 1) * a_day + 1]
        part = timeline.between(instant(edges_s[0]), instant(edges_s[-1]))
        as_of = instant(int(edges_s[0]) - 86_400)
        seen = known(study.history, Kind.PRICE, "east", part, as_of).values
        told = ~np.isnan(seen)
        mine = expected[day * a_day : (day + 1) * a_day]
        np.testing.assert_allclose(mine[told], seen[told])
        later = known(study.history, Kind.PRICE, "east", part, as_of + timedelta(hours=20)).values
        assert not np.allclose(mine[~told], later[~told]) or told.all()


def without_carbon(history: History) -> History:
    """The history less its carbon."""
    return History(
        series=tuple(rows for rows in history.series if rows.kind is not Kind.CARBON_AVERAGE)
    )


def test_missing_carbon_is_said_and_never_a_number() -> None:
    """Not available in the table, in the note, and no ribbon."""
    study = small_study(1, hours=24, jobs=10)
    study = replace(
        study,
        history=without_carbon(study.history),
        objective=replace(study.objective, carbon_price_per_t=0.0),
    )
    found = payload(compared(study))
    assert all(run["emissions_average_kg"] is None for run in found["policies"])
    assert found["carbon_notes"][0].startswith("Average carbon: not available")
    assert all(site["carbon_average_g_per_kwh"] is None for site in found["sites"])


def test_a_bare_case_has_a_page() -> None:
    """No services, no battery, no jobs with a deadline, one policy: nothing to compare, and it says so."""
    study = small_study(5, hours=24, jobs=6, negative_prices=True)
    jobs = replace(study.jobs, deadline_s=np.full(6, NO_DEADLINE_S))
    sites = tuple(replace(site, battery=None) for site in study.fleet.sites)
    bare = replace(
        study,
        jobs=jobs,
        services=(),
        fleet=replace(study.fleet, sites=sites),
        policies=("run-at-once",),
    )
    found = payload(compared(bare))
    assert "nothing to compare" in found["headline"]
    assert found["services"] == 0 and found["away"] == []
    assert all(site["battery"] is None for site in found["sites"])
    assert sum(found["margins"]["rows"]["run-at-once"]) == 0
    assert all(row["deadline"] is None for row in found["jobs"]["rows"])
    assert min(found["sites"][0]["price_per_mwh"]) < 0


def test_a_site_shows_the_price_it_pays() -> None:
    """Under a contract of its own that is not the market's, and no market is forecast for it."""
    study = small_study(1, hours=24, jobs=6)
    sites = tuple(
        replace(
            site,
            contract=replace(site.contract, exposure=Exposure.FIXED, fixed_price_per_mwh=55.0),
        )
        for site in study.fleet.sites
    )
    found = payload(compared(replace(study, fleet=replace(study.fleet, sites=sites))))
    assert set(found["sites"][0]["price_per_mwh"]) == {55.0}
    assert found["sites"][0]["price_words"] == "fixed by contract"
    assert found["forecasts"] == []


def test_a_saving_never_hides_work_that_was_not_done(comparison: Comparison) -> None:
    """Less compute and fewer promises than the reference stand in the first sentence."""
    reference, policy = comparison.settlements
    whole = payload(comparison)["headline"]
    assert "less compute" not in whole
    worse = replace(
        policy,
        accelerator_h_done=0.9 * reference.accelerator_h_done,
        promises=replace(policy.promises, promised=reference.promises.promised - 2),
    )
    said = payload(replace(comparison, settlements=(reference, worse)))["headline"]
    assert said.endswith("It served 10.0% less compute and promised 2 fewer deadlines.")


def test_a_policy_that_costs_more_says_so(comparison: Comparison) -> None:
    """Not a saving with a sign."""
    reference, policy = comparison.settlements
    dear = replace(policy, parts=tuple((name, 3 * money) for name, money in reference.parts))
    said = payload(replace(comparison, settlements=(reference, dear)))["headline"]
    assert "more than run-at-once (200.0%)" in said and "saves" not in said


def test_the_page_carries_the_sentences_a_reader_must_know(comparison: Comparison) -> None:
    """Attribution, marginal carbon, assumptions of the study, and the rule of every sample."""
    assumed = replace(
        comparison, study=replace(comparison.study, notes=("units: 0.35 kW busy is assumed",))
    )
    page = report_html(payload(assumed))
    for said in (
        "attribution is not impact",
        "Marginal carbon: not available",
        "0.35 kW busy is assumed",
        "largest by energy of every class",
        "gridtide explain RUN JOB",
        "Where requests went, and why",
        "Moves and exposure by data set",
    ):
        assert said in page


def test_hundreds_of_routes_are_cut_to_the_largest(comparison: Comparison) -> None:
    """And the page is told how many there are."""
    document = document_of(comparison, "report.html")
    (route,) = document["runs"][1]["routes"][:1]
    many = [route | {"origin": f"city {number}", "requests": number} for number in range(500)]
    document["runs"][1]["routes"] = many
    told = payload_of(comparison, document)["policies"][1]
    assert told["routes_all"] == 500 and len(told["routes"]) == 60
    assert [row["requests"] for row in told["routes"]] == list(range(440, 500))


def test_names_from_outside_stay_data(comparison: Comparison) -> None:
    """A job named like a tag ends no script."""
    study = comparison.study
    names = study.jobs.name.astype("U80").copy()
    names[:] = [f"</script><b>{number}" for number in range(len(names))]
    page = report_html(
        payload(replace(comparison, study=replace(study, jobs=replace(study.jobs, name=names))))
    )
    assert "</script><b>" not in page


def test_every_module_keeps_its_names_to_itself() -> None:
    """Only what one exports is shared, each name once, and each is asked for by the name it has."""
    exported: dict[str, str] = {}
    for name in MODULES:
        text = (files("gridtide") / "static" / "js" / name).read_text(encoding="utf-8")
        for wanted, module in re.findall(
            r'^import \{([^}]*)\} from "\./([a-z_]+\.js)";$', text, re.M
        ):
            for one in wanted.split(","):
                assert exported.get(one.strip()) == module, f"{name} imports {one}"
        assert text.count("\nimport ") + text.startswith("import ") == len(
            re.findall(r'^import \{[^}]*\} from "\./[a-z_]+\.js";$', text, re.M)
        )
        for one in re.findall(r"^export (?:function|const) (\w+)", text, re.M):
            assert one not in exported, f"{one} of {name} and {exported[one]}"
            exported[one] = name


def test_no_script_gives_a_name_of_its_own_to_what_it_takes_from_another() -> None:
    """Each stands in a scope of its own, in which such a name would hide the other before it is known."""
    for script in scripts():
        text = script.read_text(encoding="utf-8")
        taken = {name for found in IMPORT.findall(text) for name in found.split(", ")}
        own = set(re.findall(r"^(?:export )?(?:const|let|function) (\w+)", text, re.MULTILINE))
        assert not taken & own, script.name
        unknown = (SHARED & set(re.findall(r"\b\w+\b", IMPORT.sub("", text)))) - taken - own
        assert not unknown or script.name == "theme.js", (script.name, unknown)


def test_every_colour_of_a_page_is_known_on_white_and_in_the_dark() -> None:
    """A script states no colour but as a pair; what pages share stands in `theme.js`."""
    for script in scripts():
        for line in script.read_text(encoding="utf-8").splitlines():
            alone = re.sub(
                r"tone\([^()]*(?:\([^()]*\)[^()]*)*\)|DARK \? \[[^]]*\] : \[[^]]*\]", "", line
            )
            assert not re.search(r'"#[0-9a-f]{3,6}"|"rgba?\(\d', alone), (script.name, line.strip())


def scripts() -> list[Path]:
    """Those of all pages that stand alone."""
    found = sorted((Path(str(files("gridtide"))) / "static" / "js").glob("*.js"))
    assert len(found) > 30
    return found


def test_the_pages_own_code_is_small() -> None:
    """Below 100 KiB, scripts and style together."""
    static = files("gridtide") / "static"
    own = [static / "js" / name for name in MODULES] + [static / "css" / "report.css"]
    assert sum(len(part.read_bytes()) for part in own) < 100 * 1024
