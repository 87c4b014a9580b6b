"""How far energy per token is from the best measured point, the best that is sold, and the limits of physics."""

from dataclasses import dataclass

from gridtide.fleet.energy_facts import EnergyFacts, ModelFacts
from gridtide.fleet.serving_model import ServingModel, serving_w
from gridtide.physics.limits import erased_bits, landauer_j
from gridtide.physics.movement import operations_per_token
from gridtide.physics.serving_power import joules_per_token, tokens_per_s


@dataclass(frozen=True, kw_only=True)
class Step:
    """One rung: J of the accelerators for a generated token, how it is known and whence."""

    rung: str
    joules_per_token: float
    mark: str
    source: str


def joules_at(model: ServingModel, sequences: float) -> float:
    """J of the accelerators for a token with so many sequences in flight, by the fit."""
    power_w = serving_w(model, sequences)
    rate = tokens_per_s(sequences, model.first_s, *model.per_sequence_s)
    return joules_per_token(model.accelerators, power_w, rate)


def best_sequences(model: ServingModel) -> float:
    """Sequences in flight, whole, at which a token takes least inside the range of the fit."""
    counts = range(int(model.sequences_from), int(model.sequences_to) + 1)
    return float(min(counts, key=lambda count: joules_at(model, count)))


def hardware_gain(facts: EnergyFacts) -> float:
    """What the best accelerator that is sold does per joule over the reference: the smaller of operations and bits."""
    old, new = facts.ladder["reference"].numbers, facts.ladder["shipped"].numbers
    per_w = old["power_w"] / new["power_w"]
    return min(
        per_w * new[figure] / old[figure] for figure in ("operations_per_s", "memory_bits_per_s")
    )


def ladder_of(
    now: float, mark: str, model: ServingModel, known: ModelFacts | None, facts: EnergyFacts
) -> tuple[Step, ...]:
    """From a measured or simulated present down to Landauer. now: J of the accelerators for a generated token.

    The last rung is left out for a model of which no operations are known.
    """
    best = best_sequences(model)
    best_j = joules_at(model, best)
    shipped, cmos, limit = (facts.ladder[rung] for rung in ("shipped", "cmos", "landauer"))
    steps = [
        Step(rung="now", joules_per_token=now, mark=mark, source="this case"),
        Step(
            rung="best measured point",
            joules_per_token=best_j,
            mark="measured",
            source=f"the fit of {model.name} at {best:,.0f} sequences in flight, where it takes least",
        ),
        Step(
            rung=f"best that is sold ({shipped.name})",
            joules_per_token=best_j / hardware_gain(facts),
            mark=shipped.mark,
            source=shipped.source,
        ),
        Step(
            rung="CMOS headroom",
            joules_per_token=best_j / cmos.numbers["times"],
            mark=cmos.mark,
            source=cmos.source,
        ),
    ]
    if known is None:
        return tuple(steps)
    bits = erased_bits(
        operations_per_token(known.active_parameters), limit.numbers["bits_per_operation"]
    )
    floor = Step(
        rung="Landauer",
        joules_per_token=landauer_j(bits, limit.numbers["temperature_k"]),
        mark=limit.mark,
        source=limit.source,
    )
    return (*steps, floor)
