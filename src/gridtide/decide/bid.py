"""A bid for the energy of one step: how much at which price."""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise


@dataclass(frozen=True, kw_only=True)
class Bid:
    """What a site would buy a day ahead for [start, end), by the price that will be.

    quantity_kw: falling, ≥ 0. up_to_price_per_mwh: rising, one fewer than the quantities; each quantity is taken up to
    its price, the last above them all and whatever the price. Raises ValueError for anything else.
    """

    site: str
    start: datetime
    end: datetime
    up_to_price_per_mwh: tuple[float, ...]
    quantity_kw: tuple[float, ...]

    def __post_init__(self) -> None:
        prices, quantities = self.up_to_price_per_mwh, self.quantity_kw
        if len(quantities) != len(prices) + 1:
            raise ValueError(f"{len(quantities)} quantities for {len(prices)} prices between them")
        if any(low >= high for low, high in pairwise(prices)):
            raise ValueError(f"prices {prices} do not rise")
        if min(quantities) < 0 or any(less > more for more, less in pairwise(quantities)):
            raise ValueError(f"quantities {quantities} do not fall, or fall below 0")

    def taken_kw(self, price_per_mwh: float) -> float:
        """What is bought at a price; more is never bought at a higher one."""
        return self.quantity_kw[bisect_left(self.up_to_price_per_mwh, price_per_mwh)]
