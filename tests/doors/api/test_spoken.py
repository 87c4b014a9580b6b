"""What a door says in Chinese: answers of a real room, refusals, alarms of the feed; English to all others."""

import json
import re
from collections.abc import Iterator

import pytest
from api_served import Served, served
from room_stand_in import StandIn

from gridtide.case.live_room import room_of
from gridtide.doors.api.hub import Hub
from gridtide.doors.api.spoken import KEPT, asks_chinese, spoken
from gridtide.loop.clock import DrivenClock
from gridtide.loop.control import ControlRoom
from gridtide.loop.room import Frame
from gridtide.stores.memory import MemoryIntents, MemoryStore
from gridtide.testing.studies import small_study
from gridtide.trust.modes import Mode
from gridtide.trust.people import Person, Role

CHINESE = {"accept_language": "zh-CN,zh;q=0.9,en;q=0.5"}
RUN = re.compile(r"(?<![\w`/'.-])[A-Za-z][a-z']+(?: [a-z']+){3,}")
"""More than three English words one after the other."""
CODE = re.compile(r"`[^`]*`|'[^']*'|[A-Z]+ [A-Z]+")


def english(value: object, key: str = "") -> Iterator[str]:
    """Every text of an answer that holds a run of English words, but for names and records as they were written."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield from () if name in KEPT else english(one, name)
    elif isinstance(value, list):
        for one in value:
            yield from english(one, key)
    elif isinstance(value, str) and RUN.search(CODE.sub("", value)):
        yield f"{key}: {value}"


@pytest.fixture(scope="module")
def room() -> ControlRoom:
    """A small room that has gone on for a while, with a decision that waits."""
    study = small_study(3, hours=24, jobs=60, accelerators=32)
    clock = DrivenClock(study.timeline.start)
    opened = room_of(study, clock, MemoryStore(), MemoryIntents(), Mode.ADVISE)
    for _ in range(6):
        opened.go_on()
    return opened


def test_whatever_a_real_room_says_of_its_decisions_is_chinese(room: ControlRoom) -> None:
    """Proposals, explanations, plans, sources, records; also what comes of answers."""
    li = Person(name="li", role=Role.OPERATOR)
    waiting = room.proposals()[0]
    said = [
        *room.proposals(),
        *room.decisions(20),
        room.explain(str(waiting["id"])),
        room.approve(str(waiting["id"]), "0" * 64, li, "cheap").said,
        room.change_envelope({"nothing": 1.0}, li, "try").said,
        room.change_mode("other", li, "try").said,
        room.freeze(li, "drill").said,
        *room.audit(50),
        *room.unready(),
    ]
    plain = json.loads(json.dumps(said, default=str))
    assert list(english(spoken(plain))) == []
    assert list(english(plain)) != []


@pytest.fixture
def here() -> Iterator[Served]:
    """The door over a room for tests."""
    with served(StandIn()) as found:
        yield found


def test_every_refusal_of_the_door_is_said_in_chinese(here: Served) -> None:
    """Nobody known, too low a role, none of that id, no such path, an empty reason, what does not hold."""
    answers = [
        here.get("/api/state", who="", **CHINESE),
        here.get("/api/state", who="old", **CHINESE),
        here.post("/api/thaw", {"reason": "why"}, who="wang", **CHINESE),
        here.get("/api/decisions/none/explanation", **CHINESE),
        here.get("/api/audit/records/77", **CHINESE),
        here.get("/api/nowhere", **CHINESE),
        here.post("/api/freeze", {"reason": ""}, **CHINESE),
        here.post("/api/freeze", {}, **CHINESE),
        here.web.post("/api/freeze", content=b"no", headers={"accept-language": "zh"}),
        here.get("/api/audit/records/-1?lang=zh"),
        here.get("/api/feed", who="", **CHINESE),
    ]
    for answer in answers:
        assert answer.status_code >= 400
        assert list(english(answer.json())) == [], answer.text
        assert answer.headers["content-language"] == "zh"
        assert int(answer.headers["content-length"]) == len(answer.content)


def test_names_and_what_people_wrote_stay_whatever_they_read_like() -> None:
    """Also in lists of names; what a machine gave as its reason is said in Chinese, and so is how advice would edit."""
    said = {
        "jobs": ["the fleet", "no class"],
        "read_by": ["look at the device"],
        "edit": {"leave_jobs": ["no place"], "leave_sites": ["the fleet"]},
        "says": {"who": "li", "reason": "nothing is changed"},
    }
    assert spoken(said) == said
    assert spoken({"reason": "nothing is changed"}) == {"reason": "没有变化"}
    assert spoken({"jobs": [{"job": "no class", "said": "no class"}]}) == {
        "jobs": [{"job": "no class", "said": "没有类别"}]
    }


def test_english_stays_for_everybody_else(here: Served) -> None:
    """Also for who reads Chinese second; by `?lang=` an address says it whatever the browser sends."""
    asked = "/api/audit/records/77"
    for language in ("", "en", "de, zh;q=0.5"):
        answer = here.get(asked, accept_language=language).json()
        assert answer["errors"][0]["value"] == "is not in the chain"
    assert (
        here.get(f"{asked}?lang=en", **CHINESE).json()["errors"][0]["value"]
        == "is not in the chain"
    )
    assert here.get(f"{asked}?lang=zh").json()["errors"][0]["value"] == "不在链中"
    scope = {"type": "http", "query_string": b"lang=%00", "headers": []}
    assert not asks_chinese(scope)


def test_alarms_of_the_feed_come_in_the_language_of_who_listens() -> None:
    """A frame is encoded once for each language, and once where there is nothing to say."""
    at = DrivenClock(small_study(1).timeline.start).now()
    alarm = {"kind": "silent", "subject": "slurm", "said": "slurm: silent since 10:00: exit code 1"}
    hub = Hub("a")
    hub.publish(Frame(number=1, at=at, values={"alarms": []}))
    hub.publish(Frame(number=2, at=at, values={"alarms": [alarm]}))
    quiet, loud = hub.kept_from(0, 2)
    assert quiet.chinese is quiet.wire or quiet.chinese == quiet.wire
    assert "silent since 10:00" in loud.wire.decode()
    assert "slurm：自 10:00 起无数据：退出码 1" in loud.chinese.decode()
    assert '"subject":"slurm"' in loud.chinese.decode()
