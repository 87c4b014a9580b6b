"""A real room begins at any time: its course holds the present, whatever period its case was written for."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.case.load import read_case
from gridtide.case.present_course import BEYOND, holding
from gridtide.case.real_room import read_real
from gridtide.loop.clock import DrivenClock
from gridtide.testing.one_hall import hall
from gridtide.testing.one_real_hall import (
    DEVICES,
    HEAD,
    JOBS,
    START,
    Feed,
    Queue,
    a_case,
    opened,
    over,
)
from gridtide.trust.people import Person, Role

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = read_case(ROOT / "examples" / "real_devices.toml")
SITE = hall("north")
FREE = """
[autonomy]
share_max = 1.0
moved_max_kw = { north = 500 }
jobs_max_per_day = 5
hold_max_h = 90
"""
SERIES = """
[[signal]]
zone = "N"
kinds = ["price_per_mwh"]
source = "table"
path = "prices.csv"
currency = "CNY"
published = "real-time"
"""


@given(days=st.integers(-900, 900), second=st.integers(0, 86_399))
def test_a_course_holds_the_present_whenever_its_room_begins(days: int, second: int) -> None:
    """On the grid of edges that it has, with all that it held, and with what sources may say of the days to come."""
    span = EXAMPLE.case
    now = span.start + timedelta(days=days, seconds=second)
    held = holding(EXAMPLE, now).case
    assert held.start <= min(now, span.start) and held.end >= max(now + BEYOND, span.end)
    assert (span.start - held.start) % timedelta(days=1) == timedelta(0)
    assert (held.end - span.end) % timedelta(days=1) == timedelta(0)
    assert holding(holding(EXAMPLE, now), now) == holding(EXAMPLE, now)


@pytest.mark.parametrize("forecaster", ["published", "persistence", "same-weekday", "ridge"])
def test_a_room_begun_a_year_after_the_series_decides_by_forecasts(
    tmp_path: Path, forecaster: str
) -> None:
    """What its file says ends a year ago; forecasters repeat it, a plan is made and nothing is unknown."""
    hours = [START + timedelta(hours=number) for number in range(-200, 48)]
    rows = [f"{at.isoformat()},{20 if at.hour < 6 else 900}" for at in hours]
    (tmp_path / "prices.csv").write_text("\n".join(["time_utc,price_per_mwh", *rows, ""]))
    head = HEAD.replace('"published"', f'"{forecaster}"').partition("[[signal]]")[0]
    weather = '[[signal]]\nzone = "N"\nkinds = ["temperature_c", "relative_humidity"'
    made = weather + ', "carbon_average_g_per_kwh"]\n'
    clock = DrivenClock(START + timedelta(days=365, minutes=2))
    path = a_case(tmp_path, SITE, DEVICES, SERIES, made)
    path.write_text(path.read_text().replace(HEAD, head))
    room, kept = opened(
        over(read_real(path, clock.now), Queue(clock), Feed(clock)), tmp_path, clock
    )
    room.go_on()
    kept.close()
    assert (room.undecided, room.stuck) == ("", "")
    assert room.turn is not None
    plan = room.memory.plan
    assert plan is not None and plan.horizon.start <= clock.now() < plan.horizon.end
    known = [one for one in room.turn.situation.signals if one.kind == "price_per_mwh"]
    assert not np.isnan(known[-1].values).any()
    assert set(known[-1].values[:96:4].round(6)) == {20.0, 900.0}


def test_a_room_begins_before_the_period_of_its_case(tmp_path: Path) -> None:
    """The period was written for next week; the room is opened today."""
    clock = DrivenClock(START - timedelta(days=7, minutes=-2))
    read = read_real(a_case(tmp_path, SITE, DEVICES), clock.now)
    room, kept = opened(over(read, Queue(clock), Feed(clock)), tmp_path, clock)
    room.go_on()
    kept.close()
    assert room.turn is not None and not room.over


def test_a_store_that_was_left_longer_than_its_course_begins_again_with_its_promises(
    tmp_path: Path,
) -> None:
    """A month later, long after the end of the case: what was promised is kept, and the job begins once more where it
    is cheap."""
    clock = DrivenClock(START + timedelta(minutes=2))
    queue = Queue(clock)
    path = a_case(tmp_path, SITE, DEVICES, JOBS, "slack_h = 900", FREE)
    room, kept = opened(over(read_real(path, clock.now), queue, Feed(clock)), tmp_path, clock)
    for name in ("li", "zhao"):
        room.change_mode("act", Person(name=name, role=Role.APPROVER), "it did well")
    room.go_on()
    kept.close()
    assert room.world.promised == {"slurm-a7": True} and len(queue.begins) == 1
    clock.present += timedelta(days=30)
    again, kept = opened(over(read_real(path, clock.now), queue, Feed(clock)), tmp_path, clock)
    assert again.world.promised == {"slurm-a7": True}
    assert again.desk.autonomy.mode == "act"
    again.go_on()
    kept.close()
    assert again.undecided == "" and again.world.promised == {"slurm-a7": True}
    assert queue.begins[-1] > clock.now() and 6 <= queue.begins[-1].hour < 12
