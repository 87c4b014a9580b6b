"""How much faster work runs on more servers, and how many of them a share of a gang is."""

import math

ROUNDING = 1e-9
"""Of an accelerator: what rounding of a product may add."""


def speed_up(servers: float, contention: float, coherence: float) -> float:
    """Throughput of n servers over that of one: n / (1 + contention (n - 1) + coherence n (n - 1)).

    servers: 1 or more, 0 gives 0; both coefficients 0 or more. Rises up to sqrt((1 - contention) / coherence) servers.
    Reference: universal scalability law (N. Gunther, 2007); fit the coefficients of your own job. Dimensionless.
    """
    more = servers - 1.0
    return servers / (1.0 + contention * more + coherence * servers * more)


def accelerators_at(gang: int, gang_share: float) -> int:
    """Whole accelerators [1] that a share of a gang takes, rounded up: no rank runs on part of one.

    gang: 1 or more. gang_share: above 0; at 1 the gang itself. Source: arithmetic; that a job's speed-up is stated
    for the share and not for the accelerators rounded up to is an assumption, and on the safe side.
    """
    return math.ceil(gang * gang_share - ROUNDING)
