"""Telegrams (ASDU) of IEC 60870-5-104: the types that a set-point, its mode and its telemetry need.

Source: IEC 60870-5-101:2003, clause 7, with the field sizes that 60870-5-104 fixes: cause and common address two
octets, object address three. A type that is not in the list keeps its octets, so that it can be mirrored back.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import IntEnum, IntFlag

from gridtide.wire.iec104 import time_tag
from gridtide.wire.iec104.apdu import Malformed
from gridtide.wire.iec104.time_tag import TimeTag

BROADCAST = 0xFFFF
"""The common address that every station answers to."""


class Kind(IntEnum):
    """Type identification."""

    M_SP_NA_1 = 1
    M_ME_NC_1 = 13
    M_SP_TB_1 = 30
    M_ME_TF_1 = 36
    C_SC_NA_1 = 45
    C_SE_NC_1 = 50
    C_SC_TA_1 = 58
    C_SE_TC_1 = 63
    C_IC_NA_1 = 100
    C_CS_NA_1 = 103


class Cause(IntEnum):
    """Cause of transmission."""

    PERIODIC = 1
    SPONTANEOUS = 3
    ACTIVATION = 6
    CONFIRMATION = 7
    DEACTIVATION = 8
    DEACTIVATED = 9
    TERMINATION = 10
    INTERROGATED = 20
    UNKNOWN_TYPE = 44
    UNKNOWN_CAUSE = 45
    UNKNOWN_STATION = 46
    UNKNOWN_OBJECT = 47


class Doubt(IntFlag):
    """Quality bits: overflow, blocked, substituted, not topical, invalid."""

    NONE = 0
    OV = 0x01
    BL = 0x10
    SB = 0x20
    NT = 0x40
    IV = 0x80


@dataclass(frozen=True, kw_only=True)
class Point:
    """A state: on or off. quality: bits of Doubt."""

    on: bool
    quality: int = 0


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A measured value as the telegram's float of four octets."""

    value: float
    quality: int = 0


@dataclass(frozen=True, kw_only=True)
class Switch:
    """A single command. select: announced, not yet to be done. qualifier: of the command, 0 to 31."""

    on: bool
    select: bool = False
    qualifier: int = 0


@dataclass(frozen=True, kw_only=True)
class Setting:
    """A set-point command. qualifier: 0 to 127."""

    value: float
    select: bool = False
    qualifier: int = 0


@dataclass(frozen=True, kw_only=True)
class Inquiry:
    """What an interrogation asks for: 20 is the whole station."""

    qualifier: int = 20


@dataclass(frozen=True, kw_only=True)
class Clock:
    """A clock command: nothing but its time tag."""


Element = Point | Measured | Switch | Setting | Inquiry | Clock


@dataclass(frozen=True, kw_only=True)
class Information:
    """One information object. address: 0 to 2^24 − 1. tag: only in types that carry one."""

    address: int
    element: Element
    tag: TimeTag | None = None


@dataclass(frozen=True, kw_only=True)
class Asdu:
    """A telegram.

    kind: a Kind, or any other type identification 0 to 255. station: the common address. objects: empty for a type
    that is not known; body: its octets then, with count, as they came. cause: a Cause or any number 0 to 63.
    """

    kind: int
    cause: int
    station: int
    objects: tuple[Information, ...] = ()
    negative: bool = False
    test: bool = False
    originator: int = 0
    body: bytes = b""
    count: int = 0


def mirrored(asdu: Asdu, cause: int, negative: bool) -> Asdu:
    """The same telegram sent back for another cause: a confirmation or a refusal."""
    return replace(asdu, cause=cause, negative=negative)


def encoded(asdu: Asdu) -> bytes:
    """The octets of a telegram; objects whose addresses follow each other share one address. Raises Malformed."""
    cause = (asdu.cause & 0x3F) | (0x40 if asdu.negative else 0) | (0x80 if asdu.test else 0)
    tail = bytes([cause, asdu.originator]) + asdu.station.to_bytes(2, "little")
    if not asdu.objects:
        return bytes([asdu.kind, asdu.count]) + tail + asdu.body
    first = asdu.objects[0].address
    run = len(asdu.objects) > 1 and all(
        one.address == first + number for number, one in enumerate(asdu.objects)
    )
    if len(asdu.objects) > 127:
        raise Malformed(f"{len(asdu.objects)} objects in one telegram, at most 127 fit")
    body = b"".join(
        (b"" if run and number else _address(one.address)) + _object(asdu.kind, one)
        for number, one in enumerate(asdu.objects)
    )
    return bytes([asdu.kind, len(asdu.objects) | (0x80 if run else 0)]) + tail + body


def decoded(octets: bytes) -> Asdu:
    """The telegram that octets say. Raises Malformed when a known type is cut short, too long or holds no object."""
    if len(octets) < 6:
        raise Malformed(f"a telegram of {len(octets)} octets")
    kind, count, cause, originator = octets[:4]
    asdu = Asdu(
        kind=kind,
        cause=cause & 0x3F,
        negative=bool(cause & 0x40),
        test=bool(cause & 0x80),
        originator=originator,
        station=int.from_bytes(octets[4:6], "little"),
        body=octets[6:],
        count=count,
    )
    if kind not in SHAPES:
        return asdu
    return replace(asdu, objects=_objects(kind, count, octets[6:]), body=b"", count=0)


def _objects(kind: int, count: int, body: bytes) -> tuple[Information, ...]:
    shape = SHAPES[Kind(kind)]
    each = shape.octets + (time_tag.OCTETS if shape.tagged else 0)
    number, run = count & 0x7F, bool(count & 0x80)
    expected = 3 + number * each if run else number * (3 + each)
    if not number or len(body) != expected:
        raise Malformed(f"type {kind} with {number} objects in {len(body)} octets")
    found = []
    for k in range(number):
        start = 3 + k * each if run else k * (3 + each) + 3
        base = 0 if run else start - 3
        address = int.from_bytes(body[base : base + 3], "little") + (k if run else 0)
        octets = body[start : start + each]
        tag = time_tag.decoded(octets[shape.octets :]) if shape.tagged else None
        element = shape.decode(octets[: shape.octets])
        found.append(Information(address=address, element=element, tag=tag))
    if found[-1].address > 0xFFFFFF:
        raise Malformed(f"an object address beyond {0xFFFFFF}")
    return tuple(found)


def _object(kind: int, one: Information) -> bytes:
    shape = SHAPES[Kind(kind)]
    octets = shape.encode(one.element)
    if not shape.tagged:
        return octets
    return octets + time_tag.encoded(one.tag or TimeTag(shown=None, invalid=True))


def _address(address: int) -> bytes:
    return address.to_bytes(3, "little")


def _float(value: float) -> bytes:
    """Four octets; what is too large for them is infinite."""
    try:
        return struct.pack("<f", value)
    except OverflowError:
        return struct.pack("<f", float("inf") if value > 0 else float("-inf"))


def _point_octets(element: Element) -> bytes:
    assert isinstance(element, Point)
    return bytes([int(element.on) | (element.quality & 0xF0)])


def _measured_octets(element: Element) -> bytes:
    assert isinstance(element, Measured)
    return _float(element.value) + bytes([element.quality & 0xF1])


def _switch_octets(element: Element) -> bytes:
    assert isinstance(element, Switch)
    return bytes(
        [int(element.on) | (element.qualifier & 0x1F) << 2 | (0x80 if element.select else 0)]
    )


def _setting_octets(element: Element) -> bytes:
    assert isinstance(element, Setting)
    return _float(element.value) + bytes(
        [(element.qualifier & 0x7F) | (0x80 if element.select else 0)]
    )


def _inquiry_octets(element: Element) -> bytes:
    assert isinstance(element, Inquiry)
    return bytes([element.qualifier])


@dataclass(frozen=True, kw_only=True)
class _Shape:
    """How the element of a type is written. octets: of the element, without a time tag."""

    octets: int
    tagged: bool
    encode: Callable[[Element], bytes]
    decode: Callable[[bytes], Element]


def _point(tagged: bool) -> _Shape:
    return _Shape(
        octets=1,
        tagged=tagged,
        encode=_point_octets,
        decode=lambda octets: Point(on=bool(octets[0] & 1), quality=octets[0] & 0xF0),
    )


def _measurement(tagged: bool) -> _Shape:
    return _Shape(
        octets=5,
        tagged=tagged,
        encode=_measured_octets,
        decode=lambda octets: Measured(
            value=struct.unpack("<f", octets[:4])[0], quality=octets[4] & 0xF1
        ),
    )


def _switching(tagged: bool) -> _Shape:
    return _Shape(
        octets=1,
        tagged=tagged,
        encode=_switch_octets,
        decode=lambda octets: Switch(
            on=bool(octets[0] & 1),
            select=bool(octets[0] & 0x80),
            qualifier=octets[0] >> 2 & 0x1F,
        ),
    )


def _setting(tagged: bool) -> _Shape:
    return _Shape(
        octets=5,
        tagged=tagged,
        encode=_setting_octets,
        decode=lambda octets: Setting(
            value=struct.unpack("<f", octets[:4])[0],
            select=bool(octets[4] & 0x80),
            qualifier=octets[4] & 0x7F,
        ),
    )


SHAPES: dict[int, _Shape] = {
    Kind.M_SP_NA_1: _point(tagged=False),
    Kind.M_SP_TB_1: _point(tagged=True),
    Kind.M_ME_NC_1: _measurement(tagged=False),
    Kind.M_ME_TF_1: _measurement(tagged=True),
    Kind.C_SC_NA_1: _switching(tagged=False),
    Kind.C_SC_TA_1: _switching(tagged=True),
    Kind.C_SE_NC_1: _setting(tagged=False),
    Kind.C_SE_TC_1: _setting(tagged=True),
    Kind.C_IC_NA_1: _Shape(
        octets=1,
        tagged=False,
        encode=_inquiry_octets,
        decode=lambda octets: Inquiry(qualifier=octets[0]),
    ),
    Kind.C_CS_NA_1: _Shape(
        octets=0, tagged=True, encode=lambda element: b"", decode=lambda octets: Clock()
    ),
}
