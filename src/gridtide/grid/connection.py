"""Where a load meets the grid: how strong it is there, and how large the load."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Connection:
    """short_circuit_kva, x_over_r: of the grid at the point, above 0. power_factor: of the load, lagging, (0, 1].
    nominal_hz: 50 or 60; flicker is judged by a lamp of 230 V at 50 Hz and of 120 V at 60 Hz."""

    short_circuit_kva: float
    x_over_r: float
    power_factor: float = 0.98
    nominal_hz: float = 60.0
