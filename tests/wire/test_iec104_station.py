"""What a controlled station confirms, refuses and tells."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.finding import BadInput
from gridtide.signals.setpoint import Mode, Quality, Setpoint
from gridtide.signals.setpoint_channel import PlantTelemetry
from gridtide.wire.iec104 import asdu
from gridtide.wire.iec104.apdu import Malformed
from gridtide.wire.iec104.asdu import (
    BROADCAST,
    Asdu,
    Cause,
    Clock,
    Information,
    Inquiry,
    Kind,
    Measured,
    Point,
    Setting,
    Switch,
)
from gridtide.wire.iec104.points import StationPoints
from gridtide.wire.iec104.station import Answer, Station, answered, told_values
from gridtide.wire.iec104.time_tag import TimeTag, tag_of

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
SEEN = PlantTelemetry(
    p_kw=60_000.0,
    q_kvar=5_000.0,
    v_pu=1.01,
    f_hz=49.98,
    up_kw=20_000.0,
    down_kw=10_000.0,
    echo_kw=61_000.0,
    mode=Mode.AUTO,
    quality=Quality.GOOD,
)


def station(points: StationPoints | None = None, accept: bool = True) -> Station:
    """A station that accepts every number, or none."""
    return Station(
        points=points or StationPoints(),
        telemetry=SEEN,
        sequence=7,
        accepts=lambda told: accept and math.isfinite(told.p_set_kw),
    )


def set_to(value: float, **other: object) -> Asdu:
    """A set-point command for the default station."""
    return replace(
        Asdu(
            kind=Kind.C_SE_NC_1,
            cause=Cause.ACTIVATION,
            station=1,
            objects=(Information(address=0x6201, element=Setting(value=value)),),
        ),
        **other,  # type: ignore[arg-type]
    )


def refusal(answer: Answer) -> int:
    """The cause of the only reply, which must be negative and bring nothing in."""
    (reply,) = answer.replies
    assert reply.negative
    assert answer.told is None
    assert answer.asked is None
    return reply.cause


def test_a_set_point_is_confirmed_and_told_on() -> None:
    """With the station's own count, stamped when it arrived."""
    answer = answered(station(), set_to(61_000.0), NOW)
    assert answer.replies == (set_to(61_000.0, cause=Cause.CONFIRMATION),)
    assert answer.told == Setpoint(p_set_kw=61_000.0, measured_at=NOW, sequence=7)


def test_a_time_tag_is_the_stamp_of_a_set_point() -> None:
    """By the clock of the line; a tag that is no time is refused and told on as invalid."""
    points = StationPoints(utc_offset=timedelta(hours=8), kw_per_unit=1000.0)
    sent_at = NOW - timedelta(seconds=1)
    tag = tag_of(sent_at, points.utc_offset)
    telegram = set_to(
        61.0,
        kind=Kind.C_SE_TC_1,
        objects=(Information(address=0x6201, element=Setting(value=61.0), tag=tag),),
    )
    answer = answered(station(points), telegram, NOW)
    assert answer.told == Setpoint(p_set_kw=61_000.0, measured_at=sent_at, sequence=7)
    bad = Information(
        address=0x6201, element=Setting(value=61.0), tag=TimeTag(shown=None, invalid=True)
    )
    answer = answered(station(points), replace(telegram, objects=(bad,)), NOW)
    assert answer.replies[0].negative
    assert answer.told is not None
    assert answer.told.quality is Quality.INVALID


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_set_point_that_is_not_acceptable_is_refused_and_still_told_to_the_watch(
    value: float,
) -> None:
    """The line says no, and the audit learns of it."""
    answer = answered(station(), set_to(value), NOW)
    assert answer.replies[0].negative
    assert answer.replies[0].cause == Cause.CONFIRMATION
    assert answer.told is not None
    assert answered(station(accept=False), set_to(1.0), NOW).replies[0].negative


def test_what_is_unknown_is_refused_with_its_cause() -> None:
    """Type, cause, station and object, as the standard numbers them: 44 to 47."""
    one = station()
    unknown = Asdu(kind=46, cause=6, station=1, count=1, body=bytes(4))
    assert refusal(answered(one, unknown, NOW)) == Cause.UNKNOWN_TYPE
    assert refusal(answered(one, set_to(1.0, cause=3), NOW)) == Cause.UNKNOWN_CAUSE
    assert refusal(answered(one, set_to(1.0, station=2), NOW)) == Cause.UNKNOWN_STATION
    assert refusal(answered(one, set_to(1.0, station=BROADCAST), NOW)) == Cause.UNKNOWN_STATION
    elsewhere = (Information(address=0x6202, element=Setting(value=1.0)),)
    assert refusal(answered(one, set_to(1.0, objects=elsewhere), NOW)) == Cause.UNKNOWN_OBJECT
    assert refusal(answered(one, set_to(1.0, kind=Kind.M_ME_NC_1), NOW)) == Cause.UNKNOWN_TYPE
    twice = set_to(1.0).objects * 2
    assert refusal(answered(one, set_to(1.0, objects=twice), NOW)) == Cause.UNKNOWN_OBJECT


def test_what_is_only_announced_is_refused_where_that_is_not_agreed() -> None:
    """This station executes at once."""
    chosen = (Information(address=0x6201, element=Setting(value=1.0, select=True)),)
    assert refusal(answered(station(), set_to(1.0, objects=chosen), NOW)) == Cause.CONFIRMATION


SELECTING = StationPoints(select_s=10.0)


def announced(value: float, select: bool = True, cause: Cause = Cause.ACTIVATION) -> Asdu:
    """A set-point that is selected, or executed."""
    element = Setting(value=value, select=select)
    return set_to(value, cause=cause, objects=(Information(address=0x6201, element=element),))


def test_a_command_that_was_selected_is_executed_once_and_in_time() -> None:
    """The same value within ten seconds; anything else gets a negative confirmation and brings nothing in."""
    one = station(SELECTING)
    chosen = answered(one, announced(5.0), NOW)
    assert not chosen.replies[0].negative
    assert chosen.told is None
    waiting = replace(one, selected=chosen.selected)
    done = answered(waiting, announced(5.0, select=False), NOW + timedelta(seconds=10))
    assert done.told is not None
    assert done.selected is None
    late = NOW + timedelta(seconds=10.1)
    assert refusal(answered(waiting, announced(5.0, select=False), late)) == Cause.CONFIRMATION
    assert refusal(answered(waiting, announced(6.0, select=False), NOW)) == Cause.CONFIRMATION
    assert refusal(answered(one, announced(5.0, select=False), NOW)) == Cause.CONFIRMATION
    assert refusal(answered(one, announced(math.nan), NOW)) == Cause.CONFIRMATION
    beside = answered(waiting, set_to(1.0, station=2), NOW)
    assert beside.selected == chosen.selected


def test_a_selection_can_be_given_up() -> None:
    """By a deactivation, which is refused where nothing waits."""
    one = station(SELECTING)
    waiting = replace(one, selected=answered(one, announced(5.0), NOW).selected)
    answer = answered(waiting, announced(5.0, cause=Cause.DEACTIVATION), NOW)
    assert answer.replies[0].cause == Cause.DEACTIVATED
    assert not answer.replies[0].negative
    assert answer.selected is None
    assert answered(one, announced(5.0, cause=Cause.DEACTIVATION), NOW).replies[0].negative


@pytest.mark.parametrize(("on", "mode"), [(True, Mode.AUTO), (False, Mode.REMOTE)])
def test_a_switch_asks_for_a_mode(on: bool, mode: Mode) -> None:
    """On is AUTO, off is REMOTE; LOCAL is the plant's own switch."""
    telegram = Asdu(
        kind=Kind.C_SC_NA_1,
        cause=Cause.ACTIVATION,
        station=1,
        objects=(Information(address=0x6001, element=Switch(on=on)),),
    )
    answer = answered(station(), telegram, NOW)
    assert answer.asked is mode
    assert not answer.replies[0].negative


@pytest.mark.parametrize("address", [1, BROADCAST])
def test_an_interrogation_is_confirmed_answered_and_ended(address: int) -> None:
    """Seven measured values and three states, from the station's own address."""
    asked = Asdu(
        kind=Kind.C_IC_NA_1,
        cause=Cause.ACTIVATION,
        station=address,
        objects=(Information(address=0, element=Inquiry()),),
    )
    confirmed, measured, states, ended = answered(station(), asked, NOW).replies
    assert (confirmed.cause, ended.cause) == (Cause.CONFIRMATION, Cause.TERMINATION)
    assert measured.cause == states.cause == Cause.INTERROGATED
    assert {one.station for one in (confirmed, measured, states, ended)} == {1}
    assert [one.address for one in measured.objects] == list(range(0x4001, 0x4008))
    values = [one.element.value for one in measured.objects if isinstance(one.element, Measured)]
    assert values == [60_000.0, 5_000.0, 1.01, 49.98, 20_000.0, 10_000.0, 61_000.0]
    assert [one.element.on for one in states.objects if isinstance(one.element, Point)] == [
        True
    ] * 3
    group = replace(asked, objects=(Information(address=0, element=Inquiry(qualifier=21)),))
    assert refusal(answered(station(), group, NOW)) == Cause.CONFIRMATION


def test_another_clock_is_compared_and_not_taken_over() -> None:
    """The answer shows this clock, and by how much the other one is ahead is told on."""
    tag = tag_of(NOW + timedelta(seconds=90))
    asked = Asdu(
        kind=Kind.C_CS_NA_1,
        cause=Cause.ACTIVATION,
        station=1,
        objects=(Information(address=0, element=Clock(), tag=tag),),
    )
    answer = answered(station(), asked, NOW)
    assert answer.clock_apart == timedelta(seconds=90)
    assert answer.replies[0].objects[0].tag == tag_of(NOW)


def test_telemetry_says_when_it_is_not_topical_and_when_it_was_measured() -> None:
    """NT on every value while a set-point is held; tags of the line's clock where they were agreed."""
    held = replace(SEEN, quality=Quality.NOT_TOPICAL, mode=Mode.LOCAL)
    measured, states = told_values(StationPoints(), held, NOW, Cause.PERIODIC)
    assert {
        one.element.quality for one in measured.objects if isinstance(one.element, Measured)
    } == {0x40}
    assert [one.element.on for one in states.objects if isinstance(one.element, Point)] == [
        False
    ] * 3
    stamped = StationPoints(stamped=True, utc_offset=timedelta(hours=8))
    measured, states = told_values(stamped, SEEN, NOW, Cause.SPONTANEOUS)
    assert (measured.kind, states.kind) == (Kind.M_ME_TF_1, Kind.M_SP_TB_1)
    assert measured.objects[0].tag == tag_of(NOW, timedelta(hours=8))


def test_a_value_that_is_not_known_is_told_as_invalid() -> None:
    """A plant without a voltmeter tells no good voltage; the other values stay good."""
    unknown = replace(SEEN, v_pu=math.nan)
    measured, _ = told_values(StationPoints(), unknown, NOW, Cause.PERIODIC)
    doubts = [one.element.quality for one in measured.objects if isinstance(one.element, Measured)]
    assert doubts == [0, 0, 0x80, 0, 0, 0, 0]


def test_addresses_that_cannot_be_are_refused_with_every_fault() -> None:
    """Station 0, two things at one address, a unit of nothing."""
    with pytest.raises(BadInput) as error:
        StationPoints(station=0, first_state=0x6000, kw_per_unit=0.0)
    assert len(error.value.findings) == 3


@given(octets=st.binary(min_size=6, max_size=60), known=st.sampled_from(Kind))
def test_whatever_is_asked_is_answered(octets: bytes, known: Kind) -> None:
    """Random telegrams get a confirmation or a refusal, and what goes back can be written."""
    for first in (octets[0], known):
        try:
            telegram = asdu.decoded(bytes([first]) + octets[1:])
        except Malformed:
            continue
        for reply in answered(station(), telegram, NOW).replies:
            assert len(asdu.encoded(reply)) <= 249
