"""A newer proposal takes the place of an older one of its kind, unless somebody reads that one."""

from datetime import timedelta

from test_control_room import ANN, BOB, EVE, gone_on, opened, stages, waits

from gridtide.loop.control import ControlRoom
from gridtide.loop.readers import READERS_MOST, READS_S, Readers
from gridtide.stores.memory import MemoryStore
from gridtide.trust.edit import Edit


def asked_anew(room: ControlRoom) -> str:
    """The newest decision that waits, once one is proposed after those that wait now."""
    before = {one["id"] for one in room.proposals()}
    while before.issuperset(one["id"] for one in room.proposals()):
        gone_on(room, 1)
    return str(room.proposals()[-1]["id"])


def test_one_proposal_waits_at_a_time_where_nobody_reads() -> None:
    """The older ones have expired for the newer; their approval holds nothing, and says so."""
    store = MemoryStore()
    room = gone_on(opened(store=store), 1)
    first, read = waits(room)
    newer = asked_anew(room)
    assert [one["id"] for one in room.proposals()] == [newer]
    assert stages(store, first) == ["proposed", "expired"]
    late = room.approve(first, read, ANN, "yes")
    assert not late.held and "expired" in late.said


def test_what_somebody_reads_stays_until_they_are_gone() -> None:
    """A reason that is being typed finds its proposal; whoever left a minute and a half ago keeps nothing."""
    room, wall_s = gone_on(opened(), 1), [0.0]
    room.desk.readers = Readers(now_s=lambda: wall_s[0])
    first, read = waits(room)
    assert room.reading(first, BOB).held
    newer = asked_anew(room)
    assert [one["id"] for one in room.proposals()] == [first, newer]
    assert room.proposals()[0]["read_by"] == ["Bob"]
    wall_s[0] = READS_S
    newest = asked_anew(room)
    assert [one["id"] for one in room.proposals()] == [newest]
    assert not room.reading(first, BOB).held and not room.approve(first, read, BOB, "yes").held
    assert room.reading(newest, ANN).held
    asked_anew(room)
    answered = next(one for one in room.proposals() if one["id"] == newest)
    assert room.approve(newest, str(answered["digest"]), ANN, "yes").held


def test_reading_keeps_nothing_past_its_expiry_and_a_viewer_keeps_nothing() -> None:
    """However often it is said."""
    room = gone_on(opened(), 1)
    first, _ = waits(room)
    assert not room.reading(first, EVE).held
    until = room.world.now + timedelta(hours=7)
    while room.world.now < until:
        room.reading(first, ANN)
        gone_on(room, 1)
    assert first not in {one["id"] for one in room.proposals()}


def test_what_a_person_edited_waits_beside_newer_ones() -> None:
    """It is theirs to answer until it expires."""
    room = gone_on(opened(), 6)
    one = room.proposals()[-1]
    jobs = one["jobs"]
    assert isinstance(jobs, list)
    edit = Edit(leave_jobs=(jobs[0],))
    assert room.edit(str(one["id"]), str(one["digest"]), edit, ANN, "mine").held
    (edited,) = (shown["id"] for shown in room.proposals() if shown["edited"])
    newer = asked_anew(room)
    assert [shown["id"] for shown in room.proposals()] == [edited, newer]


def test_readers_are_bounded_and_each_reads_one_thing() -> None:
    """Nobody holds many proposals, however many there are."""
    readers = Readers(now_s=lambda: 0.0)
    assert readers.read("Ann", "a") and readers.read("Ann", "b")
    assert (readers.of("a"), readers.of("b")) == ((), ("Ann",))
    assert all(readers.read(f"person {number}", "c") for number in range(READERS_MOST - 1))
    assert not readers.read("one more", "c") and readers.read("Ann", "c")
