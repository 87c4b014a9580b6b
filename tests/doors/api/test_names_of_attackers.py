"""Names that mean harm, out of a case and a trace, through a whole room: text everywhere, obeyed nowhere."""

import asyncio
import json
import logging
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import polars as pl
import pytest
from api_served import DIGEST, Served, served
from attackers_case import CONTROL, HTML, MARKUP, NAMES, SHELL, SQL, attackers_case
from mcp import Client
from prometheus_client.parser import text_string_to_metric_families
from room_stand_in import START

from gridtide.case.live_room import room_of_case
from gridtide.case.load import load_case
from gridtide.doors.api.logs import log_as_json
from gridtide.doors.api.tokens import add_token, read_tokens, token_of
from gridtide.doors.assistant import Service, assistant
from gridtide.doors.cli import exit_code
from gridtide.finding import BadInput
from gridtide.loop.live import Runner
from gridtide.stores.memory import MemoryStore
from gridtide.stores.sql.service import ServiceStores, open_for_service
from gridtide.trust.audit import broken_link
from gridtide.trust.people import Role

PATHS = (
    "/api/state", "/api/frame", "/api/sites", "/api/ahead", "/api/plan", "/api/markets", "/api/power-model",
    "/api/sources", "/api/proposals", "/api/decisions", "/api/audit", "/api/audit/records", "/api/flexibility",
    "/api/names", "/api/regulation", "/locations", "/emissions/bylocation?location=here", "/openapi.json", "/readyz",
)  # fmt: skip
SITE = f"here{HTML}"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceStores]:
    folder = tmp_path_factory.mktemp("harm")
    stores = open_for_service(folder / "db", "a test", folder / "readings")
    yield stores
    stores.close()


@pytest.fixture(scope="module")
def here(kept: ServiceStores, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The door over a room of the case, which has gone on until something waits for people."""
    case = attackers_case(tmp_path_factory.mktemp("case"))
    room = room_of_case(case, 1e9, kept.entries, documents=kept.documents)
    room.bases.keeper = kept.blocks
    for _ in range(4):
        room.go_on()
    with served(open_room=lambda: Runner(room=room)) as door:
        for _ in range(100):
            if door.get("/readyz").status_code == 200:
                break
        yield door


def texts(value: object) -> Iterator[str]:
    """Every text in plain values."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield key
            yield from texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts(one)
    elif isinstance(value, str):
        yield value


def test_every_answer_holds_them_as_text_of_json_and_no_header_does(here: Served) -> None:
    """As they are written in the case; what cannot be seen is written out."""
    seen: set[str] = set()
    for path in PATHS:
        answer = here.get(path)
        assert answer.headers["content-type"].endswith("json"), path
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert not any(sign in str(answer.headers) for sign in ("<", "hurt", "DROP"))
        found = list(texts(answer.json()))
        assert all(one.isprintable() for one in found if "\n" not in one), path
        seen |= set(found)
    assert SITE in seen and f"batch{SQL}" in seen
    jobs = [one for one in seen if one.startswith("t-")]
    assert f"t-{SHELL}" in jobs and f"t-{MARKUP}" in jobs
    assert max(map(len, jobs)) <= 300 and not any(CONTROL[:3] in one for one in jobs)


def test_metrics_stay_lines_that_their_reader_understands(here: Served) -> None:
    """Each name one label."""
    text = here.web.get("/metrics").text
    families = list(text_string_to_metric_families(text))
    sites = {
        one.labels["site"] for family in families for one in family.samples if "site" in one.labels
    }
    assert sites == {SITE}


def test_what_is_asked_by_such_a_name_is_looked_up_and_not_obeyed(here: Served) -> None:
    """A place, a decision, a job, a filter: found, or refused with what is wrong."""
    for name in NAMES[:6]:
        for path, key in (
            ("/emissions/bylocation", "location"), ("/api/audit/records", "who"),
            ("/api/audit/records", "decision"), ("/api/decisions/newest/what-if", "job"),
        ):  # fmt: skip
            answer = here.web.get(path, params={key: name}, headers=here_headers())
            assert answer.status_code in (200, 400, 404, 422), (path, name)
    place = here.web.get("/emissions/bylocation", params={"location": SITE}, headers=here_headers())
    assert place.status_code in (200, 400, 404)
    assert here.get("/api/audit/records").json()["records"] > 0


def here_headers() -> dict[str, str]:
    """Of somebody who may look."""
    from api_served import authorization

    return authorization("wang")


def test_an_assistant_hears_and_says_them_as_data_over_the_whole_room(
    here: Served, kept: ServiceStores
) -> None:
    """Through every tool; names in its advice and edits that mean harm are refused or stand as text, and recorded."""
    before = len(kept.entries.entries())

    async def work(client: Client) -> None:
        heard = ""
        for name, words in (
            ("state", {}), ("frame", {}), ("proposals", {}), ("decisions", {"count": 50}),
            ("cleanest_window", {"location": f"DE-LU{MARKUP}", "minutes": 60}),
        ):  # fmt: skip
            found = await client.call_tool(name, dict(words))
            assert not found.is_error, found
            heard += json.dumps(found.structured_content)
        assert HTML in heard and "\x1b" not in heard
        waits = here.get("/api/proposals").json()["items"][-1]
        about = {"decision": waits["id"], "digest": waits["digest"], "reason": f"{HTML} {SQL}"}
        assert not (await client.call_tool("explain", {"decision": waits["id"]})).is_error
        assert not (await client.call_tool("propose", {**about, "approve": True})).is_error
        for harm in NAMES:
            unknown: tuple[dict[str, object], ...] = (
                {"leave_jobs": [f"{harm}?"]},
                {"store_most_kw": {f"{harm}!": 1.0}},
            )
            for edit in unknown:
                found = await client.call_tool("propose_edit", {**about, **edit})
                assert found.is_error, found
        for wrong in ({"decision": HTML}, {"digest": SQL}, {"reason": CONTROL}):
            assert (await client.call_tool("propose", {**about, "approve": True, **wrong})).is_error

    def through(request: httpx2.Request) -> httpx2.Response:
        path = str(request.url).removeprefix("http://127.0.0.1:1")
        headers = {key: one for key, one in request.headers.items() if key != "host"}
        answer = here.web.request(request.method, path, content=request.content, headers=headers)
        return httpx2.Response(answer.status_code, content=answer.content)

    async def inside() -> None:
        network = httpx2.MockTransport(through)
        token = here_headers()["Authorization"].removeprefix("Bearer ")
        service = Service(url="http://127.0.0.1:1", token=token, transport=network)
        async with Client(assistant(service)) as client:
            await work(client)

    asyncio.run(asyncio.wait_for(inside(), 120))
    entries = kept.entries.entries()
    assert broken_link(entries) is None and len(entries) > before
    says = [json.loads(one.text) for one in entries[before:]]
    assert any(one.get("what") == "advise" and one["held"] for one in says)
    assert any(one.get("what") == "advise" and not one["held"] for one in says)


def test_reasons_of_people_and_refusals_are_lines_of_the_record(
    here: Served, kept: ServiceStores
) -> None:
    """A reason with markup is kept as it was typed; one that commands a terminal is refused; the chain stays whole."""
    waits = here.get("/api/proposals").json()["items"]
    assert waits
    path = f"/api/proposals/{waits[-1]['id']}/reject"
    body = {"digest": waits[-1]["digest"], "reason": f"{HTML} {SQL} {SHELL}"}
    assert here.post(path, {**body, "reason": CONTROL}).status_code == 422
    assert here.post(path, {**body, "digest": DIGEST}).status_code == 409
    assert here.post(path, body).status_code == 200
    entries = kept.entries.entries()
    assert broken_link(entries) is None
    says = [json.loads(one.text) for one in entries]
    assert any(one.get("reason") == body["reason"] for one in says)
    assert any(one.get("kind") == "refused request" and one["status"] == 409 for one in says)


def test_a_line_of_the_log_stays_one_document(
    here: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever was asked."""
    log_as_json()
    logging.getLogger("gridtide.serve").warning("still held", extra={"what": "".join(NAMES)})
    here.get(f"/api/{HTML}")
    lines = capsys.readouterr().err.splitlines()
    assert lines and all(json.loads(one) for one in lines)
    assert all(line.isascii() or line.isprintable() for line in lines)


def test_tables_and_pages_of_a_run_hold_them_as_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Parquet, JSON, the page and the words on the terminal; and nothing was run."""
    monkeypatch.chdir(tmp_path)
    case = attackers_case(tmp_path)
    assert exit_code(["run", str(case), "--policy", "coordinated", "--json"]) == 0
    told: Any = json.loads(capsys.readouterr().out)
    assert SITE in set(texts(told))
    (run,) = (tmp_path / "runs").glob("0*")
    names = {
        str(one)
        for table in sorted(run.rglob("*.parquet"))
        for column in pl.read_parquet(table).iter_columns()
        for one in column.to_list()
        if isinstance(one, str)
    }
    assert f"t-{SHELL}" in names
    page = (run / "report.html").read_text(encoding="utf-8")
    assert HTML not in page and "<script>window.hurt" not in page
    assert exit_code(["run", str(case), "--policy", "coordinated"]) == 0
    shown = capsys.readouterr()
    assert "\x1b[2J" not in shown.out + shown.err and "\u202e" not in shown.out + shown.err
    assert not (tmp_path / "hurt").exists() and "hurt" not in os.listdir(tmp_path)


@pytest.mark.parametrize("where", ["here", "gpus", "batch", "DE-LU"])
def test_a_case_takes_no_name_that_cannot_be_seen_or_is_long(where: str, tmp_path: Path) -> None:
    """It is said which, and nothing is opened."""
    text = attackers_case(tmp_path).read_text()
    for harm in (CONTROL, "x" * 5_000, "a\0b"):
        named = text.replace(f'"{where}', f'"{where}{json.dumps(harm)[1:-1]}')
        (tmp_path / "worse.toml").write_text(named)
        with pytest.raises(BadInput, match=r"control characters|at most 80"):
            load_case(tmp_path / "worse.toml")


@pytest.mark.parametrize("harm", [*NAMES, "\u202eilsuoy", "a\nb", "x" * 10_000])
def test_no_user_has_a_name_that_means_harm(harm: str, tmp_path: Path) -> None:
    """Neither as a token is made nor out of a file; the fault says so in one line, and nothing is written."""
    token = token_of(harm, Role.VIEWER, "gt_text-of-a-test", START + timedelta(days=1))
    with pytest.raises(BadInput) as fault:
        add_token(tmp_path / "tokens.toml", token)
    assert str(fault.value).replace("\n", "").isprintable()
    assert not (tmp_path / "tokens.toml").exists()
    row = {"name": harm, "role": "viewer", "sha256": token.sha256}
    told = "\n".join(f"{key} = {json.dumps(value)}" for key, value in row.items())
    path = tmp_path / "by_hand.toml"
    path.touch(mode=0o600)
    path.write_text(f"[[token]]\n{told}\nexpires_at = 2030-01-01T00:00:00Z\n")
    with pytest.raises(BadInput):
        read_tokens(path)


def test_services_of_a_case_may_be_called_anything_that_is_seen(tmp_path: Path) -> None:
    """Markup, SQL and commands stand as they are written in frames and answers of a room; nothing of them runs."""
    text = (Path(__file__).parents[2] / "fixtures" / "three_sites.toml").read_text()
    case = tmp_path / "case.toml"
    for harm in (CONTROL, "x" * 10_000, "a\u202eb"):
        case.write_text(text.replace('"chat"', json.dumps(harm)))
        with pytest.raises(BadInput):
            load_case(case)
    case.write_text(text.replace('"chat"', json.dumps(f"{HTML}{SQL}")))
    chain = MemoryStore()
    room = room_of_case(case, 1e9, chain)
    for _ in range(2):
        room.go_on()
    assert HTML in json.dumps(room.newest().values) and broken_link(chain.entries()) is None
    assert all(entry.text.isprintable() for entry in chain.entries())
