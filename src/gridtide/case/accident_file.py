"""What `gridtide study` reads of `kind = "accident"`: a grid, who answers, sites with protection, and what happens."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from gridtide.case.grid_rules import bundled_rules, rules_with
from gridtide.case.name import Name
from gridtide.case.protection import LoadRecord, Pair, protected_load
from gridtide.case.study_file import (
    NotBelowZero,
    Positive,
    StudyRecord,
    fault_of,
    read_record,
)
from gridtide.case.work import resolved
from gridtide.finding import Finding, Gathered, refuse_if_any
from gridtide.grid.accident import (
    NOWHERE,
    Accident,
    Answering,
    AnswerKind,
    Bounds,
    Change,
    GridAtOnce,
    Secondary,
    Site,
)
from gridtide.grid.branch_names import branch_names
from gridtide.grid.frequency import Droop
from gridtide.grid.line_cascade import Lines
from gridtide.grid.network import Network, bus_number
from gridtide.grid.prevention import Kind, Prevention
from gridtide.grid.ride_through import RideThrough, Sag
from gridtide.sources.sag_table import SagTable

Share = Annotated[float, Field(gt=0.0, le=1.0)]
MOST_STEPS = 2_000_000
OF_POWER = ("kw", "appears", "over_s", "planned", "bus")


class GridRecord(StudyRecord):
    """[grid]: all machines as one."""

    nominal_hz: Literal[50, 60] = 60
    system_kva: Positive
    inertia_s: Positive
    load_kw: Positive
    damping: NotBelowZero = 1.0


class AnsweringRecord(StudyRecord):
    """One [[answering]]: machines, batteries or a fleet, by a droop."""

    name: Name
    kind: AnswerKind
    kw: Positive
    droop: Share = 0.05
    dead_band_hz: NotBelowZero = 0.036
    lag_s: NotBelowZero
    up_kw: NotBelowZero | None = None
    down_kw: NotBelowZero | None = None
    energy_kwh: Positive | None = None


class SecondaryRecord(StudyRecord):
    """[secondary]: control that brings frequency back."""

    up_kw: NotBelowZero = 0.0
    down_kw: NotBelowZero = 0.0
    kw_per_min: NotBelowZero = 0.0
    after_s: NotBelowZero = 30.0
    over_s: Positive = 60.0


class SiteRecord(LoadRecord):
    """One [[site]]: a load of `gridtide swing --loads`, and what takes it off by frequency. How much of it returns, and
    when, must be said: an accident is no shorter than that."""

    returns_share: Annotated[float, Field(ge=0.0, le=1.0)]
    returns_s: NotBelowZero
    below: tuple[Pair, ...] = ()
    above: tuple[Pair, ...] = ()
    steep: tuple[tuple[Positive, Positive], ...] = ()
    feels_sags: bool = True
    generates: bool = False
    ramp_kw_per_min: Positive | None = None
    bus: str = ""
    rule: str = ""


class EventRecord(StudyRecord):
    """One [[event]]: what is lost, or appears."""

    kind: Literal["unit", "job", "load", "line"]
    name: Name
    at_s: NotBelowZero = 1.0
    kw: Positive | None = None
    appears: bool = False
    over_s: NotBelowZero = 0.0
    planned: bool = False
    bus: str = ""


class NetworkRecord(StudyRecord):
    """[network]: lines of the grid, and from which share of its emergency rating on one trips."""

    file: str = Field(min_length=1)
    trips_above: Positive = 1.25
    trips_after_s: Positive = 10.0


class BoundsRecord(StudyRecord):
    """[limits]."""

    lowest_hz: Positive
    highest_hz: Positive
    rocof_hz_per_s: Positive | None = None
    window_s: Positive = 0.5
    largest_loss_kw: Positive | None = None
    return_kw_per_min: Positive | None = None
    loading: Positive = 1.0


class PreventionRecord(StudyRecord):
    """One [[prevention]]."""

    kind: Kind
    most: Positive | None = None
    cost_per_kw: NotBelowZero | None = None
    droop: Share = 0.005
    dead_band_hz: NotBelowZero = 0.036
    lag_s: NotBelowZero = 0.2


class AccidentFile(StudyRecord):
    """All that such a file may hold."""

    kind: Literal["accident"]
    name: Name
    lasts_s: Positive = 60.0
    step_s: Annotated[float, Field(gt=0.0, le=0.5)] = 0.02
    rule: str = "ercot-nogrr282"
    rules: str | None = None
    sags: str | None = None
    grid: GridRecord
    answering: tuple[AnsweringRecord, ...] = ()
    secondary: SecondaryRecord = SecondaryRecord()
    site: tuple[SiteRecord, ...] = ()
    event: tuple[EventRecord, ...] = ()
    network: NetworkRecord | None = None
    limits: BoundsRecord
    prevention: tuple[PreventionRecord, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class AccidentQuestion:
    """An accident, and ways that might have prevented it."""

    accident: Accident
    ways: tuple[Prevention, ...]


def accident_question(
    path: Path, table: dict[str, Any], read_network: Callable[[Path], Network]
) -> AccidentQuestion:
    """The question of a file. read_network: of whatever form [network] names. Raises BadInput with every fault of it
    and of the files it names."""
    record = read_record(AccidentFile, path, table)
    gathered = Gathered()
    rules = gathered.of(lambda: _rules(record, path))
    sags = gathered.of(lambda: _sags(record, path))
    network = None
    if record.network is not None:
        network = gathered.of(partial(_read, read_network, record.network.file, path))
    gathered.findings += _faults(record, path, network)
    gathered.refuse_if_any()
    assert rules is not None and sags is not None
    ways = (
        [Prevention(kind=kind) for kind in Kind]
        if record.prevention is None
        else [_way(one) for one in record.prevention]
    )
    return AccidentQuestion(accident=_accident(record, rules, sags, network), ways=tuple(ways))


def _rules(record: AccidentFile, path: Path) -> dict[str, RideThrough]:
    rules = None if record.rules is None else resolved(record.rules, path.parent)
    known = bundled_rules() if rules is None else rules_with(rules)
    asked = {f"{path} rule": record.rule}
    asked.update(
        {f"{path} site[{k}].rule": one.rule for k, one in enumerate(record.site, 1) if one.rule}
    )
    refuse_if_any(
        _fault(where, name, ", ".join(known.ride_through))
        for where, name in asked.items()
        if name not in known.ride_through
    )
    return known.ride_through


def _sags(record: AccidentFile, path: Path) -> tuple[Sag, ...]:
    if record.sags is None:
        return ()
    return SagTable(path=resolved(record.sags, path.parent)).read()


def _read(read_network: Callable[[Path], Network], file: str, path: Path) -> Network:
    return read_network(resolved(file, path.parent))


def _faults(record: AccidentFile, path: Path, network: Network | None) -> Iterator[Finding]:
    """What fits no schema: limits on the wrong side, names twice, lines and buses that are not there."""
    nominal, limits = float(record.grid.nominal_hz), record.limits
    if not limits.lowest_hz < nominal < limits.highest_hz:
        said = f"{limits.lowest_hz:g} to {limits.highest_hz:g} Hz"
        yield _fault(f"{path} limits", said, f"{nominal:g} Hz between them")
    if record.lasts_s / record.step_s > MOST_STEPS:
        yield _fault(f"{path} lasts_s", f"{record.lasts_s:g} s", f"{MOST_STEPS:,} steps")
    if limits.window_s < record.step_s or limits.window_s >= record.lasts_s:
        yield _fault(f"{path} limits.window_s", f"{limits.window_s:g} s", "step_s to lasts_s")
    names = [one.name for one in record.site]
    for name in sorted({one for one in names if names.count(one) > 1}):
        yield _fault(f"{path} site", f"{name} twice", "each name once")
    for number, site in enumerate(record.site, 1):
        for word, pairs, low in (("below", site.below, True), ("above", site.above, False)):
            for hz, _ in pairs:
                if (hz >= nominal) if low else (hz <= nominal):
                    where = f"{path} site[{number}].{word}"
                    yield _fault(where, f"{hz:g} Hz", f"{word} {nominal:g} Hz")
    if not record.event and record.sags is None:
        yield _fault(f"{path} event", "nothing happens", "an [[event]], or a table of sags")
    yield from _times_of_lines(record, path)
    yield from _place_faults(record, path, network)


def _times_of_lines(record: AccidentFile, path: Path) -> Iterator[Finding]:
    """What trips after lines are lost is followed from one instant on."""
    times = sorted({one.at_s for one in record.event if one.kind == "line"})
    if len(times) > 1:
        said = ", ".join(f"{one:g}" for one in times)
        yield _fault(f"{path} event", f"lines lost at {said} s", "one at_s for all lines")


def _place_faults(record: AccidentFile, path: Path, network: Network | None) -> Iterator[Finding]:
    lines = () if network is None else branch_names(network)
    buses = () if network is None else network.buses.names
    unread = record.network is not None and network is None
    for number, event in enumerate(record.event, 1):
        where = f"{path} event[{number}]"
        if event.kind == "line":
            told = event.model_fields_set.intersection(OF_POWER)
            if told:
                said = ", ".join(sorted(told))
                yield _fault(where, f"a line with {said}", "a name and at_s alone")
            if not unread and event.name not in lines:
                yield _fault(f"{where}.name", f"{event.name} is no branch", _listed(lines))
        elif event.kw is None:
            yield _fault(f"{where}.kw", "is missing", "kW that are lost or appear")
    places = [(f"{path} event[{k}].bus", one.bus) for k, one in enumerate(record.event, 1)]
    places += [(f"{path} site[{k}].bus", one.bus) for k, one in enumerate(record.site, 1)]
    for where, bus in places:
        known = network is not None and bus_number(network, bus) is not None
        if bus and not unread and not known:
            yield _fault(where, f"{bus} is no bus", _listed(buses))


def _listed(names: Sequence[str]) -> str:
    if not names:
        return "a [network] that has it"
    return f"one of {len(names):,}: {', '.join(names[:8])}" + (" …" if len(names) > 8 else "")


def _fault(subject: str, value: str, limit: str) -> Finding:
    return fault_of(subject, value, limit, "docs/accidents.md")


# ---------------------------------------------------------------------------------------------------
# Nouns


def _accident(
    record: AccidentFile,
    rules: dict[str, RideThrough],
    sags: tuple[Sag, ...],
    network: Network | None,
) -> Accident:
    nominal = float(record.grid.nominal_hz)
    limits = record.limits
    return Accident(
        name=record.name,
        grid=GridAtOnce(**{**record.grid.model_dump(), "nominal_hz": nominal}),
        answering=tuple(_answering(one, nominal) for one in record.answering),
        sites=tuple(_site(one, network, rules) for one in record.site),
        changes=tuple(_change(one, network) for one in record.event if one.kind != "line"),
        sags=sags,
        rule=rules[record.rule],
        bounds=Bounds(
            lowest_hz=limits.lowest_hz,
            highest_hz=limits.highest_hz,
            rocof_hz_per_s=limits.rocof_hz_per_s,
            window_s=limits.window_s,
            largest_loss_kw=limits.largest_loss_kw,
            return_kw_per_min=limits.return_kw_per_min,
        ),
        secondary=Secondary(**record.secondary.model_dump()),
        lines=None if network is None else _lines(record, network),
        lasts_s=record.lasts_s,
        step_s=record.step_s,
    )


def _lines(record: AccidentFile, network: Network) -> Lines:
    assert record.network is not None
    names = branch_names(network)
    lost = [one for one in record.event if one.kind == "line"]
    return Lines(
        network=network,
        names=tuple(names),
        lost=tuple(names.index(one.name) for one in lost),
        lost_at_s=min((one.at_s for one in lost), default=1.0),
        trips_above=record.network.trips_above,
        trips_after_s=record.network.trips_after_s,
        most_loading=record.limits.loading,
    )


def _answering(record: AnsweringRecord, nominal_hz: float) -> Answering:
    """Room both ways is all of its kW where nothing else is said."""
    return Answering(
        name=record.name,
        kind=record.kind,
        droop=Droop(
            flexible_kw=record.kw,
            nominal_hz=nominal_hz,
            droop=record.droop,
            dead_band_hz=record.dead_band_hz,
        ),
        lag_s=record.lag_s,
        up_kw=record.kw if record.up_kw is None else record.up_kw,
        down_kw=record.kw if record.down_kw is None else record.down_kw,
        energy_kwh=math.inf if record.energy_kwh is None else record.energy_kwh,
    )


def _site(record: SiteRecord, network: Network | None, rules: dict[str, RideThrough]) -> Site:
    return Site(
        load=protected_load(record),
        below=record.below,
        above=record.above,
        steep=record.steep,
        feels=record.feels_sags,
        generates=record.generates,
        ramp_kw_per_min=math.inf if record.ramp_kw_per_min is None else record.ramp_kw_per_min,
        bus=_place(network, record.bus),
        rule=rules[record.rule] if record.rule else None,
    )


def _change(record: EventRecord, network: Network | None) -> Change:
    """A unit lost is power that lacks, a load lost power too much; what appears is the other way round."""
    assert record.kw is not None
    lacks = (record.kind == "unit") != record.appears
    return Change(
        name=record.name,
        kind=record.kind,
        at_s=record.at_s,
        surplus_kw=-record.kw if lacks else record.kw,
        over_s=record.over_s,
        planned=record.planned,
        bus=_place(network, record.bus),
    )


def _place(network: Network | None, name: str) -> int:
    """Number of a bus by its name, NOWHERE where none is named."""
    found = None if network is None or not name else bus_number(network, name)
    return NOWHERE if found is None else found


def _way(record: PreventionRecord) -> Prevention:
    told = record.model_dump()
    return Prevention(**{**told, "most": math.inf if record.most is None else record.most})
