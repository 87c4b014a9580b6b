"""What KEDA is told: replicas by the plan in force, to whoever may look, and never a number that nobody knows."""

from api_served import served

from gridtide.case.live_room import room_of
from gridtide.case.wanted import serving_by_steps
from gridtide.loop.clock import DrivenClock
from gridtide.stores.memory import MemoryIntents, MemoryStore
from gridtide.testing.studies import small_study
from gridtide.trust.modes import Mode


def test_keda_reads_how_many_replicas_run_and_where() -> None:
    """In the form its metrics-api scaler asks for, by a viewer's token, all places together or one of them."""
    with served() as here:
        whole = here.get("/keda/chat").json()
        assert whole == {"value": 24, "requests_per_s": 80.0, "until": whole["until"]}
        there = here.get("/keda/chat?place=zhangbei/b").json()
        assert (there["value"], there["requests_per_s"]) == (12, 40.0)
        assert here.web.get("/keda/chat").status_code == 401


def test_what_nobody_knows_is_never_told_as_0() -> None:
    """KEDA then falls back to what its owner set."""
    with served() as here:
        for path in ("other", "%3Cscript%3E", "chat?place=elsewhere", "%E5%AF%B9"):
            answer = here.get(f"/keda/{path}")
            assert answer.status_code in (400, 404, 422)
            assert "value" not in answer.json()


def test_a_room_knows_replicas_once_its_splits_are_told_and_not_before() -> None:
    """Over simulated devices: by what came in the step before, as many as answer it in time; what is not told, or has
    ended, is known to nobody."""
    study = small_study(3, hours=24, jobs=10, accelerators=64)
    clock = DrivenClock(study.timeline.start)
    room = room_of(study, clock, MemoryStore(), MemoryIntents(), Mode.ACT)
    room.serving = serving_by_steps(study, room.world)
    (service,) = [one.name for one in study.services]
    assert room.replicas(service) is None
    for _ in range(3):
        room.go_on()
    found = room.replicas(service)
    assert found is not None and room.world.seen is not None
    asked = float(room.world.seen.answered.sum() + room.world.seen.refused.sum())
    assert abs(sum(one.requests_per_s for one in found.values()) - asked) < 1e-6
    assert sum(one.replicas for one in found.values()) > 0
    clock.present = max(one.until for one in found.values())
    assert room.replicas(service) is None
    assert room.replicas("another") is None
