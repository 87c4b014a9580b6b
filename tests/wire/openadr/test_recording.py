"""A recording is followed line by line, and nothing of it is known before it was heard."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from gridtide.decide.event import OPEN_END, EventKind
from gridtide.finding import BadInput
from gridtide.signals.signal import Kind
from gridtide.testing.openadr import AGREEMENT, event_of, program_of
from gridtide.timeline import epoch_s
from gridtide.wire.openadr.events import Event
from gridtide.wire.openadr.recording import (
    line_of_answer,
    line_of_no_change,
    line_of_silence,
    lines_of,
)
from gridtide.wire.openadr.replay import Replayed, replayed

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
UNTIL_S = epoch_s(NOON) + 86_400
USD = [
    {
        "objectType": "EVENT_PAYLOAD_DESCRIPTOR",
        "payloadType": "PRICE",
        "units": "KWH",
        "currency": "USD",
    }
]
TERMS = replace(AGREEMENT, level_kw=(0, 1_000, 2_000, 3_000), default_import_kw=70_000)


def told(minute: int, *events: Event) -> str:
    """The line of an answer some minutes after noon."""
    at = NOON + timedelta(minutes=minute)
    return line_of_answer(at, [program_of().written()], [event.written() for event in events])


def follow(*texts: str) -> Replayed:
    """What these lines bring."""
    lines = lines_of((f"line {number}", text) for number, text in enumerate(texts, start=1))
    return replayed(lines, TERMS, UNTIL_S, "OpenADR test")


def price(*values: float, modified: str = "2026-11-22T00:00:00Z") -> Event:
    """Hourly prices from noon on, USD per kWh."""
    return event_of(
        "PRICE",
        *values,
        id="price",
        start="2026-11-22T12:00:00Z",
        modified=modified,
        payloadDescriptors=USD,
    )


def limit(kw: float, modified: str = "2026-11-22T00:00:00Z") -> Event:
    """An import limit for two hours from 13:00 on."""
    return event_of(
        "IMPORT_CAPACITY_LIMIT",
        kw,
        start="2026-11-22T13:00:00Z",
        duration="PT2H",
        modified=modified,
    )


def test_prices_are_per_mwh_and_each_change_is_an_issue_of_its_own() -> None:
    """The same answer again says nothing new; a changed one is a later issue."""
    found = follow(
        told(0, price(0.10, -0.02)),
        told(1, price(0.10, -0.02)),
        told(30, price(0.10, 0.30, modified="2026-11-22T12:20:00Z")),
    )
    first, second = found.signals
    assert (first.kind, first.currency, first.zone) == (Kind.PRICE, "USD", "Z")
    np.testing.assert_allclose(first.values, [100.0, -20.0])
    assert first.issued_at == NOON
    assert second.issued_at == NOON + timedelta(minutes=30)
    np.testing.assert_allclose(second.values, [100.0, 300.0])


def test_gaps_of_a_curve_are_unknown_and_an_open_end_ends_where_the_reader_looks() -> None:
    """No value is stretched over a hole."""
    later = event_of(
        "GHG", 410, id="b", start="2026-11-22T15:00:00Z", duration="P9999Y", priority=3
    )
    first = event_of("GHG", 300, id="a", start="2026-11-22T12:00:00Z", duration="PT1H")
    (signal,) = follow(told(0, first, later)).signals
    assert signal.kind is Kind.CARBON_MARGINAL
    np.testing.assert_array_equal(signal.values, [300, np.nan, 410])
    assert epoch_s(signal.timeline.end) == UNTIL_S


def test_a_call_is_known_from_the_line_on_that_told_it_and_until_it_is_taken_back() -> None:
    """Changed: taken back and made anew; left out: taken back."""
    found = follow(
        told(0),
        told(10, limit(60_000)),
        told(20, limit(60_000)),
        told(30, limit(50_000, modified="2026-11-22T12:25:00Z")),
        told(90),
    )
    first, second = found.calls
    assert (first.import_max_kw, first.kind) == (60_000, EventKind.CAPACITY_LIMIT)
    assert first.issued_at == NOON + timedelta(minutes=10)
    assert first.taken_back_at == NOON + timedelta(minutes=30)
    assert second.import_max_kw == 50_000
    assert (second.issued_at, second.taken_back_at) == (
        NOON + timedelta(minutes=30),
        NOON + timedelta(minutes=90),
    )
    assert not first.is_known(NOON + timedelta(minutes=9))
    assert first.is_known(NOON + timedelta(minutes=29))
    assert not first.is_known(NOON + timedelta(minutes=30))


def test_a_call_that_runs_to_its_end_is_never_taken_back() -> None:
    """It is over by itself, whether the VTN goes on telling it or not."""
    found = follow(told(10, limit(60_000)), told(100, limit(60_000)), told(200))
    (call,) = found.calls
    assert call.taken_back_at is None
    assert call.end == NOON + timedelta(hours=3)


def test_levels_set_points_and_alerts_become_calls_of_their_kind() -> None:
    """A level is a reduction, a relative increase something to absorb, an alert asks for nothing."""
    found = follow(
        told(
            0,
            event_of("SIMPLE", 2, id="a", start="2026-11-22T13:00:00Z", priority=4),
            event_of("DISPATCH_SETPOINT", 40_000, id="b", start="2026-11-22T13:00:00Z"),
            event_of("ALERT_FLEX_ALERT", "scarce", id="c", start="0001-01-01", duration="P9999Y"),
        )
    )
    calls = {call.kind: call for call in found.calls}
    assert len(found.calls) == len(calls) == 3
    assert calls[EventKind.DEMAND_RESPONSE].reduce_kw == 2_000.0
    assert calls[EventKind.SETPOINT].setpoint_kw == 40_000.0
    assert calls[EventKind.SETPOINT].limit_kw == float("inf")
    assert calls[EventKind.ALERT].end == OPEN_END
    assert "scarce" in calls[EventKind.ALERT].name
    binding = {call.kind for call in found.calls if call.mandatory}
    assert binding == {EventKind.SETPOINT}


@pytest.mark.parametrize(
    ("sign", "less_kw", "more_kw"), [("REDUCTION", 700, 0), ("INCREASE", 0, 700)]
)
def test_a_relative_set_point_is_a_power_beside_the_baseline_on_the_side_that_was_agreed(
    sign: str, less_kw: float, more_kw: float
) -> None:
    """Neither more nor less than that; of 0 kW it is the baseline itself."""
    program = program_of(attributes=[{"type": "DISPATCH_SETPOINT_RELATIVE_SIGN", "values": [sign]}])
    event = event_of("DISPATCH_SETPOINT_RELATIVE", 700, 0, id="a", start="2026-11-22T13:00:00Z")
    line = line_of_answer(NOON, [program.written()], [event.written()])
    first, second = follow(line).calls
    assert first.kind is second.kind is EventKind.SETPOINT
    assert (first.reduce_kw, first.take_kw, first.setpoint_kw) == (less_kw, more_kw, None)
    assert (second.reduce_kw, second.take_kw, second.setpoint_kw) == (0.0, 0.0, None)


def test_silence_keeps_a_limit_and_brings_the_default_where_it_runs_out() -> None:
    """The default is a call of its own, issued when the loss was certain, and taken back by the next answer."""
    silence = [line_of_silence(NOON + timedelta(minutes=minute), "HTTP 503") for minute in (61, 64)]
    found = follow(told(60, limit(60_000)), *silence, told(190))
    kept, default = found.calls
    assert (kept.import_max_kw, kept.taken_back_at) == (60_000, None)
    assert (default.import_max_kw, default.start) == (70_000, NOON + timedelta(hours=3))
    assert default.issued_at == NOON + timedelta(minutes=64)
    assert default.taken_back_at == NOON + timedelta(minutes=190)
    assert found.silent_lines == 2


def test_notices_and_outages_of_the_grid_are_lines_too() -> None:
    """A deletion at once; a failed grid makes limits void."""
    notice = {"objectType": "EVENT", "operation": "DELETE", "object": limit(60_000).written()}
    deleted = json.dumps({"heard_at": "2026-11-22T12:20:00Z", "notification": notice})
    (call,) = follow(told(10, limit(60_000)), deleted).calls
    assert call.taken_back_at == NOON + timedelta(minutes=20)
    outage = json.dumps({"heard_at": "2026-11-22T12:20:00Z", "grid_outage": True})
    first, second = follow(told(10, limit(60_000)), outage).calls
    assert first.taken_back_at == NOON + timedelta(minutes=20)
    assert (second.import_max_kw, second.start) == (70_000, NOON + timedelta(minutes=20))


def test_an_answer_without_change_is_one_word_and_ends_a_silence() -> None:
    """It says what the last whole one said; after a loss the default goes back."""

    def word(minute: int) -> str:
        return line_of_no_change(NOON + timedelta(minutes=minute))

    def quiet(minute: int) -> str:
        return line_of_silence(NOON + timedelta(minutes=minute), "HTTP 503")

    short = [told(0, limit(60_000)), word(1), quiet(2), quiet(200), word(210)]
    whole = [
        told(0, limit(60_000)),
        told(1, limit(60_000)),
        quiet(2),
        quiet(200),
        told(210, limit(60_000)),
    ]
    assert follow(*short).calls == follow(*whole).calls
    assert follow(*short).calls[-1].taken_back_at == NOON + timedelta(minutes=210)
    notice = {"objectType": "EVENT", "operation": "CREATE", "object": limit(60_000).written()}
    told_alone = json.dumps({"heard_at": "2026-11-22T12:20:00Z", "notification": notice})
    (call,) = follow(told(10), told_alone, word(30)).calls
    assert call.taken_back_at == NOON + timedelta(minutes=30)
    with pytest.raises(BadInput, match="whole answer before"):
        follow(quiet(0), word(1))


@pytest.mark.parametrize(
    "text",
    [
        '{"heard_at": "noon", "programs": [], "events": []}',
        '{"heard_at": "2026-11-22T12:00:00Z", "programs": []}',
        '{"heard_at": "2026-11-22T12:00:00Z"}',
        '{"heard_at": "0001-01-01", "unanswered": "x"}',
        '{"programs": [], "events": []}',
        "[]",
        "{",
    ],
)
def test_a_line_that_says_nothing_is_refused_with_its_name(text: str) -> None:
    """Not silently skipped."""
    with pytest.raises(BadInput, match="line 2"):
        follow(told(0), text)


def test_lines_out_of_the_order_of_time_are_refused() -> None:
    """A later line cannot have been heard before."""
    with pytest.raises(BadInput, match="order"):
        follow(told(10), told(5))
