"""What a learned site has data of: its ranges, and the holes between data that no plan may use."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.finding import Finding
from gridtide.fleet.learning.known import Hole
from gridtide.fleet.learning.site_map import SiteMap
from gridtide.fleet.learning.site_model import Ranges
from gridtide.physics.site_map import it_share

Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class LearnedData:
    """Ranges of the data behind a learned site, and holes between them."""

    ranges: Ranges
    enclosed: tuple[Hole, ...]
    site_map: SiteMap


def in_holes(
    subject: str, data: LearnedData, it_kw: tuple[float, float], wet_c: Real
) -> Iterator[Finding]:
    """Holes that a site may come into: IT power it can have, kW, at a wet bulb of the period, °C, (T,)."""
    c = data.site_map.coefficients
    for hole in data.enclosed:
        low_kw, high_kw = (
            float(c[0]) * it_share(one, 1.0, float(c[1]), float(c[2]), float(c[3]), float(c[4]))
            for one in hole.utilisation
        )
        steps = int(((wet_c >= hole.wet_c[0]) & (wet_c < hole.wet_c[1])).sum())
        if steps and it_kw[0] < high_kw and it_kw[1] > low_kw:
            yield Finding(
                subject=subject,
                value=f"{steps} steps with a wet bulb of {hole.wet_c[0]:g} to {hole.wet_c[1]:g} °C, where "
                f"{low_kw:,.0f} to {high_kw:,.0f} kW of IT have no data",
                limit="load and weather with data, or close to both sides of a gap",
                mend='Learn from more days, or write learned_outside = "physics" and let its physics go on.',
            )
