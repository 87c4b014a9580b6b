"""What the answers of each service took: at the accelerators, at the IT meter and at the meter of the site."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.energy_facts import EnergyFacts
from gridtide.fleet.serving_model import ServingModel
from gridtide.loop.world import Telemetry
from gridtide.settle.machine_energy import Machines, accelerator_kwh, divides
from gridtide.simulate.study import Study

Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Answers:
    """One service over a course. tokens: generated; 0 where the case states no model. accelerator_kwh: None where its
    servers cannot be divided. meter_kwh: its IT energy with the building's share for each kW of IT there and then.
    Machines that are parked for it are in none of them."""

    service: str
    model: ServingModel | None
    answers: float
    tokens: float
    accelerator_kwh: float | None
    it_kwh: float
    meter_kwh: float


def answers_of(study: Study, seen: Telemetry, facts: EnergyFacts) -> tuple[Answers, ...]:
    """Every service of a study, in its order."""
    hours, fleet = study.timeline.hours, study.fleet
    site = fleet.site_of_place
    pue = seen.facility_kw / np.maximum(seen.it_kw, 1e-12)
    found = []
    for number, service in enumerate(study.services):
        place_kw = seen.active[number] * seen.answering_kw[number]
        answers = float((seen.answered[number].sum(axis=(0, 1)) * hours).sum()) * 3600.0
        models = [model for model in service.models if model is not None]
        found.append(
            Answers(
                service=service.name,
                model=models[0] if models else None,
                answers=answers,
                tokens=answers * service.tokens_per_request if models else 0.0,
                accelerator_kwh=_own_kwh(study, seen, number, facts),
                it_kwh=float((place_kw * hours).sum()),
                meter_kwh=float((place_kw * pue[site] * hours).sum()),
            )
        )
    return tuple(found)


def _own_kwh(study: Study, seen: Telemetry, number: int, facts: EnergyFacts) -> float | None:
    hours, whole = study.timeline.hours, 0.0
    for place, pool in enumerate(study.fleet.pools):
        active = seen.active[number, place]
        machines = Machines(
            use=study.services[number].name,
            it_kwh=float((active * seen.answering_kw[number, place] * hours).sum()),
            accelerator_h=float((active * hours).sum()),
            parked=False,
        )
        parts = facts.servers.get(pool.accelerator)
        if parts is None or not divides(machines, parts):
            if machines.it_kwh > 0:
                return None
            continue
        whole += accelerator_kwh(machines, parts)
    return whole
