"""How long the flexibility curve of a fleet takes in process, once its kernels are compiled.

    python benchmarks/flex.py --sites 20 --jobs 4000

Seeded sites of `testing/studies.py` beside one another, each with its own jobs, asked after six hours under the
coordinated policy. Prints the curve itself (given situation and plan) and the proof in the twin apart.
"""

import time
from dataclasses import replace
from typing import Any

import click
import numpy as np

from gridtide.decide.flexibility.curve import curve
from gridtide.decide.flexibility.outlook import outlook_of
from gridtide.decide.flexibility.step import DURATIONS_S
from gridtide.fleet.fleet import Fleet, Network
from gridtide.fleet.jobs import Jobs
from gridtide.signals.history import History, Series
from gridtide.simulate.flex_delivery import delivered
from gridtide.simulate.flexing import standing_at
from gridtide.simulate.policies import policy_named
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.testing.studies import small_study

ASKED_STEP = 24


@click.command()
@click.option("--sites", type=click.IntRange(2, 200), default=20, show_default=True)
@click.option("--jobs", type=click.IntRange(1), default=2000, show_default=True)
@click.option("--repeats", type=click.IntRange(1), default=5, show_default=True)
def main(sites: int, jobs: int, repeats: int) -> None:
    """Time the curve of so many sites and jobs."""
    study = many_sites(sites, jobs)
    policy, forecaster, known = policy_named("coordinated", study)
    standing = standing_at(
        known, truth_of(known), policy, forecaster, ASKED_STEP, lambda done, whole: None
    )
    turn = standing.turn
    taken_s = []
    for _ in range(repeats + 1):
        began = time.perf_counter()
        moves_max = study.objective.moves_max
        outlook = outlook_of(standing.plan, turn.situation, turn.orders.dispatch, moves_max)
        alone = curve(outlook, DURATIONS_S)
        together = curve(outlook, DURATIONS_S, moves=False)
        taken_s.append(time.perf_counter() - began)
    click.echo(
        f"{sites} sites, {len(turn.situation.jobs)} active jobs, {len(alone)} + {len(together)} steps:"
        f" first call {taken_s[0]:.2f} s, then {min(taken_s[1:]):.3f} to {max(taken_s[1:]):.3f} s"
    )
    began = time.perf_counter()
    kept = (*delivered(standing, alone), *delivered(standing, together, together=True))
    click.echo(f"proved in the twin: {len(kept)} steps kept, {time.perf_counter() - began:.1f} s")


def many_sites(sites: int, jobs: int) -> Study:
    """Pairs of sites of one small study each, all in one fleet; services answer at the first pair."""
    pairs = [small_study(seed, hours=24, jobs=2 * jobs // sites) for seed in range(-(-sites // 2))]
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


def _jobs(pairs: list[Study], places: int) -> tuple[Jobs, Any]:
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


if __name__ == "__main__":
    main()
