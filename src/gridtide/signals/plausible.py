"""What values of each kind can be at all; beyond lies an error of unit, sign or feed."""

from gridtide.signals.signal import Kind

PLAUSIBLE: dict[Kind, tuple[float, float]] = {
    Kind.PRICE: (-10_000.0, 400_000.0),
    Kind.EXPORT_PRICE: (-10_000.0, 400_000.0),
    Kind.CAPACITY_PRICE: (0.0, 400_000.0),
    Kind.CARBON_AVERAGE: (0.0, 1_500.0),
    Kind.CARBON_MARGINAL: (0.0, 3_000.0),
    Kind.CURTAILMENT: (0.0, 1e9),
    Kind.WIND: (0.0, 1e9),
    Kind.SOLAR: (0.0, 1e9),
    Kind.HYDRO: (0.0, 1e9),
    Kind.DEMAND: (-1e9, 1e9),
    Kind.TEMPERATURE: (-60.0, 60.0),
    Kind.HUMIDITY: (0.0, 1.0),
    Kind.WIND_SPEED: (0.0, 120.0),
    Kind.CLOUD: (0.0, 1.0),
    Kind.IRRADIANCE: (0.0, 1_600.0),
    Kind.RIVER_FLOW: (0.0, 400_000.0),
    Kind.REQUESTS: (0.0, 1e9),
}
"""Lowest and highest value by kind, of a price in a currency that is not known."""
PER_DOLLAR = {
    "AUD": 1.5,
    "BRL": 5.0,
    "CAD": 1.3,
    "CHF": 0.9,
    "CLP": 850.0,
    "CNY": 7.0,
    "COP": 4100.0,
    "EUR": 0.9,
    "GBP": 0.8,
    "HUF": 340.0,
    "IDR": 15000.0,
    "INR": 80.0,
    "JPY": 130.0,
    "KRW": 1300.0,
    "SGD": 1.35,
    "USD": 1.0,
    "VND": 24000.0,
    "ZAR": 17.0,
}
"""Units of a currency in a US dollar, to within a third over 2020 to 2025; only for what is out by far more."""
PRICE_USD_PER_MWH = (-10_000.0, 40_000.0)
"""A high or negative price is plausible by itself: caps of markets lie below 15,000, imbalances rise above them."""


def plausible(kind: Kind, currency: str | None = None) -> tuple[float, float]:
    """Lowest and highest value of a kind; of a price in its currency, where the size of that is known."""
    if kind not in (Kind.PRICE, Kind.EXPORT_PRICE) or currency not in PER_DOLLAR:
        return PLAUSIBLE[kind]
    low, high = (limit * PER_DOLLAR[currency] for limit in PRICE_USD_PER_MWH)
    return low, high
