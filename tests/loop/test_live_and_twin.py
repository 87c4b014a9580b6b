"""One loop, two worlds: what decides over devices, told single acts, decides exactly what it decides in the twin."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.case.live_room import room_of
from gridtide.loop.clock import DrivenClock
from gridtide.simulate.study import LengthKnowledge, Study
from gridtide.stores.memory import MemoryIntents, MemoryStore
from gridtide.testing.courses import course_of
from gridtide.testing.studies import small_study
from gridtide.trust.audit import broken_link, contents
from gridtide.trust.modes import Mode

Decided = list[tuple[object, object, object]]
DEMO = Path(__file__).parents[2] / "src/gridtide/case/demo/case.toml"


def in_the_twin(study: Study) -> Decided:
    """When, from what and what was decided, by a course of the twin."""
    store = MemoryStore()
    course_of(study, store=store)
    return told(store)


def live(study: Study) -> Decided:
    """The same by a control room over simulated devices, on a clock that is driven."""
    store = MemoryStore()
    room = room_of(study, DrivenClock(study.timeline.start), store, MemoryIntents(), Mode.ACT)
    while not room.over:
        room.go_on()
    assert broken_link(store.entries()) is None
    return told(store)


def told(store: MemoryStore) -> Decided:
    """Decisions that were told, in order."""
    said = [one for one in contents(store.entries()) if one.get("stage") == "told"]
    return [(one["as_of"], one["situation"], one["dispatch"]) for one in said]


@settings(max_examples=4)
@given(
    seed=st.integers(0, 10_000),
    knows=st.sampled_from([LengthKnowledge.DECLARED, LengthKnowledge.ESTIMATE]),
)
def test_devices_and_twin_lead_to_the_same_decisions(seed: int, knows: LengthKnowledge) -> None:
    """Every situation and every dispatch of a course has the same digest in both worlds."""
    study = small_study(seed, hours=24, jobs=40, accelerators=32, length_knowledge=knows)
    assert live(study) == in_the_twin(study)
