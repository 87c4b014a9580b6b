"""Water that cooling draws from a place, hour by hour, and what it costs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.physics.tower import evaporated_l_per_h, make_up_l_per_h

Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class WaterTerms:
    """wet: whether the plant rejects its heat by towers at all. latent_share: of that heat that leaves by evaporation
    [0-1]; 1 is the most there can be. concentration: how much saltier the basin may get, above 1. dry_below_c: air
    at which fans alone carry the heat away, None where towers are always wet."""

    wet: bool
    latent_share: float = 1.0
    concentration: float = 4.0
    dry_below_c: float | None = None


def water_drawn_m3(rejected_kw: Real, outdoor_c: Real, hours: Real, terms: WaterTerms) -> Real:
    """Make-up water of each step, m³, (T,): what evaporates and what is let off. rejected_kw: heat that leaves by the
    towers, compressors' own included. outdoor_c: dry bulb."""
    if not terms.wet:
        return np.zeros_like(rejected_kw)
    l_per_kwh = make_up_l_per_h(evaporated_l_per_h(1.0, terms.latent_share), terms.concentration)
    wet = np.ones_like(rejected_kw)
    if terms.dry_below_c is not None:
        wet = np.where(outdoor_c < terms.dry_below_c, 0.0, 1.0)
    return wet * rejected_kw * hours * l_per_kwh / 1000.0
