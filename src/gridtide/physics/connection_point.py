"""Voltage where a load meets the grid: what a change of its power does to it, and how long people notice that."""

import math


def voltage_pu(
    power_kw: float, reactive_kvar: float, short_circuit_kva: float, x_over_r: float
) -> float:
    """Voltage [pu of the source] at a load behind the impedance of its short-circuit level; 0 beyond collapse.

    power_kw, reactive_kvar: drawn, [kW] and [kvar], 0 or more; short_circuit_kva [kVA] and x_over_r [1] above 0.
    Reference: exact solution of two buses, u^4 - (1 - 2 (r p + x q)) u^2 + (r^2 + x^2)(p^2 + q^2) = 0.
    """
    angle = math.atan(x_over_r)
    p, q = power_kw / short_circuit_kva, reactive_kvar / short_circuit_kva
    middle = 1.0 - 2.0 * (p * math.cos(angle) + q * math.sin(angle))
    under = middle * middle - 4.0 * (p * p + q * q)
    if under < 0.0 or middle <= 0.0:
        return 0.0
    return math.sqrt((middle + math.sqrt(under)) / 2.0)


def voltage_change_share(
    change_kw: float, change_kvar: float, short_circuit_kva: float, x_over_r: float
) -> float:
    """Relative change of voltage [0-1] for a small change of load [kW, kvar], to first order.

    Arguments as in `voltage_pu`; a drop is positive. Reference: (dP cos psi + dQ sin psi) / S_k, psi = atan(X/R).
    """
    angle = math.atan(x_over_r)
    return (change_kw * math.cos(angle) + change_kvar * math.sin(angle)) / short_circuit_kva


def flicker_time_s(change_share: float, shape: float) -> float:
    """Flicker impression [s] of one voltage change of a share [0-1] of the voltage: 2.3 (100 F d)^3.2.

    shape: factor F, 1 for a step [0 or more]. Source: analytical method of IEC 61000-3-3 and 61000-3-7, quoted.
    """
    return float(2.3 * (100.0 * shape * change_share) ** 3.2)


def flicker_severity(impressions_s: float, observed_s: float) -> float:
    """Short-term severity Pst, dimensionless, of impressions [s] that fall into a time [s, above 0].

    Valid while changes stand apart by a second or more; else a flickermeter is needed. Source: as `flicker_time_s`.
    """
    return float((impressions_s / observed_s) ** (1.0 / 3.2))
