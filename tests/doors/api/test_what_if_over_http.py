"""What a decision would have cost otherwise is solved beside the loop, for whoever is known, and tells nothing."""

import threading
from collections.abc import Iterator

import pytest
from api_served import Served, served

from gridtide.case.live_room import demo_room
from gridtide.loop.control import ControlRoom
from gridtide.loop.live import Runner
from gridtide.stores.memory import MemoryStore


@pytest.fixture(scope="module")
def room() -> ControlRoom:
    """The bundled week after its first proposals; nobody lets it go on."""
    opened = demo_room(100_000.0, MemoryStore())
    while not any(one.docket.proposal.touch.jobs for _, one in opened.desk.waiting()):
        opened.go_on()
    return opened


@pytest.fixture
def web(room: ControlRoom) -> Iterator[Served]:
    """The door in front of it."""
    with served(open_room=lambda: Runner(room=room)) as door:
        for _ in range(200):
            if door.get("/api/state").status_code == 200:
                break
            threading.Event().wait(0.01)
        yield door
    room.closed = False


def test_a_change_is_solved_with_its_proof_and_tells_nothing(web: Served) -> None:
    """Dearer power costs more, within bounds that are proved; the decision waits as before, and no digest changes."""
    before = web.get("/api/proposals").json()
    one = before["items"][-1]
    path = f"/api/decisions/{one['id']}/what-if"
    found = web.get(f"{path}?change=price Nantong %2B10%25&change=site Zhangbei out").json()
    dearer, out = found["what_ifs"]
    assert dearer["least"] <= dearer["cost"] <= dearer["most"] and dearer["cost"] > 0
    assert out["cost"] > 0 and found["plan"]["lower_bound"] <= found["plan"]["cost"]
    job = one["jobs"][0]
    of_job = web.get(f"{path}?job={job}&change=work out").json()
    assert of_job["what_ifs"][0]["cost"] <= of_job["what_ifs"][0]["most"]
    assert web.get("/api/proposals").json() == before


def test_what_cannot_be_solved_is_refused_with_every_fault(web: Served) -> None:
    """No such decision, no such site, no such change, nothing asked; nobody who is not known."""
    one = web.get("/api/proposals").json()["items"][-1]
    path = f"/api/decisions/{one['id']}/what-if"
    faults = web.get(f"{path}?change=price Nowhere %2B10%25&change=magic %2B1").json()["errors"]
    assert len(faults) == 2 and "no site 'Nowhere'" in faults[0]["value"]
    assert web.get(f"{path}?change=work out").status_code == 422
    assert web.get(path).status_code == 422
    assert web.get(f"{path}?change=" + "x" * 301).status_code == 422
    assert web.get("/api/decisions/nobody/what-if?change=carbon %2B1%25").status_code == 404
    assert web.get(f"{path}?change=carbon %2B1%25", who="").status_code == 401


def test_what_could_be_drawn_less_and_more_is_said_by_site_duration_and_delay(web: Served) -> None:
    """Each site alone, then the fleet; a battery gives for a quarter of an hour what it may, and no delay is needed."""
    found = web.get("/api/flexibility").json()
    rows = found["rows"]
    assert {row["place"] for row in rows} == {"Nantong", "Zhangbei", "fleet"}
    assert {row["duration_s"] for row in rows} <= set(found["durations_s"])
    assert {row["direction"] for row in rows} == {"up", "down"}
    assert all(row["kw"] > 0 and row["delay"] in found["delays"] for row in rows)
    store = [row for row in rows if row["source"] == "storage" and row["duration_s"] == 900]
    assert store and {row["delay"] for row in store} == {0.0}
    assert web.get("/api/flexibility").json() == found
    assert web.get("/api/flexibility", who="").status_code == 401
