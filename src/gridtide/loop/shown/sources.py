"""What those who watch are shown of trust: every series with its age, what was doubted of it, and models."""

from typing import Any

import numpy as np

from gridtide.decide.situation import Situation
from gridtide.loop.shown.ages import newest_issue
from gridtide.loop.shown.glance import Glance
from gridtide.loop.sight import wanted
from gridtide.signals.signal import Kind, Nature, Signal, is_point
from gridtide.timeline import epoch_s, instant

STALE_S = 36 * 3_600
ROWS_MOST = 200


def sources_shown(glance: Glance) -> dict[str, Any]:
    """Series by kind and zone as the newest turn saw them, ROWS_MOST at most (`left_out` counts the rest): age of the
    newest issue [s], up to when it is known, how much of the horizon is expected instead and by which forecaster,
    second sources. Doubts with their reasons. Models of buildings by digest."""
    turn, fleet = glance.turn, glance.mandate.fleet
    series = (
        []
        if turn is None
        else [_row(glance, turn.situation, *one) for one in wanted(glance.mandate)]
    )
    doubts = [
        {
            "kind": one.kind.value,
            "zone": one.zone,
            "first": one.first.isoformat(),
            "count": one.count,
            "disputed": one.disputed,
            "reason": one.reason,
        }
        for one in glance.memory.doubts
    ]
    models = [
        {
            "site": site.name,
            "model": "physics" if site.facility.learned is None else site.facility.learned.model,
        }
        for site in fleet.sites
    ]
    rows = {"series": series, "doubts": doubts, "models": models}
    return {
        **{name: found[:ROWS_MOST] for name, found in rows.items()},
        "left_out": {name: max(len(found) - ROWS_MOST, 0) for name, found in rows.items()},
    }


def _row(glance: Glance, situation: Situation, kind: Kind, zone: str) -> dict[str, Any]:
    said = (
        one for one in situation.signals if one.kind is kind and one.zone == zone and is_point(one)
    )
    expected = next((one for one in said if one.nature is Nature.FORECAST), None)
    doubted = [one for one in glance.memory.doubts if one.kind is kind and one.zone == zone]
    newest = _newest(glance, kind, zone)
    return {
        "kind": kind.value,
        "zone": zone,
        **newest,
        "expected_share": None if expected is None else _share(expected),
        "expected_by": None if expected is None else expected.source,
        "doubted": sum(one.count for one in doubted),
        "second_sources": list(glance.mandate.history.others_of(kind, zone)),
        "stale": newest["age_s"] is None or newest["age_s"] > STALE_S,
    }


def _newest(glance: Glance, kind: Kind, zone: str) -> dict[str, Any]:
    """Who said the newest issue of a series, when, and up to when anything is known; all unknown where nobody did."""
    rows = glance.mandate.history.of(kind, zone)
    at = None if rows is None else newest_issue(rows, glance.at)
    if rows is None or at is None:
        return dict.fromkeys(("source", "issued_at", "age_s", "known_until"))
    said = (rows.issued_s <= epoch_s(glance.at)) & ~rows.expected
    issued_s = int(rows.issued_s[at])
    return {
        "source": rows.sources[int(rows.source[at])],
        "issued_at": instant(issued_s).isoformat(),
        "age_s": epoch_s(glance.at) - issued_s,
        "known_until": instant(int(rows.end_s[said].max())).isoformat(),
    }


def _share(signal: Signal) -> float:
    """How much of the horizon a series speaks of."""
    return round(float(np.isfinite(signal.values).mean()), 4)
