"""A real Prometheus reads our metrics, and its tool finds nothing to say of them and of our alerts."""

import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from prometheus_process import asked, free_port, program, prometheus, until
from starlette.testclient import TestClient

import gridtide
from gridtide.doors.api.hub import Hub
from gridtide.doors.api.metrics import metric_names, metrics_router
from gridtide.doors.api.watching import Watch
from gridtide.loop.clock import WallClock
from gridtide.loop.room import Frame
from gridtide.signals.signal import Kind

pytestmark = pytest.mark.parts
HERE = Path(__file__).parent
ALERTS = Path(gridtide.__file__).parent / "static" / "grafana" / "alerts.yml"
BEGAN = datetime(2026, 3, 1, tzinfo=UTC)
SITE = {
    "site": "Nantong",
    "it_kw": 1000.0,
    "facility_kw": 1200.0,
    "import_kw": 1100.0,
    "import_max_kw": 5000.0,
    "plan_import_kw": 1150.0,
    "price_per_mwh": -3.0,
    "carbon_g_per_kwh": 500.0,
    "renewable_used_kw": 100.0,
    "renewable_curtailed_kw": 0.0,
    "could_less_kw": 300.0,
    "could_more_kw": 0.0,
    "by_class_kw": {"training": 700.0, "chat": 300.0},
}
STATE = {
    "mode": "act",
    "frozen": False,
    "waiting": 1,
    "leads": True,
    "epoch": 3,
    "audit_whole": False,
    "ages_s": {"price_per_mwh": 30.0},
    "envelope": {"moved_max_kw.Nantong": 200.0},
}


async def open_to_all() -> None:
    """Whoever asks may read."""


def full_app() -> FastAPI:
    """A service that shows every metric there is."""
    watch = Watch(WallClock().now, "EUR", Kind.CARBON_AVERAGE)
    for number in (1, 2):
        acts = {"done": number}
        values = {
            "sites": [SITE],
            "regulation": [{"site": "Nantong", "score": 0.93}],
            "decided_s": [0.2],
            "acts": acts,
            "at_risk_count": 0,
        }
        watch.look(Frame(number=number, at=BEGAN, values=values))
    watch.tallies.approvals["approved"] += 1
    watch.tallies.refuse("role")
    app = FastAPI(openapi_url=None)
    app.include_router(
        metrics_router(lambda: watch.vitals(STATE), watch.tallies, open_to_all, Hub("a"))
    )
    return app


@contextmanager
def served(app: FastAPI) -> Iterator[int]:
    """Port of a service in a thread, until the end."""
    port = free_port()
    config = uvicorn.Config(app, port=port, log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield port
    finally:
        server.should_exit = True
        thread.join()


def said(*words: str, text: str = "") -> str:
    """What the tool of Prometheus says; it must find no fault."""
    done = subprocess.run(
        [program("promtool"), *words], input=text, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_tool_finds_no_fault_in_our_metrics() -> None:
    """Names, units, help and types; of each metric that may be there, one is."""
    with TestClient(full_app()) as web:
        text = web.get("/metrics").text
    assert said("check", "metrics", text=text) == ""
    shown = {line.partition(" ")[0].partition("{")[0] for line in text.splitlines()}
    prices = {name for name in metric_names() if name.startswith("gridtide_price_")}
    assert set(metric_names()) - prices <= shown and prices & shown


def test_the_tool_finds_no_fault_in_our_alerts(tmp_path: Path) -> None:
    """Each fires on a course that should fire it, with its words, and on no other."""
    assert "SUCCESS" in said("check", "rules", str(ALERTS))
    course = tmp_path / "course.yml"
    course.write_text((HERE / "alert_rules.yml").read_text().replace("ALERTS", str(ALERTS)))
    assert "SUCCESS" in said("test", "rules", str(course))


def test_a_real_one_reads_them_and_calls(tmp_path: Path) -> None:
    """A value arrives in its base unit, and the broken audit of this service is called out."""
    with served(full_app()) as port, prometheus(tmp_path, port, ALERTS) as address:
        (power,) = until(address, 'gridtide_site_power_watts{class="training"}')
        assert power["metric"]["site"] == "Nantong" and power["value"][1] == "700000"
        (alert,) = until(address, 'ALERTS{alertname="GridtideAuditBroken",alertstate="firing"}')
        assert alert["metric"]["severity"] == "page"
        rules = asked(address, "/api/v1/rules")["groups"][0]["rules"]
        assert {rule["health"] for rule in rules} == {"ok"}
