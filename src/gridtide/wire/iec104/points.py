"""Where set-point, mode and telemetry stand among the object addresses of a station."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import timedelta

from gridtide.finding import Finding, refuse_if_any

HIGHEST = 0xFFFFFF


@dataclass(frozen=True, kw_only=True)
class StationPoints:
    """Object addresses and units of one station.

    station: its common address, 1 to 65534. setpoint: of C_SE_NC_1 and C_SE_TC_1. auto_command: of C_SC_NA_1, on asks
    for AUTO and off for REMOTE. first_measured: of seven measured values in the order p, q, v, f, up, down, echo.
    first_state: of three states in the order AUTO, not LOCAL, set-point topical. kw_per_unit: kW and kvar in one unit
    of the line, 1,000 where it speaks of megawatts. utc_offset: of the clock that writes time tags. stamped: whether
    telemetry carries them. select_s: seconds within which a command that was selected must be executed; 0 where
    commands are executed at once, and a selection is refused. The ranges of the defaults (states from 1, measured
    values from 4001H, commands from 6001H, set-points from 6201H) are customary for dispatch lines in China
    [unverified]; agree on them line by line.
    Raises BadInput with every fault.
    """

    station: int = 1
    setpoint: int = 0x6201
    auto_command: int = 0x6001
    first_measured: int = 0x4001
    first_state: int = 0x0001
    kw_per_unit: float = 1.0
    utc_offset: timedelta = timedelta(0)
    stamped: bool = False
    select_s: float = 0.0

    def __post_init__(self) -> None:
        refuse_if_any(_faults(self))


def _faults(points: StationPoints) -> Iterator[Finding]:
    if not 1 <= points.station < 0xFFFF:
        yield _finding("station", points.station, "1 to 65534")
    spans = {"setpoint": 1, "auto_command": 1, "first_measured": 7, "first_state": 3}
    for name, length in spans.items():
        if not 1 <= getattr(points, name) <= HIGHEST + 1 - length:
            yield _finding(name, getattr(points, name), f"1 to {HIGHEST + 1 - length}")
    taken: dict[int, str] = {}
    for field in fields(points):
        for address in range(spans.get(field.name, 0)):
            place = getattr(points, field.name) + address
            if place in taken:
                yield _finding(field.name, place, f"an address that {taken[place]} does not use")
            taken[place] = field.name
    if not 0 < points.kw_per_unit < float("inf"):
        yield _finding("kw_per_unit", points.kw_per_unit, "a number above 0")
    if not 0 <= points.select_s <= 3600:
        yield _finding("select_s", points.select_s, "0 to 3600")
    if abs(points.utc_offset) > timedelta(hours=14):
        yield _finding("utc_offset", points.utc_offset, "within 14 hours")


def _finding(name: str, value: object, limit: str) -> Finding:
    return Finding(
        subject=f"station points, {name}",
        value=str(value),
        limit=limit,
        mend="Take the address list agreed with the dispatch centre.",
    )
