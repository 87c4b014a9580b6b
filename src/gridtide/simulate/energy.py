"""Where the energy of a course went, from the grid to the chip, by its meters and the models of its parts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.building import (
    capacities_kw,
    facility_power_kw,
    is_learned,
    overheads_kw,
    plants_of,
)
from gridtide.fleet.energy_facts import EnergyFacts, ModelFacts, MovementFacts
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.serving_model import ServingModel
from gridtide.loop.world import Telemetry
from gridtide.physics.movement import linked_bits_per_token, operations_per_token
from gridtide.settle.energy_flows import Flow, Mark, gathered
from gridtide.settle.machine_energy import (
    Machines,
    Traffic,
    divides,
    server_flows,
    working_flows,
)
from gridtide.simulate.study import Study
from gridtide.simulate.truth import Truth

Real = NDArray[np.float64]
PARTS = (
    "transformers",
    "UPS",
    "distribution",
    "room fans",
    "pumps",
    "compressors",
    "free cooling",
    "cooling towers",
    "building",
)
"""Of a building, in the order of `kernels.energy_parts.facility_parts`."""
MISSED = 1e-9


@dataclass(frozen=True, kw_only=True)
class FleetEnergy:
    """A course's flows, and what a reader must know of how they were divided. answers, tokens, it_kwh: of each service
    by name, tokens 0 where a case states none."""

    flows: tuple[Flow, ...]
    notes: tuple[str, ...]


def energy_of(
    study: Study, truth: Truth, seen: Telemetry, facts: EnergyFacts, prompts: Mapping[str, float]
) -> FleetEnergy:
    """Flows from grid, supply and stores to the parts of chips. prompts: tokens of a prompt by service.

    Raises ValueError where the parts of a building do not sum to what its meter saw.
    """
    hours = study.timeline.hours
    notes: dict[str, None] = {}
    flows = [*_metered(seen, hours), *_facility(study.fleet, truth, seen, hours)]
    for machines, place, traffic in _machines(study, seen, hours, facts, prompts):
        kind = study.fleet.pools[place].accelerator
        parts = facts.servers.get(kind)
        flows += server_flows(machines, parts)
        if parts is None or not divides(machines, parts):
            notes[
                f"{machines.use} on {kind}: not divided, its servers are of no kind that is known"
            ] = None
        elif not machines.parked:
            moving, held = working_flows(machines, parts, traffic, facts.movement.get(kind))
            flows += moving
            if held < 1.0:
                notes[f"{machines.use} on {kind}: bits and operations would draw {1 / held:.2f} times what was drawn;"
                      " they are held to it"] = None  # fmt: skip
    return FleetEnergy(flows=gathered(flows), notes=tuple(notes))


def _metered(seen: Telemetry, hours: Real) -> Iterator[Flow]:
    """What came to the sites' own side of their meters, and what left it or was stored."""

    def flow(source: str, target: str, kw: Real) -> Flow:
        return Flow(source=source, target=target, kwh=float((kw * hours).sum()), mark=Mark.METERED)

    yield flow("grid", "sites", seen.import_kw)
    yield flow("on-site supply", "sites", seen.supply_kw - seen.unused_supply_kw)
    yield flow("from batteries", "sites", seen.discharge_kw)
    if seen.genset.size:
        yield flow("generators", "sites", seen.genset[0])
    if seen.made_kw.size:
        made_kwh = float((seen.made_kw * hours).sum() - (seen.led_past_kw * hours).sum())
        yield Flow(source="plants", target="sites", kwh=made_kwh, mark=Mark.METERED)
    yield flow("sites", "into batteries", seen.charge_kw)
    yield flow("sites", "exported", seen.export_kw)


def parts_kw(fleet: Fleet, it_kw: Real, outdoor_c: Real, ups_kw: Real | None = None) -> Real:
    """Power of each of PARTS, (PARTS, S, T), kW. ups_kw: rating of the UPS in use, the building's own by default.

    Of a learned building everything beside IT is the building's: its meter does not tell parts apart.
    """
    from gridtide.kernels import energy_parts

    built, learned = capacities_kw(fleet), is_learned(fleet)
    rated = np.broadcast_to(built[:, None], it_kw.shape) if ups_kw is None else ups_kw
    parts = np.asarray(
        energy_parts.facility_parts(
            np.ascontiguousarray(it_kw),
            built,
            np.ascontiguousarray(rated),
            np.ascontiguousarray(outdoor_c),
            plants_of(fleet),
        )
    )
    if learned.any():
        beside_kw = (
            facility_power_kw(fleet, it_kw, outdoor_c) - overheads_kw(fleet)[:, None] - it_kw
        )
        parts[:, learned] = 0.0
        parts[8, learned] = beside_kw[learned]
    return parts


def _facility(fleet: Fleet, truth: Truth, seen: Telemetry, hours: Real) -> Iterator[Flow]:
    """Parts of the buildings; cooling that was moved in time is the compressors', what a case adds the building's."""
    parts = parts_kw(fleet, seen.it_kw, truth.outdoor_c)
    parts[8] += overheads_kw(fleet)[:, None]
    beyond_kw = seen.facility_kw - seen.it_kw - parts.sum(axis=0)
    if not len(seen.air_c) and (np.abs(beyond_kw) > MISSED * seen.facility_kw).any():
        raise ValueError("the parts of a building do not sum to what its meter saw")
    parts[5] += beyond_kw
    for name, kw in zip(PARTS, parts, strict=True):
        kwh = float((kw * hours).sum())
        yield Flow(source="sites", target=name, kwh=kwh, mark=Mark.MODELLED)
    whole = float((seen.it_kw * hours).sum())
    yield Flow(source="sites", target="IT", kwh=whole, mark=Mark.METERED)


def _machines(
    study: Study,
    seen: Telemetry,
    hours: Real,
    facts: EnergyFacts,
    prompts: Mapping[str, float],
) -> Iterator[tuple[Machines, int, Traffic | None]]:
    """Machines on jobs, that answer and that are parked, by place, with what working ones moved where that is known."""
    fleet, menu = study.fleet, study.fleet.menu
    for entry, place in enumerate(menu.place):
        busy_h = float((seen.busy[:, entry] * hours).sum())
        jobs = Machines(
            use="machines on jobs",
            it_kwh=busy_h * float(menu.it_kw[entry]),
            accelerator_h=busy_h,
            parked=False,
        )
        moving = facts.movement.get(fleet.pools[place].accelerator)
        done_h = busy_h * float(menu.pace[entry])
        yield jobs, int(place), None if moving is None else _of_jobs(moving, done_h)
    for number, service in enumerate(study.services):
        for place in range(len(fleet.pools)):
            active, power_kw = seen.active[number, place], seen.answering_kw[number, place]
            answering = Machines(
                use="machines that answer",
                it_kwh=float((active * power_kw * hours).sum()),
                accelerator_h=float((active * hours).sum()),
                parked=False,
            )
            model = service.models[place] if service.models else None
            known = facts.models.get(model.name) if model else None
            traffic = None
            if model is not None and known is not None and service.name in prompts:
                answered = seen.answered[number, :, place].sum(axis=0)
                asked = (service.tokens_per_request, prompts[service.name])
                traffic = of_answers(model, known, asked, answered, active, hours)
            yield answering, place, traffic
    used = menu.by_place(seen.busy.sum(axis=0)) + seen.active.sum(axis=0)
    for place, pool in enumerate(fleet.pools):
        idle_h = float(((pool.accelerators - used[place]) * hours).sum())
        rest_kwh = float((seen.rest_kw[place] * hours).sum()) if seen.rest_kw.size else 0.0
        parked = Machines(
            use="parked machines",
            it_kwh=idle_h * pool.parked_kw_per_accelerator + rest_kwh,
            accelerator_h=idle_h,
            parked=True,
        )
        yield parked, place, None


def _of_jobs(facts: MovementFacts, done_h: float) -> Traffic:
    """What jobs move and compute in accelerator-hours at full speed, by assumed shares of the data sheet."""
    seconds = 3600.0 * done_h
    return Traffic(
        read_bits=facts.training_memory * facts.memory_bits_per_s * seconds,
        linked_bits=0.0,
        operations=facts.training_operations * facts.operations_per_s * seconds,
    )


def of_answers(
    model: ServingModel,
    facts: ModelFacts,
    asked: tuple[float, float],
    answered: Real,
    active: Real,
    hours: Real,
) -> Traffic:
    """What answers read, send and compute. asked: tokens of an answer and of its prompt; answered: requests per
    second, active: accelerators that answer, (T,). A prompt is computed beside the answers of others and writes its
    context once; an answer stands, on average, at its middle."""
    from gridtide.kernels import energy_parts

    tokens, prompt = asked
    replicas = np.maximum(active / model.accelerators, 1e-9)
    bits = energy_parts.read_bits(
        np.ascontiguousarray(answered / replicas),
        tokens,
        (model.first_s, model.per_sequence_s),
        (model.sequences_from, model.sequences_to),
        (facts.shared_bits, facts.expert_bits, (facts.experts, facts.experts_per_token)),
        facts.context_bits * (prompt + 0.5 * tokens),
    )
    requests = answered * hours * 3600.0
    whole = float(requests.sum())
    through = whole * (tokens + prompt)
    linked = linked_bits_per_token(model.accelerators, facts.layers, facts.width, facts.number_bits)
    return Traffic(
        read_bits=float((requests * tokens) @ bits) + whole * prompt * facts.context_bits,
        linked_bits=through * linked,
        operations=through * operations_per_token(facts.active_parameters),
    )
