"""What is left of a run: sums that agree, routes that were metered, prices as old as they were."""

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from gridtide.doors.cli import exit_code
from gridtide.doors.results.breakdown import classes_done, data_sets, energy_by_site_kwh
from gridtide.doors.results.document import document_of
from gridtide.doors.results.folder import answers_of, write_results
from gridtide.doors.results.price_basis import basis_of, carbon_of
from gridtide.doors.results.reasons import reasons_of
from gridtide.doors.results.routes import routes_of
from gridtide.fleet.contract import Exposure
from gridtide.fleet.jobs import NO_DEADLINE_S
from gridtide.signals.signal import Kind
from gridtide.simulate.compare import Comparison
from gridtide.testing.courses import compared
from gridtide.testing.studies import small_study
from gridtide.timeline import instant


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    """Two sites, a service, a battery and 40 jobs for a day."""
    return compared(small_study(1, hours=24))


def test_energy_by_site_and_kind_adds_up_to_what_the_buildings_took(
    comparison: Comparison,
) -> None:
    """Nothing is counted twice and nothing is lost, at every site and by every policy."""
    hours = comparison.study.timeline.hours
    for course in comparison.courses:
        found = energy_by_site_kwh(comparison.study, course)
        for index, site in enumerate(comparison.study.fleet.sites):
            took = float((course.telemetry.facility_kw[index] * hours).sum())
            assert sum(found[site.name].values()) == pytest.approx(took)


def test_a_service_named_like_a_class_keeps_its_own_energy(comparison: Comparison) -> None:
    """Two kinds of work under one name would be one bar too few."""
    study = comparison.study
    twin = replace(study, services=(replace(study.services[0], name="training"),))
    found = energy_by_site_kwh(twin, comparison.courses[1])
    assert {"training", "training (service)"} <= set(found["east"])


def test_moves_and_exposure_by_data_set_add_up(comparison: Comparison) -> None:
    """To the sums of the settlement."""
    for course, settlement in zip(comparison.courses, comparison.settlements, strict=True):
        found = data_sets(comparison.study, course)
        assert sum(item.jobs for item in found) == len(comparison.study.jobs)
        assert sum(item.moves for item in found) == settlement.moves
        assert sum(item.exposure for item in found) == settlement.exposure
        assert all(item.exposure == 0 for item in found if item.sensitivity == 0)


def test_what_became_of_each_class_adds_up(comparison: Comparison) -> None:
    """To the promises, the compute and the waits of the settlement."""
    for course, settlement in zip(comparison.courses, comparison.settlements, strict=True):
        found = classes_done(comparison.study, course)
        promises = settlement.promises
        assert sum(item.jobs for item in found) == promises.asked
        assert sum(item.promised for item in found) == promises.promised
        assert sum(item.done for item in found) == promises.done
        assert (
            sum(item.late for item in found) == promises.missed_deadlines + promises.late_unpromised
        )
        served = sum(item.accelerator_h_done for item in found)
        assert served == pytest.approx(settlement.accelerator_h_done)
        waits = sum((item.wait_h or 0.0) * item.jobs for item in found)
        assert waits == pytest.approx(settlement.mean_wait_h * promises.asked)


def test_a_route_is_what_was_metered(comparison: Comparison) -> None:
    """Shares of one origin over home and away are of all its answered requests."""
    study, course = comparison.study, comparison.courses[1]
    routes = routes_of(study, course, comparison.courses[0])
    answered = course.telemetry.answered[0, 0]
    there = {f"{name}/serving": place for name, place in (("east", 1), ("north", 3))}
    assert routes
    for route in routes:
        share = float(answered[there[route.place]].sum() / answered.sum())
        assert route.share == pytest.approx(share)
        assert 0.0 < route.hours <= route.hours_all == 24.0
        assert route.late_max_s == 2.0
        assert route.p95_home_s is not None and route.p95_s is not None


def test_an_origin_that_stays_says_why(comparison: Comparison) -> None:
    """The reference, a service kept at home by the case, and weights that are nowhere else."""
    study, reference = comparison.study, comparison.courses[0]
    (route,) = routes_of(study, reference, reference)
    assert (route.place, route.share) == ("east/serving", 1.0)
    assert "reference" in route.why
    kept = replace(study, services=(replace(study.services[0], movable=False),))
    assert "keeps this service" in routes_of(kept, reference, reference)[0].why
    alone = replace(study.services[0], resident=np.asarray([False, True, False, False]))
    assert (
        "no other place"
        in routes_of(replace(study, services=(alone,)), reference, reference)[0].why
    )


def test_each_home_of_an_origin_says_its_share(comparison: Comparison) -> None:
    """Half of the users at home in the east, half in the north, the weights at both."""
    study, reference = comparison.study, comparison.courses[0]
    service = study.services[0]
    split = replace(
        study,
        services=(
            replace(
                service,
                home=np.asarray([[0.0, 0.5, 0.0, 0.5]]),
                resident=np.asarray([False, True, False, True]),
            ),
        ),
    )
    east, north = routes_of(split, reference, reference)
    assert (east.place, north.place) == ("east/serving", "north/serving")
    assert east.place == east.home and north.place == north.home
    assert east.share + north.share == pytest.approx(1.0)
    assert "homes" in east.why


def test_the_price_of_a_decision_is_never_younger_than_the_decision(
    comparison: Comparison,
) -> None:
    """And it is published only where the market had said that very hour."""
    study, why = comparison.study, comparison.courses[1].reasons
    found = basis_of(study, why)
    assert len(found.source) == len(why.job) > 0
    assert (found.issued_s <= why.as_of_s).all() and (found.issued_s > 0).all()
    for row in np.flatnonzero(found.published):
        place = why.place[row] if why.place[row] >= 0 else study.jobs.home[why.job[row]]
        zone = study.fleet.sites[study.fleet.site_of_place[place]].zone
        series = study.history.of(Kind.PRICE, zone)
        assert series is not None
        about = (series.start_s <= why.start_s[row]) & (series.end_s > why.start_s[row])
        newest = series.issued_s[about & (series.issued_s <= why.as_of_s[row])].max()
        assert found.issued_s[row] == newest


def test_a_site_with_a_price_of_its_own_rests_on_no_market(comparison: Comparison) -> None:
    """A fixed contract is named with its price and has no age."""
    study = comparison.study
    sites = tuple(
        replace(
            site,
            contract=replace(site.contract, exposure=Exposure.FIXED, fixed_price_per_mwh=55.0),
        )
        for site in study.fleet.sites
    )
    own = replace(study, fleet=replace(study.fleet, sites=sites))
    found = basis_of(own, comparison.courses[1].reasons)
    assert (found.issued_s == -1).all() and not found.published.any()
    assert found.source[0].startswith("55 EUR/MWh by the contract of ")


def test_the_document_is_json_and_its_parts_agree(comparison: Comparison) -> None:
    """Keys of the contract beyond the thirteen, with sums that agree."""
    document = json.loads(json.dumps(document_of(comparison, "report.html"), allow_nan=False))
    assert [site["clock"] for site in document["sites"]] == ["Europe/Berlin"] * 2
    for run in document["runs"]:
        assert sum(run["cost_parts"].values()) == pytest.approx(run["total_cost"])
        assert sum(run["energy_by_site_kwh"].values()) == pytest.approx(run["energy_kwh"])
        assert sum(item["moves"] for item in run["exposure_by_data_set"]) == run["moves"]
        assert run["jobs"] == 40
        assert run["requests_answered"] > 0
        assert set(run["routes"][0]) >= {
            "service",
            "origin",
            "place",
            "home",
            "share",
            "hours",
            "why",
        }
        assert set(run["energy_by_site_and_class_kwh"]) == {"east", "north"}


def written(comparison: Comparison, runs: Path) -> dict[str, Any]:
    """A run's folder, and its document."""
    document = document_of(comparison, "report.html")
    (runs / "0001").mkdir(parents=True)
    write_results(runs / "0001", comparison, document, None)
    return document


def test_every_column_and_key_of_a_run_is_on_its_page(
    comparison: Comparison, tmp_path: Path
) -> None:
    """Names in tables and summary are contracts; the page tells each of them."""
    page = (Path(__file__).parents[2] / "docs" / "results.md").read_text()
    document = written(comparison, tmp_path)
    names = {
        *document,
        *document["runs"][0],
        *document["runs"][1]["routes"][0],
        *document["sites"][0],
    }
    names |= set(document["runs"][1]["exposure_by_data_set"][0])
    names |= set(document["runs"][1]["jobs_by_class"][0])
    for path in (tmp_path / "0001").glob("*.parquet"):
        assert (
            f"`{path.name.replace('run-at-once', 'coordinated').replace('coordinated', 'POLICY')}`"
            in page
        )
        columns = pl.read_parquet_schema(path)
        names |= {name for name in columns if not name.startswith(("class_", "service_"))}
    assert sorted(name for name in names if f"`{name}`" not in page) == []


def test_the_energy_cost_can_be_reckoned_again_from_the_table(
    comparison: Comparison, tmp_path: Path
) -> None:
    """Metered import at the price beside it, for contracts that follow the market."""
    document = written(comparison, tmp_path)
    power = pl.read_parquet(tmp_path / "0001" / "power-coordinated.parquet")
    cost = float((power["import_kw"] * power["price_per_mwh"]).sum()) * 0.25 / 1000.0
    assert cost == pytest.approx(document["runs"][1]["energy_cost"])
    carbon = float((power["import_kw"] * power["carbon_average_g_per_kwh"]).sum()) * 0.25 / 1000.0
    assert carbon == pytest.approx(document["runs"][1]["emissions_average_kg"])


def test_jobs_without_a_deadline_are_written_and_explained(tmp_path: Path) -> None:
    """Nobody waits for their end, so the column is empty, and no date is made of the largest number."""
    study = small_study(2, hours=24, jobs=12)
    forever = np.full(len(study.jobs), NO_DEADLINE_S)
    comparison = compared(replace(study, jobs=replace(study.jobs, deadline_s=forever)))
    written(comparison, tmp_path)
    jobs = pl.read_parquet(tmp_path / "0001" / "jobs-coordinated.parquet")
    assert jobs["deadline"].is_null().all()
    found = reasons_of(tmp_path, "last", "coordinated", "job-000")
    assert found["about"]["deadline"] is None
    assert all(decision["slack_h"] is None for decision in found["decisions"])


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Comparison, Path]:
    """More work than the machines can promise, written down."""
    comparison = compared(small_study(4, hours=24, jobs=60, accelerators=8))
    folder = tmp_path_factory.mktemp("crowded")
    written(comparison, folder)
    return comparison, folder


def test_a_job_at_risk_is_explained_with_what_it_was_told(
    crowded: tuple[Comparison, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """The answer on arrival, and what became of it."""
    comparison, runs = crowded
    course = comparison.courses[1]
    risky = np.flatnonzero(~course.promised)
    assert len(risky)
    name = str(comparison.study.jobs.name[risky[0]])
    assert answers_of(course)[name].startswith("at risk, ")
    assert exit_code(["explain", "last", name, "--runs", str(runs)]) == 0
    out = capsys.readouterr().out
    assert "was told: at risk, " in out
    assert (
        " late" in out
        or "before its deadline" in out
        or "not finished" in out
        or "never ran" in out
    )


def test_a_protected_job_and_a_policy_that_weighs_nothing_are_explained(
    crowded: tuple[Comparison, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """Each with its reason, and never as a move."""
    comparison, runs = crowded
    jobs = comparison.study.jobs
    still = str(jobs.name[np.flatnonzero(~jobs.movable)[0]])
    assert exit_code(["explain", "last", still, "--runs", str(runs)]) == 0
    assert "unlabelled or protected" in capsys.readouterr().out
    other = str(jobs.name[np.flatnonzero(jobs.movable)[0]])
    assert (
        exit_code(["explain", "last", other, "--runs", str(runs), "--policy", "run-at-once"]) == 0
    )
    assert "run-at-once" in capsys.readouterr().out


def test_a_service_is_explained_as_a_whole_and_plan_by_plan(
    crowded: tuple[Comparison, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """Where its requests went over the course, then each plan; long tales are cut, and say so."""
    comparison, runs = crowded
    assert exit_code(["explain", "last", "chat", "--runs", str(runs)]) == 0
    assert capsys.readouterr().out.startswith("chat: over the whole course\n  users: ")
    assert exit_code(["explain", "last", "chat", "--runs", str(runs), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    routes = routes_of(comparison.study, comparison.courses[1], comparison.courses[0])
    assert found["about"]["routes"] == [asdict(route) for route in routes]


def test_a_plan_that_routes_says_which_prices_it_rested_on(
    crowded: tuple[Comparison, Path],
) -> None:
    """There and at home, each with an issue that was not in the future."""
    _, runs = crowded
    found = reasons_of(runs, "last", "coordinated", "chat")["decisions"]
    assert found
    for decision in found:
        assert decision["price_source"] and decision["price_home_source"]
        assert decision["price_issue"] <= decision["as_of"]
        assert decision["price_home_issue"] <= decision["as_of"]
        assert "Price there: " in decision["sentence"]
        assert "Price at home: " in decision["sentence"]


def test_a_run_of_an_earlier_version_is_answered_clearly(
    tmp_path: Path, comparison: Comparison, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its tables lack columns; that is said with the way out, and there is no traceback."""
    written(comparison, tmp_path)
    path = tmp_path / "0001" / "jobs-coordinated.parquet"
    pl.read_parquet(path).drop("answer").write_parquet(path)
    assert exit_code(["explain", "last", "job-000", "--runs", str(tmp_path)]) == 2
    err = capsys.readouterr().err
    assert "earlier version" in err and "Traceback" not in err


def test_a_job_that_just_runs_on_is_not_told_anew(crowded: tuple[Comparison, Path]) -> None:
    """Each turn confirms a running job; only another start or place is a decision."""
    comparison, runs = crowded
    told = 0
    for name in comparison.study.jobs.name.tolist():
        found = reasons_of(runs, "last", "coordinated", name)
        for decision in found["decisions"][1:]:
            told += 1
            inside = [
                run
                for run in found["about"]["runs"]
                if run["start"] < decision["as_of"] < run["end"]
                and run["place"] == decision["place"]
            ]
            assert not inside or decision["start"] != decision["as_of"]
    assert told


def test_the_carbon_of_a_decision_is_what_came(comparison: Comparison) -> None:
    """At the place and first slot chosen, and at home when it was decided."""
    study, why = comparison.study, comparison.courses[1].reasons
    found = carbon_of(study, comparison.truth, why)
    row = int(np.flatnonzero(why.place >= 0)[0])
    step = study.timeline.step_holding(instant(why.start_s[row]))
    site = study.fleet.site_of_place[why.place[row]]
    assert found.there_g_per_kwh[row] == comparison.truth.carbon_average_g_per_kwh[site, step]
    now = study.timeline.step_holding(instant(why.as_of_s[row]))
    assert found.home_g_per_kwh[row] == comparison.truth.carbon_average_g_per_kwh[0, now]


def test_long_tales_are_cut_in_the_middle_and_say_so(
    crowded: tuple[Comparison, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """The first and the last decisions tell most; --all tells every one."""
    comparison, runs = crowded
    rows = comparison.courses[1].reasons.job
    busiest = str(comparison.study.jobs.name[np.bincount(rows).argmax()])
    words = ["explain", "last", busiest, "--runs", str(runs)]
    assert exit_code([*words, "--all"]) == 0
    whole = capsys.readouterr().out
    assert exit_code(words) == 0
    short = capsys.readouterr().out
    assert ("more decisions, shown with --all" in short) == (whole.count("\ndecided ") > 6)
    assert short.count("\ndecided ") <= 6
