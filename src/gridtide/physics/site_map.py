"""From utilisation, clock and weather to the facility meter: the roll-up of a site with every coefficient free.

Forms are those of server, ups, pue and heat_plant; `fleet/learning` fits the coefficients to telemetry.
"""

from gridtide.physics.clock_and_cap import power_at_clock
from gridtide.physics.ups import ups_loss_kw

SLOWEST = 0.30
"""Fans and pumps turn at least this fast [share of full speed]."""


def it_share(
    utilisation: float,
    clock: float,
    idle: float,
    bend: float,
    clock_static: float,
    clock_exponent: float,
) -> float:
    """IT power over IT capacity [0-1] at a utilisation [0-1] and a clock [share of the highest].

    idle: share drawn with nothing to do, (0, 1). bend: 0 for a straight line to full, more for one that rises
    early, valid 0-8. clock_static: share of the busy part that no clock lowers; clock_exponent 1-3.
    Increasing in utilisation and clock. Reference: cluster power is concave in load above an idle floor;
    the form is ours, its coefficients come from a site's telemetry (assumed until fitted).
    """
    busy = (1.0 + bend) * utilisation / (1.0 + bend * utilisation)
    return idle + (1.0 - idle) * busy * power_at_clock(clock, clock_static, 1.0, clock_exponent)


def utilisation_at(share: float, idle: float, bend: float) -> float:
    """Utilisation [0-1] at which it_share is `share` at full clock: its inverse; 0 below `idle`, 1 above 1.

    share: IT power over IT capacity [0-1]; idle, bend: as in it_share.
    """
    busy = min(1.0, max(0.0, (share - idle) / (1.0 - idle)))
    return busy / (1.0 + bend - bend * busy)


def site_heat_kw(
    it_kw: float,
    capacity_kw: float,
    ups_idle: float,
    ups_linear: float,
    ups_square: float,
    moved: float,
) -> float:
    """Heat [kW] that IT, its conversion and the fans around it give off in a building for capacity_kw [kW of IT].

    ups_*: shares of capacity as in ups.ups_loss_kw, transformer and distribution included. moved: fans and pumps at
    full flow over capacity [0-0.3]. Increasing in it_kw, never less than it. Reference: the roll-up of pue.py.
    """
    flow = max(it_kw / capacity_kw, SLOWEST)
    lost_kw = ups_loss_kw(it_kw, capacity_kw, ups_idle, ups_linear, ups_square)
    return it_kw + lost_kw + moved * capacity_kw * flow**3


def rejection_kw_per_kw(
    outdoor_c: float,
    cop: float,
    cop_per_k: float,
    free_below_c: float,
    free_width_k: float,
    cop_holds_to_c: float,
    always: float,
) -> float:
    """Power to carry one kW of heat out at the temperature that the plant rejects to [°C]. Dimensionless.

    cop: heat over power [1.5-15] up to cop_holds_to_c, where condensers are held no colder; it falls by cop_per_k of
    its value per kelvin above, never below a quarter. free_below_c: no compressor runs below; free_width_k further up
    all the heat needs one. always: towers and pumps per kW of heat. Increasing in outdoor_c.
    Reference: the simple plant of cooling.py.
    """
    share = min(1.0, max(0.0, (outdoor_c - free_below_c) / free_width_k))
    falling = max(0.25, 1.0 - cop_per_k * max(0.0, outdoor_c - cop_holds_to_c))
    return share / (cop * falling) + always


def changed_over(
    before: float,
    felt_c: float,
    humidity: float,
    returns_below_c: float,
    leaves_above_c: float,
    returns_below_humidity: float,
    leaves_above_humidity: float,
) -> float:
    """Whether a plant runs on compressors, 1, or outside air, 0, from what it did before. Dimensionless.

    It leaves outside air above either limit and returns when both the temperature [°C] and the relative humidity [0-1]
    are below the lower ones; a humidity limit above 1 is none. Reference: the high-limit shut-off of air economisers
    (assumed; limits come from a site's telemetry).
    """
    if felt_c > leaves_above_c or humidity > leaves_above_humidity:
        return 1.0
    if felt_c < returns_below_c and humidity < returns_below_humidity:
        return 0.0
    return before


def as_changed_over_c(
    changed: float, felt_c: float, returns_below_c: float, leaves_above_c: float
) -> float:
    """Temperature [°C] at which a plant without memory would do as one that has changed over does.

    changed: 1 on compressors, then above both limits; 0 on outside air, then below both. Increasing in felt_c [°C].
    Valid where returns_below_c is at most leaves_above_c. Reference: none, it is a definition.
    """
    return max(felt_c, leaves_above_c) if changed > 0.5 else min(felt_c, returns_below_c)
