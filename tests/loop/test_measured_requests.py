"""Plans expect the requests that were measured; what a case states stands for times that nobody measured."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.case.live_room import room_of
from gridtide.decide.situation import Situation
from gridtide.loop.clock import DrivenClock
from gridtide.loop.control import ControlRoom
from gridtide.loop.live_world import LiveWorld
from gridtide.loop.mandate import Mandate
from gridtide.loop.measured_requests import SOURCE, MeasuredRequests
from gridtide.signals.history import History, Series, add, known
from gridtide.signals.signal import Kind, Signal
from gridtide.simulate.study import Study
from gridtide.stores.memory import MemoryDocuments, MemoryIntents, MemoryStore
from gridtide.testing.studies import small_study
from gridtide.timeline import Timeline, epoch_s, instant
from gridtide.trust.modes import Mode


def halved(history: History) -> History:
    """A history that states half of what comes of requests."""

    def stated(rows: Series) -> Series:
        return replace(rows, values=rows.values / 2.0) if rows.kind is Kind.REQUESTS else rows

    return replace(history, series=tuple(stated(rows) for rows in history.series))


def opened(study: Study, measured: MeasuredRequests | None) -> ControlRoom:
    """A room whose case states half of the requests that come."""
    clock = DrivenClock(study.timeline.start)
    room = room_of(study, clock, MemoryStore(), MemoryIntents(), Mode.ACT)
    room.mandate = replace(room.mandate, history=halved(room.mandate.history))
    room.measured = measured
    return room


def asked_next_hours(situation: Situation) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Requests that a situation expects in its first two hours, of the first service."""
    (one, *_) = [
        signal
        for signal in situation.signals
        if signal.kind is Kind.REQUESTS and not np.isnan(signal.values[:8]).any()
    ]
    return np.asarray(one.values[:8])


def test_after_a_day_plans_expect_what_came_a_day_before() -> None:
    """Where nobody measures they go on expecting what the case states: half of it."""
    study = small_study(3, hours=48, jobs=4, accelerators=32)
    rooms = [opened(study, one) for one in (MeasuredRequests(), None)]
    for room in rooms:
        while room.world.present < 98:
            room.go_on()
            assert not room.undecided
    measured, stated = (
        asked_next_hours(room.turn.situation) for room in rooms if room.turn is not None
    )
    assert np.allclose(measured, 2.0 * stated)
    rows = rooms[0].mandate.history.of(Kind.REQUESTS, f"{study.services[0].name}@{origin(study)}")
    assert rows is not None and SOURCE in rows.sources


def origin(study: Study) -> str:
    """The first origin of requests."""
    return study.fleet.network.origins[0]


def test_the_next_room_knows_what_was_measured_before() -> None:
    """Rows are kept once an hour, each once, and taken up where they are not too old."""
    study = small_study(3, hours=24, jobs=4, accelerators=32)
    room, kept = opened(study, MeasuredRequests()), MemoryDocuments()
    assert room.measured is not None
    while room.world.present < 13:
        room.go_on()
        room.measured.keep(kept, "room", room.world.now)
    assert len(kept.versions("requests", "room")) == 3
    later = MeasuredRequests()
    later.take_up(kept, "room", room.world.now)
    zone = f"{study.services[0].name}@{origin(study)}"
    assert 8 <= len(later.rows[zone]) <= 12
    assert later.rows[zone].items() <= room.measured.rows[zone].items()
    old = MeasuredRequests()
    old.take_up(kept, "room", room.world.now + timedelta(days=61))
    assert not old.rows.get(zone)


def measured_by(
    mandate: Mandate,
    came: Sequence[float | None],
    step_s: int,
    study: Study,
    measured: MeasuredRequests | None = None,
    later_s: int = 0,
) -> Mandate:
    """The mandate after steps in which so many requests a second were measured, None where nobody measured."""
    measured = measured or MeasuredRequests()
    begin_s = epoch_s(study.timeline.start) + later_s
    edges_s = begin_s + step_s * np.arange(len(came) + 2)
    shape = (len(study.services), len(study.fleet.network.origins))
    for present, per_s in enumerate(came, start=1):
        seen = SimpleNamespace(
            answered=np.full((*shape, 1), np.nan if per_s is None else per_s),
            refused=np.full(shape, np.nan if per_s is None else 0.0),
        )
        world = SimpleNamespace(seen=seen, present=present, steps=Timeline(edges_s=edges_s))
        mandate = measured.in_place(mandate, cast(LiveWorld, world))
    return mandate


@pytest.mark.parametrize(("step_s", "later_s"), [(600, 0), (420, 0), (3600, 1800)])
def test_steps_that_do_not_fit_into_quarters_are_measured_without_a_hole(
    step_s: int, later_s: int
) -> None:
    """Ten minutes, seven, and hours that begin at half past: every whole row of what was measured is known."""
    study = small_study(3, hours=24, jobs=4, accelerators=32)
    measured, count = MeasuredRequests(), 6 * 3600 // step_s
    came = [100.0 + step for step in range(count)]
    measured_by(opened(study, None).mandate, came, step_s, study, measured, later_s)
    rows = measured.rows[f"{study.services[0].name}@{origin(study)}"]
    assert len(rows) >= (6 * 3600 - measured.length_s) // measured.length_s
    assert set(np.diff(sorted(rows))) == {measured.length_s}
    begin_s = epoch_s(study.timeline.start) + later_s
    second = np.asarray(came).repeat(step_s)
    for start_s, per_s in rows.items():
        at = start_s - begin_s
        assert per_s == pytest.approx(second[at : at + measured.length_s].mean())


def test_what_was_measured_by_other_steps_is_forgotten_where_a_case_has_changed() -> None:
    """Quarters of before are never taken for hours."""
    study = small_study(3, hours=24, jobs=4, accelerators=32)
    mandate, kept = opened(study, None).mandate, MemoryDocuments()
    before, later = MeasuredRequests(), MeasuredRequests()
    measured_by(mandate, [5.0] * 8, 900, study, before)
    before.keep(kept, "room", study.timeline.start + timedelta(hours=2))
    later.take_up(kept, "room", study.timeline.start + timedelta(hours=2))
    zone = f"{study.services[0].name}@{origin(study)}"
    assert len(later.rows[zone]) == 8
    measured_by(mandate, [6.0] * 3, 3600, study, later, later_s=2 * 3600)
    assert set(later.rows[zone].values()) == {6.0} and later.length_s == 3600


@settings(max_examples=30)
@given(
    came=st.lists(st.one_of(st.none(), st.floats(0.0, 1e4)), min_size=31, max_size=90),
    stated_s=st.sampled_from([900, 3600]),
)
def test_a_time_is_as_it_was_measured_or_as_it_was_stated(
    came: list[float | None], stated_s: int
) -> None:
    """By minutes: a quarter of an hour that was measured whole is its mean, any other as the case states; what is told
    of it is known no sooner than it is over."""
    study = small_study(3, hours=24, jobs=4, accelerators=32)
    zone, start_s = f"{study.services[0].name}@{origin(study)}", epoch_s(study.timeline.start)
    wide = Timeline(edges_s=start_s + stated_s * np.arange(3 * 3600 // stated_s))
    said = Signal(
        kind=Kind.REQUESTS, zone=zone, timeline=wide, values=np.full(len(wide), 7.0), source="case"
    )
    room = opened(study, None)
    mandate = replace(room.mandate, history=add(History(), [said]))
    mandate = measured_by(mandate, came, 60, study)
    for first in range(0, len(came) - 14, 15):
        begin_s = start_s + 60 * first
        quarter = Timeline(edges_s=np.asarray([begin_s, begin_s + 900]))
        own = came[first : first + 15]
        whole = [one for one in own if one is not None]
        later = instant(start_s + 3 * 3600)
        (value,) = known(mandate.history, Kind.REQUESTS, zone, quarter, later).values
        if len(whole) == 15 and stated_s == 900:
            assert np.isclose(value, np.mean(whole))
        elif len(whole) < 15:
            assert value == 7.0
        (soon,) = known(
            mandate.history, Kind.REQUESTS, zone, quarter, instant(begin_s + 899)
        ).values
        assert np.isnan(soon)
