"""Site models written down by hand, for tests that need one without fitting it."""

import numpy as np

from gridtide.fleet.learning.coefficients import CAPACITY, COEFFICIENTS
from gridtide.fleet.learning.intervals import CELLS, Spread
from gridtide.fleet.learning.known import Hole
from gridtide.fleet.learning.site_map import DeadBand, SiteMap, SlowShare
from gridtide.fleet.learning.site_model import Judged, Ranges, SiteModel

COLDEST_C, WARMEST_C = -5.0, 32.0


def plain_map(it_capacity_kw: float, *, rest_kw: float = 0.0) -> SiteMap:
    """Usual coefficients, two dead bands, and a rest that rises with the weather up to rest_kw."""
    coefficients = np.asarray([one.usual for one in COEFFICIENTS])
    coefficients[CAPACITY] = it_capacity_kw
    return SiteMap(
        coefficients=coefficients,
        highest_mhz=1980.0,
        at_utilisation=np.asarray([0.1, 0.5, 0.95]),
        at_outdoor_c=np.asarray([0.0, 15.0, 30.0]),
        rest_kw=np.outer(np.asarray([0.2, 0.6, 1.0]), np.asarray([0.0, 0.5, 1.0])) * rest_kw,
        dead_bands=(
            DeadBand(of="outdoor", low=17.0, high=20.0, weight=0.03),
            DeadBand(of="heat", low=0.6 * it_capacity_kw, high=0.7 * it_capacity_kw, weight=0.02 * it_capacity_kw),
        ),
        slow_shares=(SlowShare(lag_s=1200.0, share=0.1), SlowShare(lag_s=10_800.0, share=0.05)),
        lag_more=-0.5,
    )  # fmt: skip


def plain_model(it_capacity_kw: float, *, rest_kw: float = 0.0) -> SiteModel:
    """A model around the plain map, with data of all load between 5 and 32 °C."""
    return SiteModel(
        site="made-up",
        input_digest="0" * 64,
        it_capacity_given=True,
        site_map=plain_map(it_capacity_kw, rest_kw=rest_kw),
        spread=Spread(
            edges_utilisation=np.linspace(0.25, 0.75, CELLS - 1),
            edges_wet_c=np.linspace(5.0, 15.0, CELLS - 1),
            scale=np.full((CELLS, CELLS), 0.01),
            below=-1.7,
            above=1.7,
        ),
        ranges=Ranges(
            utilisation=(0.0, 1.0),
            clock_mhz=(1300.0, 1980.0),
            wet_c=(COLDEST_C, 24.0),
            dry_c=(COLDEST_C, WARMEST_C),
            felt_c=(COLDEST_C, WARMEST_C),
            it_kw=(0.0, it_capacity_kw),
            facility_kw=(0.3 * it_capacity_kw, 1.6 * it_capacity_kw),
        ),
        holes=(Hole(clock=(0.0, 0.6), wet_c=(-5.0, 24.0), utilisation=(0.0, 1.0)),),
        enclosed=(),
        judged=Judged(
            days=60,
            mape=0.012,
            bias=0.001,
            coverage=0.9,
            mape_constant_pue=0.05,
            mape_pue_by_temperature=0.02,
            mape_pue_and_straight_it=0.03,
            share_inside=0.97,
        ),
    )
