"""Set-points and telemetry in Modbus registers: sixteen bits each, in a map agreed with the dispatch centre."""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from gridtide.finding import Finding, refuse_if_any
from gridtide.signals.setpoint import Mode, Quality, Setpoint
from gridtide.signals.setpoint_channel import PlantTelemetry
from gridtide.wire.modbus.words import WordOrder, octets_of, single, words_of

TELEGRAM = 9
"""Registers of a telegram: power 2, sequence 2, stamp 4, quality 1."""
COMMANDS = TELEGRAM + 2
"""With the centre's heartbeat and the mode it asks for."""
HEARTBEAT, ASKED = TELEGRAM, TELEGRAM + 1
SEEN = 18
"""Registers of telemetry: seven values of 2, mode, quality, the plant's heartbeat and the centre's as it was heard."""
QUALITIES = (Quality.GOOD, Quality.NOT_TOPICAL, Quality.INVALID)
MODES = (Mode.LOCAL, Mode.REMOTE, Mode.AUTO)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class RegisterMap:
    """Where what stands. commands: first register that the centre writes; seen: first one that it reads.

    unit: the device id. word_order: of values of several registers; the octets inside a register are always high first.
    kw_per_unit: kW and kvar in one unit of the line. Raises BadInput with every fault.
    """

    commands: int = 0
    seen: int = 100
    unit: int = 1
    word_order: WordOrder = "high first"
    kw_per_unit: float = 1.0

    def __post_init__(self) -> None:
        refuse_if_any(_faults(self))


def telegram_registers(where: RegisterMap, told: Setpoint) -> list[int]:
    """The nine registers of a telegram, to be written at once. Power has the precision of four octets."""
    return [
        *words_of(where.word_order, struct.pack(">f", single(told.p_set_kw / where.kw_per_unit))),
        *words_of(where.word_order, (told.sequence % (1 << 32)).to_bytes(4, "big")),
        *words_of(where.word_order, _milliseconds(told.measured_at).to_bytes(8, "big")),
        QUALITIES.index(told.quality),
    ]


def told_by(where: RegisterMap, registers: Sequence[int], arrived: datetime) -> Setpoint:
    """The telegram in nine registers. A stamp of 0 is the arrival; one that is no date, or a quality that is none,
    makes it invalid. Never raises for registers of sixteen bits."""
    (value,) = struct.unpack(">f", octets_of(where.word_order, registers[0:2]))
    quality = QUALITIES[registers[8]] if registers[8] < len(QUALITIES) else Quality.INVALID
    stamp_ms = int.from_bytes(octets_of(where.word_order, registers[4:8]), "big")
    try:
        measured_at = EPOCH + timedelta(milliseconds=stamp_ms) if stamp_ms else arrived
    except OverflowError:
        measured_at, quality = arrived, Quality.INVALID
    return Setpoint(
        p_set_kw=value * where.kw_per_unit,
        measured_at=measured_at,
        sequence=int.from_bytes(octets_of(where.word_order, registers[2:4]), "big"),
        quality=quality,
    )


def seen_registers(
    where: RegisterMap, telemetry: PlantTelemetry, heartbeat: int, heard: int
) -> list[int]:
    """The registers of telemetry; heartbeat counts the plant's telegrams, heard is the centre's last heartbeat."""
    per_unit = where.kw_per_unit
    values = (
        telemetry.p_kw / per_unit,
        telemetry.q_kvar / per_unit,
        telemetry.v_pu,
        telemetry.f_hz,
        telemetry.up_kw / per_unit,
        telemetry.down_kw / per_unit,
        telemetry.echo_kw / per_unit,
    )
    words = [
        word
        for value in values
        for word in words_of(where.word_order, struct.pack(">f", single(value)))
    ]
    return [
        *words,
        MODES.index(telemetry.mode),
        QUALITIES.index(telemetry.quality),
        heartbeat & 0xFFFF,
        heard & 0xFFFF,
    ]


def seen_in(where: RegisterMap, registers: Sequence[int]) -> PlantTelemetry:
    """The telemetry in registers, as the centre reads it; a mode or quality that is none reads as LOCAL and INVALID."""
    p, q, v, f, up, down, echo = (
        struct.unpack(">f", octets_of(where.word_order, registers[2 * k : 2 * k + 2]))[0]
        for k in range(7)
    )
    mode, quality = registers[14:16]
    return PlantTelemetry(
        p_kw=p * where.kw_per_unit,
        q_kvar=q * where.kw_per_unit,
        v_pu=v,
        f_hz=f,
        up_kw=up * where.kw_per_unit,
        down_kw=down * where.kw_per_unit,
        echo_kw=echo * where.kw_per_unit,
        mode=MODES[mode] if mode < len(MODES) else Mode.LOCAL,
        quality=QUALITIES[quality] if quality < len(QUALITIES) else Quality.INVALID,
    )


def asked_by(register: int) -> Mode | None:
    """The mode that a register asks for; None when it is none."""
    return MODES[register] if register < len(MODES) else None


def _milliseconds(moment: datetime) -> int:
    return max((moment - EPOCH) // timedelta(milliseconds=1), 1)


def _faults(where: RegisterMap) -> Iterator[Finding]:
    spans = {"commands": COMMANDS, "seen": SEEN}
    for name, length in spans.items():
        first = getattr(where, name)
        if not 0 <= first <= 0x10000 - length:
            yield _finding(name, first, f"0 to {0x10000 - length}")
    if where.commands < where.seen + SEEN and where.seen < where.commands + COMMANDS:
        yield _finding("seen", where.seen, "registers that commands do not use")
    if not 1 <= where.unit <= 247:
        yield _finding("unit", where.unit, "1 to 247")
    if not 0 < where.kw_per_unit < float("inf"):
        yield _finding("kw_per_unit", where.kw_per_unit, "a number above 0")


def _finding(name: str, value: object, limit: str) -> Finding:
    return Finding(
        subject=f"register map, {name}",
        value=str(value),
        limit=limit,
        mend="Take the map agreed with the dispatch centre.",
    )
