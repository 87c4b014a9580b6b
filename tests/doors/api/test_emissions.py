"""Clients of the Carbon Aware SDK get its fields, its windows and its refusals from the signals of a case."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

import gridtide.case
from gridtide.case.load import load_case
from gridtide.decide.planners.lowest_window import Settings, lowest_window
from gridtide.decide.slots import SlotJobs, SlotSignal
from gridtide.doors.api.carbon_windows import cleanest, windows
from gridtide.doors.api.emissions import emissions_router
from gridtide.loop.mandate import Mandate
from gridtide.signals.history import History, add
from gridtide.signals.signal import Kind, Signal
from gridtide.simulate.course import mandate_of
from gridtide.timeline import regular

BEGIN = datetime(2026, 3, 28, tzinfo=UTC)
HOURS = 72
NOW = BEGIN + timedelta(hours=24)


@cache
def demo() -> Mandate:
    """The bundled week."""
    folder = Path(next(iter(gridtide.case.__path__))) / "demo"
    study = load_case(folder / "case.toml")
    return mandate_of(study, study.cadence.forecaster)


@cache
def by_hand() -> Mandate:
    """Three days by the hour about a change of the clock: 100 + the hour of the day, 200 more on the day before them,
    and 400 in the other zone."""
    line = regular(BEGIN - timedelta(hours=24), timedelta(hours=1), 24 + HOURS)
    known = Signal(
        kind=Kind.CARBON_AVERAGE,
        zone="CN-JS",
        timeline=line,
        values=100.0 + np.arange(24 + HOURS) % 24 + 200.0 * (np.arange(24 + HOURS) < 24),
        source="by hand",
    )
    other = replace(known, zone="CN-HE", values=np.full(24 + HOURS, 400.0))
    history = replace(add(History(), [known, other]), clocks=(("CN-JS", "Europe/Berlin"),))
    steps = regular(BEGIN, timedelta(minutes=15), HOURS * 4)
    return replace(demo(), history=history, steps=steps, forecaster="persistence", plan_h=36.0)


async def open_to_all() -> None:
    """Whoever asks may read."""


@pytest.fixture(scope="module")
def web() -> Iterator[TestClient]:
    """The paths alone, a day after the beginning."""
    app = FastAPI(openapi_url=None)
    app.include_router(emissions_router(by_hand, lambda: NOW, open_to_all))
    with TestClient(app) as client:
        yield client


def faults(web: TestClient, path: str, **asked: Any) -> dict[str, list[str]]:
    """What a refusal says is wrong."""
    answer = web.get(path, params=asked or None)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    said = answer.json()
    assert set(said) == {"type", "title", "status", "errors"} and said["status"] == 400
    return dict(said["errors"])


def test_what_was_observed_has_the_fields_of_the_sdk(web: TestClient) -> None:
    """Location, time, rating and duration of every step that a time touches."""
    asked = {
        "location": "Nantong",
        "time": "2026-03-28T02:30:00Z",
        "toTime": "2026-03-28T04:00:00Z",
    }
    assert web.get("/emissions/bylocation", params=asked).json() == [
        {
            "location": "Nantong",
            "time": f"2026-03-28T{hour:02d}:00:00+00:00",
            "rating": 100.0 + hour,
            "duration": "01:00:00",
        }
        for hour in (2, 3)
    ]


def test_without_a_time_the_newest_observation_is_given(web: TestClient) -> None:
    """And an instant alone gives the step that holds it; nothing that is not known yet is given."""
    (newest,) = web.get("/emissions/bylocation?location=CN-JS").json()
    assert newest["time"] == "2026-03-28T23:00:00+00:00"
    (one,) = web.get("/emissions/bylocation?location=CN-JS&time=2026-03-28T07:59:00Z").json()
    assert one["time"] == "2026-03-28T07:00:00+00:00"
    later = web.get("/emissions/bylocation?location=CN-JS&time=2026-03-29T07:00:00Z")
    assert later.status_code == 204 and later.content == b""


def test_the_cleanest_of_several_places_is_found(web: TestClient) -> None:
    """All that are as clean; `locations` is read as `location` is."""
    span = "time=2026-03-28T05:00:00Z&toTime=2026-03-28T09:00:00Z"
    every = web.get(f"/emissions/bylocations?location=Nantong&locations=Zhangbei&{span}").json()
    assert [one["rating"] for one in every] == [105.0, 106.0, 107.0, 108.0] + [400.0] * 4
    (best,) = web.get(
        f"/emissions/bylocations/best?location=Nantong&location=Zhangbei&{span}"
    ).json()
    assert (best["location"], best["rating"]) == ("Nantong", 105.0)
    ties = web.get(f"/emissions/bylocations/best?location=Zhangbei&{span}").json()
    assert len(ties) == 4


def test_the_mean_is_weighted_by_time_and_of_what_was_observed_throughout(web: TestClient) -> None:
    """30 of the first hour, 60 of the second, 30 of the third minute by minute; never of what is not known."""
    asked = {"startTime": "2026-03-28T01:30:00Z", "endTime": "2026-03-28T03:30:00Z"}
    path = "/emissions/average-carbon-intensity"
    assert web.get(path, params={"location": "Nantong", **asked}).json() == {
        "location": "Nantong",
        "startTime": "2026-03-28T01:30:00+00:00",
        "endTime": "2026-03-28T03:30:00+00:00",
        "carbonIntensity": 0.25 * 101 + 0.5 * 102 + 0.25 * 103,
    }
    late = {"startTime": "2026-03-28T23:00:00Z", "endTime": "2026-03-29T01:00:00Z"}
    assert "not all of" in faults(web, path, location="Nantong", **late)["startTime"][0]
    both = [{"location": "Nantong", **asked}, {"location": "Nantong", **asked}]
    assert len(web.post(f"{path}/batch", json=both).json()) == 2
    mixed = web.post(f"{path}/batch", json=[both[0], {**both[0], "location": "Zhangbei"}])
    assert mixed.status_code == 400 and list(mixed.json()["errors"]) == ["location"]


def test_a_forecast_has_the_fields_of_the_sdk_and_its_cleanest_windows(web: TestClient) -> None:
    """From now on, at the steps of the loop, rolled over the window that is asked for."""
    asked = {
        "location": "Nantong",
        "dataStartAt": "2026-03-29T03:00:00Z",
        "dataEndAt": "2026-03-29T06:00:00Z",
        "windowSize": "60",
    }
    (found,) = web.get("/emissions/forecasts/current", params=asked).json()
    assert {key: found[key] for key in found if "Data" not in key and "Points" not in key} == {
        "generatedAt": "2026-03-29T00:00:00+00:00",
        "requestedAt": "2026-03-29T00:00:00+00:00",
        "location": "Nantong",
        "dataStartAt": "2026-03-29T03:00:00+00:00",
        "dataEndAt": "2026-03-29T06:00:00+00:00",
        "windowSize": 60,
    }
    assert len(found["forecastData"]) == 9
    assert found["forecastData"][0] == {
        "location": "Nantong",
        "timestamp": "2026-03-29T03:00:00+00:00",
        "duration": 60,
        "value": found["optimalDataPoints"][0]["value"],
    }
    (whole,) = web.get("/emissions/forecasts/current?location=Zhangbei").json()
    assert len(whole["forecastData"]) == len(whole["optimalDataPoints"]) == 36 * 4
    assert whole["windowSize"] == 15
    (empty,) = web.get("/emissions/forecasts/current", params={**asked, "windowSize": "600"}).json()
    assert empty["forecastData"] == empty["optimalDataPoints"] == []


def test_an_expected_hour_is_the_same_hour_of_the_clock_after_it_changed(web: TestClient) -> None:
    """On 29 March 2026 the clock of the zone goes forward at 01:00 UTC: noon is then an hour earlier in UTC."""
    asked = "dataStartAt=2026-03-29T00:00:00Z&dataEndAt=2026-03-29T12:00:00Z&windowSize=60"
    (found,) = web.get(f"/emissions/forecasts/current?location=Nantong&{asked}").json()
    at = {point["timestamp"][11:13]: point["value"] for point in found["forecastData"][::4]}
    assert at["00"] == 100.0
    assert at["01"] == 102.0 and at["10"] == 111.0


def test_what_was_expected_then_is_what_a_batch_says(web: TestClient) -> None:
    """A forecast of the past knows nothing that came later, and none of the future is given."""
    then = {"location": "Nantong", "requestedAt": "2026-03-28T12:00:00Z", "windowSize": 60}
    (found,) = web.post("/emissions/forecasts/batch", json=[then]).json()
    assert found["requestedAt"] == found["generatedAt"] == "2026-03-28T12:00:00+00:00"
    assert found["forecastData"][0]["value"] == 312.0
    early = web.post(
        "/emissions/forecasts/batch", json=[{**then, "requestedAt": "2026-03-20T12:00:00Z"}]
    )
    assert early.status_code == 501
    late = web.post(
        "/emissions/forecasts/batch", json=[{**then, "requestedAt": "2026-03-29T00:15:00Z"}]
    )
    assert late.status_code == 400 and "requestedAt" in late.json()["errors"]


def test_every_fault_of_a_question_is_told_at_once(web: TestClient) -> None:
    """A time without its offset, a plus that became a blank, an unknown place, times in the wrong order."""
    found = faults(web, "/emissions/bylocation", location="Nantong", toTime="2026-03-28T02:00")
    assert set(found) == {"time", "toTime"} and "%2B" in found["toTime"][0]
    blank = "/emissions/bylocation?location=x&time=2026-03-28T02:00:00+08:00"
    assert set(faults(web, blank)) == {"time", "location"}
    asked = {"time": "2026-03-28T02:00:00Z", "toTime": "2026-03-28T02:00:00+01:00"}
    assert set(faults(web, "/emissions/bylocations", **asked)) == {"time", "location"}
    asked = {"location": "Nantong", "dataStartAt": "2026-03-28T02:00:00Z", "windowSize": "0"}
    assert set(faults(web, "/emissions/forecasts/current", **asked)) == {"windowSize"}
    asked["windowSize"] = "30"
    assert set(faults(web, "/emissions/forecasts/current", **asked)) == {"dataStartAt"}
    assert set(faults(web, "/emissions/average-carbon-intensity")) == {
        "location",
        "startTime",
        "endTime",
    }


@pytest.mark.parametrize("body", ["{", "[]", '"x"', "[1]", '{"location":"Nantong"}', "[{}]"])
def test_a_body_that_is_no_list_of_requests_is_refused(web: TestClient, body: str) -> None:
    """Whatever it is."""
    for path in ("/emissions/forecasts/batch", "/emissions/average-carbon-intensity/batch"):
        answer = web.post(path, content=body, headers={"content-type": "application/json"})
        assert answer.status_code in (400, 422)


def test_places_have_names_that_other_paths_take(web: TestClient) -> None:
    """Sites and zones."""
    found = web.get("/locations").json()
    assert sorted(found) == ["CN-HE", "CN-JS", "Nantong", "Zhangbei"]
    assert found["Nantong"] == {"latitude": None, "longitude": None, "name": "Nantong"}
    for name in found:
        assert web.get("/emissions/bylocation", params={"location": name}).status_code == 200


@pytest.mark.parametrize("late", [timedelta(minutes=1), timedelta(minutes=15), timedelta(days=9)])
def test_at_the_end_of_the_course_nothing_is_ahead(late: timedelta) -> None:
    """The last steps are told, and after them it is said that there are none."""
    app = FastAPI(openapi_url=None)
    end = by_hand().steps.end
    app.include_router(
        emissions_router(by_hand, lambda: end + late - 2 * timedelta(minutes=15), open_to_all)
    )
    with TestClient(app) as web:
        answer = web.get("/emissions/forecasts/current?location=Nantong")
    if late > timedelta(minutes=15):
        assert answer.status_code == 501
    else:
        assert len(answer.json()[0]["forecastData"]) == 1


def test_what_cannot_be_forecast_is_said(web: TestClient) -> None:
    """Another carbon signal that the case does not hold: nothing observed, nothing expected."""
    app = FastAPI(openapi_url=None)
    app.include_router(
        emissions_router(by_hand, lambda: NOW, open_to_all, kind=Kind.CARBON_MARGINAL)
    )
    with TestClient(app) as marginal:
        assert marginal.get("/emissions/bylocation?location=Nantong").status_code == 204
        answer = marginal.get("/emissions/forecasts/current?location=Nantong")
    assert answer.status_code == 501


@given(
    values=st.lists(st.integers(0, 20), min_size=3, max_size=40),
    steps=st.integers(1, 6),
)
def test_the_cleanest_window_is_the_one_the_planner_starts_in(
    values: list[int], steps: int
) -> None:
    """The first of ours is where a job of that length starts by the lowest window, every slot a candidate."""
    steps = min(steps, len(values))
    hour = timedelta(hours=1)
    line = regular(BEGIN, hour, len(values))
    signal = Signal(
        kind=Kind.CARBON_AVERAGE,
        zone="z",
        timeline=line,
        values=np.asarray(values, dtype=np.float64),
        source="drawn",
    )
    best = cleanest(windows("z", signal, line.start, line.end, steps * hour))
    one = np.ones(1, dtype=np.int64)
    jobs = SlotJobs(
        arrival=0 * one,
        length=steps * one,
        waiting=(len(values) - steps) * one,
        deadline=-one,
        expected=steps * one,
        units=one,
        power_kw=one.astype(np.float64),
    )
    plan = lowest_window(jobs, SlotSignal(values=signal.values, step_s=3600), Settings(oracle=True))
    assert best[0].start == line.start + int(plan.start[0]) * hour


def test_the_demo_answers_from_its_own_week() -> None:
    """Every path with the bundled case, at a moment of its week."""
    app = FastAPI(openapi_url=None)
    noon = datetime(2026, 3, 3, 4, 7, 30, tzinfo=UTC)
    app.include_router(emissions_router(demo, lambda: noon, open_to_all))
    with TestClient(app) as web:
        (found,) = web.get("/emissions/forecasts/current?location=Zhangbei&windowSize=120").json()
        assert found["optimalDataPoints"][0]["duration"] == 120
        least = min(point["value"] for point in found["forecastData"])
        assert found["optimalDataPoints"][0]["value"] == least
        assert len(found["forecastData"]) > 100
