"""Where the energy of a trace of requests goes, answered by replicas of one model in a building of their own."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.finding import Finding, refuse_if_any
from gridtide.fleet.demand import DemandTrace
from gridtide.fleet.energy_facts import EnergyFacts
from gridtide.fleet.serving_model import ServingModel, it_kw_per_accelerator, sequences_at
from gridtide.kernels import energy_parts
from gridtide.physics.heat_plant import WATER_CHILLER
from gridtide.physics.serving_power import tokens_per_s
from gridtide.settle.energy_flows import Flow, Mark, gathered
from gridtide.settle.machine_energy import (
    Machines,
    accelerator_kwh,
    divides,
    server_flows,
    working_flows,
)
from gridtide.simulate.answer_energy import Answers
from gridtide.simulate.energy import PARTS, FleetEnergy, of_answers

Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Served:
    """A trace that was answered: its flows, its answers, how many replicas and how long."""

    energy: FleetEnergy
    answers: Answers
    replicas: int
    hours: float


def served(
    trace: DemandTrace,
    model: ServingModel,
    kind: str,
    facts: EnergyFacts,
    sequences: float,
    prompt_kw: float,
    outdoor_c: float,
) -> Served:
    """As many replicas as hold `sequences` in flight in the fullest window, on throughout; a water chiller at
    outdoor_c (wet bulb, °C), the building sized for the replicas at full batches. Prompts take their share of each
    replica's time, at prompt_kw an accelerator with its server [kW]; answers are generated in the rest.

    Windows in which nothing was collected are left out. Raises BadInput outside the range of the fit.
    """
    refuse_if_any(_faults(trace, model, sequences))
    known = np.isfinite(trace.requests_per_s)
    requests, out = trace.requests_per_s[known], trace.output_tokens_per_s[known]
    hours = np.full(len(requests), trace.window_s / 3600.0)
    rate = tokens_per_s(sequences, model.first_s, *model.per_sequence_s)
    prompts_s = trace.input_tokens_per_s[known] * model.prefill_s_per_token
    replicas = max(1, math.ceil(float((out / rate + prompts_s).max())))
    accelerators = replicas * model.accelerators
    full_kw = accelerators * max(prompt_kw, it_kw_per_accelerator(model, model.sequences_to))
    left = 1.0 - prompts_s / replicas
    it_kw = accelerators * np.asarray(
        [
            share * it_kw_per_accelerator(model, sequences_at(model, each, 1.0))
            + (1.0 - share) * prompt_kw
            for share, each in zip(left, out / replicas / left, strict=True)
        ]
    )
    parts = _building(it_kw, full_kw, outdoor_c)
    whole_kw = it_kw + parts.sum(axis=0)
    machines = Machines(
        use="machines that answer",
        it_kwh=float((it_kw * hours).sum()),
        accelerator_h=float(accelerators * hours.sum()),
        parked=False,
    )
    asked = float(requests.sum())
    tokens = float(out.sum()) / asked
    prompt = float(trace.input_tokens_per_s[known].sum()) / asked
    flows = [_flow("grid", "sites", whole_kw, hours, Mark.MODELLED)]
    flows += [
        _flow("sites", name, kw, hours, Mark.MODELLED)
        for name, kw in zip(PARTS, parts, strict=True)
    ]
    flows.append(_flow("sites", "IT", it_kw, hours, Mark.MODELLED))
    flows += server_flows(machines, facts.servers.get(kind))
    notes = [
        f"{replicas} replicas of {model.accelerators} {kind} hold {sequences:g} sequences in the fullest window"
        f" and stay on; wet bulb {outdoor_c:g} °C, a water chiller; all of it modelled",
        f"prompts take {float(np.mean(1.0 - left)):.1%} of the replicas' time at {prompt_kw:.3f} kW an accelerator:"
        " time and power of prompts are assumed",
        *trace.notes,
    ]
    parts_of, model_facts = facts.servers.get(kind), facts.models.get(model.name)
    own = None
    if parts_of is not None and divides(machines, parts_of):
        own = accelerator_kwh(machines, parts_of)
        active = accelerators * left
        traffic = (
            of_answers(model, model_facts, (tokens, prompt), requests, active, hours)
            if model_facts
            else None
        )
        moving, held = working_flows(machines, parts_of, traffic, facts.movement.get(kind))
        flows += moving
        if held < 1.0:
            notes.append(
                f"bits and operations would draw {1 / held:.2f} times what was drawn; they are held to it"
            )
    answers = asked * trace.window_s
    return Served(
        energy=FleetEnergy(flows=gathered(flows), notes=tuple(notes)),
        answers=Answers(
            service=trace.source,
            model=model,
            answers=answers,
            tokens=answers * tokens,
            accelerator_kwh=own,
            it_kwh=machines.it_kwh,
            meter_kwh=float((whole_kw * hours).sum()),
        ),
        replicas=replicas,
        hours=float(hours.sum()),
    )


def _building(it_kw: Real, full_kw: float, outdoor_c: float) -> Real:
    row = it_kw[None, :]
    found: Real = energy_parts.facility_parts(
        np.ascontiguousarray(row),
        np.asarray([full_kw]),
        np.full(row.shape, full_kw),
        np.full(row.shape, outdoor_c),
        np.asarray([WATER_CHILLER], dtype=np.int64),
    )
    return np.asarray(found[:, 0])


def _flow(source: str, target: str, kw: Real, hours: Real, mark: Mark) -> Flow:
    return Flow(source=source, target=target, kwh=float((kw * hours).sum()), mark=mark)


def _faults(trace: DemandTrace, model: ServingModel, sequences: float) -> list[Finding]:
    faults = []
    if not model.sequences_from <= sequences <= model.sequences_to:
        faults.append(
            Finding(
                subject=f"--sequences {sequences:g}",
                value=f"is outside the fit of {model.name}",
                limit=f"{model.sequences_from:g} to {model.sequences_to:g}",
                mend="Choose a number inside.",
            )
        )
    if not np.nansum(trace.output_tokens_per_s) > 0:
        faults.append(
            Finding(
                subject=trace.source,
                value="no generated tokens",
                limit="answers with tokens",
                mend="Give a trace of requests that were answered.",
            )
        )
    return faults
