"""The least energy that forgetting a bit may take, and what stands between it and a machine."""

import math

BOLTZMANN_J_PER_K = 1.380649e-23
"""Exact by the definition of the kelvin (SI, 2019)."""


def landauer_j(bits: float, temperature_k: float = 300.0) -> float:
    """Least energy [J] to erase bits (>= 0) at a temperature [K] (> 0): k T ln 2 each.

    Reference: Landauer 1961; at 300 K 2.87e-21 J a bit. A limit of physics, no model of a machine.
    """
    return bits * BOLTZMANN_J_PER_K * temperature_k * math.log(2.0)


def erased_bits(operations: float, bits_per_operation: float) -> float:
    """Bits that arithmetic forgets, where each operation forgets as many as its result is wide. Assumed.

    Both 0 or more; unit: bits [1]. Reference: Landauer 1961.
    """
    return operations * bits_per_operation
