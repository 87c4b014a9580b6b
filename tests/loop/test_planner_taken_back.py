"""A planner that is flagged while it decides is taken back to shadow by itself, until an approver signs again."""

import sys
from concurrent.futures import wait
from pathlib import Path

import pytest
from planner_case import STRIKES_AT, planner_case

from gridtide.case.live_room import room_of_case
from gridtide.case.planner import planner_of
from gridtide.loop.control import ControlRoom
from gridtide.loop.on_trial import OnTrial
from gridtide.loop.planning_beside import PlansBeside
from gridtide.sources.plugin import host
from gridtide.stores.memory import MemoryDocuments, MemoryStore
from gridtide.trust.modes import Mode


def led(path: Path, documents: MemoryDocuments, store: MemoryStore, steps: int) -> ControlRoom:
    """The room of a case that people let act, after so many steps."""
    room = room_of_case(path, 100_000.0, store, Mode.ACT, documents)
    for _ in range(steps):
        room.go_on()
    return room


def on_trial(room: ControlRoom) -> OnTrial:
    """Its planner."""
    assert isinstance(room.policy, OnTrial)
    return room.policy


def taken_back(room: ControlRoom) -> list[str]:
    """What the alarms of the newest frame say of it."""
    alarms = room.newest().values["alarms"]
    assert isinstance(alarms, list)
    return [str(one["said"]) for one in alarms if one["kind"] == "taken-back"]


def deciders(store: MemoryStore) -> list[str]:
    """Who decided what was told, in order."""
    return [
        "plugin:theirs" if '"policy":"plugin:theirs"' in one.text else "coordinated"
        for one in store.entries()
        if '"stage":"told"' in one.text
    ]


def test_the_malicious_planner_decides_until_its_pattern_shows_and_never_after(
    tmp_path: Path,
) -> None:
    """It tells nothing of what it would have done then; the flag stands in the chain and for the next process, until
    the signature names it."""
    path, documents, store = planner_case(tmp_path, "sleeper.py"), MemoryDocuments(), MemoryStore()
    room = led(path, documents, store, STRIKES_AT)
    assert not taken_back(room) and on_trial(room).compared >= STRIKES_AT
    for _ in range(3):
        room.go_on()
    flag = on_trial(room).flag
    assert flag is not None and "of a usual day more than the house" in flag.said
    assert flag.at.hour == STRIKES_AT and flag.id in taken_back(room)[0]
    who = deciders(store)
    assert who[:STRIKES_AT] == ["plugin:theirs"] * STRIKES_AT
    assert set(who[STRIKES_AT:]) == {"coordinated"}
    assert any("planner taken back" in one.text for one in store.entries())

    again = led(path, documents, MemoryStore(), 1)
    assert taken_back(again) and again.policy.name == "coordinated"

    (tmp_path / "other").mkdir()
    elsewhere = planner_case(tmp_path / "other", "sleeper.py", "0" * 16)
    assert taken_back(led(elsewhere, documents, MemoryStore(), 1))
    signed_again = planner_case(tmp_path / "other", "sleeper.py", flag.id)
    assert led(signed_again, documents, MemoryStore(), 1).policy.name == "plugin:theirs"


def test_one_that_does_as_it_should_is_compared_and_stays(tmp_path: Path) -> None:
    """Through dear hours too."""
    room = led(planner_case(tmp_path, "cheapest_hours.py"), MemoryDocuments(), MemoryStore(), 20)
    assert not taken_back(room) and on_trial(room).compared > 10


SPY = """
import socket, os
def tried(what):
    try:
        what()
    except BaseException as fault:
        return type(fault).__name__
    return "done"
def decide(situation, held, due):
    raise ValueError(" ".join([
        tried(lambda: socket.create_connection(("127.0.0.1", 9), 1)),
        tried(lambda: socket.getaddrinfo("example.org", 80)),
        tried(lambda: os.fork()),
    ]))
"""


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("def decide(a, b, c):\n    return {'place': [0.5]}", "had no answer"),
        (SPY, "PermissionError gaierror PermissionError"),
    ],
)
def test_one_without_an_answer_is_taken_back_at_that_very_turn(
    tmp_path: Path, code: str, said: str
) -> None:
    """The house answers instead; one that reaches for the network is refused by the kernel, and named with it."""
    (tmp_path / "mute.py").write_text(code)
    store = MemoryStore()
    room = led(planner_case(tmp_path, str(tmp_path / "mute.py")), MemoryDocuments(), store, 2)
    assert said in taken_back(room)[0] and not room.undecided
    assert set(deciders(store)) == {"coordinated"}


def test_where_the_machine_cannot_shut_it_in_it_does_not_run_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not a line of its code: what stands there is the reason, for whoever reads the alarm."""
    mark = tmp_path / "mark"
    (tmp_path / "eager.py").write_text(f"open({str(mark)!r}, 'w').write('ran')")
    words = (
        "from gridtide.sources.plugin import child, sandbox; sandbox.MACHINES.clear(); child.main()"
    )
    monkeypatch.setattr(host, "COMMAND", (sys.executable, "-I", "-c", words))
    path = planner_case(tmp_path, str(tmp_path / "eager.py"))
    room = led(path, MemoryDocuments(), MemoryStore(), 1)
    assert "system calls are filtered on Linux" in taken_back(room)[0]
    assert room.policy.name == "coordinated" and not mark.exists()


def test_asked_beside_the_loop_it_is_compared_where_both_answered_the_same(tmp_path: Path) -> None:
    """The house is asked first; what the planner is not asked again meanwhile does not speak against it."""
    room = led(planner_case(tmp_path, "sleeper.py"), MemoryDocuments(), MemoryStore(), 0)
    room.policy, end = planner_of(room.policy)
    trial = on_trial(room)
    try:
        while room.world.present < STRIKES_AT + 3:
            room.go_on()
            until_answered(trial)
        assert trial.flag is not None and trial.flag.at.hour >= STRIKES_AT
        assert trial.compared > 1 and room.turn is not None
        assert room.policy.name == "coordinated" and not room.undecided
    finally:
        end()


def until_answered(trial: OnTrial) -> None:
    """Wait until whatever was asked beside the loop is answered."""
    for one in (trial.planner, trial.house):
        if isinstance(one, PlansBeside) and one.asked is not None:
            wait([one.asked[1]], 120)
