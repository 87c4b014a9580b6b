"""A cooling tower: power of its fans and the water it takes."""

LATENT_KJ_PER_KG = 2430.0
"""Heat that evaporating water takes at about 30 °C; steam tables."""


def tower_fan_kw(heat_kw: float, share: float = 0.012) -> float:
    """Power of a tower's fans [kW] for heat_kw [kW], 0 or more: a share [0-1) of the heat.

    Reference: engineering default; assumed, give your own.
    """
    return share * heat_kw


def evaporated_l_per_h(heat_kw: float, latent_share: float = 1.0) -> float:
    """Water that evaporates [L/h] to carry heat_kw [kW] away, 0 or more.

    latent_share: of the heat that leaves by evaporation [0-1], the rest warms air; 1 is the most there can be.
    Reference: energy balance with LATENT_KJ_PER_KG, a kilogram a litre.
    """
    return heat_kw * latent_share * 3600.0 / LATENT_KJ_PER_KG


def make_up_l_per_h(evaporated_l_per_h: float, concentration: float = 4.0) -> float:
    """Water a tower must be given [L/h]: what evaporates and what is let off so that salts stay in bounds.

    concentration: how many times saltier the basin may be than what is given, above 1. Drift is left out.
    Reference: mass balance of salt; four times is an assumed default. evaporated_l_per_h: 0 or more.
    """
    return evaporated_l_per_h * concentration / (concentration - 1.0)
