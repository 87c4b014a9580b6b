"""Frames of IEC 60870-5-104: numbered (I), supervisory (S) and unnumbered (U), as bytes and back.

Source: IEC 60870-5-104:2006, clause 5. The octets of STARTDT, STOPDT and TESTFR are printed there.
"""

from dataclasses import dataclass
from enum import IntEnum

START = 0x68
LONGEST = 253
MODULUS = 1 << 15


class Malformed(Exception):
    """Bytes that are no frame or telegram of the protocol; the connection cannot go on."""


class Command(IntEnum):
    """What an unnumbered frame says: its first control octet."""

    STARTDT_ACT = 0x07
    STARTDT_CON = 0x0B
    STOPDT_ACT = 0x13
    STOPDT_CON = 0x23
    TESTFR_ACT = 0x43
    TESTFR_CON = 0x83


@dataclass(frozen=True, kw_only=True)
class Numbered:
    """An I frame. sent: its own number; received: the number expected next from the other side; asdu: the telegram."""

    sent: int
    received: int
    asdu: bytes


@dataclass(frozen=True, kw_only=True)
class Supervisory:
    """An S frame: everything before `received` has arrived."""

    received: int


@dataclass(frozen=True, kw_only=True)
class Unnumbered:
    """A U frame."""

    command: Command


Frame = Numbered | Supervisory | Unnumbered


def encoded(frame: Frame) -> bytes:
    """The bytes of a frame, start octet first. Raises Malformed when its telegram is longer than 249 octets."""
    if isinstance(frame, Unnumbered):
        control, asdu = bytes([frame.command, 0, 0, 0]), b""
    elif isinstance(frame, Supervisory):
        control, asdu = b"\x01\x00" + _number(frame.received), b""
    else:
        control, asdu = _number(frame.sent) + _number(frame.received), frame.asdu
    if len(asdu) > LONGEST - 4:
        raise Malformed(f"a telegram of {len(asdu)} octets, at most {LONGEST - 4} fit")
    return bytes([START, 4 + len(asdu)]) + control + asdu


def taken(buffer: bytes) -> tuple[list[Frame], bytes]:
    """The whole frames at the front of what was received, and the rest.

    Frames before a bad one are given first; Malformed is raised when a bad one is next.
    """
    frames: list[Frame] = []
    while (whole := _whole(buffer, raises=not frames)) is not None:
        try:
            frames.append(_frame(buffer[2:6], buffer[6:whole]))
        except Malformed:
            if not frames:
                raise
            break
        buffer = buffer[whole:]
    return frames, buffer


def _whole(buffer: bytes, raises: bool) -> int | None:
    """How many octets the next frame has; None when it is not there as a whole."""
    wrong = ""
    if buffer and buffer[0] != START:
        wrong = f"a frame begins with {buffer[0]:#04x}, not with {START:#04x}"
    elif len(buffer) > 1 and not 4 <= buffer[1] <= LONGEST:
        wrong = f"a frame of {buffer[1]} octets, 4 to {LONGEST} are allowed"
    if wrong and raises:
        raise Malformed(wrong)
    if wrong or len(buffer) < 2 or len(buffer) < 2 + buffer[1]:
        return None
    return 2 + buffer[1]


def _frame(control: bytes, asdu: bytes) -> Frame:
    if not control[0] & 1:
        if not asdu:
            raise Malformed("a numbered frame without a telegram")
        return Numbered(sent=_counted(control[:2]), received=_counted(control[2:]), asdu=asdu)
    if asdu:
        raise Malformed(f"an unnumbered or supervisory frame with {len(asdu)} octets of telegram")
    if control[0] & 3 == 1:
        return Supervisory(received=_counted(control[2:]))
    try:
        return Unnumbered(command=Command(control[0]))
    except ValueError as error:
        raise Malformed(f"an unnumbered frame {control[0]:#04x}") from error


def _number(count: int) -> bytes:
    return (count << 1).to_bytes(2, "little")


def _counted(octets: bytes) -> int:
    return int.from_bytes(octets, "little") >> 1
