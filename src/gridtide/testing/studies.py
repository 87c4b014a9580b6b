"""Small seeded studies: two sites, a wind farm, a battery, jobs and a service; for tests and examples."""

from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.objective import Objective
from gridtide.fleet.contract import Contract
from gridtide.fleet.fleet import Fleet, Network
from gridtide.fleet.jobs import Jobs, WorkClass
from gridtide.fleet.operating_point import OperatingPoint
from gridtide.fleet.service import Service, demand_zone
from gridtide.fleet.site import Battery, Facility, Pool, Site, Supply, SupplyKind
from gridtide.signals.history import History, add
from gridtide.signals.signal import Kind, Nature, Signal
from gridtide.simulate.study import Cadence, LengthKnowledge, Study
from gridtide.timeline import Timeline, regular

START = datetime(2026, 3, 1, tzinfo=UTC)
WARM_UP_H = 48
POINT = OperatingPoint(name="full", speed=1.0, it_kw_per_accelerator=1.0)


def small_study(
    seed: int = 0,
    *,
    hours: int = 48,
    jobs: int = 40,
    accelerators: int = 64,
    negative_prices: bool = False,
    length_knowledge: LengthKnowledge = LengthKnowledge.DECLARED,
    forecaster: str = "persistence",
    warm_up_h: int = WARM_UP_H,
    points: tuple[OperatingPoint, ...] = (POINT,),
) -> Study:
    """Two sites for `hours` hours at 15 minutes. Everything follows from the seed.

    warm_up_h: whole days of signals before, in hours, for a forecaster to learn from. points: the menu of the
    machines that run jobs, full speed first.
    """
    rng = np.random.default_rng(seed)
    timeline = regular(START, timedelta(minutes=15), hours * 4)
    fleet = Fleet(
        sites=(
            _site("east", accelerators, points),
            _site("north", accelerators, points, windy=True),
        ),
        network=_network(),
    )
    work, true_s = _jobs(rng, jobs, timeline, accelerators)
    return Study(
        name=f"small {seed}",
        timeline=timeline,
        fleet=fleet,
        jobs=work,
        true_s=true_s,
        services=(_service(),),
        history=_history(rng, hours, negative_prices, warm_up_h),
        objective=Objective(
            carbon_price_per_t=20.0, demand_charge_share=0.05, begins=START, ends=timeline.end
        ),
        cadence=Cadence(plan_h=24.0, replan_h=6.0, forecaster=forecaster),
        policies=("run-at-once", "coordinated"),
        reference="run-at-once",
        currency="EUR",
        rates={},
        length_knowledge=length_knowledge,
        seed=seed,
    )


def _site(
    name: str, accelerators: int, points: tuple[OperatingPoint, ...], windy: bool = False
) -> Site:
    batch = Pool(
        name="training",
        accelerator="a",
        accelerators=accelerators,
        parked_kw_per_accelerator=0.1,
        points=points,
    )
    serving = Pool(
        name="serving",
        accelerator="a",
        accelerators=accelerators,
        parked_kw_per_accelerator=0.1,
        points=(POINT,),
        for_services=accelerators,
    )
    return Site(
        name=name,
        zone=name,
        weather_zone=name,
        clock="Europe/Berlin",
        region="EU",
        latitude=52.0,
        longitude=13.0,
        facility=Facility(it_capacity_kw=2.2 * accelerators),
        pools=(batch, serving),
        contract=Contract(import_max_kw=4.0 * accelerators, demand_charge_per_kw_month=5.0),
        battery=Battery(
            energy_kwh=accelerators,
            charge_max_kw=0.5 * accelerators,
            discharge_max_kw=0.5 * accelerators,
        )
        if windy
        else None,
        supplies=(Supply(kind=SupplyKind.WIND, capacity_kw=0.5 * accelerators),) if windy else (),
        curtailment_zone=name if windy else None,
    )


def _network() -> Network:
    cost = np.asarray([[0.0, 0.01], [0.01, 0.0]])
    return Network(
        origins=("users",),
        latency_ms=np.asarray([[5.0, 25.0]]),
        transfer_cost_per_gb=cost,
        transfer_gb_per_s=np.asarray([[np.inf, 1.0], [1.0, np.inf]]),
        transfer_failure_share=0.1,
    )


def _service() -> Service:
    return Service(
        name="chat",
        latency_max_s=2.0,
        delay_tolerance=0.0,
        home=np.asarray([[0.0, 1.0, 0.0, 0.0]]),
        resident=np.asarray([False, True, False, True]),
        requests_per_accelerator_s=np.asarray([0.0, 2.0, 0.0, 2.0]),
        time_to_first_token_s=np.full(4, 0.3),
        burstiness=1.2,
        value_per_request=0.01,
        it_kw_per_accelerator=np.ones(4),
    )


def _jobs(
    rng: np.random.Generator, count: int, timeline: Timeline, accelerators: int
) -> tuple[Jobs, NDArray[np.int64]]:
    start_s, end_s = int(timeline.edges_s[0]), int(timeline.edges_s[-1])
    release_s = np.sort(start_s + rng.integers(0, max(1, int(0.7 * (end_s - start_s))), count))
    true_s = np.clip(rng.lognormal(8.5, 0.8, count), 300, 6 * 3600).astype(np.int64)
    declared_s = np.minimum((true_s * rng.uniform(1.0, 1.6, count)).astype(np.int64) + 60, 8 * 3600)
    slack_s = (rng.choice([2.0, 6.0, 12.0], count) * 3600).astype(np.int64)
    deadline_s = np.minimum(release_s + declared_s + slack_s, end_s)
    kind = rng.integers(0, 2, count)
    allowed = np.zeros((count, 4), dtype=np.bool_)
    allowed[:, [0, 2]] = True
    allowed[rng.random(count) < 0.3, 2] = False
    largest = max(2, accelerators // 4)
    return (
        Jobs(
            name=np.asarray([f"job-{number:03d}" for number in range(count)]),
            work_class=kind,
            release_s=release_s,
            deadline_s=deadline_s,
            accelerators=np.minimum(2 ** rng.integers(0, 5, count), largest),
            declared_s=declared_s,
            expected_s=declared_s,
            interruptible=rng.random(count) < 0.6,
            restart_s=np.full(count, 120),
            minimum_run_s=np.full(count, 900),
            home=np.zeros(count, dtype=np.int64),
            allowed=allowed,
            movable=rng.random(count) < 0.9,
            elastic=np.zeros(count, dtype=np.bool_),
            data_gb=rng.uniform(1, 200, count),
            sensitivity=rng.integers(0, 3, count),
            classes=(
                WorkClass(name="training", value_per_accelerator_h=2.0),
                WorkClass(
                    name="batch", value_per_accelerator_h=1.0, delay_cost_per_accelerator_h=0.001
                ),
            ),
        ),
        true_s,
    )


def _history(
    rng: np.random.Generator, hours: int, negative_prices: bool, warm_up_h: int
) -> History:
    first = START - timedelta(hours=warm_up_h)
    timeline = regular(first, timedelta(hours=1), hours + warm_up_h)
    hour = np.arange(len(timeline)) % 24
    signals: list[Signal] = []
    for index, zone in enumerate(("east", "north")):
        price = 60 + 25 * np.sin(2 * np.pi * (hour - 9 - index) / 24) + rng.normal(0, 6, len(hour))
        price = price - (70.0 if negative_prices else 25.0) * ((hour >= 11) & (hour < 15))
        columns = {
            Kind.CARBON_AVERAGE: 350 + 100 * np.sin(2 * np.pi * (hour - 3) / 24),
            Kind.TEMPERATURE: 12 + 6 * np.sin(2 * np.pi * (hour - 9) / 24) - 4 * index,
            Kind.HUMIDITY: np.full(len(hour), 0.6),
        }
        signals += _published(first, zone, price)
        signals += [
            Signal(
                kind=kind,
                zone=zone,
                timeline=timeline,
                values=values,
                source="seeded",
                nature=Nature.SYNTHETIC,
            )
            for kind, values in columns.items()
        ]
    wind = np.clip(0.4 + 0.3 * np.sin(2 * np.pi * hour / 24) + rng.normal(0, 0.1, len(hour)), 0, 1)
    curtailed = np.where((hour < 5) | (hour == 12), 30.0, 0.0)
    asked = 40 + 25 * np.sin(2 * np.pi * (hour - 8) / 24) + rng.normal(0, 2, len(hour))
    more = {
        (Kind.WIND, "north"): wind,
        (Kind.CURTAILMENT, "north"): curtailed,
        (Kind.REQUESTS, demand_zone("chat", "users")): np.maximum(asked, 1.0),
    }
    signals += [
        Signal(
            kind=kind,
            zone=zone,
            timeline=timeline,
            values=values,
            source="seeded",
            nature=Nature.SYNTHETIC,
        )
        for (kind, zone), values in more.items()
    ]
    return add(History(), signals)


def _published(first: datetime, zone: str, price: NDArray[np.float64]) -> list[Signal]:
    """Prices as day-ahead markets publish them: a day at 13:00 of the day before."""
    found = []
    for day in range(len(price) // 24):
        start = first + timedelta(days=day)
        found.append(
            Signal(
                kind=Kind.PRICE,
                zone=zone,
                timeline=regular(start, timedelta(hours=1), 24),
                values=price[24 * day : 24 * day + 24],
                source="seeded day-ahead price",
                currency="EUR",
                issued_at=start - timedelta(hours=11),
                nature=Nature.SYNTHETIC,
            )
        )
    return found
