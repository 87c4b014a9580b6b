"""A room that is gone at any instant: the next one reads back before it tells, and no promise is lost."""

from collections.abc import Sequence

import pytest

from gridtide.case.live_room import room_of
from gridtide.devices.simulated_fleet import SimulatedFleet
from gridtide.fleet.device import Restraint, UnreachableError
from gridtide.fleet.ticket import Fate, Outcome
from gridtide.loop.clock import DrivenClock
from gridtide.loop.control import ControlRoom
from gridtide.loop.sight import still_binding
from gridtide.simulate.study import Study
from gridtide.stores.memory import MemoryDocuments, MemoryIntents, MemoryStore
from gridtide.testing.studies import small_study
from gridtide.testing.two_settlements import two_settlement_study
from gridtide.trust.audit import broken_link, contents
from gridtide.trust.modes import Mode

STUDY = small_study(5, hours=24, jobs=24, accelerators=32)
BUYING = two_settlement_study()


class Killed(Exception):
    """The process is gone."""


class KilledBetween(MemoryIntents):
    """Keeps intents, and is killed before so many outcomes were written down, or before they were told."""

    def __init__(self, tells: int) -> None:
        super().__init__()
        self.tells = tells

    def came(self, outcomes: Sequence[Outcome]) -> None:
        """Once too often."""
        self.tells -= bool(outcomes)
        if self.tells == 0:
            raise Killed
        super().came(outcomes)


def opened(
    intents: MemoryIntents, documents: MemoryDocuments, store: MemoryStore, study: Study = STUDY
) -> ControlRoom:
    """A room that acts by itself and keeps what the next must know."""
    room = room_of(study, DrivenClock(study.timeline.start), store, intents, Mode.ACT)
    room.desk.documents = documents
    return room


@pytest.mark.parametrize("tells", [1, 9])
def test_what_nobody_knows_is_read_back_before_anything_is_told_again(tells: int) -> None:
    """Acts whose outcome was never written are settled by what devices hold; the course goes on and keeps its
    promises."""
    store, documents, intents = MemoryStore(), MemoryDocuments(), KilledBetween(tells)
    room = opened(intents, documents, store)
    with pytest.raises(Killed):
        while not room.over:
            room.go_on()
    assert intents.unsettled()
    next_room = opened(intents, documents, store)
    next_room.clock = next_room.world.clock = room.world.clock
    next_room.world.reach = room.world.reach
    next_room.begin()
    assert not intents.unsettled()
    assert next_room.world.now == room.world.now
    while not next_room.over:
        next_room.go_on()
    assert broken_link(store.entries()) is None
    assert kept_promises(next_room)


def kept_promises(room: ControlRoom) -> bool:
    """Whether every job that was promised ended before its deadline."""
    queue = room.world.queue()
    ended = {name: job.ended_at for name, job in queue.items()}
    late = [
        name
        for name, promised in room.world.promised.items()
        if promised and name in queue and queue[name].deadline is not None
        if ended[name] is None or ended[name] > queue[name].deadline  # type: ignore[operator]
    ]
    return not late


def silent() -> tuple[Restraint, ...]:
    """A device that does not say what it holds."""
    raise UnreachableError("no answer")


def test_what_holds_was_done_and_what_does_not_was_not() -> None:
    """Read back, an act that a device holds is settled as done, one that it does not hold as abandoned; of a device
    that does not answer nothing is settled."""
    store, documents, intents = MemoryStore(), MemoryDocuments(), KilledBetween(2)
    room = opened(intents, documents, store)
    with pytest.raises(Killed):
        while not room.over:
            room.go_on()
    open_ids = [one.ticket.id for one in intents.unsettled()]
    lost = next(one for one in intents.unsettled() if one.intent.act["kind"] == "HoldImport")
    fleet = room.world.reach.devices["fleet"]
    assert isinstance(fleet, SimulatedFleet)
    intents.tells = -1
    honest, fleet.restraints = fleet.restraints, silent  # type: ignore[method-assign]
    room.begin()
    assert set(open_ids) & {one.ticket.id for one in intents.unsettled()}
    fleet.restraints = honest  # type: ignore[method-assign]
    fleet.held.pop(str(lost.intent.act["site"]))
    room.begin()
    fates = {name: intents.told(name)[0].outcome.fate for name in open_ids}  # type: ignore[union-attr]
    assert fates.pop(lost.ticket.id) is Fate.ABANDONED
    assert set(fates.values()) == {Fate.DONE}


def test_a_device_that_was_silent_is_read_back_once_it_answers() -> None:
    """As an agent is that dials in after the room was opened: settled before anything more is told, and noted."""
    store, documents, intents = MemoryStore(), MemoryDocuments(), KilledBetween(2)
    room = opened(intents, documents, store)
    with pytest.raises(Killed):
        while not room.over:
            room.go_on()
    left = {one.ticket.id for one in intents.unsettled()}
    fleet = room.world.reach.devices["fleet"]
    assert isinstance(fleet, SimulatedFleet)
    intents.tells = -1
    honest, fleet.restraints = fleet.restraints, silent  # type: ignore[method-assign]
    next_room = opened(intents, documents, store)
    next_room.clock = next_room.world.clock = room.world.clock
    next_room.world.reach = room.world.reach
    next_room.begin()
    still = left & {one.ticket.id for one in intents.unsettled()}
    assert still
    fleet.restraints = honest  # type: ignore[method-assign]
    next_room.go_on()
    assert not still & {one.ticket.id for one in intents.unsettled()}
    assert all(intents.told(name)[0].outcome.said.startswith("read back") for name in still)  # type: ignore[union-attr]
    noted = {one.get("ticket") for one in contents(store.entries())}
    assert still <= noted


def test_positions_that_were_bought_stand_after_a_crash() -> None:
    """What was bought day-ahead is bought once: the next room knows it, and buys only what nobody bought."""
    store, documents, intents = MemoryStore(), MemoryDocuments(), KilledBetween(9)
    room = opened(intents, documents, store, BUYING)
    with pytest.raises(Killed):
        while not room.over:
            room.go_on()
    bought = still_binding(room.memory.commitments, room.world.now)
    assert bought
    next_room = opened(intents, documents, store, BUYING)
    next_room.clock = next_room.world.clock = room.world.clock
    next_room.world.reach = room.world.reach
    next_room.begin()
    assert next_room.memory.commitments == bought
    for _ in range(30):
        next_room.go_on()
    hours = [(one.site, one.start) for one in next_room.memory.commitments]  # type: ignore[union-attr]
    assert len(hours) == len(set(hours)) > len(bought)
