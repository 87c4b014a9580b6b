"""What a siting asks beside one best place: the work divided over several, and one large site against small ones."""

from dataclasses import asdict
from typing import Any

from gridtide.invest.siting.choice import judged, whole_mix
from gridtide.invest.siting.edge import EdgeTerms, EdgeWay, edge_ways
from gridtide.invest.siting.question import Siting
from gridtide.invest.siting.split import Placed, Split, by_latency, split_of


def split_document(siting: Siting, home: str, limits_ms: tuple[float, ...]) -> dict[str, Any]:
    """The cheapest split, what all at home costs, and the split for each limit of latency that is tried."""
    found = split_of(siting)
    there = next(place for place in siting.places if place.name == home)
    at_home = judged(siting, there, whole_mix(siting))
    return {
        "home": home,
        **_split(found, home),
        "placed": [_placed(one) for one in found.placed],
        "places": [
            {
                "name": one.place.name,
                "it_kw": sum(power for _, power in one.mix),
                "peak_kw": one.peak_kw,
                "cost_per_year": one.cost,
                "counted_t_per_year": one.counted_kg / 1000.0,
                "lines": asdict(one.lines),
            }
            for one in found.accounts
        ],
        "at_home": {
            "possible": at_home.is_possible,
            "cost_per_year": at_home.account.cost,
            "counted_t_per_year": at_home.account.counted_kg / 1000.0,
        },
        "by_latency": [
            {"rtt_max_ms": limit, **_split(one, home)}
            for limit, one in by_latency(siting, limits_ms)
        ],
    }


def _split(found: Split, home: str) -> dict[str, Any]:
    return {
        "possible": found.is_possible,
        "breaches": [{**asdict(breach), "over": breach.over} for breach in found.breaches],
        "unplaced": [asdict(one) for one in found.unplaced],
        "cost_per_year": found.cost,
        "counted_t_per_year": found.counted_kg / 1000.0,
        "latency_ms": found.latency_ms,
        "away_share": found.away_share(home),
    }


def _placed(one: Placed) -> dict[str, Any]:
    return {
        "class": one.item.work.name,
        "origin": None if one.item.origin is None else one.item.origin.name,
        "place": one.place.name,
        "share": one.share,
        "it_kw": one.share * one.item.it_kw,
        "way": one.way,
        "rtt_ms": one.rtt_ms,
    }


def edge_document(siting: Siting, terms: EdgeTerms) -> dict[str, Any]:
    """One large site, then small ones."""
    ways = edge_ways(siting, terms)
    cheapest = min(ways, key=lambda one: one.cost)
    return {
        "class": terms.work,
        "requests_per_s": terms.requests_per_s,
        "cheapest": cheapest.name,
        "ways": [_edge_way(one) for one in ways],
    }


def _edge_way(one: EdgeWay) -> dict[str, Any]:
    return {
        "name": one.name,
        "sites": one.sites,
        "servers": one.servers,
        "pooling_loss": one.pooling_loss,
        "it_kw": one.it_kw,
        "it_capacity_kw": one.it_capacity_kw,
        "pue": one.pue,
        "cost_per_year": one.cost,
        "lines": asdict(one.lines),
        "backbone": one.backbone,
        "counted_t_per_year": one.counted_kg / 1000.0,
        "latency_ms": one.latency_ms,
        "farthest_ms": one.farthest_ms,
    }
