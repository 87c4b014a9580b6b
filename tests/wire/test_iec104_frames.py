"""Frames and telegrams of IEC 60870-5-104: known octets, there and back, and nothing that breaks the reader."""

import math
import struct
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.wire.iec104 import apdu, asdu, time_tag
from gridtide.wire.iec104.apdu import Command, Malformed, Numbered, Supervisory, Unnumbered
from gridtide.wire.iec104.asdu import (
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
from gridtide.wire.iec104.time_tag import TimeTag, tag_of

KNOWN_FRAMES = [
    ("68 04 07 00 00 00", Unnumbered(command=Command.STARTDT_ACT)),
    ("68 04 0b 00 00 00", Unnumbered(command=Command.STARTDT_CON)),
    ("68 04 13 00 00 00", Unnumbered(command=Command.STOPDT_ACT)),
    ("68 04 23 00 00 00", Unnumbered(command=Command.STOPDT_CON)),
    ("68 04 43 00 00 00", Unnumbered(command=Command.TESTFR_ACT)),
    ("68 04 83 00 00 00", Unnumbered(command=Command.TESTFR_CON)),
    ("68 04 01 00 0a 00", Supervisory(received=5)),
    (
        "68 0e 00 00 00 00 64 01 06 00 01 00 00 00 00 14",
        Numbered(sent=0, received=0, asdu=bytes.fromhex("64 01 06 00 01 00 00 00 00 14")),
    ),
]


@pytest.mark.parametrize(("octets", "frame"), KNOWN_FRAMES, ids=[text for text, _ in KNOWN_FRAMES])
def test_the_octets_of_the_standard_are_these_frames(octets: str, frame: apdu.Frame) -> None:
    """Start, stop and test as printed in IEC 60870-5-104, clause 5; the general interrogation of a station."""
    assert apdu.encoded(frame) == bytes.fromhex(octets)
    assert apdu.taken(bytes.fromhex(octets)) == ([frame], b"")


KNOWN_TELEGRAMS = [
    (
        "64 01 06 00 01 00 00 00 00 14",
        Asdu(
            kind=Kind.C_IC_NA_1,
            cause=Cause.ACTIVATION,
            station=1,
            objects=(Information(address=0, element=Inquiry(qualifier=20)),),
        ),
    ),
    (
        "32 01 06 00 01 00 01 62 00 00 00 48 41 00",
        Asdu(
            kind=Kind.C_SE_NC_1,
            cause=Cause.ACTIVATION,
            station=1,
            objects=(Information(address=0x6201, element=Setting(value=12.5)),),
        ),
    ),
    (
        "0d 82 03 00 05 00 01 40 00 00 00 80 3f 00 00 00 20 c1 40",
        Asdu(
            kind=Kind.M_ME_NC_1,
            cause=Cause.SPONTANEOUS,
            station=5,
            objects=(
                Information(address=0x4001, element=Measured(value=1.0)),
                Information(address=0x4002, element=Measured(value=-10.0, quality=0x40)),
            ),
        ),
    ),
    (
        "67 01 06 00 01 00 00 00 00 d2 04 2c 0d bd 0b 18",
        Asdu(
            kind=Kind.C_CS_NA_1,
            cause=Cause.ACTIVATION,
            station=1,
            objects=(
                Information(
                    address=0,
                    element=Clock(),
                    tag=TimeTag(shown=datetime(2024, 11, 29, 13, 44, 1, 234_000, UTC)),
                ),
            ),
        ),
    ),
    (
        "2d 01 47 00 01 00 01 60 00 81",
        Asdu(
            kind=Kind.C_SC_NA_1,
            cause=Cause.CONFIRMATION,
            negative=True,
            station=1,
            objects=(Information(address=0x6001, element=Switch(on=True, select=True)),),
        ),
    ),
]


@pytest.mark.parametrize(
    ("octets", "telegram"), KNOWN_TELEGRAMS, ids=[text for text, _ in KNOWN_TELEGRAMS]
)
def test_octets_laid_out_by_hand_are_these_telegrams(octets: str, telegram: Asdu) -> None:
    """By the layout of IEC 60870-5-101, clause 7; the 29th of November 2024 was a Friday, day 5."""
    assert asdu.encoded(telegram) == bytes.fromhex(octets)
    assert asdu.decoded(bytes.fromhex(octets)) == telegram


EARLIEST = datetime(1970, 1, 1, tzinfo=UTC).replace(tzinfo=None)
LATEST = datetime(2069, 12, 31, tzinfo=UTC).replace(tzinfo=None)
FLOATS = st.floats(width=32, allow_nan=False)
TAGS = st.one_of(
    st.just(TimeTag(shown=None, invalid=True)),
    st.builds(
        TimeTag,
        shown=st.datetimes(EARLIEST, LATEST, timezones=st.just(UTC)).map(
            lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
        ),
        invalid=st.booleans(),
        summer=st.booleans(),
    ),
)
POINTS = st.builds(Point, on=st.booleans(), quality=st.integers(0, 15).map(lambda bits: bits << 4))
QUALITIES = st.builds(lambda high, low: high << 4 | low, st.integers(0, 15), st.integers(0, 1))
MEASURED = st.builds(Measured, value=FLOATS, quality=QUALITIES)
SWITCHES = st.builds(Switch, on=st.booleans(), select=st.booleans(), qualifier=st.integers(0, 31))
SETTINGS = st.builds(Setting, value=FLOATS, select=st.booleans(), qualifier=st.integers(0, 127))
INQUIRIES = st.builds(Inquiry, qualifier=st.integers(0, 255))
ELEMENTS: dict[Kind, st.SearchStrategy[asdu.Element]] = {
    Kind.M_SP_NA_1: POINTS,
    Kind.M_SP_TB_1: POINTS,
    Kind.M_ME_NC_1: MEASURED,
    Kind.M_ME_TF_1: MEASURED,
    Kind.C_SC_NA_1: SWITCHES,
    Kind.C_SC_TA_1: SWITCHES,
    Kind.C_SE_NC_1: SETTINGS,
    Kind.C_SE_TC_1: SETTINGS,
    Kind.C_IC_NA_1: INQUIRIES,
    Kind.C_CS_NA_1: st.just(Clock()),
}


@st.composite
def telegrams(draw: st.DrawFn) -> Asdu:
    """Any telegram of a known type that fits into a frame."""
    kind = draw(st.sampled_from(Kind))
    number = draw(st.integers(1, 12))
    following = draw(st.booleans())
    first = draw(st.integers(0, 0xFFFFFF - number))
    addresses = [first + k if following else draw(st.integers(0, 0xFFFFFF)) for k in range(number)]
    tagged = asdu.SHAPES[kind].tagged
    return Asdu(
        kind=kind,
        cause=draw(st.integers(0, 63)),
        station=draw(st.integers(0, 0xFFFF)),
        negative=draw(st.booleans()),
        test=draw(st.booleans()),
        originator=draw(st.integers(0, 255)),
        objects=tuple(
            Information(
                address=address,
                element=draw(ELEMENTS[kind]),
                tag=draw(TAGS) if tagged else None,
            )
            for address in addresses
        ),
    )


@given(telegram=telegrams())
def test_a_telegram_comes_back_as_it_went(telegram: Asdu) -> None:
    """Every field, every type, addresses that follow each other and such that do not."""
    assert asdu.decoded(asdu.encoded(telegram)) == telegram


@given(
    sent=st.integers(0, apdu.MODULUS - 1),
    received=st.integers(0, apdu.MODULUS - 1),
    body=st.binary(min_size=1, max_size=249),
    rest=st.binary(max_size=1),
)
def test_a_frame_comes_back_as_it_went(sent: int, received: int, body: bytes, rest: bytes) -> None:
    """However it is cut on the way."""
    frames: list[apdu.Frame] = [
        Numbered(sent=sent, received=received, asdu=body),
        Supervisory(received=received),
    ]
    octets = b"".join(apdu.encoded(frame) for frame in frames)
    assert apdu.taken(octets) == (frames, b"")
    for cut in range(len(octets)):
        first, kept = apdu.taken(octets[:cut])
        second, over = apdu.taken(kept + octets[cut:])
        assert first + second == frames
        assert over == b""


@given(octets=st.binary(max_size=300))
def test_random_octets_are_frames_or_malformed(octets: bytes) -> None:
    """Nothing else comes out of either reader."""
    try:
        apdu.taken(octets)
    except Malformed as error:
        assert str(error)
    try:
        found = asdu.decoded(octets)
    except Malformed as error:
        assert str(error)
    else:
        assert asdu.decoded(asdu.encoded(found)).kind == found.kind


@given(telegram=telegrams(), at=st.integers(0, 10_000), octet=st.integers(0, 255))
def test_a_spoilt_telegram_is_a_telegram_or_malformed(telegram: Asdu, at: int, octet: int) -> None:
    """One octet changed, or the tail cut off."""
    octets = bytearray(asdu.encoded(telegram))
    octets[at % len(octets)] = octet
    for spoilt in (bytes(octets), bytes(octets[: at % len(octets)])):
        try:
            asdu.decoded(spoilt)
        except Malformed as error:
            assert str(error)


def test_an_unknown_type_keeps_its_octets_for_the_refusal() -> None:
    """The controlling side finds its own telegram in the answer."""
    octets = bytes.fromhex("2e 01 06 00 01 00 01 60 00 02")
    found = asdu.decoded(octets)
    assert asdu.encoded(found) == octets
    refused = asdu.encoded(asdu.mirrored(found, Cause.UNKNOWN_TYPE, negative=True))
    assert refused == bytes.fromhex("2e 01 6c 00 01 00 01 60 00 02")


def test_not_a_number_and_what_is_too_large_survive_the_wire() -> None:
    """They are the watch's to judge, not the codec's."""
    for value, expected in ((math.nan, math.isnan), (1e300, math.isinf), (-math.inf, math.isinf)):
        telegram = Asdu(
            kind=Kind.C_SE_NC_1,
            cause=Cause.ACTIVATION,
            station=1,
            objects=(Information(address=1, element=Setting(value=value)),),
        )
        (one,) = asdu.decoded(asdu.encoded(telegram)).objects
        assert isinstance(one.element, Setting)
        assert expected(one.element.value)
    assert struct.calcsize("<f") == 4


def test_time_tags_keep_zone_and_summer_of_the_line() -> None:
    """A clock of Beijing shows eight hours more; a summer bit takes one off; the 31st of February is no instant."""
    instant = datetime(2026, 7, 1, 20, 30, 15, 123_456, UTC)
    tag = tag_of(instant, timedelta(hours=8))
    assert tag.shown is not None
    assert tag.shown.hour == 4
    assert tag.instant(timedelta(hours=8)) == instant.replace(microsecond=123_000)
    summer = TimeTag(shown=tag.shown, summer=True)
    assert summer.instant(timedelta(hours=8)) == instant.replace(hour=19, microsecond=123_000)
    assert time_tag.decoded(bytes.fromhex("00 00 00 00 1f 02 1a")).instant(timedelta(0)) is None
    assert time_tag.decoded(bytes(7)).invalid
