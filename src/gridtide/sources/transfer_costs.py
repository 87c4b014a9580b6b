"""List prices of moving data between regions of a cloud: a square CSV, rows are origins, columns destinations.

The sets of HewlettPackard/sustain-cluster (data/network_cost, MIT copy of public price lists) are in USD per GB,
undated.
"""

import csv
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from gridtide.finding import BadInput, Finding
from gridtide.sources import text_of

DEAREST_PER_GB = 1e4


@dataclass(frozen=True, kw_only=True)
class PriceList:
    """Prices per GB by origin and destination, in the currency of the file."""

    source: str
    prices: dict[tuple[str, str], float]

    def price_per_gb(self, origin: str, destination: str) -> float:
        """Raises BadInput where the list has no such pair."""
        if (origin, destination) in self.prices:
            return self.prices[origin, destination]
        there = sorted({one for one, _ in self.prices})
        raise BadInput(
            [
                Finding(
                    subject=self.source,
                    value=f"has no price from {origin or 'nowhere'} to {destination or 'nowhere'}",
                    limit="two regions of the list",
                    mend=f"It has {', '.join(there[:40])}.",
                )
            ]
        )


@dataclass(frozen=True, kw_only=True)
class TransferCosts:
    """One price list as a file."""

    path: Path

    def read(self) -> PriceList:
        """Raises BadInput with every cell that is no price."""
        name = Path(self.path).name
        rows = [row for row in csv.reader(StringIO(text_of(self.path))) if row]
        if len(rows) < 2 or len(rows[0]) < 2:
            raise BadInput([_fault(name, "has no table", "a row of regions, and one row each")])
        prices, faults = {}, []
        for line, row in enumerate(rows[1:], start=2):
            for to, cell in zip(rows[0][1:], row[1:], strict=False):
                try:
                    price = float(cell)
                except ValueError:
                    price = -1.0
                if not 0.0 <= price <= DEAREST_PER_GB:
                    faults.append(
                        _fault(f"{name} row {line}, {to}", repr(cell), "a price per GB, 0 or more")
                    )
                prices[row[0], to] = price
        if faults:
            raise BadInput(faults)
        return PriceList(source=name, prices=prices)


def _fault(subject: str, value: str, limit: str) -> Finding:
    return Finding(subject=subject, value=value, limit=limit, mend="Correct the file.")
