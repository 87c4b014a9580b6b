"""What a VEN follows: events that come, change, go, contradict each other, or outlive their sender (ADR-2, §12.3)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.testing.openadr import AGREEMENT, event_of, program_of, written_at
from gridtide.timeline import epoch_s
from gridtide.wire.openadr.agreement import Agreement, term_faults
from gridtide.wire.openadr.called import Ask
from gridtide.wire.openadr.conflicts import Claim, settled
from gridtide.wire.openadr.events import Event
from gridtide.wire.openadr.holding import Holding, holding
from gridtide.wire.openadr.known import Known, after_outage, answered, notified, silent
from gridtide.wire.openadr.programs import Program

NOW_S = epoch_s(datetime(2026, 11, 22, tzinfo=UTC))
MIDNIGHT = "2026-11-22T00:00:00Z"
HOUR_S, DAY_S = 3600, 86_400
USD = [
    {
        "objectType": "EVENT_PAYLOAD_DESCRIPTOR",
        "payloadType": "PRICE",
        "units": "KWH",
        "currency": "USD",
    }
]


def told(
    *events: Event,
    programs: tuple[Program, ...] = (program_of(),),
    agreement: Agreement = AGREEMENT,
    known: Known | None = None,
    now_s: int = NOW_S,
) -> Known:
    """What is known after a VTN told these events."""
    return answered(known or Known(), events, programs, now_s, agreement)[0]


def held(
    *events: Event,
    programs: tuple[Program, ...] = (program_of(),),
    agreement: Agreement = AGREEMENT,
) -> Holding:
    """What holds over the day after a VTN told these events."""
    known = told(*events, programs=programs, agreement=agreement)
    return holding(known, agreement, NOW_S, NOW_S + DAY_S)


def hours(found: Holding, ask: Ask) -> list[tuple[float | None, float, float | None]]:
    """Power, first and last hour of all that is asked of one kind."""
    return [
        (
            one.kw,
            (one.start_s - NOW_S) / HOUR_S,
            None if one.end_s is None else (one.end_s - NOW_S) / HOUR_S,
        )
        for one in found.called
        if one.ask is ask
    ]


def limit(kw: float, start_h: int, end_h: int, **said: object) -> Event:
    """An import limit over some hours of the day."""
    return event_of(
        "IMPORT_CAPACITY_LIMIT",
        kw,
        start=written_at(NOW_S + start_h * HOUR_S),
        duration=f"PT{end_h - start_h}H",
        **said,  # type: ignore[arg-type]
    )


def test_adr_2_the_lower_priority_number_wins_an_overlap() -> None:
    """80,000 kW of priority 1 overlapped by 60,000 kW of priority 0: 60,000 where both hold, and no conflict."""
    wide = limit(80_000, 0, 6, id="wide", priority=1)
    narrow = limit(60_000, 2, 4, id="narrow", priority=0)
    found = held(wide, narrow)
    assert hours(found, Ask.IMPORT_LIMIT) == [(80_000, 0, 2), (60_000, 2, 4), (80_000, 4, 6)]
    assert found.conflicts == ()
    loose = limit(90_000, 2, 4, id="narrow", priority=0)
    assert hours(held(wide, loose), Ask.IMPORT_LIMIT)[1] == (90_000, 2, 4)


def test_equal_priorities_take_the_most_restrictive_and_say_so() -> None:
    """The specification leaves it open; the lower limit holds, and the conflict is told once."""
    found = held(limit(80_000, 0, 6, id="a"), limit(60_000, 2, 4, id="b"))
    assert hours(found, Ask.IMPORT_LIMIT) == [(80_000, 0, 2), (60_000, 2, 4), (80_000, 4, 6)]
    (conflict,) = found.conflicts
    assert (conflict.followed, conflict.left, conflict.value, conflict.other) == (
        "b",
        "a",
        60e3,
        80e3,
    )


def test_an_event_without_priority_goes_last() -> None:
    """Any number goes before none."""
    found = held(limit(80_000, 0, 2, id="a", priority=7), limit(60_000, 0, 2, id="b"))
    assert hours(found, Ask.IMPORT_LIMIT) == [(80_000, 0, 2)]


def test_adr_2_a_deleted_event_is_discarded_within_one_poll() -> None:
    """What the next answer leaves out is withdrawn."""
    known = told(limit(60_000, 0, 6))
    after, news = answered(known, (), (program_of(),), NOW_S + 60, AGREEMENT)
    assert [heard.event.id for heard in news.withdrawn] == ["event-1"]
    assert holding(after, AGREEMENT, NOW_S + 60, NOW_S + DAY_S).called == ()


def test_a_notice_of_deletion_is_as_good_as_a_poll() -> None:
    """And a notice of a change is read as one."""
    event = limit(60_000, 0, 6)
    known, news = notified(told(), event, False, NOW_S, AGREEMENT)
    assert [heard.event.id for heard in news.new] == ["event-1"]
    after, news = notified(known, event, True, NOW_S + 1, AGREEMENT)
    assert (len(news.withdrawn), after.events) == (1, ())


def test_an_event_called_off_by_a_start_now_and_no_duration_holds_no_more() -> None:
    """There is no cancel message."""
    known = told(limit(60_000, 0, 6))
    off = event_of(
        "IMPORT_CAPACITY_LIMIT",
        60_000,
        start="0001-01-01",
        duration="PT0S",
        modified="2026-11-22T00:01:00Z",
    )
    after, news = answered(known, (off,), (program_of(),), NOW_S + 60, AGREEMENT)
    assert len(news.changed) == 1
    assert holding(after, AGREEMENT, NOW_S + 60, NOW_S + DAY_S).called == ()


def test_now_stays_the_moment_an_event_was_first_heard() -> None:
    """The same event in the next answer does not begin again; a changed one does."""
    event = event_of("SIMPLE", 1, start="0001-01-01", duration="PT1H")
    agreement = replace(AGREEMENT, level_kw=(0, 1_000, 2_000, 3_000))
    known = told(event, agreement=agreement)
    later = told(event, agreement=agreement, known=known, now_s=NOW_S + 1800)
    assert hours(holding(later, agreement, NOW_S, NOW_S + DAY_S), Ask.REDUCTION) == [(1_000, 0, 1)]
    newer = event.model_copy(update={"modification_date_time": "2026-11-22T00:30:00Z"})
    again = told(newer, agreement=agreement, known=later, now_s=NOW_S + 1800)
    assert hours(holding(again, agreement, NOW_S, NOW_S + DAY_S), Ask.REDUCTION) == [
        (1_000, 0.5, 1.5)
    ]


def test_events_already_heard_go_on_while_the_vtn_is_silent() -> None:
    """Silence withdraws nothing."""
    known = silent(told(limit(60_000, 0, 6)), NOW_S + 60)
    found = holding(known, AGREEMENT, NOW_S + HOUR_S, NOW_S + DAY_S)
    assert found.lost
    assert hours(found, Ask.IMPORT_LIMIT) == [(60_000, 1, 6)]


@pytest.mark.parametrize(
    ("subscription_kw", "default_kw", "kw"),
    [
        (50_000, None, 50_000),
        (None, 70_000, 70_000),
        (50_000, 70_000, 50_000),
        (90_000, 70_000, 70_000),
    ],
)
def test_limits_that_run_out_in_a_loss_fall_back_to_the_more_careful(
    subscription_kw: float | None, default_kw: float | None, kw: float
) -> None:
    """The subscription, else the default of the program; where both are known, the lower."""
    agreement = replace(AGREEMENT, default_import_kw=default_kw)
    events = [limit(60_000, 0, 2)]
    if subscription_kw is not None:
        events.append(
            event_of(
                "IMPORT_CAPACITY_SUBSCRIPTION",
                subscription_kw,
                id="contract",
                start=MIDNIGHT,
                duration="P9999Y",
            )
        )
    known = told(*events, agreement=agreement)
    lost = silent(known, NOW_S + 60)
    found = holding(lost, agreement, NOW_S + HOUR_S, NOW_S + DAY_S)
    after = [one for one in found.called if one.start_s >= NOW_S + 2 * HOUR_S]
    assert [(one.kw, one.end_s) for one in after] == [(kw, None)]
    assert found.called[0].kw == 60_000
    spoken = holding(known, agreement, NOW_S + HOUR_S, NOW_S + DAY_S)
    said = [one.kw for one in spoken.called if one.start_s >= NOW_S + 2 * HOUR_S]
    assert said == ([] if subscription_kw is None else [subscription_kw])


def test_between_limits_of_export_the_subscription_holds_and_one_below_nothing_is_nothing() -> None:
    """As of import; the stricter of two holds."""
    limits = [
        event_of(
            "EXPORT_CAPACITY_LIMIT", kw, id=id, start=written_at(NOW_S + HOUR_S), duration="PT1H"
        )
        for id, kw in (("one", 500), ("other", 800))
    ]
    contract = event_of(
        "EXPORT_CAPACITY_SUBSCRIPTION", -5, id="contract", start=MIDNIGHT, duration="P9999Y"
    )
    assert hours(held(*limits, contract), Ask.EXPORT_LIMIT) == [
        (0, 0, 1),
        (500, 1, 2),
        (0, 2, None),
    ]
    assert hours(held(*limits), Ask.EXPORT_LIMIT) == [(500, 1, 2)]


def test_after_an_outage_of_the_grid_earlier_limits_are_void_until_told_again() -> None:
    """The subscription holds at once, the next answer brings limits back."""
    contract = event_of(
        "IMPORT_CAPACITY_SUBSCRIPTION", 50_000, id="contract", start=MIDNIGHT, duration="P9999Y"
    )
    dark = after_outage(told(limit(60_000, 0, 6), contract), NOW_S + 60)
    found = holding(dark, AGREEMENT, NOW_S + 60, NOW_S + DAY_S)
    assert [one.kw for one in found.called] == [50_000]
    fresh = limit(55_000, 0, 6, modified="2026-11-22T00:02:00Z")
    back = told(fresh, contract, known=dark, now_s=NOW_S + 120)
    found = holding(back, AGREEMENT, NOW_S + 120, NOW_S + DAY_S)
    assert [one.kw for one in found.called] == [55_000, 50_000]


@pytest.mark.parametrize(
    "worse",
    [
        event_of("IMPORT_CAPACITY_LIMIT", 1e9, start=MIDNIGHT, modified="2026-11-22T01:00:00Z"),
        event_of("IMPORT_CAPACITY_LIMIT", -1, start=MIDNIGHT, modified="2026-11-22T01:00:00Z"),
        event_of("IMPORT_CAPACITY_LIMIT", "60", start=MIDNIGHT, modified="2026-11-22T01:00:00Z"),
        event_of("PRICE", -1e5, start=MIDNIGHT, modified="2026-11-22T01:00:00Z"),
        event_of("SIMPLE", 4, start=MIDNIGHT, modified="2026-11-22T01:00:00Z"),
        event_of(
            "DISPATCH_SETPOINT", 5, start=MIDNIGHT, duration="PT4S", modified="2026-11-22T01:00:00Z"
        ),
        event_of("DISPATCH_SETPOINT", 5, modified="2026-11-22T01:00:00Z"),
        limit(70_000, 0, 6, modified="2026-11-21T00:00:00Z"),
    ],
)
def test_an_absurd_fast_unclear_or_replayed_version_leaves_the_one_known_in_force(
    worse: Event,
) -> None:
    """Refused with one finding, told once; what was known goes on until it is told well or deleted."""
    known = told(limit(60_000, 0, 6))
    after, news = answered(known, (worse,), (program_of(),), NOW_S + 60, AGREEMENT)
    assert len(news.faults) == 1
    assert (news.changed, news.withdrawn) == ((), ())
    assert hours(holding(after, AGREEMENT, NOW_S, NOW_S + DAY_S), Ask.IMPORT_LIMIT) == [
        (60_000, 0, 6)
    ]
    gone, news = answered(after, (), (program_of(),), NOW_S + 180, AGREEMENT)
    assert (gone.events, gone.refused) == ((), ())


def test_an_absurd_version_is_told_once_and_not_with_each_poll() -> None:
    """The record holds one line of it."""
    worse = event_of("IMPORT_CAPACITY_LIMIT", 1e9, start=MIDNIGHT)
    known, first = answered(Known(), (worse,), (), NOW_S, AGREEMENT)
    _, second = answered(known, (worse,), (), NOW_S + 60, AGREEMENT)
    assert (len(first.faults), len(second.faults)) == (1, 0)


def test_one_event_told_twice_in_different_words_is_followed_in_its_later_version() -> None:
    """And the operator is told."""
    old = limit(60_000, 0, 6)
    new = limit(50_000, 0, 6, modified="2026-11-22T00:05:00Z")
    known, news = answered(Known(), (new, old), (), NOW_S, AGREEMENT)
    assert [heard.event for heard in known.events] == [new]
    assert len(news.faults) == 1


def test_what_was_not_agreed_is_reported_and_never_guessed() -> None:
    """Levels without kW, a relative set-point without a sign, a price without currency, a private type."""
    found = held(
        event_of("SIMPLE", 2, start=MIDNIGHT, id="a"),
        event_of("DISPATCH_SETPOINT_RELATIVE", 100, start=MIDNIGHT, id="b"),
        event_of("PRICE", 0.1, start=MIDNIGHT, id="c"),
        event_of("X_PRIVATE", "do", start=MIDNIGHT, id="d"),
        event_of("CONTROL_LEVEL_OFFSET", 3, start=MIDNIGHT, id="e"),
        event_of("CTA2045_REBOOT", 0, start=MIDNIGHT, id="f"),
        event_of("CONTROL_LEVEL_OFFSET_PERCENT", 0.5, start=MIDNIGHT, id="g"),
    )
    assert found.called == ()
    assert found.curves == ()
    assert [one.event for one in found.not_acted_on] == ["a", "b", "c", "d", "e", "f", "g"]
    assert all(one.why for one in found.not_acted_on)


def test_terms_of_the_program_say_what_levels_and_signs_mean() -> None:
    """Attributes of the program go before the agreement of the site."""
    program = program_of(
        attributes=[
            {"type": "SIMPLE_LEVEL_KW", "values": [0, 1_000, 5_000, 9_000]},
            {"type": "CONTROL_LEVEL_OFFSET_KW", "values": [200]},
            {"type": "DISPATCH_SETPOINT_RELATIVE_SIGN", "values": ["INCREASE"]},
            {"type": "BINDING_EVENTS", "values": [True]},
        ]
    )
    found = held(
        event_of("SIMPLE", 0, 2, start=MIDNIGHT, id="a"),
        event_of("CONTROL_LEVEL_OFFSET", -3, start=MIDNIGHT, id="b"),
        event_of("DISPATCH_SETPOINT_RELATIVE", 700, start=MIDNIGHT, id="c"),
        programs=(program,),
    )
    assert hours(found, Ask.REDUCTION) == [(5_000, 1, 2)]
    assert hours(found, Ask.INCREASE) == [(600, 0, 1)]
    assert hours(found, Ask.SETPOINT_ABOVE) == [(700, 0, 1)]
    assert all(one.mandatory for one in found.called)


def test_attributes_that_mean_nothing_are_findings() -> None:
    """Three levels, a level above the next, a sign of its own."""
    program = program_of(
        attributes=[
            {"type": "SIMPLE_LEVEL_KW", "values": [0, 9_000, 5_000, 9_000]},
            {"type": "CONTROL_LEVEL_OFFSET_KW", "values": ["much"]},
            {"type": "DISPATCH_SETPOINT_RELATIVE_SIGN", "values": ["DOWN"]},
            {"type": "PROGRAM_TYPE", "values": ["ANY"]},
        ]
    )
    assert len(list(term_faults(program))) == 3


def test_prices_of_two_events_make_one_curve_and_negatives_are_prices() -> None:
    """The higher priority goes first; currency and unit stand in the descriptor of event or program."""
    base = event_of("PRICE", 0.10, 0.20, start=MIDNIGHT, id="a", priority=5, payloadDescriptors=USD)
    over = event_of("PRICE", -0.05, start="2026-11-22T01:00:00Z", id="b", priority=1)
    found = held(base, over, programs=(program_of(payloadDescriptors=USD),))
    (curve,) = found.curves
    assert curve.currency == "USD"
    assert [piece.value for piece in curve.pieces] == [0.10, -0.05]
    assert found.conflicts == ()


def test_a_power_that_is_not_in_kw_is_not_acted_on() -> None:
    """There is no MW on the wire, and kVA are no kW."""
    descriptor = {"objectType": "EVENT_PAYLOAD_DESCRIPTOR", "payloadType": "IMPORT_CAPACITY_LIMIT"}
    found = held(limit(60_000, 0, 6, payloadDescriptors=[{**descriptor, "units": "KVA"}]))
    assert found.called == ()
    assert "KVA" in found.not_acted_on[0].why


def test_alerts_are_told_with_their_words() -> None:
    """They overlap with anything."""
    alert = event_of("ALERT_GRID_EMERGENCY", "shed", start="0001-01-01", duration="P9999Y", id="z")
    found = held(limit(60_000, 0, 6), alert)
    assert [one.text for one in found.called if one.ask is Ask.ALERT] == ["shed"]
    assert len(found.called) == 2


CLAIMS = st.lists(
    st.tuples(
        st.integers(0, 20),
        st.integers(1, 20) | st.none(),
        st.none() | st.integers(0, 3),
        st.integers(0, 5),
    ),
    max_size=8,
)


@given(CLAIMS)
def test_at_every_instant_the_piece_is_the_strictest_of_the_first_priority(
    drawn: list[tuple[int, int | None, int | None, int]],
) -> None:
    """By looking at each second on its own."""
    claims = [
        Claim(
            event=str(number),
            event_id=str(number),
            priority=priority,
            value=float(value),
            start_s=start,
            end_s=None if length is None else start + length,
        )
        for number, (start, length, priority, value) in enumerate(drawn)
    ]
    pieces, _ = settled(claims, "limit", lambda one, other: one < other, 0, 30)
    for at in range(30):
        there = [
            (2**31 if one.priority is None else one.priority, one.value)
            for one in claims
            if one.start_s <= at and (one.end_s is None or at < one.end_s)
        ]
        held = [
            one for one in pieces if one.start_s <= at and (one.end_s is None or at < one.end_s)
        ]
        assert len(held) == (1 if there else 0)
        if held:
            assert held[0].value == min(there)[1]


def test_saf_2_a_price_of_minus_100_000_is_refused_once_and_the_last_good_one_goes_on() -> None:
    """Per kWh, as the wire has prices; one finding, and the curve is as it was."""
    good = event_of("PRICE", 0.10, start=MIDNIGHT, payloadDescriptors=USD)
    newer = "2026-11-22T01:00:00Z"
    absurd = event_of("PRICE", -1e5, start=MIDNIGHT, payloadDescriptors=USD, modified=newer)
    after, news = answered(told(good), (absurd,), (program_of(),), NOW_S + 60, AGREEMENT)
    assert len(news.faults) == 1
    (curve,) = holding(after, AGREEMENT, NOW_S, NOW_S + DAY_S).curves
    assert [piece.value for piece in curve.pieces] == [0.10]
    _, again = answered(after, (absurd,), (program_of(),), NOW_S + 120, AGREEMENT)
    assert again.faults == ()
