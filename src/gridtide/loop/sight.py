"""See: what may be known at an instant, put together into a situation."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np

from gridtide.decide.reading import KIND_OF_SUPPLY
from gridtide.decide.risk import Risk, Uncertainty
from gridtide.decide.situation import Commitments, Event, Situation
from gridtide.fleet.alerted import alerted, alerts_said
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.service import demand_zone
from gridtide.fleet.site import Site
from gridtide.loop.mandate import Mandate
from gridtide.loop.spread import spread_of
from gridtide.loop.world import World
from gridtide.signals.forecaster import forecaster_named
from gridtide.signals.history import History, known, reach_s
from gridtide.signals.signal import Kind, Nature, Signal, is_point
from gridtide.timeline import Timeline
from gridtide.trust.believable import believable
from gridtide.trust.own_past import without_unlikely
from gridtide.trust.quarantine import Doubt, quarantined
from gridtide.trust.second_source import borne_out, middle_of

OLDEST = timedelta(days=8)


def wanted(mandate: Mandate) -> tuple[tuple[Kind, str], ...]:
    """The series a situation of this mandate holds, without repetition, in a fixed order."""
    pairs: list[tuple[Kind, str]] = []
    for site in mandate.fleet.sites:
        pairs += _wanted_of(site, mandate.objective.carbon)
        if sale_kind(mandate.history, site) is Kind.EXPORT_PRICE:
            pairs.append((Kind.EXPORT_PRICE, site.zone))
    for service in mandate.services:
        pairs += [
            (Kind.REQUESTS, demand_zone(service.name, origin))
            for origin in mandate.fleet.network.origins
        ]
    return tuple(dict.fromkeys(pairs))


def sale_kind(history: History, site: Site) -> Kind:
    """By which price of its zone a site sells: that of export, where it may sell and its zone ever had one."""
    sells = site.contract.export_max_kw > 0.0
    there = sells and history.of(Kind.EXPORT_PRICE, site.zone) is not None
    return Kind.EXPORT_PRICE if there else Kind.PRICE


def see(
    mandate: Mandate, world: World, as_of: datetime, commitments: Commitments = ()
) -> tuple[Situation, tuple[Doubt, ...]]:
    """The situation at `as_of`: what was published, cleaned, and forecast where nothing is known yet."""
    horizon = horizon_from(mandate, as_of)
    signals: list[Signal] = []
    doubts: list[Doubt] = []
    for kind, zone in wanted(mandate):
        clean, found = trusted(mandate.history, kind, zone, horizon, as_of)
        doubts += found
        signals.append(clean)
        if np.isnan(clean.values).any():
            signals.append(expected(mandate.history, mandate.forecaster, clean, found, as_of))
            past = believable(mandate.history, clean, (), as_of)
            signals += spread_of(clean, past, as_of, mandate.risk, mandate.forecaster, mandate.seed)
    return situation_of(mandate, world, as_of, tuple(signals), commitments), tuple(doubts)


def trusted(
    history: History, kind: Kind, zone: str, horizon: Timeline, as_of: datetime
) -> tuple[Signal, tuple[Doubt, ...]]:
    """What was published by as_of, without what is doubtful by itself or by what second sources say."""
    limits = history.limits_of(kind, zone)

    def own(name: str) -> tuple[Signal, tuple[Doubt, ...]]:
        return quarantined(known(history, kind, name, horizon, as_of), as_of, OLDEST, limits)

    clean, found = own(zone)
    others = [own(name)[0] for name in history.others_of(kind, zone)]
    if others:
        clean, against = borne_out(clean, others)
    else:
        alone, leaps = borne_out(clean, others)
        clean, sudden = without_unlikely(alone, history.of(kind, zone), as_of)
        against = (*leaps, *sudden)
    return clean, (*found, *against)


def with_courses(mandate: Mandate, situation: Situation, scenarios: int) -> Situation:
    """The situation with so many courses of every series that is not published, whatever plans weigh.

    Raises BadInput for a forecaster that says points alone.
    """
    risk = Risk(uncertainty=Uncertainty.CVAR, scenarios=scenarios)
    points = [one for one in situation.signals if is_point(one)]
    drawn: list[Signal] = []
    for one in points:
        if one.nature is Nature.FORECAST and not np.isnan(one.values).all():
            clean, _ = trusted(mandate.history, one.kind, one.zone, one.timeline, situation.as_of)
            drawn += spread_of(
                clean,
                believable(mandate.history, clean, (), situation.as_of),
                situation.as_of,
                risk,
                mandate.forecaster,
                mandate.seed,
            )
    return replace(situation, signals=(*points, *drawn))


def situation_of(
    mandate: Mandate,
    world: World,
    as_of: datetime,
    signals: tuple[Signal, ...],
    commitments: Commitments,
) -> Situation:
    """The world as measured now, with signals already seen and positions already bought."""
    return Situation(
        as_of=as_of,
        horizon=horizon_from(mandate, as_of),
        fleet=alerted(mandate.fleet, as_of),
        jobs=world.active(),
        services=mandate.services,
        state=world.state(),
        signals=signals,
        events=events_known(mandate.events, as_of),
        commitments=still_binding(commitments, as_of),
    )


def still_binding(commitments: Commitments, as_of: datetime) -> Commitments:
    """Those that are not over."""
    return tuple(one for one in commitments if one.end > as_of)


def events_known(events: tuple[Event, ...], as_of: datetime) -> tuple[Event, ...]:
    """Calls of the grid that were issued by `as_of`, not taken back by then, and are not over."""
    return tuple(event for event in events if event.is_known(as_of))


def news_said(events: tuple[Event, ...], fleet: Fleet) -> Iterator[datetime]:
    """Instants at which something came that no series says: calls, and alerts about the system's peaks."""
    yield from calls_said(events)
    yield from alerts_said(fleet)


def calls_said(events: tuple[Event, ...]) -> Iterator[datetime]:
    """Instants at which a call of the grid was issued or taken back."""
    for event in events:
        yield event.issued_at
        if event.taken_back_at is not None:
            yield event.taken_back_at


def horizon_from(mandate: Mandate, as_of: datetime) -> Timeline:
    """The steps a plan covers: from as_of for plan_h hours, never beyond the course."""
    end = min(mandate.steps.end, as_of + timedelta(hours=mandate.plan_h))
    return mandate.steps.between(as_of, end)


def prices_reach(mandate: Mandate, as_of: datetime) -> int:
    """Second up to which some price was published at as_of: when it grows, a new day has been issued."""
    return reach_s(mandate.history, Kind.PRICE, as_of)


def expected(
    history: History, forecaster: str, clean: Signal, doubts: tuple[Doubt, ...], as_of: datetime
) -> Signal:
    """What is not known or doubtful, as it is expected from what may be believed; where sources spoke against each
    other, by the past of all. A doubted step that the forecaster has nothing for is as on the latest day before it;
    where nothing of the past may be believed, as all of it has it: a plan knows every step."""
    horizon = clean.timeline
    disputed = any(doubt.disputed for doubt in doubts)
    others = history.others_of(clean.kind, clean.zone) if disputed else ()
    past = believable(history, clean, others, as_of)

    def by(name: str, learned_from: History) -> list[Signal]:
        forecast, zones = forecaster_named(name), (clean.zone, *others)
        return [forecast(learned_from, clean.kind, zone, horizon, as_of) for zone in zones]

    by_source = by(forecaster, past)
    values = middle_of(by_source)
    for learned_from in (past, history) if doubts else ():
        if np.isnan(values).any():
            latest = middle_of(by("persistence", learned_from))
            values = np.where(np.isnan(values), latest, values)
    values = np.where(np.isnan(clean.values), values, np.nan)
    return Signal(
        kind=clean.kind,
        zone=clean.zone,
        timeline=horizon,
        values=values,
        source=by_source[0].source,
        currency=clean.currency,
        issued_at=as_of,
        nature=Nature.FORECAST,
    )


def _wanted_of(site: Site, carbon: Kind) -> list[tuple[Kind, str]]:
    pairs = [(Kind.PRICE, site.zone)] if site.contract.follows_market else []
    pairs += [(Kind.RIVER_FLOW, site.weather_zone)] if site.reservoir else []
    pairs += [
        (carbon, site.zone),
        (Kind.TEMPERATURE, site.weather_zone),
        (Kind.HUMIDITY, site.weather_zone),
    ]
    pairs += [(KIND_OF_SUPPLY[supply.kind], site.name) for supply in site.supplies]
    pairs += [(Kind(ppa.output), ppa.output_zone) for ppa in site.contract.in_plans if ppa.output]
    if site.contract.real_time_zone:
        pairs.append((Kind.PRICE, site.contract.real_time_zone))
    if site.curtailment_zone:
        pairs.append((Kind.CURTAILMENT, site.curtailment_zone))
    pairs += [
        (Kind.CAPACITY_PRICE, product.price_zone) for product in site.products if product.price_zone
    ]
    return pairs
