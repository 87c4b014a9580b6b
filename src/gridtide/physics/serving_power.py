"""Power and speed of accelerators that answer requests, by the mean number of sequences in flight.

Parameters belong to one model on one accelerator in one arrangement; they are fits, never a property of a
class of machines. Reference: arXiv 2602.05116 for the form; fits to a public leaderboard in the tests.
"""

import math


def serving_power_w(
    batch: float, least_w: float, range_w: float, steepness: float, middle: float
) -> float:
    """Power of one accelerator [W] with `batch` sequences in flight per replica (> 0): logistic in log2.

    least_w, range_w: power at small batches, and how much it rises [W]. middle: log2 of the batch at half. steepness:
    0.3 to 3 of plausible fits. Reference: the form of arXiv 2602.05116; valid within the batches of the fit.
    """
    return least_w + range_w / (1.0 + math.exp(-steepness * (math.log2(batch) - middle)))


def iteration_s(
    batch: float, first_s: float, per_sequence_s: float, per_square_s: float = 0.0
) -> float:
    """Effective time of one decoding iteration [s]: linear in the sequences in flight, or bent upward.

    per_square_s: for a model whose measured rate at full batches falls behind the straight line. batch: 0 or more,
    within the fit's. Reference: the straight line of arXiv 2602.05116; the bend is a fit of ours.
    """
    return first_s + (per_sequence_s + per_square_s * batch) * batch


def tokens_per_s(
    batch: float, first_s: float, per_sequence_s: float, per_square_s: float = 0.0
) -> float:
    """Tokens a replica generates [1/s]: every sequence in flight gets one an iteration.

    batch above 0; coefficients as in `iteration_s`. Reference: definition.
    """
    return batch / iteration_s(batch, first_s, per_sequence_s, per_square_s)


def joules_per_token(accelerators: float, power_w: float, rate_tokens_per_s: float) -> float:
    """Energy of a token [J] on a replica of some accelerators.

    accelerators: of the replica, 1 or more; power_w: of one [W]; the rate above 0 [1/s]. Reference: energy balance.
    """
    return accelerators * power_w / rate_tokens_per_s


def parked_energy_share(
    energy_share: float, accelerator_share: float, idle_w: float, busy_w: float
) -> float:
    """Energy left of a fleet that answers with fuller batches on fewer accelerators, the others idle [0-1].

    energy_share: energy of a token after over before. accelerator_share: accelerators still needed.
    idle_w, busy_w: of one accelerator, parked, and before the change [W]. Powered off: idle_w = 0. Reference: energy
    balance over a fleet at the same rate of tokens.
    """
    return energy_share + (1.0 - accelerator_share) * idle_w / busy_w
