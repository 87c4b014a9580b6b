"""A course without end: steps are appended while it runs, and nothing is decided otherwise for it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.case.live_room import room_of
from gridtide.loop.clock import DrivenClock
from gridtide.loop.control import ControlRoom
from gridtide.loop.endless import longer, reaching, without_end
from gridtide.loop.recovering import kept, taken_up
from gridtide.simulate.course import mandate_of
from gridtide.simulate.study import Study
from gridtide.stores.memory import MemoryIntents, MemoryStore
from gridtide.testing import studies
from gridtide.testing.studies import small_study
from gridtide.timeline import regular
from gridtide.trust.audit import contents
from gridtide.trust.modes import Mode

MINUTES = st.sampled_from([1, 5, 7, 15, 30, 60])


def around_a_change_of_clocks(monkeypatch: pytest.MonkeyPatch, hours: int) -> Study:
    """A small study whose sites live by a clock that goes forward on its second day."""
    monkeypatch.setattr(studies, "START", datetime(2026, 3, 28, tzinfo=UTC))
    study = small_study(5, hours=hours, jobs=10, accelerators=32)
    sites = tuple(replace(site, clock="Europe/Berlin") for site in study.fleet.sites)
    return replace(study, fleet=replace(study.fleet, sites=sites))


def room_over(study: Study) -> ControlRoom:
    """A room over simulated devices that tells what is decided."""
    clock = DrivenClock(study.timeline.start)
    return room_of(study, clock, MemoryStore(), MemoryIntents(), Mode.ACT)


def decided(room: ControlRoom, steps: int) -> list[tuple[object, ...]]:
    """When, and the digests of what was seen and told, of every decision of the next steps."""
    for _ in range(steps):
        room.go_on()
    said = contents(room.minutes.store.entries())
    return [(one["as_of"], one["situation"], one["dispatch"]) for one in said if "dispatch" in one]


def test_a_course_made_longer_while_it_runs_decides_what_the_long_one_decides(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Digest for digest over more than a day and a change of clocks."""
    study = around_a_change_of_clocks(monkeypatch, hours=168)
    long, growing = room_over(study), room_over(study)
    steps = regular(study.timeline.start, timedelta(minutes=15), 4)
    growing.mandate, growing.endless = replace(growing.mandate, steps=steps), True
    assert decided(growing, 160) == decided(long, 160)
    assert len(growing.mandate.steps) < len(long.mandate.steps)
    assert not growing.over


@given(step_min=MINUTES, days=st.integers(-40, 400), second=st.integers(0, 86_399))
def test_a_course_begins_at_the_step_edge_before_now_and_holds_all_that_is_looked_at(
    step_min: int, days: int, second: int
) -> None:
    """On the grid of the case's own edges, whatever year it was written for; always more than a plan ahead."""
    step = timedelta(minutes=step_min)
    mandate = replace(
        mandate_of(small_study(0, hours=24, jobs=2), "persistence"),
        steps=regular(studies.START, step, 10),
    )
    now = studies.START + timedelta(days=days, seconds=second, milliseconds=5)
    begun = without_end(mandate, now)
    assert begun.steps.start <= now < begun.steps.start + step
    assert (begun.steps.start - studies.START) % step == timedelta(0)
    assert begun.steps.step_s == 60 * step_min
    assert begun.steps.end >= now + timedelta(hours=mandate.plan_h)
    assert begun.objective.begins is None and begun.objective.ends is None
    later = reaching(begun, begun.steps.end)
    assert np.array_equal(later.steps.edges_s[: len(begun.steps) + 1], begun.steps.edges_s)
    assert later.steps.step_s == begun.steps.step_s


def test_days_of_23_and_25_hours_have_as_many_steps_as_they_have() -> None:
    """Appended steps keep to UTC; a local day is what its clock makes of it."""
    zone = ZoneInfo("Europe/Berlin")
    steps = regular(datetime(2026, 3, 28, tzinfo=zone).astimezone(UTC), timedelta(minutes=15), 96)
    steps = longer(steps, datetime(2026, 10, 27, tzinfo=zone).astimezone(UTC))
    days = np.bincount(steps.local_days("Europe/Berlin"))
    assert days[1] == 92
    assert days[(date(2026, 10, 25) - date(2026, 3, 28)).days] == 100
    assert longer(steps, steps.end) is steps


def test_after_a_restart_a_room_finds_its_step_by_the_clock() -> None:
    """Also where its course begins at another instant than the one before it."""
    study = small_study(3, hours=96, jobs=4)
    before = room_over(study)
    decided(before, 10)
    remembered = kept(before.world)
    world = room_over(study).world
    now = before.world.now + timedelta(minutes=40)
    world.clock.wait_until(now)
    world.steps = regular(studies.START + timedelta(hours=1), timedelta(minutes=15), 96)
    taken_up(world, remembered)
    assert world.now <= now < world.now + timedelta(minutes=15)
