"""Whatever a VTN writes into an event, a VEN follows it or says why not; a recording tells nothing before its time."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.testing.openadr import AGREEMENT, event_of, program_of, written_at
from gridtide.timeline import epoch_s
from gridtide.wire.openadr.holding import holding
from gridtide.wire.openadr.known import Known
from gridtide.wire.openadr.lists import taken_in, told_in_lists
from gridtide.wire.openadr.payload_types import PAYLOAD_TYPES
from gridtide.wire.openadr.recording import line_of_answer, line_of_silence, lines_of
from gridtide.wire.openadr.replay import replayed

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
NOON_S = epoch_s(NOON)
UNTIL_S = NOON_S + 86_400

DURATIONS = st.sampled_from(
    [
        "PT15M",
        "PT1H",
        "PT0S",
        "P9999Y",
        "P9998Y",
        "-PT1H",
        "P1M",
        "PT2S",
        "P1D",
        "P99999999999D",
        "PT",
        "x",
    ]
)
STARTS = st.sampled_from(
    ["0001-01-01", "2026-11-22T12:00:00Z", "2026-11-22T11:50:00+08:00", "9999-12-31T23:59:59Z",
     "0001-01-01T00:00:00-05:00", "0001-06-01T00:00:00+23:59", "2026-11-22T12:00:60Z", "noon"]
)  # fmt: skip
PERIODS = st.fixed_dictionaries(
    {}, optional={"start": STARTS, "duration": DURATIONS, "randomizeStart": DURATIONS}
)
VALUES = st.one_of(
    st.integers(-5, 5),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.text(max_size=3),
    st.fixed_dictionaries({"x": st.just(1.0), "y": st.just(2.0)}),
    st.none(),
)
PAYLOADS = st.fixed_dictionaries(
    {
        "type": st.sampled_from([*PAYLOAD_TYPES, "X_PRIVATE", ""]),
        "values": st.lists(VALUES, max_size=3),
    }
)
INTERVALS = st.fixed_dictionaries(
    {"id": st.integers(0, 3), "payloads": st.lists(PAYLOADS, max_size=2)},
    optional={"intervalPeriod": PERIODS},
)
EVENTS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["a", "b"]),
        "createdDateTime": STARTS,
        "modificationDateTime": STARTS,
        "objectType": st.just("EVENT"),
        "programID": st.just("program-1"),
    },
    optional={
        "intervalPeriod": PERIODS,
        "intervals": st.lists(INTERVALS, max_size=3),
        "duration": DURATIONS,
        "priority": st.none() | st.integers(-1, 3),
    },
)


@settings(max_examples=200)
@given(st.lists(st.lists(EVENTS, max_size=3), min_size=1, max_size=3))
def test_any_event_is_followed_or_refused_with_a_finding_and_never_a_crash(
    answers: list[list[dict[str, Any]]],
) -> None:
    """Times, values, kinds, repeats, versions in any mixture; what holds never overlaps and lies ahead."""
    known = Known()
    for number, events in enumerate(answers):
        told = told_in_lists([program_of().written()], events)
        known, news = taken_in(known, told, NOON_S + 60 * number, AGREEMENT)
        assert all(fault.value and fault.limit and fault.mend for fault in news.faults)
        found = holding(known, AGREEMENT, NOON_S + 60 * number, UNTIL_S)
        for curve in found.curves:
            for one, other in zip(curve.pieces[:-1], curve.pieces[1:], strict=True):
                assert one.end_s is not None and one.end_s <= other.start_s
        assert all(one.end_s is None or one.end_s > one.start_s for one in found.called)
        assert all(one.end_s is None or one.end_s > found.as_of_s for one in found.called)


HOURS, LENGTHS = st.integers(0, 4), st.integers(1, 4)
STEPS = st.lists(
    st.one_of(
        st.none(),
        st.lists(
            st.tuples(st.sampled_from("abc"), HOURS, LENGTHS, st.integers(1, 9), st.integers(0, 2)),
            max_size=3,
            unique_by=lambda one: one[0],
        ),
    ),
    min_size=1,
    max_size=6,
)  # fmt: skip


@given(STEPS)
def test_what_a_recording_tells_later_changes_nothing_that_was_known_before(
    steps: list[list[tuple[str, int, int, int, int]] | None],
) -> None:
    """Every prefix of a recording knows, up to its last line, exactly what the whole recording knows then."""
    texts = [
        line_of_silence(NOON + timedelta(minutes=20 * number), "HTTP 503")
        if told is None
        else line_of_answer(
            NOON + timedelta(minutes=20 * number),
            [program_of().written()],
            [
                event_of(
                    "IMPORT_CAPACITY_LIMIT",
                    1_000 * kw,
                    id=name,
                    start=written_at(NOON_S + 3600 * start),
                    duration=f"PT{hours}H",
                    priority=priority,
                    modified=written_at(NOON_S + 1200 * number),
                ).written()
                for name, start, hours, kw, priority in told
            ],
        )
        for number, told in enumerate(steps)
    ]
    lines = lines_of((str(number), text) for number, text in enumerate(texts))
    whole = replayed(lines, AGREEMENT, UNTIL_S, "whole")
    for count in range(1, len(lines) + 1):
        part = replayed(lines[:count], AGREEMENT, UNTIL_S, "part")
        as_of = NOON + timedelta(minutes=20 * (count - 1))
        assert _known(part.calls, as_of) == _known(whole.calls, as_of)


def _known(calls: Any, as_of: datetime) -> list[str]:
    """What stands at an instant, with power and times."""
    return sorted(
        json.dumps(
            [call.name, call.import_max_kw, str(call.start), str(call.end), str(call.issued_at)]
        )
        for call in calls
        if call.is_known(as_of)
    )
