"""The paths behind the tabs: values of a real room, named in Chinese, and refusals in the one shape."""

from collections.abc import Iterator
from typing import Any

import pytest
from api_served import served
from room_stand_in import StandIn

from gridtide.case.live_room import room_of
from gridtide.doors.api.names import CHINESE, ENGLISH
from gridtide.doors.api.tabs import AUTONOMY
from gridtide.loop.clock import DrivenClock
from gridtide.loop.control import ControlRoom
from gridtide.loop.shown.markets import markets_shown
from gridtide.loop.shown.plan import plan_shown
from gridtide.loop.shown.power_model import power_shown
from gridtide.loop.shown.sources import sources_shown
from gridtide.stores.memory import MemoryIntents, MemoryStore
from gridtide.testing.studies import small_study
from gridtide.trust.modes import Mode

PATHS = (
    "/api/plan",
    "/api/markets",
    "/api/power-model",
    "/api/sources",
    "/api/audit/records",
    "/api/audit/verification",
    "/api/names",
)
UNNAMED = {
    "by_class_kw",
    "runs",
    "clock",
    "edges",
    "says",
    "items",
    "text",
    "left_out",
    "envelope",
    "stale",
}
"""Keys whose values name themselves, or that the page does not show by their name."""


@pytest.fixture(scope="module")
def room() -> ControlRoom:
    """A small room that has gone on for a while."""
    study = small_study(3, hours=24, jobs=60, accelerators=32)
    clock = DrivenClock(study.timeline.start)
    opened = room_of(study, clock, MemoryStore(), MemoryIntents(), Mode.ADVISE)
    for _ in range(6):
        opened.go_on()
    return opened


def keys(value: object) -> Iterator[str]:
    """Every key of plain values."""
    if isinstance(value, list):
        for one in value:
            yield from keys(one)
    if isinstance(value, dict):
        for key, one in value.items():
            yield key
            if key not in UNNAMED:
                yield from keys(one)


def answers(room: ControlRoom) -> dict[str, dict[str, Any]]:
    """What each tab shows of a room."""
    glance = room.glance()
    return {
        "plan": plan_shown(glance, 0),
        "markets": markets_shown(glance),
        "power-model": power_shown(glance, 0),
        "sources": {
            **sources_shown(glance),
            "autonomy": {key: room.state()[key] for key in AUTONOMY},
        },
    }


def test_every_key_that_a_tab_shows_has_a_chinese_name(room: ControlRoom) -> None:
    """And every English name stands for a key that has one."""
    shown = {key for said in answers(room).values() for key in keys(said)}
    assert shown - set(CHINESE) - UNNAMED == set()
    assert set(ENGLISH) - set(CHINESE) == set()


def test_tabs_are_for_those_who_are_known() -> None:
    """A viewer sees them, nobody else does."""
    with served(StandIn()) as here:
        for path in PATHS:
            assert here.get(path).status_code == 200, path
            assert here.get(path, who="").status_code == 401, path


def test_records_are_paged_and_shown_whole_by_number() -> None:
    """One that is not there is refused as everything is."""
    with served(StandIn()) as here:
        for number in range(3):
            here.room.note({"kind": "people", "who": "Ann", "what": f"look {number}"})
        said = here.get("/api/audit/records?count=2").json()
        assert "settled" in said["kinds"] and {*said["kinds"]} <= {*CHINESE}
        assert [one["number"] for one in said["items"]] == [2, 1]
        older = here.get(f"/api/audit/records?before={said['next']}").json()
        assert [one["number"] for one in older["items"]] == [0]
        assert here.get("/api/audit/records/1").json()["says"]["what"] == "look 1"
        missing = here.get("/api/audit/records/77")
        assert missing.status_code == 404
        assert missing.json()["errors"][0]["subject"] == "record 77"
        assert here.get("/api/audit/verification").json()["broken"] is None
