"""Nodes that rest, over devices: what a plan uses of them is told, and what they do is read back and metered."""

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from gridtide.case.live_room import room_of
from gridtide.case.load import load_case
from gridtide.devices.simulated_fleet import SimulatedFleet, devices_of
from gridtide.fleet.rest_act import KeepAwake, RestReading
from gridtide.loop.clock import DrivenClock
from gridtide.loop.control import ControlRoom
from gridtide.loop.reach import Reach
from gridtide.loop.resting_nodes import RestSeen, is_told
from gridtide.loop.turn import Memory, take_turn
from gridtide.loop.verifying import Moved
from gridtide.simulate.course import mandate_of
from gridtide.simulate.policies import policy_named
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.simulate.twin import Twin
from gridtide.stores.memory import MemoryIntents, MemoryStore
from gridtide.testing.two_worlds import both_worlds
from gridtide.timeline import instant
from gridtide.trust.modes import Mode
from gridtide.wire.acts import act_json, act_of

ROOT = Path(__file__).parents[2]
AWAKE = KeepAwake(
    place="north/serving",
    at=instant(1_772_409_600),
    step_s=900,
    accelerators=(8.0, 16.0, 0.0),
    until=instant(1_772_409_600 + 3 * 900),
)


@pytest.fixture(scope="module")
def study() -> Study:
    """Two sites whose nodes rest, and requests that lose caches where they move."""
    return load_case(ROOT / "examples" / "resting_sites.toml")


def opened(study: Study, kind: type[SimulatedFleet] = SimulatedFleet) -> ControlRoom:
    """A room that acts by itself."""
    clock = DrivenClock(study.timeline.start)
    room = room_of(study, clock, MemoryStore(), MemoryIntents(), Mode.ACT)
    honest = room.world.reach.devices["fleet"]
    assert isinstance(honest, SimulatedFleet)
    room.world.reach = Reach(devices=devices_of(kind(twin=honest.twin, now=honest.now)))
    return room


def test_nodes_rest_over_devices_as_they_do_in_the_twin(study: Study) -> None:
    """Every situation and dispatch of a day has the same digest: what is idle, parked and off, and what was used."""
    found = both_worlds(study, 50)
    assert len(found.twin) == 3
    assert found.first_difference is None
    assert set(found.acts) == {"done"}


def test_what_a_place_was_told_is_not_told_again_while_it_says_the_same() -> None:
    """The rest of what was told is no news; another need is."""
    later = replace(AWAKE, at=AWAKE.at + timedelta(minutes=15), accelerators=(16.0, 0.0))
    assert is_told(later, AWAKE)
    assert not is_told(replace(later, accelerators=(16.0, 8.0)), AWAKE)
    assert not is_told(AWAKE, None)
    assert act_of(act_json(AWAKE)) == AWAKE


@dataclass(kw_only=True, eq=False)
class SaysOff(SimulatedFleet):
    """A fleet whose nodes are all said to be off."""

    def read_rest(self) -> tuple[RestReading, ...]:
        """As nobody is awake."""
        return tuple(replace(one, idle=0.0, parked=0.0, off=1024.0) for one in super().read_rest())


def test_nodes_that_are_said_to_be_off_and_draw_are_an_alarm(study: Study) -> None:
    """The meter of all IT reads more than those that are not off could draw; honest ones raise none."""
    room, liar = opened(study), opened(study, SaysOff)
    for _ in range(30):
        room.go_on()
        liar.go_on()
        assert not [one for one in room.verdicts if one.moved is Moved.NOT_MOVED]
    alarms = liar.world.watch.at_sites
    assert {"nodes of north/serving", "nodes of south/serving"} & set(alarms)
    seen = [one for one in room.verdicts if one.subject.startswith("nodes of")]
    assert {one.moved for one in seen} <= {Moved.MOVED, Moved.CANNOT_TELL}


def test_nodes_that_nobody_speaks_of_are_unknown(study: Study) -> None:
    """No state of theirs, and a record without what nobody saw."""
    rest, steps = RestSeen(), study.timeline
    rest.step_over(study.fleet, (), steps)
    columns = rest.columns(study.fleet, (), steps)
    assert columns["at_rest"].shape == (3, 0)
    assert columns["rest_used"].shape == (2, 96) and np.isnan(columns["rest_used"]).all()


def test_a_span_is_served_alike_in_one_piece_and_step_by_step(study: Study) -> None:
    """What was sent on to nodes of a place wakes them for the next step too, however long a twin goes on at once."""
    policy, forecaster, known = policy_named("run-at-once", study)
    whole, steps = Twin.of(known, truth_of(study)), Twin.of(known, truth_of(study))
    mandate = mandate_of(known, forecaster)
    orders = take_turn(mandate, policy, whole, Memory(), whole.now).orders
    levels = np.full(len(known.fleet.sites), 150.0)
    orders = replace(orders, dispatch=replace(orders.dispatch, import_held_kw=levels))
    edges_s = known.timeline.edges_s
    once = whole.advance(orders, instant(edges_s[24]))
    parts = [steps.run(orders, instant(edge)) for edge in edges_s[1:25]]
    assert np.array_equal(once.answered, np.concatenate([one.answered for one in parts], axis=-1))
    assert np.array_equal(whole.resting.record, steps.resting.record)
