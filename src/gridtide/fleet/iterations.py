"""How the power of training jobs rises and falls while they iterate."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Iterations:
    """How jobs of a class swing. period_s: shortest and longest; one between is drawn for each job, evenly by ratio.

    depth: fall of IT power between iterations, relative to the high [0-1); duty: share of a period at high; ramp_s: of
    starts and stops. Defaults: the middle of ranges that are assumed, and 18 s as synthetic traces have it (quoted).
    """

    period_s: tuple[float, float] = (0.5, 10.0)
    depth: float = 0.45
    duty: float = 0.7
    ramp_s: float = 18.0


ASSUMED = Iterations()
ASSUMED_FROM = (
    "the middle of unverified ranges, periods of 0.5 to 10 s and depths of 30 to 60 % of IT power; ramps of 18 s as"
    " synthetic traces of OpenG2G have them (quoted)"
)
"""Where what is assumed comes from, in words."""
