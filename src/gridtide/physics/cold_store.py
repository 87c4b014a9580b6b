"""Chilled water kept for later: how much cold a volume holds, and what is left of it."""

import math

KWH_PER_M3_K = 1.163
"""Heat that a cubic metre of water takes up per kelvin; reference: 4.187 kJ/(kg K) at 1,000 kg/m3."""


def chilled_water_kwh(volume_m3: float, span_k: float) -> float:
    """Cold [kWh of heat] in a full store of this volume between the two temperatures it works at, span_k apart.

    volume_m3, span_k: 0 or more. Reference: energy balance with KWH_PER_M3_K.
    """
    return KWH_PER_M3_K * volume_m3 * span_k


def cold_after_kwh(
    cold_kwh: float, into_kw: float, hours: float, loss_share_per_day: float
) -> float:
    """Cold [kWh of heat] after some hours with into_kw [kW of heat] held, less than 0 where cold is used.

    loss_share_per_day: what a full store loses in a day, 0 to below 1; the loss follows what is in it. Exact, so that
    no step is too long. Reference: energy balance with a loss in proportion to what is held.
    """
    if loss_share_per_day <= 0.0:
        return cold_kwh + into_kw * hours
    rate_per_h = -math.log1p(-loss_share_per_day) / 24.0
    kept = math.exp(-rate_per_h * hours)
    return cold_kwh * kept + into_kw * (1.0 - kept) / rate_per_h
