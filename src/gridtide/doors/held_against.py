"""Which series of another file a series is held against."""

from pathlib import Path

from gridtide.doors.raw_table import frame_of, series_of
from gridtide.finding import BadInput, Finding
from gridtide.signals.raw import Raw
from gridtide.signals.signal import Kind

SUNNY = (Kind.SOLAR, Kind.IRRADIANCE)


def others_of(
    path: Path,
    zone: str | None,
    other_zone: str | None,
    column: str | None,
    stamp: str | None,
    currency: str | None,
) -> list[Raw]:
    """The series of the other file, of one zone where one is named. Raises BadInput when none is meant."""
    frame = frame_of(path)
    alone = not any(name in frame.columns for name in ("zone", "area", "region"))
    asked = other_zone if other_zone else (zone if alone else None)
    found = series_of(frame, path, asked, stamp, currency)
    if column is None:
        return found
    named = [raw for raw in found if _column_of(raw) == column]
    if not named:
        there = sorted({_column_of(raw) for raw in found})
        raise BadInput(
            [
                Finding(
                    subject=f"--against-column {column}",
                    value=f"is no column of numbers in {path}",
                    limit="one of " + ", ".join(there[:20]),
                    mend="Name one of them.",
                )
            ]
        )
    return named


def partner(raw: Raw, others: list[Raw], column: str | None) -> Raw | None:
    """The other series of the same zone and kind, before one of another zone; sun for warmth; None without one.

    Where several zones could be meant the series' own is taken, and without it none: no zone is guessed.
    """
    zones = {other.zone for other in others}
    near = [other for other in others if other.zone in (raw.zone, "here")]
    meant = near or (list(others) if len(zones) == 1 else [])
    if column is not None:
        return meant[0] if meant else None
    alike = [other for other in meant if _column_of(other) == _column_of(raw)]
    kind = [other for other in meant if other.kind is raw.kind and raw.kind is not None]
    return next(iter((*alike, *kind, *_sun_for(raw, meant))), None)


def _sun_for(raw: Raw, meant: list[Raw]) -> list[Raw]:
    wanted = SUNNY if raw.kind is Kind.TEMPERATURE else (Kind.TEMPERATURE,)
    if raw.kind not in (*SUNNY, Kind.TEMPERATURE):
        return []
    return [other for other in meant if other.kind in wanted]


def _column_of(raw: Raw) -> str:
    return raw.name.split(" of ", 1)[0]
