"""Slurm by slurmrestd keeps what every device that holds back jobs promises, in the shapes of old and new versions."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from test_slurm_queue import ALLOWED, opened

from gridtide.devices.slurm_rest import Access, SlurmRest
from gridtide.finding import BadInput
from gridtide.fleet.device import UnreachableError
from gridtide.fleet.ticket import Fate
from gridtide.loop.clock import DrivenClock
from gridtide.testing.devices_queue import HOUR, MORNING, Opened, QueuePromises
from gridtide.testing.tiny_slurm import Shape, TinySlurm
from gridtide.wire.slurm.arguments import slurm_time
from gridtide.wire.slurm.rest import api_of, errors_in

TEXT: dict[str, Any] = {"type": "string"}
SET = {"type": "object", "properties": {"set": {"type": "boolean"}, "number": {"type": "integer"}}}


def openapi(version: str, *others: str, begin: object, admin: bool) -> dict[str, Any]:
    """What a slurmrestd says of itself."""
    told: dict[str, Any] = {"begin_time": begin, "comment": TEXT} | (
        {"admin_comment": TEXT} if admin else {}
    )
    by = {"$ref": "#/components/schemas/told"}
    change = {"post": {"requestBody": {"content": {"application/json": {"schema": by}}}}}
    paths: dict[str, object] = {f"/slurm/{one}/jobs": {"get": {}} for one in (*others, version)}
    return {
        "paths": {**paths, f"/slurm/{version}/job/{{job_id}}": change},
        "components": {"schemas": {"told": {"properties": told}, "set": SET}},
    }


NEW = openapi(
    "v0.0.40", "v0.0.38", "v0.0.39", begin={"$ref": "#/components/schemas/set"}, admin=True
)
OLD = openapi("v0.0.38", begin={"type": "integer"}, admin=False)


@dataclass(frozen=True)
class Served:
    """A slurmrestd before a Slurm in memory."""

    slurm: TinySlurm
    document: dict[str, Any]

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        """Answer as it would."""
        if self.slurm.silent:
            raise httpx2.ConnectError("refused")
        path = request.url.path
        if path.startswith("/openapi"):
            return httpx2.Response(200, json=self.document)
        if request.method == "GET":
            return httpx2.Response(200, text=self.slurm(("squeue", "--json"), "").printed)
        body, job = json.loads(request.content), path.rsplit("/", 1)[1]
        begin = slurm_time(self._begin(body["begin_time"]))
        ran = self.slurm(
            ("scontrol", "update", f"JobId={job}", f"StartTime={begin}", *self._admin(body)), ""
        )
        if "comment" in body:
            self.slurm.jobs[int(job)].comment = body["comment"]
        errors = [{"error": ran.complained}] if ran.code else []
        return httpx2.Response(200, json={"errors": errors})

    def _begin(self, told: Any) -> datetime:
        if isinstance(told, dict):
            return MORNING + timedelta(seconds=told["number"] - MORNING.timestamp())
        ahead_s = int(told.removeprefix("now").removeprefix("+") or 0)
        return self.slurm.clock.now() + timedelta(seconds=max(ahead_s - 1, 0))

    def _admin(self, body: dict[str, str]) -> tuple[str, ...]:
        return (f"AdminComment={body['admin_comment']}",) if "admin_comment" in body else ()


class _Rest(QueuePromises):
    shape: Shape
    document: dict[str, Any]

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    def opened(self) -> Opened:
        at = opened(self.folder, self.shape)
        served = Served(at.platform.slurm, self.document)  # type: ignore[attr-defined]
        device = SlurmRest(
            clock=at.clock,
            allowed=ALLOWED,
            access=Access(url="http://127.0.0.1:6820"),
            transport=httpx2.MockTransport(served),
        )
        return Opened(**{**vars(at), "device": device})


class TestRestOfOldVersions(_Rest):
    shape = "22.05"
    document = OLD


class TestRestOfNewVersions(_Rest):
    shape = "23.11"
    document = NEW


def test_the_newest_version_that_the_server_names_is_used() -> None:
    """By number, not by letter; a start time as its schema has it."""
    api = api_of(openapi("v0.0.100", "v0.0.44", "v0.0.9", begin=SET, admin=True))
    assert (api.version, api.jobs, api.field) == (
        "v0.0.100",
        "/slurm/v0.0.100/jobs",
        "admin_comment",
    )
    told = api.told(MORNING + timedelta(seconds=0.5), "mine", MORNING)
    assert told == {
        "begin_time": {"set": True, "infinite": False, "number": int(MORNING.timestamp()) + 1},
        "admin_comment": "mine",
    }
    assert api_of(OLD).told(MORNING + HOUR, None, MORNING) == {"begin_time": "now+3601"}
    with pytest.raises(ValueError):
        api.job("1/../jobs")


@pytest.mark.parametrize(
    "document", [None, {}, {"paths": {}}, {"paths": {"/slurm/v0.0.40/jobs": {}}}]
)
def test_a_server_that_does_not_say_what_it_can_is_not_guessed_at(document: object) -> None:
    """No version is written down here."""
    with pytest.raises(ValueError):
        api_of(document)


def answering(*answers: httpx2.Response) -> SlurmRest:
    """A device whose server gives these answers, one after the other."""
    left = list(answers)
    return SlurmRest(
        clock=DrivenClock(MORNING),
        allowed=ALLOWED,
        access=Access(url="http://127.0.0.1:6820"),
        transport=httpx2.MockTransport(lambda _: left.pop(0)),
    )


def test_answers_that_are_none_are_said_with_the_next_step() -> None:
    """A token that ran out, a server without its plugin, a page of something else."""
    with pytest.raises(UnreachableError, match="token; renew it: scontrol token"):
        answering(httpx2.Response(401)).queue()
    with pytest.raises(UnreachableError, match="slurmrestd -s list"):
        answering(*[httpx2.Response(404)] * 3).queue()
    with pytest.raises(UnreachableError, match="gave no jobs"):
        answering(httpx2.Response(200, json=NEW), httpx2.Response(200, text="<html>")).queue()
    with pytest.raises(UnreachableError, match="500 slurmctld is away"):
        wrong = {"errors": [{"error": "slurmctld is away"}]}
        answering(httpx2.Response(200, json=NEW), httpx2.Response(500, json=wrong)).queue()


def test_an_error_in_a_good_answer_is_one(tmp_path: Path) -> None:
    """slurmrestd says no with status 200; then nothing is held."""
    assert errors_in({"errors": [{"description": "no"}, "never"]}) == "no; never"
    assert errors_in({"errors": []}) is None
    promises = TestRestOfNewVersions()
    promises.folder = tmp_path
    at = promises.opened()
    at.platform.slurm.jobs[1].partition = "low"  # type: ignore[attr-defined]
    served = Served(at.platform.slurm, NEW)  # type: ignore[attr-defined]

    def refuses(request: httpx2.Request) -> httpx2.Response:
        if request.method == "POST":
            return httpx2.Response(200, json={"errors": [{"error": "Access/permission denied"}]})
        return served(request)

    device = SlurmRest(
        clock=at.clock,
        allowed=ALLOWED,
        access=Access(url="http://127.0.0.1:6820"),
        transport=httpx2.MockTransport(refuses),
    )
    outcome = device.begin_at(at.ticket(), at.waiting, at.clock.now() + HOUR)
    assert outcome.fate is Fate.REFUSED
    assert "permission denied" in outcome.said
    assert device.restraints() == ()


def test_a_token_does_not_travel_in_plain_text(tmp_path: Path) -> None:
    """It is read anew for each request, and sent to this machine or over TLS only."""
    token = tmp_path / "token"
    token.write_text("secret-1\n")
    for host in ("slurm.example:6820", "localhost.slurm.example", "127.0.0.1.slurm.example"):
        with pytest.raises(BadInput):
            Access(url=f"http://{host}", token_file=token)
    with pytest.raises(BadInput):
        Access()
    seen: list[str] = []

    def notes(request: httpx2.Request) -> httpx2.Response:
        seen.append(
            f"{request.headers['X-SLURM-USER-NAME']} {request.headers['X-SLURM-USER-TOKEN']}"
        )
        token.write_text("secret-2\n")
        return httpx2.Response(
            200, json=NEW if request.url.path.startswith("/openapi") else {"jobs": []}
        )

    device = SlurmRest(
        clock=DrivenClock(MORNING),
        allowed=ALLOWED,
        access=Access(url="https://slurm.example:6820", user="gridtide", token_file=token),
        transport=httpx2.MockTransport(notes),
    )
    assert device.queue() == ()
    assert seen == ["gridtide secret-1", "gridtide secret-2"]
