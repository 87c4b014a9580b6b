"""What a plant aims at when set-points come, come wrong, or stay away."""

import math
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.finding import BadInput
from gridtide.signals.setpoint import Mode, Quality, Setpoint
from gridtide.signals.signal import Kind, Signal
from gridtide.timeline import regular
from gridtide.trust.audit import broken_link, contents
from gridtide.trust.quarantine import quarantined
from gridtide.trust.record import Entry
from gridtide.trust.setpoint_notes import SetpointNote, write_down
from gridtide.trust.setpoint_rules import SetpointRules
from gridtide.trust.setpoint_watch import Phase, Watched, started, watched

START = datetime(2026, 11, 1, tzinfo=UTC)
RULES = SetpointRules(
    p_min_kw=20_000.0,
    p_max_kw=120_000.0,
    ramp_kw_per_s=5_000.0,
    return_kw_per_s=20_000.0 / 60.0,
)
DEFAULT_KW = 100_000.0


def at(second: float) -> datetime:
    """So many seconds after the start."""
    return START + timedelta(seconds=second)


def told(p_kw: float, second: float, sequence: int, **other: Quality) -> Setpoint:
    """A telegram that was stamped at a second."""
    return Setpoint(p_set_kw=p_kw, measured_at=at(second), sequence=sequence, **other)


def following(p_kw: float = 60_000.0, rules: SetpointRules = RULES) -> Watched:
    """A plant that has followed `p_kw` for three cycles; the last telegram, number 0, came at second 0."""
    state = started(rules, p_kw, at(-12))
    for number in (-3, -2, -1, 0):
        state, _ = watched(rules, state, at(4 * number), (told(p_kw, 4 * number, number),), p_kw)
    assert state.phase is Phase.FOLLOWING
    return state


def course(
    state: Watched, seconds: Iterable[float], rules: SetpointRules = RULES
) -> tuple[list[Watched], list[SetpointNote]]:
    """The watch at each second when nothing is told."""
    states: list[Watched] = []
    notes: list[SetpointNote] = []
    for second in seconds:
        state, said = watched(rules, state, at(second), (), DEFAULT_KW)
        states.append(state)
        notes += said
    return states, notes


def test_saf_1_lost_set_points_are_held_then_led_back_within_the_ramp() -> None:
    """60,000 kW, default 100,000 kW, 4-s cycle: held to 60 s, back after 2.0 min, 667 kWh beside the schedule."""
    seconds = np.arange(4, 204, 4)
    states, notes = course(following(), seconds.tolist())
    targets_kw = np.array([60_000.0] + [state.target_kw for state in states])
    told_at = dict(zip(seconds.tolist(), states, strict=True))
    for second in (4, 8, 12):
        assert told_at[second].quality is Quality.GOOD
    for second in range(16, 61, 4):
        assert told_at[second].target_kw == 60_000.0
        assert told_at[second].quality is not Quality.GOOD
        assert told_at[second].mode is Mode.AUTO
    assert told_at[64].mode is Mode.LOCAL
    assert np.diff(targets_kw).max() <= 20_000.0 * 4 / 60 + 1e-6
    assert told_at[176].target_kw < DEFAULT_KW
    assert told_at[180].target_kw == DEFAULT_KW
    after = targets_kw[15:]
    beside_kwh = float(((DEFAULT_KW - after[:-1]) + (DEFAULT_KW - after[1:])).sum()) / 2 * 4 / 3600
    assert round(beside_kwh) == 667
    assert [note.what for note in notes] == ["set-points stay away", "set-points are lost"]


def test_saf_1_the_plant_follows_again_without_a_bump_after_three_fresh_cycles() -> None:
    """Two fresh telegrams change nothing; from the third on the target leaves the schedule within the ramp."""
    states, _ = course(following(), range(4, 204, 4))
    state = states[-1]
    targets_kw = [state.target_kw]
    said: list[SetpointNote] = []
    for number in range(1, 60):
        second = 200 + 4 * number
        state, notes = watched(
            RULES, state, at(second), (told(60_000.0, second, number),), DEFAULT_KW
        )
        targets_kw.append(state.target_kw)
        said += notes
        if number < 3:
            assert state.mode is Mode.LOCAL
            assert state.target_kw == DEFAULT_KW
    assert np.abs(np.diff(targets_kw)).max() <= 20_000.0 * 4 / 60 + 1e-6
    assert state.phase is Phase.FOLLOWING
    assert state.target_kw == 60_000.0
    assert [note.what for note in said] == ["set-points are fresh again"]


@pytest.mark.parametrize("tick_s", [0.5, 1.0, 2.0, 4.0, 6.0])
def test_the_way_back_does_not_depend_on_how_often_the_watch_is_asked(tick_s: float) -> None:
    """A loss that is seen late counts from when it was."""
    states, _ = course(following(), (np.arange(1, 120 / tick_s + 1) * tick_s).tolist())
    assert states[-1].now == at(120)
    assert math.isclose(states[-1].target_kw, 80_000.0, abs_tol=1e-3)


WRONG = [
    ("not finite", lambda: told(math.nan, 4, 1)),
    ("not finite", lambda: told(math.inf, 4, 1)),
    ("outside the band", lambda: told(1e9, 4, 1)),
    ("stamped too long ago", lambda: told(61_000.0, 4 - 3600, 1)),
    ("stamped in the future", lambda: told(61_000.0, 4 + 3600, 1)),
    ("the sequence of the last one again", lambda: told(61_000.0, 4, 0)),
    ("an older sequence", lambda: told(61_000.0, 4, -1)),
    ("stamped before the one it follows", lambda: told(61_000.0, -1, 1)),
    ("over the rate limit", lambda: told(60_000.0 + 4 * 5_000.0 + 1.0, 4, 1)),
    ("marked invalid by its sender", lambda: told(61_000.0, 4, 1, quality=Quality.INVALID)),
]


class Kept:
    """A store in memory."""

    def __init__(self) -> None:
        self.kept: list[Entry] = []

    def append(self, entry: Entry) -> None:
        """Keep it."""
        self.kept.append(entry)

    def last(self) -> Entry | None:
        """The newest."""
        return self.kept[-1] if self.kept else None

    def entries(self) -> tuple[Entry, ...]:
        """All."""
        return tuple(self.kept)


@pytest.mark.parametrize(("why", "wrong"), WRONG, ids=[why for why, _ in WRONG])
def test_saf_2_a_wrong_set_point_is_refused_once_and_leaves_the_plant_as_it_was(
    why: str, wrong: object
) -> None:
    """However often the same telegram is read: the target stays, and the audit chain holds one link."""
    store, state = Kept(), following()
    assert callable(wrong)
    for tenth in range(40, 50):
        state, notes = watched(RULES, state, at(tenth / 10), (wrong(),), DEFAULT_KW)
        assert state.target_kw == 60_000.0
        write_down(store, "north", notes)
    named = [link["what"] for link in contents(store.entries())]
    assert named == [f"set-point refused: {why}"]
    assert broken_link(store.entries()) is None
    state, notes = watched(RULES, state, at(8), (told(61_000.0, 8, 2),), DEFAULT_KW)
    assert state.target_kw == 61_000.0


def test_saf_2_an_absurd_price_is_taken_out_and_said_once() -> None:
    """-1e5 per MWh is an error of a feed, not an offer."""
    price = Signal(
        kind=Kind.PRICE,
        zone="north",
        timeline=regular(START, timedelta(hours=1), 3),
        values=np.array([50.0, -1e5, 60.0]),
        currency="USD",
        source="test",
    )
    clean, doubts = quarantined(price, START, timedelta(days=1))
    assert len(doubts) == 1
    assert np.isnan(clean.values).tolist() == [False, True, False]


def test_a_fault_that_comes_with_every_other_telegram_is_one_record() -> None:
    """A second sender that interferes does not flood the chain, and a fault that was over is recorded anew."""
    state = following()
    notes: list[SetpointNote] = []
    for number in range(1, 40):
        good, bad = told(60_000.0, 4 * number, number), told(math.nan, 4 * number, number)
        state, said = watched(RULES, state, at(4 * number), (good, bad), DEFAULT_KW)
        notes += said
    assert len(notes) == 1
    for number in range(40, 44):
        state, said = watched(
            RULES, state, at(4 * number), (told(60_000.0, 4 * number, number),), DEFAULT_KW
        )
        notes += said
    assert state.refused == ()
    state, said = watched(RULES, state, at(176), (told(math.nan, 176, 44),), DEFAULT_KW)
    assert len(notes + list(said)) == 2


@pytest.mark.parametrize("apart_s", [-3600.0, 90.0])
def test_clocks_that_disagree_are_named_once_and_the_plant_leads_itself(apart_s: float) -> None:
    """Each telegram is refused for its stamp; three that agree say whose fault it is, and by how much."""
    state = following()
    notes: list[SetpointNote] = []
    for number in range(1, 20):
        second = 4 * number
        state, said = watched(
            RULES, state, at(second), (told(60_000.0, second + apart_s, number),), DEFAULT_KW
        )
        notes += said
    named = [note.what for note in notes]
    assert named.count("clocks disagree") == 1
    assert len(named) == 4
    assert f"{apart_s:+.3f} s" in next(n.value for n in notes if n.what == "clocks disagree")
    assert state.mode is Mode.LOCAL


def test_a_clock_set_back_moves_nothing_and_the_channel_goes_on() -> None:
    """An hour back: one record, no step, and telegrams by the mended clock are followed."""
    state, notes = watched(RULES, following(), at(-3600), (), DEFAULT_KW)
    assert state.target_kw == 60_000.0
    assert [note.what for note in notes] == ["the clock was set back"]
    second = 4 - 3600
    state, notes = watched(RULES, state, at(second), (told(61_000.0, second, 1),), DEFAULT_KW)
    assert notes == ()
    assert state.target_kw == 61_000.0


def test_a_caller_that_slept_moves_the_plant_by_three_cycles_of_ramp_at_most() -> None:
    """Ten minutes of silence in one step: not at the schedule at once."""
    state, _ = watched(RULES, following(), at(600), (), DEFAULT_KW)
    assert state.target_kw == pytest.approx(60_000.0 + 12 * 20_000 / 60)


def test_a_burst_of_telegrams_is_one_fresh_cycle() -> None:
    """Three telegrams within a second do not show that the line is sound."""
    state = started(RULES, 60_000.0, START)
    burst = tuple(told(60_000.0, 0, number) for number in range(3))
    state, _ = watched(RULES, state, START, burst, DEFAULT_KW)
    assert state.phase is Phase.RETURNED
    assert state.fresh == 1


def test_the_plants_own_switch_comes_before_every_set_point() -> None:
    """LOCAL asked: to the schedule within the ramp, telegrams or not; AUTO asked: three fresh cycles first."""
    state = following()
    for number in range(1, 40):
        now, telegram = at(4 * number), told(60_000.0, 4 * number, number)
        state, _ = watched(RULES, state, now, (telegram,), DEFAULT_KW, Mode.LOCAL)
        assert state.mode is Mode.LOCAL
    assert state.target_kw == DEFAULT_KW
    assert watched(RULES, state, at(160), (), DEFAULT_KW, Mode.REMOTE)[0].mode is Mode.REMOTE
    state, _ = watched(RULES, state, at(160), (told(60_000.0, 160, 40),), DEFAULT_KW)
    assert state.phase is Phase.RESUMING


@pytest.mark.parametrize("may_restart", [False, True])
def test_a_count_that_begins_again_is_taken_up_only_where_that_was_agreed(
    may_restart: bool,
) -> None:
    """After three telegrams that agree with each other; never without agreement."""
    rules = replace(RULES, sequence_may_restart=may_restart)
    state = following(rules=rules)
    notes: list[SetpointNote] = []
    state = replace(state, last=told(60_000.0, 0, 5_000))
    for number in range(1, 8):
        second = 4 * number
        state, said = watched(
            rules, state, at(second), (told(62_000.0, second, number),), DEFAULT_KW
        )
        notes += said
    assert ("the sequence began again" in [note.what for note in notes]) is may_restart
    assert (state.last is not None and state.last.sequence == 7) is may_restart


TELEGRAMS = st.builds(
    Setpoint,
    p_set_kw=st.one_of(st.floats(), st.floats(15_000.0, 125_000.0)),
    measured_at=st.floats(-100, 400).map(at),
    sequence=st.integers(-3, 60),
    quality=st.sampled_from(Quality),
)
TICKS = st.lists(
    st.tuples(
        st.one_of(st.just(4.0), st.floats(-50, 200)),
        st.lists(TELEGRAMS, max_size=4),
        st.floats(-1e6, 1e6),
        st.sampled_from(Mode),
        st.one_of(st.none(), st.floats(20_000.0, 120_000.0)),
    ),
    max_size=30,
)


@given(ticks=TICKS, start_kw=st.floats(20_000.0, 120_000.0))
def test_whatever_comes_the_target_keeps_band_and_ramp(
    ticks: list[tuple[float, list[Setpoint], float, Mode, float | None]], start_kw: float
) -> None:
    """Telegrams of any kind, schedules out of band, modes, clocks that jump: both laws hold, nothing raises."""
    state = started(RULES, start_kw, START)
    for number, (passed_s, telegrams, schedule_kw, asked, good_kw) in enumerate(ticks):
        now = state.now + timedelta(seconds=passed_s)
        if good_kw is not None:
            good = Setpoint(p_set_kw=good_kw, measured_at=now, sequence=100 + number)
            telegrams = [*telegrams, good]
        after, notes = watched(RULES, state, now, tuple(telegrams), schedule_kw, asked)
        allowed_kw = RULES.ramp_kw_per_s * max(passed_s, 0.0)
        assert abs(after.target_kw - state.target_kw) <= allowed_kw + 1e-3
        assert RULES.p_min_kw <= after.target_kw <= RULES.p_max_kw
        assert len(notes) <= len(telegrams) + 6
        state = after


@given(bad=st.lists(TELEGRAMS, max_size=20))
def test_the_same_telegrams_give_the_same_targets(bad: list[Setpoint]) -> None:
    """Nothing but rules, state, instant and telegrams decides."""
    for _ in range(2):
        one = watched(RULES, following(), at(4), tuple(bad), DEFAULT_KW)
        assert one == watched(RULES, following(), at(4), tuple(bad), DEFAULT_KW)


def test_rules_that_cannot_hold_are_refused_with_every_fault() -> None:
    """All at once, each with its mend."""
    with pytest.raises(BadInput) as error:
        SetpointRules(
            p_min_kw=2.0,
            p_max_kw=1.0,
            ramp_kw_per_s=0.0,
            return_kw_per_s=math.nan,
            fresh_cycles=0,
            local_after_s=5.0,
        )
    assert len(error.value.findings) == 5
    with pytest.raises(BadInput):
        started(RULES, 0.0, START)
    with pytest.raises(BadInput):
        watched(RULES, following(), at(4), (), math.nan)


@given(
    delays_s=st.lists(st.floats(0.0, 3.5), min_size=40, max_size=40),
    values=st.lists(st.floats(-15_000.0, 15_000.0), min_size=40, max_size=40),
)
def test_a_sound_line_with_jitter_is_followed_without_a_single_refusal(
    delays_s: list[float], values: list[float]
) -> None:
    """Stamps every 4 s, arrivals up to 3.5 s later, the plant looking every 4 s: nothing is refused, held or lost."""
    arrivals = [
        (4 * number + delay_s, told(60_000.0 + value, 4 * number, number))
        for number, (delay_s, value) in enumerate(zip(delays_s, values, strict=True))
    ]
    rules = replace(RULES, ramp_kw_per_s=10_000.0)
    state = started(rules, 60_000.0, at(-4))
    said: list[str] = []
    for number in range(41):
        now = 4 * number + 1
        telegrams = tuple(one for came, one in arrivals if now - 4 < came <= now)
        state, notes = watched(rules, state, at(now), telegrams, 60_000.0)
        said += [note.what for note in notes]
    assert said == ["set-points are fresh again"]


@given(drops=st.lists(st.booleans(), min_size=100, max_size=100))
def test_a_line_that_loses_telegrams_is_followed_held_or_left_by_their_age_alone(
    drops: list[bool],
) -> None:
    """Never topical with a set-point older than three cycles, never AUTO with one older than a minute."""
    state = following()
    for number, dropped in enumerate(drops, start=1):
        second = 4 * number
        telegrams = () if dropped else (told(60_000.0, second, number),)
        state, _ = watched(RULES, state, at(second), telegrams, DEFAULT_KW)
        assert state.followed is not None
        age_s = (state.now - state.followed.measured_at).total_seconds()
        assert state.quality is not Quality.GOOD or age_s <= RULES.hold_after_s
        assert state.mode is not Mode.AUTO or age_s <= RULES.local_after_s
