"""The signals of a case: made up or read, in the settlement currency, with the times they were issued."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from gridtide.case.made_up import market_of
from gridtide.case.schema import CaseFile, DemandTable, SignalTable
from gridtide.case.signal_limits import limits_of
from gridtide.case.signed_signal import refuse_unsigned
from gridtide.case.supply import climate_of, offset_h, supply_of
from gridtide.case.work import resolved
from gridtide.case.zones import PriceKind, zone_known
from gridtide.finding import BadInput, Finding, Gathered
from gridtide.fleet.service import demand_zone
from gridtide.signals.forecaster import reads_back_h
from gridtide.signals.history import History, add
from gridtide.signals.signal import PRICES, Kind, Nature, Signal, between, on
from gridtide.signals.source import ReadsSignals
from gridtide.sources.synthetic import Synthetic, quarter_hours_over
from gridtide.timeline import Timeline, instant

WARM_UP_H = 8 * 24
PUBLISHED_HOUR = 13.0


def history_of(case: CaseFile, timeline: Timeline, folder: Path) -> tuple[History, tuple[str, ...]]:
    """Everything the signals of a case will have said, and what a reader must know of them."""
    wide = quarter_hours_over(timeline, WARM_UP_H)
    reach = reach_of(case, wide)
    signals: list[Signal] = []
    notes: list[str] = []
    faults = Gathered()
    for number, table in enumerate(case.signal, start=1):
        found = faults.of(partial(settled, table, case, wide, reach, folder, number))
        for own, signal in found or ():
            notes += [f"{signal.kind} of {signal.zone}: {note}" for note in signal.notes]
            signals += as_published(own, table)
            notes += _taken(signal, table)
    asked = [faults.of(partial(asked_of, table, case, wide, folder)) for table in case.demand]
    faults.refuse_if_any()
    signals += [signal for signal in asked if signal is not None]
    for site in case.site:
        made = tuple(supply_of(site, case, tuple(signals), wide, _hourly_before(reach, wide)))
        notes += [
            f"{signal.kind} of {signal.zone}: {note}" for signal in made for note in signal.notes
        ]
        signals += made
    begun = History(clocks=_clocks(case), witnesses=_witnesses(case), limits=limits_of(case))
    return add(begun, signals), tuple(notes)


def reach_of(case: CaseFile, wide: Timeline) -> Timeline:
    """The period signals are read from files for: the warm-up, or as far back as the forecaster learns."""
    back_s = 3600 * reads_back_h(case.planning.forecaster)
    first_s = min(int(wide.edges_s[0]), int(wide.edges_s[0]) + 3600 * WARM_UP_H - back_s)
    return Timeline(edges_s=np.asarray([first_s, wide.edges_s[-1]]))


def _hourly_before(reach: Timeline, wide: Timeline) -> Timeline:
    """The quarter hours of a case, and whole hours before them as far back as signals are read."""
    first_s, start_s = int(reach.edges_s[0]), int(wide.edges_s[0])
    return Timeline(edges_s=np.concatenate([np.arange(first_s, start_s, 3600), wide.edges_s]))


def _clocks(case: CaseFile) -> tuple[tuple[str, str], ...]:
    """The clock of every zone a signal may be about: as its table or zones.toml has it, else of a site there."""
    found: dict[str, str] = {}
    for table in case.signal:
        there = [site.clock for site in case.site if table.zone in (site.zone, site.weather_zone)]
        said = table.clock or zone_known(table.zone)
        found.setdefault(table.zone, clock_of(table) if said or not there else there[0])
    for site in case.site:
        found.setdefault(site.name, site.clock)
    for asked in case.demand:
        found.setdefault(demand_zone(asked.service, asked.origin), case.site[0].clock)
    return tuple(sorted(found.items()))


def _witnesses(case: CaseFile) -> tuple[tuple[str, str], ...]:
    """Zones and the names under which second sources of them are kept, in the order of the case."""
    return tuple((table.zone, table.kept_as) for table in case.signal if table.witness)


def settled(
    table: SignalTable, case: CaseFile, wide: Timeline, reach: Timeline, folder: Path, number: int
) -> list[tuple[Signal, Signal]]:
    """The chosen signals of a table, each in the settlement currency and as it was read."""
    found = _chosen(table, list(_signals(table, case, wide, reach, folder, number)), number)
    return [(_in_settlement(signal, case), signal) for signal in found]


def _signals(
    table: SignalTable, case: CaseFile, wide: Timeline, reach: Timeline, folder: Path, number: int
) -> Iterator[Signal]:
    if table.source == "synthetic":
        yield from _made_up(table, case, wide)
        return
    from gridtide.sources.aemo import AemoPrice
    from gridtide.sources.eia930 import Eia930Mix
    from gridtide.sources.grid_hourly import GridHourly
    from gridtide.sources.openadr.recorded import RecordedOpenAdr
    from gridtide.sources.signal_table import SignalTable as AnyTable

    path = resolved(table.path or "", folder)
    refuse_unsigned(table, path, number)
    zone = table.from_zone or table.zone
    readers: dict[str, Callable[[], ReadsSignals]] = {
        "grid_hourly": lambda: GridHourly(path=path, zone=zone, carbon="direct"),
        "aemo": lambda: AemoPrice(path=path, region=zone),
        "eia930": lambda: Eia930Mix(path=path, area=zone, stamp=table.stamp),
        "openadr": lambda: RecordedOpenAdr(path=path, zone=zone, currency=table.currency),
        "table": lambda: AnyTable(path=path, zone=zone, currency=table.currency, stamp=table.stamp),
    }
    found = readers[table.source]().read()
    for signal in _of_zone(zone, found, number) if table.source == "table" else found:
        part = _cut(signal, reach)
        if part is not None and _cut(signal, wide) is not None:
            yield replace(part, zone=table.kept_as)


def _of_zone(zone: str, found: tuple[Signal, ...], number: int) -> list[Signal]:
    """Of a table that names zones, the signals of one. Raises BadInput for one that is not there."""
    there = sorted({signal.zone for signal in found})
    if zone not in there:
        raise BadInput(
            [
                Finding(
                    subject=f"signal[{number}].from_zone",
                    value=zone,
                    limit="one of the zones that the file names: " + ", ".join(there),
                    mend="Say what the zone is called in the file: from_zone.",
                )
            ]
        )
    return [signal for signal in found if signal.zone == zone]


def _chosen(table: SignalTable, found: list[Signal], number: int) -> list[Signal]:
    """The kinds the table names, all of them without names. Raises BadInput for one that is not there."""
    there = {str(signal.kind) for signal in found}
    lacking = [kind for kind in table.kinds if kind not in there]
    if lacking or not found:
        raise BadInput(
            [
                Finding(
                    subject=f"signal[{number}].kinds",
                    value=", ".join(lacking) or "nothing in the period of the case",
                    limit="one of " + (", ".join(sorted(there)) or "what the file has"),
                    mend="Correct the kind, the zone or the period.",
                )
            ]
        )
    return [signal for signal in found if not table.kinds or str(signal.kind) in table.kinds]


def _cut(signal: Signal, wide: Timeline) -> Signal | None:
    """The part of a signal about the period with its warm-up, its last interval whole; None when nothing is."""
    edges_s = signal.timeline.edges_s
    start_s, end_s = max(edges_s[0], wide.edges_s[0]), min(edges_s[-1], wide.edges_s[-1])
    first = int(np.searchsorted(edges_s, start_s, side="left"))
    last = int(np.searchsorted(edges_s, end_s, side="left"))
    if last <= first:
        return None
    return between(signal, instant(edges_s[first]), instant(edges_s[last]))


def _made_up(table: SignalTable, case: CaseFile, wide: Timeline) -> Iterator[Signal]:
    source = Synthetic(
        zone=table.zone,
        timeline=wide,
        seed=case.case.seed,
        clock_offset_h=offset_h(clock_of(table), case),
    )
    climate = climate_of(table)
    yield source.temperature(climate)
    yield source.humidity(climate)
    yield source.price(market_of(table, case.case.currency))
    yield source.carbon(table.carbon_mean_g_per_kwh, table.carbon_swing_g_per_kwh, table.price_dips)
    if table.curtailed_kw > 0:
        yield source.curtailment(table.curtailed_kw, table.curtailed_hours, climate)


def _in_settlement(signal: Signal, case: CaseFile) -> Signal:
    """A price in the settlement currency, saying so in its source."""
    own = case.case.currency
    if signal.kind not in PRICES or signal.currency == own:
        return signal
    rate = case.rates.get(signal.currency or "")
    if rate is None:
        raise BadInput(
            [
                Finding(
                    subject=f"price of {signal.zone}",
                    value=f"is in {signal.currency}",
                    limit=f"{own}, or a currency with a rate",
                    mend=f"State it: [rates] {signal.currency} = value of 1 {signal.currency} in {own}.",
                )
            ]
        )
    said = f"{signal.source}, {signal.currency} × {rate:g}"
    return replace(signal, values=signal.values * rate, currency=own, source=said)


def as_published(signal: Signal, table: SignalTable) -> list[Signal]:
    """A price as its market published it: a local day at a time on the day before, as it happens, or, for a
    tariff, long before."""
    kind, published_hour = published(table)
    if signal.kind not in PRICES or kind is PriceKind.REAL_TIME or signal.issued_at is not None:
        return [signal]
    if kind is PriceKind.TARIFF:
        return [replace(signal, issued_at=signal.timeline.start)]
    clock = ZoneInfo(clock_of(table))
    days = signal.timeline.local_days(clock_of(table))
    first = instant(signal.timeline.starts_s[0]).astimezone(clock).date()
    hour, minute = divmod(round(published_hour * 60), 60)
    parts = []
    for index in np.split(np.arange(len(days)), np.flatnonzero(np.diff(days)) + 1):
        eve = first + timedelta(days=int(days[index[0]]) - 1)
        said = datetime.combine(eve, time(hour % 24, minute), tzinfo=clock)
        parts.append(
            replace(
                signal,
                timeline=Timeline(edges_s=signal.timeline.edges_s[index[0] : index[-1] + 2]),
                values=signal.values[index],
                issued_at=said.astimezone(UTC),
                notes=(),
            )
        )
    return parts


def published(table: SignalTable) -> tuple[PriceKind, float]:
    """Kind of price and local hour of publication: as the case says, else as zones.toml, else day-ahead at 13."""
    zone = zone_known(table.zone)
    said = table.published or (zone.price if zone else PriceKind.DAY_AHEAD)
    usual = zone.published_hour if zone and zone.published_hour is not None else PUBLISHED_HOUR
    return PriceKind(said), usual if table.published_hour is None else table.published_hour


def _taken(signal: Signal, table: SignalTable) -> list[str]:
    """What is taken for granted of a market that neither the case nor zones.toml describes."""
    if signal.kind not in PRICES or table.published or zone_known(table.zone):
        return []
    kind, hour = published(table)
    said = "price" if signal.kind is Kind.PRICE else "capacity price"
    return [
        f"{said} of {table.zone}: nothing is known of this market; taken as {kind}, known at"
        f" {int(hour):02d}:{round(hour % 1 * 60):02d} {clock_of(table)} the day before"
    ]


def clock_of(table: SignalTable) -> str:
    """Clock of a signal's market: as the case says, else as zones.toml, else UTC."""
    zone = zone_known(table.zone)
    return table.clock or (zone.clock if zone else "UTC")


def asked_of(table: DemandTable, case: CaseFile, wide: Timeline, folder: Path) -> Signal:
    """What is asked of a service from an origin, made up or read. Raises BadInput."""
    zone = demand_zone(table.service, table.origin)
    if table.source == "synthetic":
        clock = case.site[0].clock
        return Synthetic(
            zone=zone, timeline=wide, seed=case.case.seed, clock_offset_h=offset_h(clock, case)
        ).requests(table.mean_per_s, table.swing, table.peak_h)
    return _served(table, zone, case, wide, folder)


def _served(table: DemandTable, zone: str, case: CaseFile, wide: Timeline, folder: Path) -> Signal:
    """ServeGen's rates put on the calendar, repeated week by week, scaled by `share`."""
    from gridtide.sources.servegen import ServeGenRates

    path = resolved(table.path or "", folder)
    beside = path.with_name(path.name.replace("_rates.", "_tokens."))
    trace = ServeGenRates(path=path, tokens=beside if beside != path else None).read()
    rates = trace.requests_per_s
    filled = np.where(np.isnan(rates), np.nanmean(rates), rates)
    period_s = len(trace) * trace.window_s
    whole_week_s = period_s - period_s % 604_800 or period_s
    start_s = int((table.starts or case.case.start).timestamp())
    at = (wide.starts_s - start_s) % whole_week_s
    index = np.minimum(at // trace.window_s, len(filled) - 1).astype(np.int64)
    return Signal(
        kind=Kind.REQUESTS,
        zone=zone,
        timeline=wide,
        values=filled[index] * table.share,
        source=f"{trace.source} × {table.share:g}",
        notes=(
            "weekday and clock of the trace are not stated; it is laid on the calendar as it comes",
        ),
    )


def covered(signal: Signal, timeline: Timeline) -> float:
    """Share of a timeline for which a signal has values."""
    return float(np.mean(~np.isnan(on(signal, timeline))))


def is_made_up(signal: Signal) -> bool:
    """Whether a signal is synthetic."""
    return signal.nature is Nature.SYNTHETIC
