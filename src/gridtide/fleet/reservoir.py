"""Water behind a dam that a river fills."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.physics.hydro import KW_PER_FLOW_AND_HEAD, water_kwh

Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Reservoir:
    """A basin, the river that fills it, and the turbines below.

    volume_m3: of the basin; least_m3: always stays in it. head_m: net, taken as constant. turbine_kw: at the terminals.
    kept_m3_per_s: what of the inflow the river keeps: it passes the dam and makes no power; of a smaller inflow, all.
    start_share: how full the basin is at the start. What there is no room for is spilt.
    """

    volume_m3: float
    head_m: float
    turbine_kw: float
    turbine_efficiency: float = 0.90
    least_m3: float = 0.0
    kept_m3_per_s: float = 0.0
    start_share: float = 0.5
    wear_cost_per_kwh: float = 0.0

    @property
    def energy_kwh(self) -> float:
        """Of the water in a full basin, before any loss."""
        return water_kwh(self.volume_m3, self.head_m)

    def inflow_kw(self, flow_m3_per_s: Real) -> Real:
        """Power of the water that comes to the basin, before any loss, by the flow of the river [m³/s], (T,)."""
        spare = np.maximum(flow_m3_per_s - self.kept_m3_per_s, 0.0)
        return KW_PER_FLOW_AND_HEAD * self.head_m * spare
