"""What the meters of the hidden plants tell: telemetry as a site brings it."""

from gridtide.fleet.learning.telemetry import Telemetry
from gridtide.testing.plant_days import plant_days
from gridtide.testing.plants import dry_economiser, evaporative_air, staged_water, warm_loop

PLANTS = {
    "staged_water": staged_water,
    "dry_economiser": dry_economiser,
    "warm_loop": warm_loop,
    "evaporative_air": evaporative_air,
}


def telemetry_of(name: str, days: int, seed: int) -> Telemetry:
    """What the meter of a plant tells, every five minutes."""
    plant = PLANTS[name]
    lived = plant_days(days, plant.MEAN_C, seed)
    return Telemetry(
        site=name,
        time_s=lived.time_s,
        utilisation=lived.utilisation,
        clock_mhz=lived.clock_mhz,
        outdoor_c=lived.outdoor_c,
        humidity=lived.humidity,
        facility_kw=plant.plant_kw(lived, seed),
    )
