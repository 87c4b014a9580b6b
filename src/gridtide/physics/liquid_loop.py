"""A loop of liquid that takes heat from the boards: its flow, and the seconds it lasts without one."""

WATER_KJ_PER_KG_K = 4.187


def captured_kw(heat_kw: float, share: float = 0.80) -> float:
    """Heat the liquid takes [kW] of heat_kw [kW]; the rest is left to the air of the room.

    share: 0.70 to 0.95. Reference: engineering default; assumed, give your own.
    """
    return share * heat_kw


def loop_flow_kg_per_s(
    heat_kw: float, span_k: float, kj_per_kg_k: float = WATER_KJ_PER_KG_K
) -> float:
    """Flow [kg/s] that carries heat_kw [kW] with a rise of span_k [K, above 0]. Reference: energy balance."""
    return heat_kw / (kj_per_kg_k * span_k)


def ride_through_s(heat_kw: float, kj_per_k: float, spare_k: float) -> float:
    """Seconds until a loop without flow has warmed by spare_k [K], with heat_kw [kW, above 0] going into it.

    kj_per_k: heat that liquid and cold plates take up per kelvin. Reference: energy balance; 10 to 30 s are
    reported of real loops (assumed), which is why their load has no thermal freedom.
    """
    return kj_per_k * spare_k / heat_kw
