"""Who comes in, and what is written down of who does not."""

import base64
from collections.abc import MutableMapping
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from api_served import DIGEST, TEXTS, Served, authorization, served
from room_stand_in import START

from gridtide.doors.api.guarded import Rates
from gridtide.doors.api.limits import Limit, Rate
from gridtide.loop.clock import DrivenClock

OPEN = ["/", "/openapi.json", "/healthz", "/readyz"]
CLOSED = ["/api/state", "/api/proposals", "/api/decisions", "/api/audit", "/api/frame", "/nowhere"]
ACTS = ["/api/freeze", "/api/release", "/api/thaw", "/api/mode", "/api/envelope"]
WHY = {"reason": "the line is too warm"}


def first(answer: Any) -> dict[str, str]:
    """The first fault of an answer, which has one."""
    found: dict[str, str] = answer.json()["errors"][0]
    assert set(found) == {"subject", "value", "limit", "next_step"}
    return found


@pytest.mark.parametrize("path", OPEN)
def test_on_this_machine_a_few_paths_are_open_and_elsewhere_none(path: str) -> None:
    """Everything else needs a token always."""
    with served() as here:
        assert here.web.get(path).status_code == 200
    with served(on_loopback=False) as there:
        assert there.web.get(path).status_code == 401
        assert there.get(path).status_code == 200


@pytest.mark.parametrize("path", CLOSED)
def test_everything_else_needs_a_token_also_what_is_not_there(path: str) -> None:
    """So that nobody learns what is there, and a new path is closed until it is opened."""
    with served() as here:
        answer = here.web.get(path)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert first(answer)["subject"] == "Authorization"


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ({}, "is missing"),
        ({"Authorization": "Bearer gt_forged"}, "known to nobody"),
        ({"Authorization": f"Bearer {TEXTS['old']}"}, "expired"),
        ({"Authorization": "Basic abc"}, "no bearer token"),
        ({"Authorization": "Bearer "}, "known to nobody"),
        ({"Authorization": f"Bearer {TEXTS['li']}x"}, "known to nobody"),
    ],
)
def test_a_missing_forged_or_expired_token_is_refused_and_recorded(
    header: dict[str, str], value: str
) -> None:
    """Who, what, why; the token itself is kept nowhere."""
    with served() as here:
        answer = here.web.post("/api/freeze", json=WHY, headers=header)
        assert answer.status_code == 401
        assert value in first(answer)["value"]
        (noted,) = here.noted()
        assert noted["what"] == "POST /api/freeze"
        assert noted["who"] == ("old" if value == "expired" else "nobody known")
        assert value in noted["why"]
        assert not any(text in str(noted) for text in [*TEXTS.values(), "gt_forged"])
        assert not here.room.frozen


@pytest.mark.parametrize("path", ACTS)
def test_a_viewer_that_tries_to_act_is_refused_and_recorded(path: str) -> None:
    """403, with the role it takes."""
    more: dict[str, dict[str, object]] = {
        "/api/mode": {"mode": "observe"},
        "/api/envelope": {"envelope": {"share": 0.01}},
    }
    with served() as here:
        answer = here.post(path, {**WHY, **more.get(path, {})}, "wang")
        assert answer.status_code == 403
        assert "insufficient_scope" in answer.headers["www-authenticate"]
        assert "wang" in first(answer)["value"]
        (noted,) = here.noted()
        assert (noted["who"], noted["status"]) == ("wang", 403)
        assert (here.room.frozen, here.room.released, here.room.mode) == (False, 0, "advise")


def test_an_operator_that_approves_is_refused_and_recorded() -> None:
    """It takes an approver."""
    with served() as here:
        answer = here.post("/api/proposals/d-1/approve", {**WHY, "digest": DIGEST}, "li")
        assert answer.status_code == 403
        assert here.noted()[0]["who"] == "li"
        assert len(here.room.proposals()) == 3


def test_a_token_in_the_address_is_no_token() -> None:
    """Addresses end up in logs and histories."""
    with served() as here:
        assert here.web.get(f"/api/state?access_token={TEXTS['wang']}").status_code == 401
        assert TEXTS["wang"] not in str(here.noted())


def test_a_browser_elsewhere_asks_for_the_page_by_a_password_and_for_nothing_else() -> None:
    """What browsers send by themselves opens the page's files alone."""
    password = base64.b64encode(f"me:{TEXTS['li']}".encode()).decode()
    sent = {"Authorization": f"Basic {password}"}
    with served(on_loopback=False) as there:
        asked = there.web.get("/")
        assert asked.headers["www-authenticate"].startswith("Basic")
        assert there.web.get("/", headers=sent).status_code == 200
        assert there.web.get("/api/state", headers=sent).status_code == 401
        assert there.web.post("/api/freeze", json=WHY, headers=sent).status_code == 401
        assert not there.room.frozen


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost@evil", ""])
def test_a_foreign_name_that_points_here_is_refused_and_recorded(host: str) -> None:
    """Else a page of its owner would read ours."""
    with served() as here:
        answer = here.get("/api/state", Host=host)
        assert answer.status_code == 421
        assert here.noted()[0]["status"] == 421
        assert here.get("/api/state", Host="127.0.0.1:8470").status_code == 200


@pytest.mark.parametrize(
    "sent",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:9999"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
def test_what_a_foreign_page_sends_changes_nothing_and_is_recorded(sent: dict[str, str]) -> None:
    """Also with a good token."""
    with served() as here:
        assert here.post("/api/freeze", WHY, **sent).status_code == 403
        assert not here.room.frozen
        assert here.noted()[0]["status"] == 403
        own = {"Origin": "http://localhost", "Sec_Fetch_Site": "same-origin"}
        assert here.post("/api/freeze", WHY, **own).status_code == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "text/json"])
def test_what_a_form_can_send_is_not_read(kind: str) -> None:
    """JSON alone, which a foreign page cannot send unasked."""
    with served() as here:
        headers = {**authorization("li"), "Content-Type": kind}
        answer = here.web.post("/api/freeze", content='{"reason": "why"}', headers=headers)
        assert answer.status_code == 415
        assert not here.room.frozen


def test_a_body_that_is_too_long_is_refused_and_recorded() -> None:
    """Announced or not."""
    with served() as here:
        headers = {**authorization("li"), "Content-Type": "application/json"}
        assert here.post("/api/freeze", {"reason": "x" * 300_000}).status_code == 413
        parts = (b"x" * 50_000 for _ in range(20))
        answer = here.web.post("/api/freeze", content=parts, headers=headers)
        assert answer.status_code == 413
        told = int(answer.json()["errors"][0]["value"].split()[0])
        assert told > 262_144, "what is told to be too much is more than what is allowed"
        assert [one["status"] for one in here.noted()] == [413, 413]


@pytest.mark.parametrize("body", ["[" * 100_000, '{"reason": ' + "9" * 5_000 + "}"])
def test_a_body_that_no_reader_of_json_takes_is_called_the_body_and_not_a_path(body: str) -> None:
    """Nested without an end, or a number longer than any."""
    with served() as here:
        headers = {**authorization("li"), "Content-Type": "application/json"}
        answer = here.web.post("/api/freeze", content=body, headers=headers)
        assert answer.status_code == 400
        [error] = answer.json()["errors"]
        assert error["subject"] == "body"
        assert "path" not in error["limit"]


@pytest.mark.parametrize(
    "path",
    [
        "/static/../../pyproject.toml",
        "/static/%2e%2e/%2e%2e/pyproject.toml",
        "/static/..%2f..%2fpyproject.toml",
        "/static//etc/passwd",
        "/static/..\\..\\pyproject.toml",
        "/static/%252e%252e/pyproject.toml",
        "/static/index.html%00.js",
        "/api/proposals/..%2Fd-1/approve",
    ],
)
def test_a_path_that_leads_elsewhere_is_refused_and_recorded(path: str) -> None:
    """Files are looked up by name, and a name with dots is not even looked up."""
    with served() as here:
        assert status_of(here, path) == 400
        assert here.noted()[0]["status"] == 400


def status_of(here: Served, path: str) -> int:
    """What is answered to a path as it stands, which a client would tidy up."""
    scope: MutableMapping[str, Any] = {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": b"",
        "client": ("127.0.0.1", 1),
        "headers": [
            (b"host", b"localhost"),
            (b"authorization", authorization("wang")["Authorization"].encode()),
        ],
    }
    sent: list[Any] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    assert here.web.portal is not None
    here.web.portal.call(lambda: here.web.app(scope, receive, send))
    return int(sent[0]["status"])


def test_who_asks_too_often_waits_and_others_do_not() -> None:
    """By person; freezing and releasing are never put off."""
    rates = Rates(person=Rate(at_once=3, per_s=1), address=Rate(at_once=100, per_s=100))
    with served(rates=rates) as here:
        assert [here.get("/api/state", "li").status_code for _ in range(4)] == [200, 200, 200, 429]
        answer = here.get("/api/state", "li")
        assert answer.headers["retry-after"] == "1"
        assert here.get("/api/state", "zhao").status_code == 200
        assert here.post("/api/freeze", WHY, "li").status_code == 200
        assert here.post("/api/release", WHY, "li").status_code == 200
        here.clock.wait_until(here.clock.now() + timedelta(seconds=1))
        assert here.get("/api/state", "li").status_code == 200


def test_who_tries_tokens_waits_longer_and_fills_no_disk_while_good_tokens_go_on() -> None:
    """So many at once, then one in five seconds; what is not written down one by one is counted."""
    with served() as here:
        bad = {"Authorization": "Bearer gt_guess"}
        tried = [here.web.get("/api/state", headers=bad).status_code for _ in range(200)]
        assert tried[:20] == [401] * 20
        assert set(tried[20:]) == {429}
        assert here.get("/api/state").status_code == 200
        assert len(here.noted()) == 60
        here.clock.wait_until(here.clock.now() + timedelta(seconds=5))
        assert here.web.get("/api/state", headers=bad).status_code == 401
        assert here.noted()[-1]["refused_unsaid_before"] == 140


def test_a_clock_that_is_set_back_lets_nobody_ask_more_and_nobody_wait_for_ever() -> None:
    """It counts on from where it was set to."""
    clock = DrivenClock(START)
    limit = Limit(Rate(at_once=1, per_s=1), clock.now)
    assert (limit.wait_s("a"), limit.wait_s("a")) == (0, 1)
    clock.present = START - timedelta(hours=1)
    assert limit.wait_s("a") == 1
    clock.present += timedelta(seconds=1)
    assert limit.wait_s("a") == 0


def test_what_a_browser_gets_may_be_asked_for_without_its_body() -> None:
    """HEAD of the page and of its files, as monitors ask."""
    with served() as here:
        for path in ("/", "/static/control.js"):
            answer = here.web.head(path)
            assert (answer.status_code, answer.content) == (200, b"")
