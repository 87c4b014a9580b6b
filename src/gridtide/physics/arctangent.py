"""The angle of a tangent in arithmetic alone, which a compiler can reckon for many at once."""

EIGHTH_TURN, QUARTER_TURN = 0.7853981633974483, 1.5707963267948966
STEEP = 2.414213562373095
"""The tangent of three sixteenths of a turn; from it on the angle is reckoned from the upright."""
FLAT = 0.66
"""Up to it the series holds as it stands; between, the angle is reckoned from an eighth of a turn."""
UPPER = (
    -8.750608600031904122785e-1,
    -1.615753718733365076637e1,
    -7.500855792314704667340e1,
    -1.228866684490136173410e2,
    -6.485021904942025371773e1,
)
LOWER = (
    2.485846490142306297962e1,
    1.650270098316988542046e2,
    4.328810604912902668951e2,
    4.853903996359136964868e2,
    1.945506571482613964425e2,
)
"""Coefficients over and under the line, highest power first; the highest under the line is 1."""


def arctangent(tangent: float) -> float:
    """The angle [rad] whose tangent is given, within 4e-16 of `math.atan` for any finite number.

    Nothing branches and nothing is called. Reference: Moshier, Cephes mathematical library, atan.c (ranges and
    coefficients); quoted, and held against `math.atan`.
    """
    size = abs(tangent)
    steep, flat = size > STEEP, size <= FLAT
    over = size if flat else size - 1.0
    under = 1.0 if flat else size + 1.0
    small = (-1.0 if steep else over) / (size if steep else under)
    base = QUARTER_TURN if steep else (0.0 if flat else EIGHTH_TURN)
    z = small * small
    upper = (((UPPER[0] * z + UPPER[1]) * z + UPPER[2]) * z + UPPER[3]) * z + UPPER[4]
    lower = ((((z + LOWER[0]) * z + LOWER[1]) * z + LOWER[2]) * z + LOWER[3]) * z + LOWER[4]
    angle = base + (small + small * z * upper / lower)
    return angle if tangent >= 0.0 else -angle
