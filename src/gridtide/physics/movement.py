"""What a token moves and computes: bits read from memory and sent between accelerators, operations, and their energy.

Modelled: nobody meters these. Energies of a bit and of an operation come in as arguments, each with its source.
"""

import math

PICO = 1e-12


def moved_j(bits: float, pj_per_bit: float) -> float:
    """Energy [J] of moving bits (>= 0) at so many picojoules each.

    Reference: definition.
    """
    return bits * pj_per_bit * PICO


def wire_pj_per_bit(distance_mm: float, pj_per_bit_mm: float) -> float:
    """Energy of a bit [pJ] along a wire on the chip: proportional to the way [mm].

    pj_per_bit_mm: 0 or more. Reference: definition.
    """
    return distance_mm * pj_per_bit_mm


def computed_j(operations: float, pj_per_operation: float) -> float:
    """Energy [J] of arithmetic at so many picojoules an operation.

    Both 0 or more. Reference: definition.
    """
    return operations * pj_per_operation * PICO


def experts_read_share(sequences: float, experts: float, experts_per_token: float) -> float:
    """Share of the experts [0-1] that at least one of so many sequences (> 0) asks for in an iteration.

    Each token picks its experts by chance, alike and apart from the others; experts = 0 for a model without.
    Reference: chance that none of so many independent picks asks for an expert.
    """
    if experts <= 0.0:
        return 1.0
    return 1.0 - math.pow(1.0 - experts_per_token / experts, sequences)


def read_bits_per_token(
    sequences: float,
    shared_bits: float,
    expert_bits: float,
    experts: tuple[float, float],
    context_bits: float,
) -> float:
    """Bits read from memory for one generated token with so many sequences in flight (> 0).

    shared_bits: weights that every token needs, expert_bits: those of all experts; both are read once an iteration
    for all sequences together. experts: how many there are, and how many a token asks for. context_bits: keys and
    values of the token's own sequence. Reference: the count of arXiv 2302.14017 and of any roofline of decoding. Unit:
    bits a token [1].
    """
    read = expert_bits * experts_read_share(sequences, experts[0], experts[1])
    return (shared_bits + read) / sequences + context_bits


def operations_per_token(active_parameters: float) -> float:
    """Operations of one token through a model: a multiplication and an addition for each weight that is active.

    Reference: arXiv 2001.08361; attention over the context is left out. Unit: operations [1]; active_parameters: 0 or
    more.
    """
    return 2.0 * active_parameters


def linked_bits_per_token(accelerators: float, layers: float, width: float, bits: float) -> float:
    """Bits over the links between accelerators for one token: two all-reduces of its vector a layer.

    accelerators: of a replica in tensor parallel; width: of the vector, in numbers of so many bits. A ring sends
    each vector 2 (n - 1) times. Reference: arXiv 1909.08053. Unit: bits a token [1]; accelerators: 1 or more.
    """
    return 2.0 * layers * 2.0 * (accelerators - 1.0) * width * bits
