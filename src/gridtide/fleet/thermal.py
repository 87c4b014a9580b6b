"""What lets a building be cooled earlier or later than its machines give off heat."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Hall:
    """The machine hall as two stores of heat, its air and the mass behind it.

    air_kj_per_k, mass_kj_per_k, between_kw_per_k: as in `physics/room.py`. The air is kept from coolest_c to
    warmest_c and changes by at most change_max_k_per_h; set_c: where it is kept when nobody asks for more, °C.
    """

    air_kj_per_k: float
    mass_kj_per_k: float
    between_kw_per_k: float
    set_c: float = 24.0
    coolest_c: float = 18.0
    warmest_c: float = 27.0
    change_max_k_per_h: float = 20.0


@dataclass(frozen=True, kw_only=True)
class ColdStore:
    """Chilled water. energy_kwh: cold in a full store, kWh of heat; powers likewise, kW of heat.

    loss_share_per_day: of what is in it. start_share: how full it is at first, and at the end of a plan at least.
    """

    energy_kwh: float
    charge_max_kw: float
    discharge_max_kw: float
    loss_share_per_day: float = 0.01
    start_share: float = 0.5
