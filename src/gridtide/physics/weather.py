"""Air as machines feel it: wet bulb."""

import math

from gridtide.physics.arctangent import arctangent

COLDEST_C, HOTTEST_C = -20.0, 50.0
DRIEST_PERCENT = 5.0
"""What the formula of the wet bulb was fitted to; `wet_bulb_is_fitted` says where that is."""


def wet_bulb_c(temperature_c: float, humidity_percent: float) -> float:
    """Wet-bulb temperature [°C] at sea-level pressure, never above the dry bulb.

    temperature_c: dry bulb [°C]. humidity_percent: relative humidity [0-100 %]. Drier than 5 per cent is felt as 5, and
    beyond -20 and 50 °C the distance from the dry bulb stays what it is there. NaN where either is.
    Reference: Stull (2011), doi 10.1175/JAMC-D-11-0143.1; fitted for 5-99 % and -20-50 °C.
    """
    t, h = temperature_c, humidity_percent
    if t < COLDEST_C:
        t = COLDEST_C
    if t > HOTTEST_C:
        t = HOTTEST_C
    if h < DRIEST_PERCENT:
        h = DRIEST_PERCENT
    wet_c = float(
        t * arctangent(0.151977 * math.sqrt(h + 8.313659))
        + arctangent(t + h)
        - arctangent(h - 1.676331)
        + 0.00391838 * h * math.sqrt(h) * arctangent(0.023101 * h)
        - 4.686035
    )
    if t == temperature_c:
        return t if wet_c > t else wet_c
    return temperature_c if wet_c > t else temperature_c + (wet_c - t)


def wet_bulb_is_fitted(temperature_c: float, humidity_percent: float) -> bool:
    """Whether air [°C, %] is such as the formula of the wet bulb was fitted to; up to saturation it is bounded by it.

    Reference: Stull (2011).
    """
    warm = COLDEST_C <= temperature_c <= HOTTEST_C
    return warm and DRIEST_PERCENT <= humidity_percent <= 100.0
