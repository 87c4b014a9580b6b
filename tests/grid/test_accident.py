"""An accident: published rates of change, who leaves, what answers, and the least that prevents it."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from gridtide.case.accident_file import accident_question
from gridtide.case.grid_rules import bundled_rules
from gridtide.case.study_file import kind_of
from gridtide.doors.results.network_file import network_in
from gridtide.finding import BadInput
from gridtide.grid.accident import (
    Accident,
    Answering,
    AnswerKind,
    Bounds,
    Change,
    GridAtOnce,
    Secondary,
    Site,
    course_of,
)
from gridtide.grid.frequency import Droop
from gridtide.grid.prevention import Kind, Prevention, held_by, prevented
from gridtide.grid.ride_through import Counting, ProtectedLoad
from gridtide.sources.sag_table import SagTable

ROOT = Path(__file__).parents[2]
RULE = bundled_rules().ride_through["ercot-nogrr282"]
BIG = GridAtOnce(nominal_hz=60.0, system_kva=100e6, inertia_s=4.0, load_kw=90e6)
WIDE = Bounds(lowest_hz=55.0, highest_hz=65.0)


def machines(kw: float = 60e6, lag_s: float = 8.0, dead_band_hz: float = 0.0) -> Answering:
    """Governors with all their power as room."""
    droop = Droop(flexible_kw=kw, nominal_hz=60.0, droop=0.05, dead_band_hz=dead_band_hz)
    return Answering(
        name="governors", kind=AnswerKind.MACHINE, droop=droop, lag_s=lag_s, up_kw=kw, down_kw=kw
    )


def lost(kw: float, at_s: float = 1.0, kind: str = "job") -> Change:
    """Load that is lost, or a unit where kW are below 0."""
    return Change(name="it", kind=kind, at_s=at_s, surplus_kw=kw, planned=True)


def accident(*changes: Change, **more: object) -> Accident:
    """In the big grid, without limits, unless more is said."""
    base = Accident(
        name="a", grid=BIG, answering=(machines(),), sites=(), changes=changes, sags=(),
        rule=RULE, bounds=WIDE,
    )  # fmt: skip
    return replace(base, **more)  # type: ignore[arg-type]


def site(**more: object) -> Site:
    """1,500 MW that go and stay away, unless more is said."""
    load = ProtectedLoad(name="halls", load_kw=1.5e6, returns_share=0.0)
    told = {name: more.pop(name) for name in ("under", "counting") if name in more}
    return Site(load=replace(load, **told), **more)  # type: ignore[arg-type]


def test_frq_1_is_how_fast_frequency_rises_at_first() -> None:
    """1,500 MW of load lost of 100 GVA at 4 s: 0.1125 Hz/s, by formula and by the first tenth of a second."""
    found = course_of(accident(lost(1.5e6), answering=(), step_s=0.01))
    assert f"{found.first_hz_per_s:+.4f}" == "+0.1125"
    risen = found.frequency_hz[110] - found.frequency_hz[100]
    assert risen / 0.1 == pytest.approx(0.1125, rel=1e-2)


def test_damping_alone_is_an_exponential() -> None:
    """Without anything that answers the course is (P / D) (1 - exp(-D t / M)), to the last step."""
    found = course_of(accident(lost(1.5e6, 0.0), answering=(), step_s=0.02))
    stiff, mass = BIG.damping_kw_per_hz, BIG.mass_kw_s_per_hz
    exact = 60.0 + 1.5e6 / stiff * (1.0 - np.exp(-stiff / mass * found.time_s))
    assert found.frequency_hz == pytest.approx(exact, abs=1e-9)


def test_frequency_settles_where_droop_and_damping_hold_it() -> None:
    """1,000 MW of generation lost, 60 GW at 5 % and 1,500 MW/Hz of damping: -46.5 mHz."""
    found = course_of(accident(lost(-1e6, kind="unit"), lasts_s=240.0))
    settled = 60.0 - 1e6 / (60e6 / 3.0 + 1.5e6)
    assert found.frequency_hz[-1] == pytest.approx(settled, abs=1e-4)
    assert found.settles_hz == pytest.approx(settled)
    assert found.lowest_hz < settled and found.highest_hz == 60.0
    assert found.answered_kw[0, -1] == pytest.approx(20e6 * (60.0 - settled), rel=1e-3)


@given(st.floats(-2e6, 2e6), st.floats(0.5, 10.0), st.floats(0.0, 0.1))
@settings(max_examples=15)
def test_loss_and_gain_mirror_and_a_smaller_step_changes_little(
    kw: float, lag_s: float, dead_band_hz: float
) -> None:
    """The same loss the other way is the same course mirrored; half the step is the same course."""
    asked = accident(lost(kw), answering=(machines(60e6, lag_s, dead_band_hz),), lasts_s=30.0)
    found = course_of(asked)
    mirrored = course_of(replace(asked, changes=(lost(-kw),)))
    assert 120.0 - mirrored.frequency_hz == pytest.approx(found.frequency_hz, abs=1e-9)
    half = course_of(replace(asked, step_s=asked.step_s / 2.0)).frequency_hz[::2]
    assert half == pytest.approx(found.frequency_hz, abs=2e-3)


def test_more_inertia_and_a_faster_battery_bring_frequency_less_far() -> None:
    """Each by itself."""
    asked = accident(lost(-2e6, kind="unit"))
    heavy = replace(asked, grid=replace(BIG, inertia_s=6.0))
    droop = Droop(flexible_kw=1e6, nominal_hz=60.0, droop=0.005, dead_band_hz=0.036)
    battery = Answering(
        name="b", kind=AnswerKind.BATTERY, droop=droop, lag_s=0.2, up_kw=1e6, down_kw=1e6
    )
    helped = replace(asked, answering=(machines(), battery))
    lowest = course_of(asked).lowest_hz
    assert course_of(heavy).lowest_hz > lowest and course_of(helped).lowest_hz > lowest
    empty = replace(helped, answering=(machines(), replace(battery, energy_kwh=1e-6)))
    assert course_of(empty).lowest_hz == pytest.approx(lowest, abs=1e-3)


def test_secondary_control_brings_frequency_back_at_its_rate() -> None:
    """Nothing before it begins, never faster than its rate, and no deviation in the end."""
    second = Secondary(up_kw=2e6, down_kw=2e6, kw_per_min=600e3, after_s=30.0, over_s=20.0)
    found = course_of(accident(lost(-1e6, kind="unit"), secondary=second, lasts_s=900.0))
    before = found.time_s < 30.0
    assert (found.secondary_kw[before] == 0.0).all()
    assert np.diff(found.secondary_kw).max() <= 600e3 / 60.0 * 0.02 + 1e-6
    assert found.frequency_hz[-1] == pytest.approx(60.0, abs=1e-3)


def test_vrt_3_settings_of_the_rule_lose_nothing_and_counting_loses_all_at_the_third_sag() -> None:
    """Virginia's six sags: 0 kW, or 1,500 MW, flagged; 1,260 MW stay away."""
    sags = SagTable(path=ROOT / "tests" / "cases" / "virginia_2024" / "sags.csv").read()
    counts = site(counting=Counting(sags=3, within_s=60.0))
    back = replace(
        counts, load=replace(counts.load, returns_share=0.16, returns_s=60.0), ramp_kw_per_min=60e3
    )
    found = course_of(accident(sags=sags, sites=(back,), lasts_s=400.0))
    (left,) = found.left
    assert left.kw == 1.5e6 and not left.allowed and left.at_s == pytest.approx(27.058)
    assert "counts 3 sags" in left.because
    assert any("counting sags is prohibited" in says for _, says in found.faults)
    assert found.away_kw[-1] == pytest.approx(1.26e6)
    rises = np.diff(found.away_kw)[found.time_s[:-1] > 28.0]
    assert rises.min() >= -60e3 / 60.0 * 0.02 - 1e-6
    kept = held_by(RULE, counts)
    still = course_of(accident(sags=sags, sites=(kept,), lasts_s=400.0))
    assert still.left == () and still.breaches == () and still.highest_hz == 60.0


def test_a_load_that_leaves_by_frequency_takes_the_next_one_with_it() -> None:
    """2,600 MW lost in a light grid pass 60.4 Hz; who leaves there drives others beyond 60.8 Hz."""
    light = replace(BIG, system_kva=40e6, load_kw=30e6)
    first = site(above=((60.4, 0.1),))
    second = replace(
        site(above=((60.8, 0.1),)), load=replace(first.load, name="more halls", load_kw=1e6)
    )
    asked = accident(
        lost(1.4e6), grid=light, answering=(machines(20e6),), sites=(first, second), lasts_s=20.0
    )
    found = course_of(asked)
    assert [one.site for one in found.left] == ["halls", "more halls"]
    assert found.left[0].at_s < found.left[1].at_s
    alone = course_of(replace(asked, sites=(second,)))
    assert alone.left == () and alone.highest_hz < found.highest_hz
    assert {one.kind for one in found.breaches} == {"stay", "settings"}
    assert any("60.4 Hz" in says for _, says in found.faults)


def test_a_load_returns_only_once_frequency_is_back() -> None:
    """At once within its settings, not while it would leave again."""
    quick = site(above=((60.2, 0.1),))
    quick = replace(quick, load=replace(quick.load, load_kw=1e5, returns_share=1.0, returns_s=2.0))
    found = course_of(accident(lost(3e6), sites=(quick,), lasts_s=60.0))
    away = found.away_kw > 0.0
    above = found.frequency_hz > 60.2
    assert away.any() and not away[-1]
    last_above, last_away = np.flatnonzero(above)[-1], np.flatnonzero(away)[-1]
    assert (last_away - last_above) * 0.02 == pytest.approx(2.0, abs=0.05)


def test_generation_that_trips_and_a_steep_change_are_seen() -> None:
    """A unit that leaves above 61 Hz lowers frequency; a load that minds 0.05 Hz/s leaves on 0.1."""
    unit = Site(
        load=ProtectedLoad(name="wind", load_kw=1e6, returns_share=0.0),
        above=((60.2, 0.2),),
        generates=True,
    )
    found = course_of(accident(lost(3e6), sites=(unit,)))
    assert found.left[0].generates and found.away_kw.min() == -1e6
    assert found.highest_hz < course_of(accident(lost(3e6))).highest_hz + 1e-9
    steep = site(steep=((0.05, 0.5),))
    (left,) = course_of(accident(lost(1.5e6), sites=(steep,))).left
    assert left.because == "trips above 0.05 Hz/s over 0.5 s"


# ---------------------------------------------------------------------------------------------------
# Prevention


def bounded(asked: Accident, highest_hz: float) -> Accident:
    """The same with a limit."""
    return replace(asked, bounds=Bounds(lowest_hz=59.0, highest_hz=highest_hz))


@pytest.mark.parametrize(
    "kind", [Kind.RAMP, Kind.BATTERY, Kind.POINT, Kind.INERTIA], ids=lambda kind: str(kind.name)
)
def test_the_least_amount_suffices_and_a_little_less_does_not(kind: Kind) -> None:
    """The frequency of the mended course is at its limit; what needs nothing is asked nothing."""
    asked = bounded(accident(lost(2e6)), course_of(accident(lost(2e6))).highest_hz - 0.05)
    (found,) = prevented(asked, [Prevention(kind=kind)])
    assert found.suffices and found.amount is not None and found.amount > 0.0
    assert found.course.highest_hz <= asked.bounds.highest_hz
    assert found.course.highest_hz == pytest.approx(asked.bounds.highest_hz, abs=1e-4)
    assert prevented(bounded(asked, 65.0), [Prevention(kind=kind)]) == ()


def test_a_smaller_loss_is_as_small_as_the_swing_is_linear() -> None:
    """Half the height beyond 60 Hz is half the loss, as nothing has a dead band."""
    height = course_of(accident(lost(2e6))).highest_hz - 60.0
    asked = bounded(accident(lost(2e6)), 60.0 + height / 2.0)
    (found,) = prevented(asked, [Prevention(kind=Kind.POINT)])
    assert found.amount == pytest.approx(1e6, rel=1e-4)


def test_a_cap_on_load_with_the_same_settings_holds_a_largest_loss() -> None:
    """2,600 MW may be lost, 3,000 MW share their settings: 2,600 MW may go on sharing them."""
    sags = SagTable(path=ROOT / "tests" / "cases" / "virginia_2024" / "sags.csv").read()
    one = site(counting=Counting(sags=3, within_s=60.0))
    other = replace(one, load=replace(one.load, name="other halls"))
    asked = accident(sags=sags, sites=(one, other), bounds=replace(WIDE, largest_loss_kw=2.6e6))
    cap, settings_ = prevented(asked, [Prevention(kind=Kind.SETTINGS), Prevention(kind=Kind.CAP)])
    assert cap.way.kind is Kind.CAP and cap.amount == pytest.approx(2.6e6, rel=1e-5)
    assert settings_.amount == pytest.approx(0.4e6, rel=1e-4)
    assert {breach.kind for breach in cap.leaves} == {"stay", "settings"}


def test_ways_are_ranked_by_cost_only_where_each_has_one() -> None:
    """Else by the power they concern; those that do not suffice come last."""
    asked = bounded(accident(lost(2e6)), course_of(accident(lost(2e6))).highest_hz - 0.05)
    ways = [
        Prevention(kind=Kind.BATTERY, cost_per_kw=1.0),
        Prevention(kind=Kind.POINT, cost_per_kw=100.0),
        Prevention(kind=Kind.INERTIA, most=1.0),
    ]
    by_cost = prevented(asked, ways)
    assert [one.way.kind for one in by_cost] == [Kind.BATTERY, Kind.POINT, Kind.INERTIA]
    assert not by_cost[2].suffices and by_cost[2].amount is None and by_cost[2].leaves
    by_power = prevented(asked, [replace(ways[0], cost_per_kw=None), *ways[1:]])
    assert by_power[0].moved_kw <= by_power[1].moved_kw


# ---------------------------------------------------------------------------------------------------
# With lines


def test_lines_that_trip_cut_off_load_and_frequency_follows(tmp_path: Path) -> None:
    """Bus 5 draws more than the line left to it carries; it trips, the bus is dark, and its load is too much power."""
    path = tmp_path / "accident.toml"
    text = (ROOT / "examples" / "accident_job.toml").read_text()
    text = text.replace('"nine_buses.m"', f'"{ROOT / "examples" / "nine_buses.m"}"')
    path.write_text(
        text.replace('kind = "job"', 'kind = "load"\nappears = true').replace(
            'bus = "9"\nkw = 60_000.0', 'bus = "5"\nkw = 150_000.0'
        )
    )
    asked = accident_question(path, kind_of(path)[1], network_in).accident
    found = course_of(asked)
    assert found.cascade is not None and asked.lines is not None
    first, then = found.cascade.steps[:2]
    assert [asked.lines.names[k] for k in first.lost] == ["4-5"]
    assert first.loading.max() > 1.2 and [asked.lines.names[k] for k in then.lost] == ["5-6"]
    assert then.load_kw == pytest.approx(240_000.0)
    assert {"line", "dark"} <= {one.kind for one in found.breaches}
    jump = found.time_s > 6.0
    assert found.frequency_hz[jump].max() > found.frequency_hz[~jump][-1]
    (less,) = prevented(asked, [Prevention(kind=Kind.POINT)])
    assert less.suffices and less.leaves == ()
    assert less.amount == pytest.approx(largest_kw(0.7), rel=1e-4)


def largest_kw(depth_hz: float) -> float:
    """What may appear in the small grid until frequency falls by so much, by another solver of its two equations:
    60,000 kW s/Hz of mass, governors of 133,333 kW/Hz beyond 0.036 Hz behind a lag of 5 s, 5,250 kW/Hz of damping."""

    def lowest(kw: float) -> float:
        def slopes(_: float, state: tuple[float, float]) -> tuple[float, float]:
            off, given = state
            wanted = -math.copysign(max(abs(off) - 0.036, 0.0), off) * 400e3 / 3.0
            return (given - kw - 5250.0 * off) / 60e3, (wanted - given) / 5.0

        found = solve_ivp(slopes, (0.0, 6.0), (0.0, 0.0), rtol=1e-8, max_step=0.01)
        return float(found.y[0].min())

    return float(brentq(lambda kw: lowest(kw) + depth_hz, 20e3, 40e3, rtol=1e-6))


def small(folder: Path, old: str, new: str) -> Path:
    """The accident of the small grid with something else in its file."""
    path = folder / "accident.toml"
    text = (ROOT / "examples" / "accident_job.toml").read_text()
    text = text.replace('"nine_buses.m"', f'"{ROOT / "examples" / "nine_buses.m"}"')
    assert old in text
    path.write_text(text.replace(old, new))
    return path


def test_lines_are_lost_when_their_event_says(tmp_path: Path) -> None:
    """What the cascade cuts off leaves at the line's own time, five seconds later by the step that trips."""
    text = small(tmp_path, 'name = "4-5"', 'name = "4-5"\nat_s = 20').read_text()
    path = tmp_path / "accident.toml"
    path.write_text(
        text.replace('kind = "job"', 'kind = "load"\nappears = true').replace(
            'bus = "9"\nkw = 60_000.0', 'bus = "5"\nkw = 150_000.0'
        )
    )
    asked = accident_question(path, kind_of(path)[1], network_in).accident
    assert asked.lines is not None and asked.lines.lost_at_s == 20.0
    found = course_of(asked)
    before, after = (float(found.frequency_hz[round(at / 0.02)]) for at in (24.9, 25.4))
    assert after > before + 1.0


@pytest.mark.parametrize("told", ["kw = 5.0", "planned = true", 'bus = "9"', "over_s = 2"])
def test_a_line_that_is_told_a_power_is_refused(tmp_path: Path, told: str) -> None:
    """It has a name and an instant; what it carries follows from the network."""
    path = small(tmp_path, 'name = "4-5"', f'name = "4-5"\n{told}')
    with pytest.raises(BadInput, match="a line with"):
        accident_question(path, kind_of(path)[1], network_in)


def test_lines_lost_one_after_the_other_are_refused(tmp_path: Path) -> None:
    again = 'name = "4-5"\n[[event]]\nkind = "line"\nname = "7-8"\nat_s = 3'
    with pytest.raises(BadInput, match="lines lost at 1, 3 s"):
        path = small(tmp_path, 'name = "4-5"', again)
        accident_question(path, kind_of(path)[1], network_in)


def test_of_a_site_in_two_parts_only_the_one_that_left_is_gone_from_its_bus(tmp_path: Path) -> None:
    """Both have the name of the site; one stays, so its power still flows to bus 7."""
    path = small(tmp_path, 'name = "4-5"', 'name = "4-5"')
    asked = accident_question(path, kind_of(path)[1], network_in).accident
    (one,) = asked.sites
    halved = replace(one, load=replace(one.load, load_kw=0.5 * one.load.load_kw))
    parts = replace(asked, sites=(halved, replace(halved, below=(), above=(), steep=())))
    alone = replace(asked, sites=(halved,))
    whole, half = course_of(parts).cascade, course_of(alone).cascade
    assert whole is not None and half is not None
    assert whole.steps[0].flow_kw.tolist() == half.steps[0].flow_kw.tolist()


def test_nothing_answers_without_stiffness() -> None:
    """No droop, no damping: frequency has nowhere to settle."""
    bare = replace(BIG, damping=0.0)
    found = course_of(accident(lost(1e6), grid=bare, answering=()))
    assert math.isinf(found.settles_hz)
    assert found.frequency_hz[-1] == pytest.approx(60.0 + 59.0 * found.first_hz_per_s, rel=1e-4)


def test_a_return_is_held_to_a_ramp_and_slowed_until_it_keeps_it() -> None:
    """1,500 MW back at once after a minute; 20 MW a minute are asked, and found as the fastest that passes."""
    sags = SagTable(path=ROOT / "tests" / "cases" / "virginia_2024" / "sags.csv").read()
    one = site(counting=Counting(sags=3, within_s=60.0))
    one = replace(one, load=replace(one.load, returns_share=0.1, returns_s=60.0))
    asked = accident(
        sags=sags, sites=(one,), lasts_s=400.0, bounds=replace(WIDE, return_kw_per_min=20e3)
    )
    found = course_of(asked)
    assert "return" in {breach.kind for breach in found.breaches}
    (slowed,) = prevented(asked, [Prevention(kind=Kind.RETURN)])
    assert slowed.suffices and slowed.amount == pytest.approx(20e3, rel=1e-3)
    assert slowed.course.away_kw[-1] >= 1.35e6


def test_each_site_is_judged_by_its_own_rule() -> None:
    """Counting sags breaks one rule and not the other, which says nothing of it."""
    sags = SagTable(path=ROOT / "tests" / "cases" / "virginia_2024" / "sags.csv").read()
    caiso = bundled_rules().ride_through["caiso-straw"]
    one = site(counting=Counting(sags=3, within_s=60.0))
    other = replace(one, load=replace(one.load, name="western halls"), rule=caiso)
    found = course_of(accident(sags=sags, sites=(one, other)))
    assert {name for name, says in found.faults if "counting" in says} == {"halls"}
    assert {one.site: one.rule for one in found.left} == {
        "halls": "ercot-nogrr282", "western halls": "caiso-straw",
    }  # fmt: skip
    (stay,) = [breach for breach in found.breaches if breach.kind == "stay"]
    assert "ercot-nogrr282 or caiso-straw" in stay.says and stay.value == 3e6
