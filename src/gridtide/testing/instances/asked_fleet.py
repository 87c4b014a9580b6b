"""Many small sites in one fleet that is asked how far it bends: the seeded instance of `gridtide bench flex`.

Pairs of `testing/studies.py` under names of their own. A change makes a new version.
"""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.fleet import Fleet, Network
from gridtide.fleet.jobs import Jobs
from gridtide.signals.history import History, Series
from gridtide.simulate.study import Study
from gridtide.testing.studies import small_study

Whole = NDArray[np.int64]
VERSION = "asked-fleet 1"
ASKED_STEP = 24
"""The step at which the fleet is asked: six hours after the start."""


def asked_fleet(sites: int, jobs: int, seed: int = 0) -> Study:
    """Pairs of sites of one small study each, all in one fleet; services answer at the first pair. sites: even."""
    each = max(1, 2 * jobs // sites)
    pairs = [small_study(seed + pair, hours=24, jobs=each) for pair in range(sites // 2)]
    fleet = _fleet(pairs)
    series = [rows for n, pair in enumerate(pairs) for rows in _renamed(pair.history, n)]
    history = History(series=tuple(sorted(series, key=lambda rows: (rows.kind, rows.zone))))
    one = pairs[0].services[0]
    spare = len(fleet.places) - 4
    service = replace(
        one,
        home=np.pad(one.home, ((0, 0), (0, spare))),
        resident=np.pad(one.resident, (0, spare)),
        requests_per_accelerator_s=np.pad(one.requests_per_accelerator_s, (0, spare)),
        time_to_first_token_s=np.pad(one.time_to_first_token_s, (0, spare)),
        it_kw_per_accelerator=np.pad(one.it_kw_per_accelerator, (0, spare), constant_values=1.0),
    )
    work, true_s = _jobs(pairs, len(fleet.places))
    return replace(
        pairs[0], fleet=fleet, history=history, services=(service,), jobs=work, true_s=true_s
    )


def _fleet(pairs: list[Study]) -> Fleet:
    """All sites of all pairs, each in a zone of its own, all reached alike."""
    found = []
    for number, pair in enumerate(pairs):
        for site in pair.fleet.sites:
            name = f"{site.name} {number}"
            curtailed = name if site.curtailment_zone else None
            found.append(
                replace(site, name=name, zone=name, weather_zone=name, curtailment_zone=curtailed)
            )
    many = len(found)
    apart = 1.0 - np.eye(many)
    return Fleet(
        sites=tuple(found),
        network=Network(
            origins=("users",),
            latency_ms=np.full((1, many), 5.0),
            transfer_cost_per_gb=0.01 * apart,
            transfer_gb_per_s=np.where(apart > 0, 1.0, np.inf),
        ),
    )


def _renamed(history: History, number: int) -> list[Series]:
    """The series of a pair under the names of its sites; demand stays that of the first pair."""
    renamed = [
        rows if "@" in rows.zone else replace(rows, zone=f"{rows.zone} {number}")
        for rows in history.series
    ]
    return [rows for rows in renamed if number == 0 or "@" not in rows.zone]


def _jobs(pairs: list[Study], places: int) -> tuple[Jobs, Whole]:
    """The jobs of all pairs, each allowed where its own pair stands, and their true lengths, s."""
    columns: dict[str, Any] = {}
    names = [name for name in Jobs.__dataclass_fields__ if name not in ("classes", "allowed")]
    for name in names:
        columns[name] = np.concatenate([getattr(pair.jobs, name) for pair in pairs])
    counts = [len(pair.jobs) for pair in pairs]
    first = 4 * np.repeat(np.arange(len(pairs)), counts)
    allowed = np.zeros((len(first), places), dtype=np.bool_)
    own = np.concatenate([pair.jobs.allowed for pair in pairs])
    rows = np.arange(len(first))
    for place in range(4):
        allowed[rows, first + place] = own[:, place]
    columns["name"] = np.asarray([f"job-{number:05d}" for number in rows])
    columns["home"] = columns["home"] + first
    true_s = np.concatenate([pair.true_s for pair in pairs])
    return Jobs(**columns, allowed=allowed, classes=pairs[0].jobs.classes), true_s
