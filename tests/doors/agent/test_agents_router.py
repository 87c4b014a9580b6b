"""The brain's end of the line: a token for each site, strict bodies, orders as soon as they are there."""

import hashlib
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from gridtide.devices.far_site import FarDevice, SiteDesk
from gridtide.doors.api.agents import agents_router, beside
from gridtide.doors.api.limits import Limit, Rate
from gridtide.doors.api.recorder import Recorder
from gridtide.doors.api.tallies import Tallies
from gridtide.fleet.device import CapsPower, ReadsPower, Restrains, UnreachableError
from gridtide.fleet.ticket import Fate, Outcome, Ticket
from gridtide.wire.agent_line import Poll, SiteReading, SiteReport, poll_json, poll_of, reply_of
from gridtide.wire.nouns import plain

NOW = datetime(2026, 11, 30, 8, tzinfo=UTC)
HEADERS = {"Authorization": "Bearer good"}
REPORT = SiteReport(
    at=NOW,
    frozen=False,
    readings=(
        SiteReading(device="gpus", of="gpu-0", kw=None, measured_at=NOW, method="simulated"),
        SiteReading(device="gpus", of="gpu-1", kw=0.5, measured_at=NOW, method="simulated"),
    ),
    unreachable=("hall",),
)


class Here:
    """A desk and the way to it."""

    def __init__(self) -> None:
        self.now = NOW
        self.desk = SiteDesk(site="hohhot", now=lambda: self.now)
        app = FastAPI()
        digest = hashlib.sha256(b"good").hexdigest()
        app.include_router(agents_router({"hohhot": self.desk}, {"hohhot": digest}))
        self.client = TestClient(app)

    def polls(self, *outcomes: Outcome, wait_s: float = 0.0, taken: tuple[str, ...] = ()) -> Any:
        """What the agent hears."""
        poll = Poll(wait_s=wait_s, taken=taken, outcomes=outcomes, report=REPORT)
        answer = self.client.post("/agents/hohhot/line", headers=HEADERS, json=poll_json(poll))
        assert answer.status_code == 200, answer.text
        return reply_of(answer.json())

    def ticket(self, name: str = "act-1") -> Ticket:
        """One of the brain's."""
        ends = NOW + timedelta(minutes=1)
        return Ticket(id=name, epoch=1, sequence=1, issued_at=NOW, expires_at=ends)


@pytest.mark.parametrize(
    ("site", "headers", "body", "code"),
    [
        ("hohhot", {}, b"{}", 401),
        ("hohhot", {"Authorization": "Bearer bad"}, b"{}", 401),
        ("hohhot", {"Authorization": "Basic good"}, b"{}", 401),
        ("elsewhere", HEADERS, b"{}", 401),
        ("hohhot", HEADERS, b"no json", 400),
        ("hohhot", HEADERS, b"[" * 9_000, 400),
        ("hohhot", HEADERS, b"{}", 422),
        ("hohhot", HEADERS, b" " * (2**20 + 1), 413),
    ],
)
def test_who_has_no_token_or_sends_no_poll_is_refused(
    site: str, headers: dict[str, str], body: bytes, code: int
) -> None:
    """And is not counted as heard."""
    here = Here()
    answer = here.client.post(f"/agents/{site}/line", headers=headers, content=body)
    assert answer.status_code == code
    with pytest.raises(UnreachableError, match="not heard yet"):
        here.desk.heard()


def test_an_order_goes_down_until_its_outcome_comes_up() -> None:
    """Not again while the agent works on it; acknowledged once it is there; whoever told it is told."""
    here = Here()
    here.polls()
    device = FarDevice(here.desk, "gpus", within_s=30.0)
    assert isinstance(device, CapsPower) and isinstance(device, ReadsPower)
    assert isinstance(device, Restrains)
    found: list[Outcome] = []
    told = threading.Thread(
        target=lambda: found.append(device.cap(here.ticket(), "gpu-0", 0.4, NOW))
    )
    told.start()
    (order,) = here.polls(wait_s=20.0).orders
    assert (order.device, order.act.unit, order.act.cap_kw) == ("gpus", "gpu-0", 0.4)
    assert here.polls(taken=("act-1",)).orders == ()
    done = Outcome(ticket="act-1", fate=Fate.DONE, said="gpu-0: cap 0.4", at=NOW)
    assert here.polls(done).acknowledged == ("act-1",)
    told.join()
    assert found == [done]
    assert here.polls().orders == ()


def test_an_agent_is_neither_heard_nor_told_anything_by_who_leads_no_more() -> None:
    """What it reports is not acknowledged, what waits for it stays where it is, and it is told where to turn."""
    here, over = Here(), [False]
    digest = hashlib.sha256(b"good").hexdigest()
    router = agents_router({"hohhot": here.desk}, {"hohhot": digest}, lambda: over[0])
    recorder = Recorder(lambda: NOW, Tallies())
    recorder.opened(lambda content: None)
    client = TestClient(beside(FastAPI(), router, recorder))
    poll = poll_json(Poll(wait_s=0.0, taken=(), outcomes=(), report=REPORT))
    assert client.post("/agents/hohhot/line", headers=HEADERS, json=poll).status_code == 200
    over[0], heard_at = True, here.desk.heard_at
    here.now += timedelta(seconds=1)
    told = FarDevice(here.desk, "gpus", within_s=0.0).cap(here.ticket(), "gpu-0", 0.4, NOW)
    answer = client.post("/agents/hohhot/line", headers=HEADERS, json=poll)
    assert (answer.status_code, told.fate, here.desk.heard_at) == (503, Fate.FAILED, heard_at)
    assert "leads no more" in answer.text and "gpu-0" not in answer.text


def test_what_nobody_fetched_has_expired_and_is_never_handed_out() -> None:
    """The brain knows that it was not done."""
    here = Here()
    here.now += timedelta(minutes=1)
    here.polls()
    told = FarDevice(here.desk, "gpus").cap(here.ticket(), "gpu-0", 0.4, NOW)
    assert told.fate is Fate.EXPIRED
    assert here.polls().orders == ()


def test_a_site_that_is_silent_is_told_nothing() -> None:
    """No order waits on its desk, to be fetched who knows when."""
    here = Here()
    told = FarDevice(here.desk, "gpus", within_s=60.0).cap(here.ticket(), "gpu-0", 0.4, NOW)
    assert (told.fate, "not heard yet" in told.said) == (Fate.FAILED, True)
    assert here.polls().orders == ()


def test_agents_stand_beside_people_and_not_behind_their_guard() -> None:
    """Each is asked for its own token; what an agent is refused is written down, and who guesses tokens waits."""
    people = FastAPI()
    people.get("/healthz")(lambda: "well")
    digest = hashlib.sha256(b"good").hexdigest()
    desk = SiteDesk(site="hohhot", now=lambda: NOW)
    router = agents_router({"hohhot": desk}, {"hohhot": digest})
    noted: list[Mapping[str, object]] = []
    recorder = Recorder(lambda: NOW, Tallies())
    recorder.opened(noted.append)
    unknown = Limit(Rate(at_once=3, per_s=1), lambda: NOW)
    client = TestClient(beside(people, router, recorder, unknown))
    assert client.get("/healthz").json() == "well"
    assert client.post("/agents/hohhot/line", headers=HEADERS, content=b"{}").status_code == 422
    bad = {"Authorization": "Bearer guess"}
    codes = [client.post("/agents/hohhot/line", headers=bad).status_code for _ in range(5)]
    assert codes == [401, 401, 401, 429, 429]
    long = b" " * (2**20 + 1)
    assert client.post("/agents/hohhot/line", headers=HEADERS, content=long).status_code == 413
    assert client.post("/agents/hohhot/a%5Cb", headers=HEADERS).status_code == 400
    assert [one["status"] for one in noted] == [*codes, 413, 400]
    assert not any("guess" in str(one) for one in noted)
    with pytest.raises(ValueError, match="differ"):
        agents_router({"hohhot": desk}, {})


def test_readings_are_those_reported_and_a_silent_site_has_none() -> None:
    """Unknown is not 0; a device its agent cannot reach, and a site not heard, are said."""
    here = Here()
    here.polls()
    unknown, known = FarDevice(here.desk, "gpus").read_power()
    assert (unknown.kw != unknown.kw, known.kw) == (True, 0.5)
    with pytest.raises(UnreachableError, match="hall of hohhot"):
        FarDevice(here.desk, "hall").read_power()
    here.now += timedelta(minutes=2)
    with pytest.raises(UnreachableError, match="is it running"):
        FarDevice(here.desk, "gpus").read_power()


def test_a_poll_comes_back_as_it_went_and_an_unfit_order_leaves_the_others() -> None:
    """What cannot be read is refused by its ticket."""
    poll = Poll(wait_s=5.0, taken=("a",), outcomes=(), report=REPORT)
    assert poll_of(poll_json(poll)) == poll
    ticket = plain(Here().ticket())
    good = {"device": "gpus", "ticket": ticket, "act": {"act": "release", "subject": "gpu-0"}}
    bad = {**good, "act": {"act": "reboot"}}
    reply = reply_of({"orders": [good, bad, 7], "acknowledged": []})
    assert len(reply.orders) == 1
    assert [one and one.id for one, _ in reply.unfit] == ["act-1", None]
