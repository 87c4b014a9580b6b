"""Made-up prices by the keys that signals of a case and series of a siting share."""

from gridtide.case.schema import SignalTable
from gridtide.case.siting_schema import SeriesTable
from gridtide.sources.synthetic import Market


def market_of(table: SignalTable | SeriesTable, currency: str) -> Market:
    """The market that a table describes. currency: where the table names none."""
    return Market(
        mean_per_mwh=table.price_mean_per_mwh,
        swing_per_mwh=table.price_swing_per_mwh,
        dip_per_mwh=table.price_dip_per_mwh,
        dips=table.price_dips,
        noise_per_mwh=table.price_noise_per_mwh,
        floor_per_mwh=table.price_floor_per_mwh,
        cap_per_mwh=table.price_cap_per_mwh,
        currency=table.currency or currency,
    )
