"""What a fleet gives by waiting, as `gridtide flex CASE --json` writes it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gridtide.finding import BadInput, Finding, refuse_if_any
from gridtide.grid.waiting_work import WaitingStep, WaitingWork

FLEET = "fleet"
HOUR_S = 3600
NAME_MAP = {
    "duration_s": "duration_h", "down_kw": "kw", "price_per_kwh": "price_per_kwh", "rebound_kwh": "drawn_later",
    "up_kw": "catch_up_kw",
}  # fmt: skip
SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class FleetRows:
    """Rows of the whole fleet at one delay, as the file has them, their numbers checked. delays: of all its rows."""

    of: str
    currency: str
    rows: tuple[dict[str, Any], ...]
    delays: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class FlexFile:
    """A document of `gridtide flex`. delay: of the rows that are read, one of the delays in it."""

    path: Path
    delay: float = 0.5

    def read(self) -> WaitingWork:
        """Steps of the whole fleet that draw less for an hour or more, and what it draws more for an hour. Raises
        BadInput with every fault."""
        fleet = self.rows(tuple(NAME_MAP))
        steps = tuple(
            WaitingStep(
                duration_h=row["duration_s"] / HOUR_S,
                kw=float(row["down_kw"]),
                price_per_kwh=float(row["price_per_kwh"]),
                drawn_later=row["rebound_kwh"] / (row["down_kw"] * row["duration_s"] / HOUR_S),
            )
            for row in fleet.rows
            if row["duration_s"] >= HOUR_S and row["down_kw"] > 0.0
        )
        if not steps:
            raise BadInput([self._nothing(fleet.delays)])
        return WaitingWork(
            of=fleet.of,
            currency=fleet.currency,
            steps=steps,
            catch_up_kw=float(
                sum(row["up_kw"] for row in fleet.rows if row["duration_s"] == HOUR_S)
            ),
        )

    def rows(self, wanted: tuple[str, ...]) -> FleetRows:
        """Its rows of the whole fleet at the delay, whatever their direction and duration. wanted: columns that must
        hold numbers. Raises BadInput with every fault."""
        document = self._document()
        rows = [
            (number, row)
            for number, row in enumerate(document["rows"])
            if isinstance(row, dict) and row.get("site") == FLEET
        ]
        refuse_if_any(self._faults(rows, ("delay", *wanted)))
        return FleetRows(
            of=str(document.get("of", self.path.stem)),
            currency=str(document.get("currency", "")),
            rows=tuple(row for _, row in rows if row["delay"] == self.delay),
            delays=tuple(sorted({row["delay"] for _, row in rows})),
        )

    def _document(self) -> dict[str, Any]:
        try:
            document = json.loads(Path(self.path).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
            raise BadInput([self._fault(self.path.name, str(error))]) from None
        if not isinstance(document, dict) or not isinstance(document.get("rows"), list):
            raise BadInput([self._fault(self.path.name, "it has no rows")])
        return document

    def _faults(
        self, rows: list[tuple[int, dict[str, Any]]], wanted: tuple[str, ...]
    ) -> Iterator[Finding]:
        for number, row in rows:
            for name in wanted:
                value = row.get(name)
                good = (
                    isinstance(value, int | float)
                    and bool(np.isfinite(value))
                    and (name == "price_per_kwh" or value >= 0.0)
                )
                if not good:
                    yield self._fault(f"{self.path.name} row {number} {name}", repr(value))

    def _nothing(self, delays: tuple[float, ...]) -> Finding:
        said = ", ".join(f"{one:g}" for one in delays)
        return Finding(
            subject=self.path.name,
            value=f"no row of the fleet draws less for an hour at a delay of {self.delay:g}",
            limit=f"delays in the file: {said}" if said else "rows of the site `fleet`",
            mend="Choose another --delay, or write the file of a case whose work can wait.",
        )

    def _fault(self, subject: str, value: str) -> Finding:
        return Finding(
            subject=subject,
            value=value,
            limit="the document that `gridtide flex CASE --json` writes",
            mend="Write it again: gridtide flex CASE --json > flex.json",
        )
