"""Power of falling water: on a river, behind a dam, and pumped up again."""

GRAVITY_M_PER_S2 = 9.80665
KW_PER_FLOW_AND_HEAD = GRAVITY_M_PER_S2
"""kW of a cubic metre of water a second over a metre: density 1,000 kg/m³ times gravity, over 1,000 W/kW."""


def hydro_power_kw(flow_m3_per_s: float, head_m: float, efficiency: float = 0.90) -> float:
    """Electric power [kW] of water through a turbine: density x gravity x flow x head x efficiency.

    flow 0 or more, head [m, net] 0 or more, efficiency (0, 1] of turbine and generator.
    Reference: definition; 0.90 is an assumed default.
    """
    return KW_PER_FLOW_AND_HEAD * flow_m3_per_s * head_m * efficiency


def turbined_m3_per_s(power_kw: float, head_m: float, efficiency: float = 0.90) -> float:
    """Water [m³/s] that power_kw [kW] takes; the inverse of hydro_power_kw. head_m above 0."""
    return power_kw / (KW_PER_FLOW_AND_HEAD * head_m * efficiency)


def pumped_m3_per_s(power_kw: float, head_m: float, efficiency: float = 0.90) -> float:
    """Water [m³/s] that pumps of power_kw [kW] lift by head_m [m, above 0]. efficiency (0, 1] of pump and motor.

    Reference: definition; 0.90 is an assumed default.
    """
    return power_kw * efficiency / (KW_PER_FLOW_AND_HEAD * head_m)


def water_kwh(volume_m3: float, head_m: float) -> float:
    """Energy [kWh] of water above a turbine or pump, before their losses: density x gravity x volume x head.

    volume_m3, head_m [m, net]: 0 or more. Reference: definition.
    """
    return KW_PER_FLOW_AND_HEAD * volume_m3 * head_m / 3600.0


def river_flow_m3_per_s(
    inflow_m3_per_s: float,
    kept_m3_per_s: float,
    least_m3_per_s: float,
    most_m3_per_s: float,
) -> float:
    """Water that a plant on a river turbines [m³/s]: the inflow less what the river keeps.

    kept: minimum flow past the plant; least: below it turbines stand still; most: what they swallow. All 0 or more.
    Reference: mass balance.
    """
    spare = inflow_m3_per_s - kept_m3_per_s
    if spare < least_m3_per_s or spare <= 0.0:
        return 0.0
    return min(spare, most_m3_per_s)


def reservoir_after_m3(
    volume_m3: float, in_m3_per_s: float, out_m3_per_s: float, hours: float, most_m3: float
) -> tuple[float, float]:
    """Volume after a step and what was spilt over it [m³]: what came, less what went, at most what there is room for.

    in: inflow and pumped; out: turbined and minimum flow [m³/s], which `releasable_m3_per_s` bounds.
    Reference: mass balance.
    """
    after = volume_m3 + (in_m3_per_s - out_m3_per_s) * 3600.0 * hours
    spilt = max(0.0, after - most_m3)
    return after - spilt, spilt


def releasable_m3_per_s(
    volume_m3: float, in_m3_per_s: float, least_m3: float, hours: float
) -> float:
    """The most that may leave [m³/s] over a step of some hours, above 0, so that least_m3 stays behind the dam.

    Reference: mass balance.
    """
    return max(0.0, in_m3_per_s + (volume_m3 - least_m3) / (3600.0 * hours))


def head_m(level_m: float, tail_m: float, loss_share: float = 0.0) -> float:
    """Net head [m]: level above tail water less the share [0-1) that pipes take.

    Reference: definition.
    """
    return max(0.0, level_m - tail_m) * (1.0 - loss_share)
