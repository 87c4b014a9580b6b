"""How one language model answers on one kind of accelerator: speed and power by sequences in flight."""

import math
from dataclasses import dataclass

from gridtide.finding import Finding
from gridtide.physics.server import server_share_w
from gridtide.physics.serving_phases import table_value
from gridtide.physics.serving_power import iteration_s, serving_power_w, tokens_per_s
from gridtide.physics.serving_queue import fluid_batch


@dataclass(frozen=True, kw_only=True)
class ServingModel:
    """One fit, of one model on replicas of some accelerators in one arrangement.

    accelerators: of a replica. least_w, range_w, steepness, middle: power of an accelerator by sequences
    in flight (physics.serving_power). first_s, per_sequence_s: of a decoding iteration, the latter what the
    sequences in flight add and what their square adds.
    prefill_s_per_token: time a prompt's token takes. sequences_from, sequences_to: where the fit holds.
    rest_w, slope: what a server draws for an accelerator is rest_w + slope × its own power [W].
    prefill_w, idle_w: power of an accelerator while prompts are read, and while it waits [W]. memory_tokens: keys
    and values a replica can hold. power_table: where a logistic is too far off, sequences in flight, rising, and watts
    of an accelerator beside them, not falling; then least_w, range_w, steepness and middle are NaN.
    """

    name: str
    accelerators: int
    least_w: float
    range_w: float
    steepness: float
    middle: float
    first_s: float
    per_sequence_s: tuple[float, float]
    prefill_s_per_token: float
    sequences_from: float
    sequences_to: float
    rest_w: float
    slope: float
    prefill_w: float = math.nan
    idle_w: float = math.nan
    memory_tokens: float = math.nan
    power_table: tuple[tuple[float, ...], tuple[float, ...]] = ((), ())


def requests_per_s(model: ServingModel, sequences: float, tokens: float) -> float:
    """Requests of `tokens` generated tokens that a replica ends with so many sequences in flight [1/s]."""
    return tokens_per_s(sequences, model.first_s, *model.per_sequence_s) / tokens


def sequences_at(model: ServingModel, rate_per_s: float, tokens: float) -> float:
    """Sequences in flight on a replica that gets so many requests [1/s], inside the range of the fit."""
    found = fluid_batch(rate_per_s, tokens, model.first_s, *model.per_sequence_s)
    return min(max(found, model.sequences_from), model.sequences_to)


def serving_w(model: ServingModel, sequences: float) -> float:
    """Power of an accelerator itself with so many sequences in flight [W]; a table is flat beyond its ends."""
    known, watts = model.power_table
    if known:
        return table_value(sequences, known, watts)
    return serving_power_w(sequences, model.least_w, model.range_w, model.steepness, model.middle)


def it_kw_per_accelerator(model: ServingModel, sequences: float) -> float:
    """Power of an accelerator with its share of the server [kW]."""
    return server_share_w(serving_w(model, sequences), model.rest_w, model.slope) / 1000.0


def first_token_s(model: ServingModel, sequences: float, prompt_tokens: float) -> float:
    """Time to the first token without waiting [s]: the prompt, then one iteration."""
    prefill_s = prompt_tokens * model.prefill_s_per_token
    return prefill_s + iteration_s(sequences, model.first_s, *model.per_sequence_s)


def replica_faults(model: ServingModel) -> tuple[Finding, ...]:
    """What must be known of a model to answer on it request by request, and is not."""
    if math.isfinite(model.memory_tokens + model.prefill_w):
        return ()
    return (
        Finding(
            subject=f"model {model.name}",
            value="memory_tokens or prefill_w is not known",
            limit="both known",
            mend="State them in machines.toml, with their source.",
        ),
    )
