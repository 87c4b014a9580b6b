"""What is known of where the energy of a machine goes: parts of servers, energy of bits and operations, models."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ServerParts:
    """One kind of server, by the share of it that an accelerator has.

    idle_w: of an accelerator that does nothing. rest_w, slope: the server draws rest_w + slope × accelerator [W].
    conversion, fans: shares of what it draws. others: what the rest is, with shares that sum to 1.
    """

    idle_w: float
    rest_w: float
    slope: float
    conversion: float
    fans: float
    others: tuple[tuple[str, float], ...]
    source: str


@dataclass(frozen=True, kw_only=True)
class MovementFacts:
    """Energy of a bit and of an operation on one kind of accelerator, and how much of both training takes.

    training_operations, training_memory: shares of the data sheet's operations_per_s and memory_bits_per_s.
    """

    memory_pj_per_bit: float
    wire_pj_per_bit_mm: float
    wire_mm: float
    link_pj_per_bit: float
    pj_per_operation: float
    operations_per_s: float
    memory_bits_per_s: float
    training_operations: float
    training_memory: float
    source: str


@dataclass(frozen=True, kw_only=True)
class ModelFacts:
    """What a token of a model reads and computes. shared_bits, expert_bits: of its weights; context_bits: of the keys
    and values of one token of the context; number_bits: of a number sent between accelerators."""

    active_parameters: float
    shared_bits: float
    expert_bits: float
    experts: float
    experts_per_token: float
    context_bits: float
    layers: float
    width: float
    number_bits: float
    source: str


@dataclass(frozen=True, kw_only=True)
class Rung:
    """A step of the ladder that is divided by, or computed from, facts: its numbers, its mark and its source."""

    numbers: Mapping[str, float]
    name: str
    mark: str
    source: str


@dataclass(frozen=True, kw_only=True)
class EnergyFacts:
    """Everything known, by name of accelerator or model; ladder: by rung."""

    servers: Mapping[str, ServerParts]
    movement: Mapping[str, MovementFacts]
    models: Mapping[str, ModelFacts]
    ladder: Mapping[str, Rung]
