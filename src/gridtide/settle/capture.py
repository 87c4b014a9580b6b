"""How much of the possible saving a policy took."""

from collections.abc import Sequence

VANISHING = 0.01


def capture_ratio(
    reference: Sequence[float], policy: Sequence[float], perfect: Sequence[float]
) -> float | None:
    """Sum of (reference - policy) over sum of (reference - perfect), over periods or cases.

    perfect: the better of the coordinated plan on the truth and the policy itself. None (shown as n/a)
    when the possible saving is below 1 % of the reference.
    """
    possible = sum(reference) - sum(perfect)
    if abs(possible) < VANISHING * abs(sum(reference)) or possible <= 0:
        return None
    return (sum(reference) - sum(policy)) / possible
