"""How much faster work runs on more servers."""


def speed_up(servers: float, contention: float, coherence: float) -> float:
    """Throughput of n servers over that of one: n / (1 + contention (n - 1) + coherence n (n - 1)).

    servers: 1 or more, 0 gives 0; both coefficients 0 or more. Rises up to sqrt((1 - contention) / coherence) servers.
    Reference: universal scalability law (N. Gunther, 2007); fit the coefficients of your own job. Dimensionless.
    """
    more = servers - 1.0
    return servers / (1.0 + contention * more + coherence * servers * more)
