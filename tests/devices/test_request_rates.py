"""Requests as Prometheus answers them: what comes, what is answered where, and nothing made up."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gridtide.devices.request_rates import RequestRates, request_rates
from gridtide.finding import BadInput
from gridtide.fleet.device import ReadsRequests, UnreachableError
from gridtide.loop.clock import DrivenClock
from gridtide.testing.loopback_http import Quiet, on_loopback

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


def sample(per_s: object, place: str = "", **labels: str) -> dict[str, Any]:
    """A sample of a vector."""
    metric = {"service": "chat", "origin": "users", "place": place} | labels
    return {"metric": metric, "value": [NOON.timestamp(), per_s]}


def vector(*samples: object) -> str:
    """An answer of Prometheus."""
    data = {"resultType": "vector", "result": list(samples)}
    return json.dumps({"status": "success", "data": data})


def reader(folder: Path, text: str, **keys: Any) -> RequestRates:
    """A reader of a file with a text."""
    (folder / "rates.json").write_text(text)
    return request_rates(now=lambda: NOON, path=folder / "rates.json", **keys)


def test_what_comes_and_what_is_answered_are_told_apart(tmp_path: Path) -> None:
    """One without a place is all that came; without such a one all that was answered came."""
    other = sample("7", place="north/a", service="draw")
    text = vector(sample("50"), sample("30", place="north/a"), sample("15", "south/b"), other)
    here = reader(tmp_path, text)
    assert isinstance(here, ReadsRequests)
    chat, draw = here.read_requests()
    assert (chat.service, chat.origin, chat.asked_per_s) == ("chat", "users", 50.0)
    assert chat.answered_per_s == (("north/a", 30.0), ("south/b", 15.0))
    assert (draw.asked_per_s, draw.measured_at) == (7.0, NOON)


def test_it_is_read_anew_once_what_was_heard_is_old(tmp_path: Path) -> None:
    """A file that changes is seen after every_s; one that is gone is no answer, and no old one either."""
    clock = DrivenClock(NOON)
    here = reader(tmp_path, vector(sample("50")))
    here.now = clock.now
    assert here.read_requests()[0].asked_per_s == 50.0
    (tmp_path / "rates.json").write_text(vector(sample("60")))
    assert here.read_requests()[0].asked_per_s == 50.0
    clock.present += timedelta(seconds=10)
    assert here.read_requests()[0].asked_per_s == 60.0
    (tmp_path / "rates.json").unlink()
    clock.present += timedelta(seconds=10)
    with pytest.raises(UnreachableError, match="No such file"):
        here.read_requests()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "[" * 9_000,
        json.dumps({"status": "error"}),
        vector({"metric": {"service": "chat"}, "value": [0, "1"]}),
        vector(sample("-1")),
        vector(sample(None)),
        vector(sample("1") | {"value": [1e300, "1"]}),
        vector(sample("1", origin=7)),  # type: ignore[arg-type]
        "x" * (2**20 + 1),
    ],
)
def test_what_is_no_answer_is_said_and_never_taken_for_none(text: str, tmp_path: Path) -> None:
    """Nothing is guessed from the rest of it."""
    with pytest.raises(UnreachableError, match=r"rates\.json"):
        reader(tmp_path, text).read_requests()


def test_keys_of_its_table_are_said_together() -> None:
    """Both of url and path, or neither, another scheme, a pace that is none."""
    with pytest.raises(BadInput) as refused:
        request_rates(now=lambda: NOON, url="ftp://x", path=Path("y"), every_s=0.1)
    told = str(refused.value)
    for said in ("url, path: both", "url: ftp://x", "every_s: 0.1"):
        assert said in told


@contextmanager
def served(code: int, body: bytes) -> Iterator[str]:
    """Address of a server that answers one thing."""

    class Always(Quiet):
        def do_GET(self) -> None:
            self.give(code, body)

    with on_loopback(Always) as address:
        yield f"{address}/api/v1/query?query=x"


def test_an_address_is_asked_over_http() -> None:
    """A refusal, too much, and nobody there are no answer."""
    with served(200, vector(sample("50")).encode()) as url:
        assert request_rates(now=lambda: NOON, url=url).read_requests()[0].asked_per_s == 50.0
    for code, body, said in ((503, b"", "answered 503"), (200, b" " * (2**20 + 9), "more than")):
        with served(code, body) as url, pytest.raises(UnreachableError, match=said):
            request_rates(now=lambda: NOON, url=url).read_requests()
    with pytest.raises(UnreachableError):
        request_rates(now=lambda: NOON, url=url).read_requests()
