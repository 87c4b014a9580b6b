"""A small study whose sites buy a day ahead and settle the rest in real time."""

from dataclasses import replace
from datetime import timedelta

import numpy as np

from gridtide.fleet.contract import Exposure
from gridtide.signals.history import add
from gridtide.signals.signal import Kind, Nature, Signal
from gridtide.simulate.study import Study
from gridtide.testing.studies import START, small_study
from gridtide.timeline import regular


def two_settlement_study(policy_jobs: int = 12) -> Study:
    """Both sites buy day-ahead until six hours before delivery and settle the rest in real time."""
    study = small_study(8, hours=48, jobs=policy_jobs, accelerators=64)
    rng = np.random.default_rng(1)
    hourly = regular(START - timedelta(hours=24), timedelta(hours=1), 72)
    real_time = [
        Signal(
            kind=Kind.PRICE,
            zone=f"{zone}-rt",
            timeline=hourly,
            values=rng.normal(60.0, 40.0, len(hourly)),
            source="seeded real-time price",
            currency="EUR",
            nature=Nature.SYNTHETIC,
        )
        for zone in ("east", "north")
    ]
    sites = tuple(
        replace(
            site,
            contract=replace(
                site.contract,
                exposure=Exposure.TWO_SETTLEMENT,
                real_time_zone=f"{site.zone}-rt",
                gate_closure_h=6.0,
                demand_charge_per_kw_month=0.0,
            ),
        )
        for site in study.fleet.sites
    )
    kinds = tuple(replace(kind, delay_cost_per_accelerator_h=0.0) for kind in study.jobs.classes)
    return replace(
        study,
        fleet=replace(study.fleet, sites=sites),
        jobs=replace(study.jobs, classes=kinds),
        history=add(study.history, real_time),
        objective=replace(study.objective, carbon_price_per_t=0.0),
    )
