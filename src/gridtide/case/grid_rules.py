"""Rules of grids for large loads, bundled or a user's own; and what a user declares of the grid at hand."""

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gridtide.case.misfits import misfits
from gridtide.case.toml_file import toml_of
from gridtide.finding import BadInput, Finding, refuse_if_any
from gridtide.fleet.iterations import ASSUMED, Iterations
from gridtide.grid.connection import Connection
from gridtide.grid.oscillation import Mode
from gridtide.grid.ride_through import Recovery, RideThrough
from gridtide.grid.rule import Direction, Provenance, Quantity, Rule

BUNDLED = "grid_rules.toml"
Positive = Annotated[float, Field(gt=0.0, allow_inf_nan=False)]
Share = Annotated[float, Field(gt=0.0, le=1.0)]
Part = Literal["rule", "ride_through"]
UNITS = {
    Quantity.MEAN_RAMP: "kW/min",
    Quantity.RAMP_PERCENTILE: "kW/min",
    Quantity.STEP: "kW",
    Quantity.BAND_SWING: "kW",
    Quantity.BAND_SHARE: "share",
    Quantity.VOLTAGE_CHANGE: "share",
    Quantity.FLICKER: "Pst",
}
WITH_WINDOW = (
    Quantity.MEAN_RAMP,
    Quantity.RAMP_PERCENTILE,
    Quantity.STEP,
    Quantity.VOLTAGE_CHANGE,
)
OF_VOLTAGE = (Quantity.VOLTAGE_CHANGE, Quantity.FLICKER)
WITH_BAND = (Quantity.BAND_SWING, Quantity.BAND_SHARE)


class Record(BaseModel):
    """Keys that every rule has; a key nobody knows is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1)
    authority: str = "own"
    status: str = "own"
    status_date: Any = ""
    source: str = "own"
    primary: bool = False
    citation: str = ""
    mark: Literal["checked", "quoted", "unverified", "own"] = "own"
    assumed: str = ""
    applies_above_kw: Annotated[float, Field(ge=0.0, allow_inf_nan=False)] = 0.0
    exempt: str = ""


class RuleRecord(Record):
    """One [[rule]]."""

    text: str = ""
    quantity: Quantity
    window_s: Positive | None = None
    limit: Positive
    unit: str
    direction: Direction = Direction.BOTH
    share: Share | None = None
    share_of: Literal["peak", "nominal"] = "peak"
    band_hz: tuple[Positive, Positive] | None = None
    percentile: Annotated[float, Field(gt=0.0, lt=100.0)] | None = None
    example: bool = False


class RecoveryRecord(BaseModel):
    """recovery of a [[ride_through]]."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    share: Share
    within_s: Positive
    above_pu: Positive = 0.9


class RideThroughRecord(Record):
    """One [[ride_through]]."""

    voltage: tuple[tuple[float, float, float], ...] = ()
    frequency: tuple[tuple[float, float, float], ...] = ()
    recovery: RecoveryRecord | None = None
    rocof_hz_per_s: Positive | None = None
    rocof_window_s: Positive | None = None
    counting_prohibited: bool = False
    largest_loss_kw: Positive | None = None


class ModeRecord(BaseModel):
    """One [[mode]] of the grid."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1)
    mode_hz: Positive
    damping: Share
    limit_hz: Positive
    inertia_s: Positive
    system_kva: Positive
    nominal_hz: Positive = 60.0


class ConnectionRecord(BaseModel):
    """The [connection] of the load."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    short_circuit_kva: Positive
    x_over_r: Positive
    power_factor: Share = 0.98
    nominal_hz: Literal[50, 60] = 60


class WaveRecord(BaseModel):
    """One [[wave]]: how jobs of a class iterate."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    work_class: str = Field(min_length=1)
    period_s: tuple[Positive, Positive] = ASSUMED.period_s
    depth: Annotated[float, Field(ge=0.0, lt=1.0)] = ASSUMED.depth
    duty: Share = ASSUMED.duty
    ramp_s: Annotated[float, Field(ge=0.0, allow_inf_nan=False)] = ASSUMED.ramp_s


class RulesFile(BaseModel):
    """All that a file of rules may hold."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rule: tuple[RuleRecord, ...] = ()
    ride_through: tuple[RideThroughRecord, ...] = ()
    mode: tuple[ModeRecord, ...] = ()
    connection: ConnectionRecord | None = None
    wave: tuple[WaveRecord, ...] = ()
    gap: tuple[dict[str, Any], ...] = ()
    note: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, kw_only=True)
class GridRules:
    """Rules and ride-through tables by name, and what is declared of the grid at hand."""

    rules: dict[str, Rule]
    ride_through: dict[str, RideThrough]
    modes: tuple[Mode, ...] = ()
    connection: Connection | None = None
    iterations: dict[str, Iterations] = field(default_factory=dict)


@cache
def bundled_rules() -> GridRules:
    """The rules of `grid_rules.toml`, in its order."""
    text = (files("gridtide.case") / BUNDLED).read_text(encoding="utf-8")
    return _read(tomllib.loads(text), BUNDLED)


def rules_with(path: Path | None) -> GridRules:
    """The bundled rules and those of a file, which stand in for bundled ones of the same name.

    Raises BadInput with every fault of the file.
    """
    known = bundled_rules()
    if path is None:
        return known
    own = _read(toml_of(path, "a TOML file of rules"), str(path))
    return GridRules(
        rules={**known.rules, **own.rules},
        ride_through={**known.ride_through, **own.ride_through},
        modes=own.modes,
        connection=own.connection,
        iterations=own.iterations,
    )


def named_rules(known: GridRules, names: tuple[str, ...]) -> tuple[Rule, ...]:
    """Rules of names, of beginnings of names (`ieso`) or of authorities; without names all but examples, and those on
    voltage only where a connection is declared. Raises BadInput for a name that is none."""
    if names:
        return _named(known.rules, names, "rules")
    blind = () if known.connection is not None else OF_VOLTAGE
    return tuple(
        one for one in known.rules.values() if not one.example and one.quantity not in blind
    )


def named_tables(known: GridRules, names: tuple[str, ...]) -> tuple[RideThrough, ...]:
    """As `named_rules`, of ride-through tables that say anything of voltage."""
    told = {name: one for name, one in known.ride_through.items() if one.voltage}
    return _named(told, names, "ride-through tables")


def _named(known: dict[str, Any], names: tuple[str, ...], what: str) -> tuple[Any, ...]:
    found: dict[str, Any] = {}
    faults = []
    for name in names:
        asked = name.strip().lower()
        fits = [
            one
            for key, one in known.items()
            if key == asked or key.startswith(f"{asked}-") or one.authority.lower() == asked
        ]
        found |= {one.name: one for one in fits}
        if not fits:
            faults.append(
                Finding(
                    subject=f"--rule {name}",
                    value=f"is none of the {what}",
                    limit=f"one of {', '.join(known)}, the beginning of one, or an authority",
                    mend="Choose one, or declare it in a file and give that with --rules.",
                )
            )
    refuse_if_any(faults)
    return tuple(found.values())


def _read(table: dict[str, Any], where: str) -> GridRules:
    try:
        record = RulesFile.model_validate(table)
    except ValidationError as error:
        raise BadInput(misfits(error, str(where), "Write it as docs/swing.md shows.")) from None
    faults = [fault for one in record.rule for fault in _faults_of(one, where)]
    faults += [fault for one in record.ride_through for fault in _band_faults(one, where)]
    named = [one.name for one in (*record.rule, *record.ride_through)]
    faults += _named_twice(where, [*named, *(one.name for one in record.mode)])
    faults += [
        Finding(
            subject=f"{where} wave {one.work_class}",
            value=f"period_s {list(one.period_s)}",
            limit="the shortest first",
            mend="Turn them round, or write one twice.",
        )
        for one in record.wave
        if one.period_s[0] > one.period_s[1]
    ]
    refuse_if_any(faults)
    connection = record.connection
    return GridRules(
        rules={one.name: _rule(one) for one in record.rule},
        ride_through={one.name: _ride_through(one) for one in record.ride_through},
        modes=tuple(Mode(**one.model_dump()) for one in record.mode),
        connection=None if connection is None else Connection(**connection.model_dump()),
        iterations={
            one.work_class: Iterations(
                period_s=one.period_s, depth=one.depth, duty=one.duty, ramp_s=one.ramp_s
            )
            for one in record.wave
        },
    )


def _faults_of(record: RuleRecord, where: str) -> list[Finding]:
    """What a rule says that does not go together."""
    subject = f"{where} rule {record.name}"
    quantity = record.quantity
    wrong = [
        (
            record.unit != UNITS[quantity],
            f"unit {record.unit}",
            f"{UNITS[quantity]} for {quantity}",
        ),
        (
            quantity in WITH_WINDOW and record.window_s is None,
            "no window_s",
            f"{quantity} needs one",
        ),
        (quantity in WITH_BAND and record.band_hz is None, "no band_hz", f"{quantity} needs one"),
        (
            record.band_hz is not None and record.band_hz[0] >= record.band_hz[1],
            f"band_hz {record.band_hz}",
            "the lower frequency first",
        ),
        (
            quantity == Quantity.RAMP_PERCENTILE and record.percentile is None,
            "no percentile",
            f"{quantity} needs one",
        ),
        (
            record.share is not None and UNITS[quantity] not in ("kW", "kW/min"),
            f"share {record.share}",
            "a share of power only where the limit is one of power",
        ),
    ]
    return [
        Finding(subject=subject, value=value, limit=limit, mend="Correct the rule.")
        for bad, value, limit in wrong
        if bad
    ]


def _band_faults(record: RideThroughRecord, where: str) -> list[Finding]:
    return [
        Finding(
            subject=f"{where} ride_through {record.name}",
            value=str(list(band)),
            limit="lowest, highest, seconds to stay: in this order, 0 or more",
            mend="Correct the band.",
        )
        for band in (*record.voltage, *record.frequency)
        if not (0.0 <= band[0] < band[1] and band[2] >= 0.0)
    ]


def _named_twice(where: str, names: list[str]) -> list[Finding]:
    return [
        Finding(
            subject=f"{where} {name}",
            value="stands there more than once",
            limit="each name once",
            mend="Rename one of them.",
        )
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]


def _provenance(record: Record) -> Provenance:
    return Provenance(
        status=record.status,
        status_date=str(record.status_date),
        source=record.source,
        primary=record.primary,
        citation=record.citation,
        mark=record.mark,
        assumed=record.assumed,
    )


def _rule(record: RuleRecord) -> Rule:
    return Rule(
        name=record.name,
        authority=record.authority,
        text=record.text,
        quantity=record.quantity,
        limit=record.limit,
        unit=record.unit,
        provenance=_provenance(record),
        window_s=record.window_s,
        direction=record.direction,
        share=record.share,
        share_of=record.share_of,
        band_hz=record.band_hz,
        percentile=record.percentile,
        example=record.example,
        applies_above_kw=record.applies_above_kw,
        exempt=record.exempt,
    )


def _ride_through(record: RideThroughRecord) -> RideThrough:
    owed = record.recovery
    return RideThrough(
        name=record.name,
        authority=record.authority,
        voltage=record.voltage,
        frequency=record.frequency,
        recovery=None if owed is None else Recovery(**owed.model_dump()),
        rocof_hz_per_s=record.rocof_hz_per_s,
        rocof_window_s=record.rocof_window_s,
        counting_prohibited=record.counting_prohibited,
        largest_loss_kw=record.largest_loss_kw,
        applies_above_kw=record.applies_above_kw,
        exempt=record.exempt,
        provenance=_provenance(record),
    )
