"""What Prometheus reads has the names it should have, and all that watches it watches something that is there."""

import json
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families
from starlette.exceptions import HTTPException
from starlette.testclient import TestClient

import gridtide
from gridtide.doors.api.hub import Hub
from gridtide.doors.api.metrics import metric_names, metrics_router
from gridtide.doors.api.tallies import Tallies
from gridtide.doors.api.vitals import Vitals

GRAFANA = Path(gridtide.__file__).parent / "static" / "grafana"
BOARDS = sorted(GRAFANA.glob("*.json"))
PAGE = Path(__file__).resolve().parents[3] / "docs" / "metrics.md"

SHOWN = Vitals(
    currency="CNY",
    power_kw={("Nantong", "training"): 1200.0, ("Nantong", "cooling"): float("nan")},
    envelope_kw={("Nantong", "lower"): 800.0, ("Nantong", "upper"): 1500.0},
    energy_kwh={("Nantong",): 2.0},
    price_per_mwh={("Nantong",): -12.0},
    carbon_g_per_kwh={("Nantong", "average"): 312.0},
    source_age_s={('price "CN-JS"\n',): 4.0},
    mode={("advise",): 1.0},
    at_risk=0,
    frozen=False,
)


async def open_to_all() -> None:
    """Whoever asks may read."""


def samples_of(vitals: Vitals, tallies: Tallies, hub: Hub | None = None) -> dict[str, Any]:
    """Values by name and labels, as a reader of the text understands them."""
    app = FastAPI(openapi_url=None)
    app.include_router(metrics_router(lambda: vitals, tallies, open_to_all, hub))
    with TestClient(app) as web:
        text = web.get("/metrics").text
    return {
        sample.name + json.dumps(sample.labels, sort_keys=True): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_values_are_in_base_units_under_the_names_of_the_convention() -> None:
    """Watts, joules and seconds; price and carbon as documented exceptions; the currency is in the name."""
    found = samples_of(SHOWN, Tallies())
    site = '"site": "Nantong"'
    assert found[f'gridtide_site_power_watts{{"class": "training", {site}}}'] == 1.2e6
    assert found[f'gridtide_envelope_watts{{"bound": "upper", {site}}}'] == 1.5e6
    assert found[f"gridtide_energy_joules_total{{{site}}}"] == 7.2e6
    assert found[f"gridtide_price_yuan_per_megawatthour{{{site}}}"] == -12.0
    carbon = "gridtide_carbon_intensity_grams_per_kilowatthour"
    assert found[f'{carbon}{{"kind": "average", {site}}}'] == 312.0
    assert found['gridtide_mode{"mode": "advise"}'] == 1.0
    assert found["gridtide_jobs_at_risk{}"] == 0.0
    assert found[f'gridtide_build_info{{"version": "{gridtide.__version__}"}}'] == 1.0


def test_what_is_unknown_is_not_there() -> None:
    """Never 0: a room that says nothing of a thing has no series for it."""
    found = samples_of(Vitals(), Tallies())
    assert not any(name.startswith(("gridtide_leads", "gridtide_site_power")) for name in found)
    silent = [name for name in samples_of(SHOWN, Tallies()) if "cooling" in name]
    assert silent == []


def test_a_name_cannot_end_a_line() -> None:
    """Quotes and line breaks in names of sources stay inside of the label."""
    found = samples_of(SHOWN, Tallies())
    assert found['gridtide_source_age_seconds{"source": "price \\"CN-JS\\"\\n"}'] == 4.0


def test_decisions_fall_into_buckets_and_counts_only_rise() -> None:
    """Each bucket holds all that took at most so long; acts, approvals and refusals by label."""
    tallies = Tallies()
    for seconds in (0.001, 0.01, 0.3, 100.0):
        tallies.decided(seconds)
    tallies.acts["done"] += 3
    tallies.approvals["approved"] += 1
    for reason in ("role", "<script>", "whatever"):
        tallies.refuse(reason)
    found = samples_of(Vitals(), tallies)
    buckets = {
        key: value for key, value in found.items() if key.startswith("gridtide_decision_seconds_b")
    }
    assert buckets['gridtide_decision_seconds_bucket{"le": "0.01"}'] == 2.0
    assert buckets['gridtide_decision_seconds_bucket{"le": "0.5"}'] == 3.0
    assert buckets['gridtide_decision_seconds_bucket{"le": "+Inf"}'] == 4.0
    assert found["gridtide_decision_seconds_sum{}"] == pytest.approx(100.311)
    assert found['gridtide_acts_total{"fate": "done"}'] == 3.0
    assert found['gridtide_refused_requests_total{"reason": "other"}'] == 2.0


def test_the_feed_counts_who_listens() -> None:
    """Listeners, frames and losses."""
    found = samples_of(Vitals(), Tallies(), Hub("a"))
    assert found["gridtide_feed_subscribers{}"] == 0.0
    assert found["gridtide_feed_lost_frames_total{}"] == 0.0


def test_a_room_that_is_busy_holds_up_nobody_but_who_asks_for_metrics() -> None:
    """What else the service is asked is answered meanwhile."""
    free = threading.Event()

    def busy() -> Vitals:
        assert free.wait(20)
        return Vitals()

    app = FastAPI(openapi_url=None)
    app.include_router(metrics_router(busy, Tallies(), open_to_all))

    @app.get("/other")
    async def other() -> str:
        return "answered"

    with TestClient(app) as web, ThreadPoolExecutor(1) as beside:
        asked = beside.submit(web.get, "/metrics")
        assert web.get("/other").json() == "answered"
        assert not asked.done()
        free.set()
        assert asked.result().status_code == 200


def test_who_may_not_read_gets_nothing() -> None:
    """The service's own rule decides."""

    async def closed() -> None:
        raise HTTPException(401, "a token is needed")

    app = FastAPI(openapi_url=None)
    app.include_router(metrics_router(lambda: SHOWN, Tallies(), closed))
    with TestClient(app) as web:
        assert web.get("/metrics").status_code == 401


def watched() -> Iterator[tuple[str, str]]:
    """Where it stands and what it asks, of every query that is shipped."""
    for board in BOARDS:
        for panel in json.loads(board.read_text())["panels"]:
            for target in panel["targets"]:
                yield f"{board.name}: {panel['title']}", target["expr"]
    (group,) = yaml.safe_load((GRAFANA / "alerts.yml").read_text())["groups"]
    for rule in group["rules"]:
        yield rule["alert"], rule["expr"]


def test_every_metric_that_is_watched_is_there() -> None:
    """Each name in dashboards and alerts is one that may be shown, and most of what is shown is watched."""
    names, seen = set(metric_names()), set()
    for where, query in watched():
        patterns = re.findall(r'__name__=~"([^"]+)"', query)
        asked = set(re.findall(r"\bgridtide_[a-z_]+", re.sub(r'__name__=~"[^"]+"', "", query)))
        asked |= {name for pattern in patterns for name in names if re.fullmatch(pattern, name)}
        assert asked, f"{where} asks for nothing of ours"
        assert asked <= names, f"{where} asks for {sorted(asked - names)}"
        seen |= asked
    assert sorted(names - seen) == []


@pytest.mark.parametrize("board", BOARDS, ids=lambda path: path.name)
def test_a_dashboard_takes_any_data_source(board: Path) -> None:
    """By a variable, in every panel and query; ids are each their own and nothing overlaps."""
    read = json.loads(board.read_text())
    assert read["templating"]["list"][0]["type"] == "datasource"
    source = {"type": "prometheus", "uid": "${source}"}
    for panel in read["panels"]:
        assert panel["datasource"] == source
        assert all(target["datasource"] == source for target in panel["targets"])
    ids = [panel["id"] for panel in read["panels"]]
    assert len(set(ids)) == len(ids)
    cells = [
        (x, y)
        for place in (panel["gridPos"] for panel in read["panels"])
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(set(cells)) == len(cells) and max(x for x, _ in cells) < 24


def test_every_metric_and_alert_is_on_the_page() -> None:
    """Whoever sees a name finds out what it is."""
    page = PAGE.read_text()
    named = [name for name in metric_names() if not re.search(r"_(bucket|sum|count)$", name)]
    assert [
        name for name in named if not name.startswith("gridtide_price_") and name not in page
    ] == []
    (group,) = yaml.safe_load((GRAFANA / "alerts.yml").read_text())["groups"]
    assert [rule["alert"] for rule in group["rules"] if rule["alert"] not in page] == []
