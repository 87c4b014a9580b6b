"""What values of each kind can be at all; beyond lies an error of unit, sign or feed."""

from gridtide.signals.signal import Kind

PLAUSIBLE: dict[Kind, tuple[float, float]] = {
    Kind.PRICE: (-10_000.0, 400_000.0),
    Kind.CAPACITY_PRICE: (0.0, 400_000.0),
    Kind.CARBON_AVERAGE: (0.0, 1_500.0),
    Kind.CARBON_MARGINAL: (0.0, 3_000.0),
    Kind.CURTAILMENT: (0.0, 1e9),
    Kind.WIND: (0.0, 1e9),
    Kind.SOLAR: (0.0, 1e9),
    Kind.DEMAND: (-1e9, 1e9),
    Kind.TEMPERATURE: (-60.0, 60.0),
    Kind.HUMIDITY: (0.0, 1.0),
    Kind.WIND_SPEED: (0.0, 120.0),
    Kind.CLOUD: (0.0, 1.0),
    Kind.IRRADIANCE: (0.0, 1_600.0),
    Kind.REQUESTS: (0.0, 1e9),
}
"""Lowest and highest value by kind. A high or negative price is plausible by itself."""
