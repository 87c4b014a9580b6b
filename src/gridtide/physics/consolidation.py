"""Fuller batches on fewer accelerators at the same total rate, the freed ones parked or off.

Iterations take first_s + per_sequence_s × sequences; powers of an accelerator at both batches come from
`serving_power_w` or a table. Valid within the batches that were measured.
"""


def consolidated_batch(batch: float, slower: float, first_s: float, per_sequence_s: float) -> float:
    """Sequences in flight per replica when the time between tokens may be `slower` (≥ 1) times as long.

    batch: sequences in flight before (> 0). first_s, per_sequence_s: of the iteration [s], both > 0.
    Reference: inverse of the linear iteration time, arXiv 2602.05116.
    """
    return (slower * (first_s + per_sequence_s * batch) - first_s) / per_sequence_s


def accelerators_left_share(batch: float, fuller: float, slower: float) -> float:
    """Accelerators still needed for the same rate, as a share of those before (0, 1].

    batch, fuller: sequences in flight before and after. slower: time between tokens after over before (≥ 1).
    Reference: every sequence in flight yields one token an iteration, so that needed = slower × batch ÷ fuller. Unit:
    share [1].
    """
    return slower * batch / fuller


def energy_left_share(accelerators_left: float, before_w: float, after_w: float) -> float:
    """Energy of a token after over before, nothing charged for freed accelerators (> 0).

    before_w, after_w: of one accelerator [W]. What parked ones draw: `parked_energy_share`.
    Reference: power × accelerators at the same rate of tokens.
    """
    return accelerators_left * after_w / before_w
