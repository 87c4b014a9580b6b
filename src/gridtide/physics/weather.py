"""Air as machines feel it: wet bulb, wind at hub height."""

import math

from gridtide.physics.arctangent import arctangent


def wet_bulb_c(temperature_c: float, humidity_percent: float) -> float:
    """Wet-bulb temperature at sea-level pressure.

    temperature_c: dry bulb [°C]. humidity_percent: relative humidity [0-100 %]. Returns [°C].
    Reference: Stull (2011), doi 10.1175/JAMC-D-11-0143.1; fitted for 5-99 % and -20-50 °C.
    """
    t, h = temperature_c, humidity_percent
    return float(
        t * arctangent(0.151977 * math.sqrt(h + 8.313659))
        + arctangent(t + h)
        - arctangent(h - 1.676331)
        + 0.00391838 * h * math.sqrt(h) * arctangent(0.023101 * h)
        - 4.686035
    )
