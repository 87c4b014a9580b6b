"""Services of a case: rates and power as stated, or from the fit of a model on a kind of accelerator."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.case.lost_cache import lost_caches_of
from gridtide.case.machines import serving_models
from gridtide.case.schema import CaseFile, PlacedTable, ServiceTable
from gridtide.case.serving_tables import Tables, answers_at, farthest_way_s, usual_rate_per_s
from gridtide.case.slower_answers import Point, slower_of
from gridtide.finding import Finding
from gridtide.fleet.fleet import Fleet, place_named
from gridtide.fleet.service import Service, demand_zone
from gridtide.fleet.serving_model import (
    ServingModel,
    first_token_s,
    it_kw_per_accelerator,
    requests_per_s,
    sequences_at,
)
from gridtide.fleet.serving_table import ServingTable
from gridtide.signals.history import History, truth
from gridtide.signals.signal import Kind
from gridtide.timeline import Timeline


@dataclass(frozen=True, kw_only=True)
class Answering:
    """How one accelerator of a place answers: requests a second, time to the first token, IT power."""

    requests_per_s: float
    first_s: float
    it_kw: float
    model: ServingModel | None
    table: ServingTable | None = None


def service_of(
    table: ServiceTable, fleet: Fleet, origins: tuple[str, ...], tables: Tables
) -> Service:
    """The service of a valid table; tables: of those that name their requests."""
    places = len(fleet.places)
    rate, first = np.zeros(places), np.zeros(places)
    power = np.asarray([pool.full.it_kw_per_accelerator for pool in fleet.pools])
    home = np.zeros((len(origins), places))
    resident = np.zeros(places, dtype=np.bool_)
    models: list[ServingModel | None] = [None] * places
    by_load: list[ServingTable | None] = [None] * places
    usual: dict[int, Point] = {}
    for row in table.place:
        at = place_named(fleet, row.site, row.pool)
        answering = _answering(table, row, fleet, at, tables)
        rate[at], first[at] = answering.requests_per_s, answering.first_s
        power[at], models[at] = answering.it_kw, answering.model
        by_load[at] = answering.table
        usual[at] = Point(
            requests_per_s=answering.requests_per_s,
            first_s=answering.first_s,
            it_kw=answering.it_kw,
        )
        resident[at] = row.resident
        home[:, at] = row.home
    return Service(
        name=table.name,
        latency_max_s=table.latency_max_s,
        delay_tolerance=table.delay_tolerance,
        home=home,
        resident=resident,
        requests_per_accelerator_s=rate,
        time_to_first_token_s=first,
        burstiness=table.burstiness,
        lost_cache_s=lost_caches_of(table, fleet, tables),
        value_per_request=table.value_per_request,
        it_kw_per_accelerator=power,
        models=tuple(models),
        tokens_per_request=_tokens(table, by_load),
        movable=table.movable,
        slower=slower_of(table, fleet, usual, tables),
        delay_cost_per_request=table.delay_cost_per_request,
        tables=tuple(by_load) if any(by_load) else (),
    )


def _tokens(table: ServiceTable, by_load: list[ServingTable | None]) -> float:
    """Tokens of an answer: as stated, or as its requests have them."""
    measured = [one.answer_tokens for one in by_load if one is not None]
    return table.tokens_per_request or (measured[0] if measured else 0.0)


def _answering(
    table: ServiceTable, row: PlacedTable, fleet: Fleet, at: int, tables: Tables
) -> Answering:
    pool = fleet.pools[at]
    if row.sequences is None:
        return Answering(
            requests_per_s=row.requests_per_accelerator_s or 0.0,
            first_s=row.time_to_first_token_s or 0.0,
            it_kw=pool.full.it_kw_per_accelerator,
            model=None,
        )
    model = serving_models()[table.model or "", pool.accelerator]
    sized = tables.get((table.name, pool.accelerator))
    if sized is not None:
        return _by_table(table, row, fleet, at, model, sized.table)
    tokens, prompt = table.tokens_per_request or 0.0, table.prompt_tokens or 0.0
    most = requests_per_s(model, row.sequences, tokens)
    usual = sequences_at(model, most / (1.0 + pool.burst_reserve), tokens)
    return Answering(
        requests_per_s=most / model.accelerators,
        first_s=first_token_s(model, row.sequences, prompt),
        it_kw=it_kw_per_accelerator(model, usual),
        model=model,
    )


def _by_table(
    table: ServiceTable,
    row: PlacedTable,
    fleet: Fleet,
    at: int,
    model: ServingModel,
    by_load: ServingTable,
) -> Answering:
    way_s = farthest_way_s(by_load, table.latency_max_s, fleet, int(fleet.site_of_place[at]))
    full = usual_rate_per_s(by_load, table, row, way_s)
    rate, first_s, it_kw = answers_at(by_load, model, fleet.pools[at], full)
    return Answering(requests_per_s=rate, first_s=first_s, it_kw=it_kw, model=model, table=by_load)


def impossible_services(
    services: tuple[Service, ...], fleet: Fleet, history: History, timeline: Timeline
) -> Iterator[Finding]:
    """Services that nobody could keep up: no place near enough, or more requests than machines answer."""
    for service in services if fleet.network.origins else ():
        per_s = np.stack(
            [
                truth(history, Kind.REQUESTS, demand_zone(service.name, origin), timeline).values
                for origin in fleet.network.origins
            ]
        )
        rate = np.where(service.resident, service.requests_per_accelerator_s, 0.0)
        asked = float(np.nan_to_num(per_s).sum(axis=0) @ timeline.hours / timeline.hours.sum())
        most = float(rate @ fleet.accelerators)
        if asked > most:
            yield Finding(
                subject=f"service {service.name}",
                value=f"{asked:,.0f} requests a second on average",
                limit=f"{most:,.0f} a second, what all machines of its places answer at most",
                mend="Lower the demand, or add accelerators or places.",
            )
        yield from _too_far(service, fleet, np.nan_to_num(per_s).max(axis=1))


def _too_far(service: Service, fleet: Fleet, most_per_s: NDArray[np.float64]) -> Iterator[Finding]:
    usable = service.resident & (service.requests_per_accelerator_s > 0)
    site = np.asarray([place.site for place in fleet.places])
    for at, origin in enumerate(fleet.network.origins):
        answer_s = fleet.network.latency_ms[at, site] / 1e3 + service.time_to_first_token_s
        fastest_s = float(answer_s[usable].min(initial=np.inf))
        allowed_s = service.latency_max_s * (1.0 + service.delay_tolerance)
        if most_per_s[at] > 0 and fastest_s > allowed_s:
            yield Finding(
                subject=f"service {service.name} from {origin}",
                value=f"{fastest_s:.3f} s at the nearest place, network and first token alone",
                limit=f"latency_max_s with its tolerance, {allowed_s:.3f} s",
                mend="Raise latency_max_s, or place the service nearer.",
            )


def answering_faults(case: CaseFile) -> Iterator[Finding]:
    """Places that say neither what an accelerator answers nor how many sequences it holds, or both, or a
    model of which nothing is known there."""
    kinds = {(site.name, pool.name): pool.accelerator for site in case.site for pool in site.pool}
    for number, service in enumerate(case.service, start=1):
        fitted = [place for place in service.place if place.sequences is not None]
        for name in ("model", "prompt_tokens", "tokens_per_request"):
            told = service.requests is not None and name != "model"
            if fitted and not told and getattr(service, name) is None:
                yield Finding(
                    subject=f"service[{number}].{name}",
                    value="missing",
                    limit="given, for places with `sequences`",
                    mend="Give it, or state requests_per_accelerator_s and time_to_first_token_s.",
                )
        for index, place in enumerate(service.place, start=1):
            key = f"service[{number}].place[{index}]"
            yield from _place_faults(
                key, place, service.model, kinds.get((place.site, place.pool), "")
            )


def _place_faults(key: str, place: PlacedTable, model: str | None, kind: str) -> Iterator[Finding]:
    stated = (place.requests_per_accelerator_s, place.time_to_first_token_s)
    if place.sequences is None:
        if None in stated:
            yield Finding(
                subject=key,
                value="requests_per_accelerator_s or time_to_first_token_s is missing",
                limit="both, or `sequences` with a model of the service",
                mend="Measure them on one replica, or name a model that machines.toml knows.",
            )
        return
    if stated != (None, None):
        yield Finding(
            subject=key,
            value="both stated and modelled",
            limit="either requests_per_accelerator_s and time_to_first_token_s, or `sequences`",
            mend="Remove one of the two.",
        )
    if model is None:
        return
    fit = serving_models().get((model, kind))
    if fit is None:
        known = ", ".join(f"{name} on {there}" for name, there in sorted(serving_models()))
        yield Finding(
            subject=key, value=f"{model} on {kind or 'no known pool'}", limit=f"one of {known}",
            mend="State requests_per_accelerator_s and time_to_first_token_s instead.",
        )  # fmt: skip
    elif not fit.sequences_from <= place.sequences <= fit.sequences_to:
        yield Finding(
            subject=f"{key}.sequences",
            value=f"{place.sequences:g}",
            limit=f"{fit.sequences_from:g} to {fit.sequences_to:g}, where {model} was measured",
            mend="Choose a number inside.",
        )
