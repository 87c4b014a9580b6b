"""The control room: what waits for people, what is told, what they may always do."""

import json
import threading
from datetime import timedelta

import pytest

from gridtide.case.live_room import room_of
from gridtide.decide.dispatch import Dispatch
from gridtide.decide.plan import Plan
from gridtide.decide.reservations import Reservations
from gridtide.decide.situation import Situation
from gridtide.loop.clock import DrivenClock
from gridtide.loop.control import ControlRoom
from gridtide.loop.shown.at_risk import rows_at_risk
from gridtide.stores.memory import MemoryIntents, MemoryStore
from gridtide.testing.studies import START, small_study
from gridtide.trust.audit import broken_link, contents
from gridtide.trust.modes import Mode
from gridtide.trust.people import Person, Role
from gridtide.trust.record import Entry, StoreFullError

ANN = Person(name="Ann", role=Role.APPROVER)
BOB = Person(name="Bob", role=Role.APPROVER)
EVE = Person(name="Eve", role=Role.VIEWER)


def opened(mode: Mode = Mode.ADVISE, store: MemoryStore | None = None) -> ControlRoom:
    """A room of a small study that nobody has looked into yet."""
    study = small_study(3, hours=24, jobs=30, accelerators=32)
    chain = MemoryStore() if store is None else store
    return room_of(study, DrivenClock(study.timeline.start), chain, MemoryIntents(), mode)


def gone_on(room: ControlRoom, steps: int) -> ControlRoom:
    """The room so many steps later."""
    for _ in range(steps):
        room.go_on()
    return room


def stages(store: MemoryStore, decision: str) -> list[str]:
    """The life of a decision, as the chain has it."""
    return [str(one["stage"]) for one in contents(store.entries()) if one.get("id") == decision]


def test_in_advise_nothing_is_told_before_a_person_approves() -> None:
    """Jobs begin as they come; what is proposed waits."""
    room = gone_on(opened(), 4)
    assert room.proposals()
    assert not room.world.told
    assert not room.world.others


def waits(room: ControlRoom) -> tuple[str, str]:
    """The oldest decision that waits, and the digest of what is read of it."""
    oldest = room.proposals()[0]
    return str(oldest["id"]), str(oldest["digest"])


def test_an_answer_to_another_proposal_than_the_one_that_waits_holds_nothing() -> None:
    """Neither approves nor rejects; what was tried is in the chain, and what waits still does."""
    store = MemoryStore()
    room = gone_on(opened(store=store), 1)
    decision, _ = waits(room)
    for answer in (room.approve, room.reject):
        receipt = answer(decision, "0" * 64, ANN, "as I remember it")
        assert not receipt.held and "another proposal" in receipt.said
    assert sum("another proposal" in one.text for one in store.entries()) == 2
    assert waits(room)[0] == decision


def test_what_was_approved_and_not_told_yet_may_still_be_rejected() -> None:
    """It is told never."""
    store = MemoryStore()
    room = gone_on(opened(store=store), 1)
    decision, read = waits(room)
    assert room.approve(decision, read, ANN, "yes").held
    assert room.reject(decision, read, BOB, "no").held
    gone_on(room, 1)
    assert stages(store, decision) == ["proposed", "approved", "refused"]


def test_what_a_person_approves_is_told_by_the_next_turn_and_verified() -> None:
    """Proposed, approved by name, told, verified: each in the chain."""
    store = MemoryStore()
    room = gone_on(opened(store=store), 1)
    decision, read = waits(room)
    assert room.approve(decision, read, ANN, "cheap night").held
    assert not room.world.others
    gone_on(room, 1)
    assert room.world.others
    assert stages(store, decision) == ["proposed", "approved", "told", "verified"]
    assert room.decisions(5)[0]["id"] != "" and broken_link(store.entries()) is None
    assert next(one for one in room.decisions(5) if one["id"] == decision)["owner"] == "Ann"


def test_what_nobody_approves_expires_and_what_was_told_goes_on() -> None:
    """After its patience a decision cannot be approved any more; the orders in force stay."""
    store = MemoryStore()
    room = gone_on(opened(store=store), 1)
    first, read = waits(room)
    while room.world.now < START + timedelta(hours=13):
        room.go_on()
    assert stages(store, first)[-1] == "expired"
    late = room.approve(first, read, ANN, "too late")
    assert not late.held
    assert "expired" in late.said


def test_a_viewer_approves_nothing_and_what_was_tried_is_written_down() -> None:
    """Refused, in a sentence, in the chain."""
    store = MemoryStore()
    room = gone_on(opened(store=store), 1)
    decision, read = waits(room)
    assert not room.approve(decision, read, EVE, "why not").held
    assert any(
        one.get("who") == "Eve" and one["held"] is False for one in contents(store.entries())
    )
    assert room.proposals()


def test_an_approval_taken_twice_holds_once() -> None:
    """The second finds nothing that waits."""
    room = gone_on(opened(), 1)
    decision, read = waits(room)
    assert room.approve(decision, read, ANN, "yes").held
    assert not room.approve(decision, read, ANN, "yes").held
    gone_on(room, 1)
    assert not room.approve(decision, read, BOB, "yes").held


def test_inside_the_envelope_a_policy_approves_at_once() -> None:
    """In act mode nothing waits for people, and who answers is the policy that was signed."""
    room = gone_on(opened(Mode.ACT), 2)
    assert not room.proposals()
    assert room.world.others
    assert str(room.decisions(1)[0]["owner"]).startswith("policy")


def test_frozen_nothing_new_is_told_until_two_people_thaw() -> None:
    """What was told holds until it ends by itself."""
    room = gone_on(opened(Mode.ACT), 2)
    assert room.freeze(BOB, "storm").held
    told = len(room.world.intents.unsettled()), dict(room.world.others)
    gone_on(room, 4)
    assert (len(room.world.intents.unsettled()), dict(room.world.others)) == told
    assert room.thaw(ANN, "over").needs == 1
    assert room.thaw(BOB, "over").held


def test_release_undoes_every_restraint_at_once() -> None:
    """Whatever any device holds is let go, and nothing is put back."""
    room = gone_on(opened(Mode.ACT), 6)
    assert room.world.reach.restraints()
    assert room.release(BOB, "let go").held
    gone_on(room, 1)
    assert not room.world.reach.restraints()
    gone_on(room, 3)
    assert not room.world.reach.restraints()


def test_observing_tells_nothing_at_all() -> None:
    """Decisions are made and written down, nobody is asked."""
    room = gone_on(opened(Mode.OBSERVE), 8)
    assert not room.proposals()
    assert not room.world.others
    assert room.decisions(3)


@pytest.mark.parametrize("mode", [Mode.ADVISE, Mode.ACT])
def test_frames_rise_by_one_and_are_small_plain_values(mode: Mode) -> None:
    """Numbers, text and tables of at most 4 KiB, with what every site draws."""
    room = opened(mode)
    for number in range(1, 6):
        room.go_on()
        frame = room.newest()
        assert frame.number == number
        assert len(json.dumps(dict(frame.values), allow_nan=False)) <= 4096
    sites = frame.values["sites"]
    assert isinstance(sites, list)
    assert all(site["import_kw"] is not None for site in sites)


def test_a_frame_counts_all_jobs_at_risk_and_names_the_eight_with_least_slack() -> None:
    """Nobody is told eight where there are more."""
    study = small_study(3, hours=24, jobs=400, accelerators=4)
    clock = DrivenClock(study.timeline.start)
    room = room_of(study, clock, MemoryStore(), MemoryIntents(), Mode.ADVISE)
    counted = []
    for _ in range(8):
        values = gone_on(room, 1).newest().values
        named = values["at_risk"]
        assert isinstance(named, list) and room.turn is not None
        counted.append(len(rows_at_risk(room.turn.situation)))
        assert (values["at_risk_count"], len(named)) == (counted[-1], min(counted[-1], 8))
        assert all(one["power_kw"] > 0 and one["site"] for one in named)
        chances = {one["miss_chance"] for one in named}
        assert all(chance is None or 0 <= chance <= 1 for chance in chances)
    assert max(counted) > 8


def test_people_are_answered_while_a_plan_is_made() -> None:
    """Who freezes does not wait for a planner, however long it takes."""
    room = opened()
    planner, froze = room.policy, list[bool]()

    class Slow:
        """Makes no plan before somebody has frozen the room."""

        name = planner.name

        def decide(
            self, plan: Plan | None, situation: Situation, held: Reservations, due: bool
        ) -> tuple[Plan | None, Dispatch]:
            person = threading.Thread(target=lambda: froze.append(room.freeze(ANN, "now").held))
            person.start()
            person.join(60)
            assert froze
            assert room.state()["frozen"]
            assert room.proposals() == ()
            return planner.decide(plan, situation, held, due)

    room.policy = Slow()
    gone_on(room, 1)
    assert froze == [True]


def test_a_policy_that_breaks_stops_no_step_and_is_named_until_it_decides_again() -> None:
    """The orders in force go on, the chain says it once, and the next step tries again."""
    store = MemoryStore()
    room = gone_on(opened(Mode.ACT, store), 3)
    sound, orders = room.policy, room.orders

    class Broken:
        """Decides nothing."""

        name = "broken"

        def decide(
            self, plan: Plan | None, situation: Situation, held: Reservations, due: bool
        ) -> tuple[Plan | None, Dispatch]:
            """Never returns anything."""
            raise ZeroDivisionError("no wind at all")

    room.policy, room.next_due = Broken(), 0
    gone_on(room, 3)
    assert room.orders is orders
    assert room.unready()[0] == "no decision: ZeroDivisionError: no wind at all"
    assert "no-decision" in json.dumps(room.newest().values["alarms"])
    said = [one for one in store.entries() if '"kind":"no decision"' in one.text]
    assert len(said) == 1
    room.policy = sound
    gone_on(room, 1)
    assert not room.unready()


class FullStore(MemoryStore):
    """A store that has no room while `full`."""

    full = False

    def append(self, entry: Entry) -> None:
        """Nothing, while it is full."""
        if self.full:
            raise StoreFullError("chain: no room on the disk; free some")
        super().append(entry)


def test_what_cannot_be_written_down_is_not_told_and_goes_on_with_room_again() -> None:
    """A full disk stops acts, not time; what was told holds; with room it decides anew and the chain is whole."""
    store = FullStore()
    room = gone_on(opened(Mode.ACT, store), 4)
    others, room.next_due = dict(room.world.others), 0
    store.full = True
    gone_on(room, 2)
    assert room.world.others == others
    assert "no room on the disk" in room.unready()[0]
    store.full = False
    gone_on(room, 2)
    assert not room.unready()
    assert broken_link(store.entries()) is None
    assert room.decisions(1)[0]["stage"] == "verified"


def test_what_only_lowers_holds_also_where_nothing_can_be_written_and_is_written_first_later() -> (
    None
):
    """Freeze, release and a lower mode on a full disk; raising does not hold there."""
    store = FullStore()
    room = gone_on(opened(Mode.ACT, store), 3)
    store.full = True
    frozen = room.freeze(BOB, "storm")
    assert frozen.held and "no room on the disk" in frozen.said and room.state()["frozen"]
    assert room.change_mode("observe", BOB, "storm").held
    assert room.release(BOB, "storm").held
    with pytest.raises(StoreFullError):
        room.thaw(ANN, "over")
    gone_on(room, 1)
    before = len(store.entries())
    store.full = False
    gone_on(room, 1)
    written = [str(json.loads(one.text).get("what", "")) for one in store.entries()[before:]]
    assert written[:3] == ["freeze", "mode", "release"]
    assert broken_link(store.entries()) is None


def test_a_freeze_between_approval_and_telling_stops_it() -> None:
    """What was approved and not yet told expires, and is not told later."""
    store = MemoryStore()
    room = gone_on(opened(store=store), 1)
    decision, read = waits(room)
    assert room.approve(decision, read, ANN, "yes").held
    assert room.freeze(BOB, "wait").held
    gone_on(room, 2)
    assert not room.world.others
    assert stages(store, decision) == ["proposed", "approved", "expired"]
