"""A learned building decides once it was right for some days, and no more once it was not, until it is signed again."""

from dataclasses import replace

from gridtide.case.live_room import room_of
from gridtide.devices.simulated_fleet import SimulatedFleet, devices_of
from gridtide.fleet.device import PowerReading
from gridtide.loop.buildings_on_trial import BuildingTrial, BuildingTrials
from gridtide.loop.clock import DrivenClock
from gridtide.loop.control import ControlRoom
from gridtide.loop.reach import Reach
from gridtide.stores.memory import MemoryDocuments, MemoryIntents, MemoryStore
from gridtide.testing.studies import small_study
from gridtide.trust.modes import Mode

DAY = 96
"""Steps."""
STUDY = small_study(5, hours=120, jobs=12, accelerators=32)


class Drifting(SimulatedFleet):
    """A fleet whose northern building draws so much more than any model says."""

    more: float = 1.0

    def read_power(self) -> tuple[PowerReading, ...]:
        """As metered, the building otherwise, and its grid with it."""
        return tuple(
            replace(one, kw=one.kw * self.more) if one.of == "north facility" else one
            for one in super().read_power()
        )


def opened(documents: MemoryDocuments, after_flag: str = "") -> tuple[ControlRoom, Drifting]:
    """A room that people let act, its northern building on trial for a day."""
    room = room_of(
        STUDY, DrivenClock(STUDY.timeline.start), MemoryStore(), MemoryIntents(), Mode.ACT
    )
    honest = room.world.reach.devices["fleet"]
    assert isinstance(honest, SimulatedFleet)
    fleet = Drifting(twin=honest.twin, now=honest.now)
    room.world.reach = Reach(devices=devices_of(fleet))
    trial = BuildingTrial(site=1, name="north", sha256="ab", days=1, after_flag=after_flag)
    room.buildings, room.desk.documents = BuildingTrials(trials=(trial,)), documents
    room.buildings.take_up(documents)
    return room, fleet


def kinds(room: ControlRoom) -> set[str]:
    """What stands of buildings in the newest frame."""
    alarms = room.newest().values["alarms"]
    assert isinstance(alarms, list)
    return {str(one["kind"]) for one in alarms} & {"on-trial", "taken-back"}


def test_it_asks_until_it_was_right_for_its_days_and_again_once_it_was_not() -> None:
    """In act; the flag is kept, and over once the signature names it, from the beginning."""
    documents = MemoryDocuments()
    room, fleet = opened(documents)
    (trial,) = room.buildings.trials
    room.go_on()
    assert room.proposals() and kinds(room) == {"on-trial"}
    while not trial.decides:
        room.go_on()
        assert room.world.present <= 2 * DAY
    room.go_on()
    assert not kinds(room)
    fleet.more = 1.3
    while trial.decides:
        room.go_on()
        assert room.world.present <= 4 * DAY
    room.go_on()
    assert kinds(room) == {"taken-back"} and "off by 21%" in trial.flag
    assert room.buildings.believed is Mode.ADVISE
    again, _ = opened(documents)
    assert again.buildings.trials[0].flag == trial.flag
    signed_again, _ = opened(documents, trial.flag_id)
    assert not signed_again.buildings.trials[0].flag and not signed_again.buildings.trials[0].passed
