"""What fleets do to the market of RTS-GMLC: value by share and rule, where a price over-reacts, how exact and how fast.

python benchmarks/market.py FOLDER [--year]: FOLDER holds the tables of RTS-GMLC. Times are told as ratios of one run.
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np

from gridtide.case.market_system import ReadSystem, read_system
from gridtide.doors.results.market_document import Asked, market_document
from gridtide.invest.market.days import telling_days
from gridtide.invest.market.fleets import Traits
from gridtide.invest.market.rules import RULES, Market
from gridtide.invest.market.system import DAY, PowerSystem, Terms, power_system
from gridtide.loop.clock import seconds

SHARES = (0.01, 0.05, 0.1, 0.2, 0.4)
KINDS = {
    "40 % may wait": Traits(),
    "40 % may wait, all alike, 24 h": Traits(alike=True, slacks_h=(24,)),
    "90 % may wait": Traits(flexible=0.9),
}
WEEK = 7


def main(folder: Path, whole_year: bool) -> None:
    """Print all of it."""
    read = read_system(folder)
    if whole_year:
        _year(read)
        return
    days = telling_days(read.year)
    print(f"{read.name}, days {', '.join(str(day) for day in days)}")
    for name, traits in KINDS.items():
        _shares(_system(read, days), name, traits)
    _classes(read, days)


def _system(read: ReadSystem, days: tuple[int, ...], tiers: int | None = 1) -> PowerSystem:
    return power_system(
        read.name, read.units, read.year, read.stores, read.reserves, days, Terms(), tiers
    )


def _shares(system: PowerSystem, name: str, traits: Traits) -> None:
    asked = Asked(
        shares=SHARES,
        rules=tuple(RULES),
        number=6,
        traits=traits,
        seed=1,
        offer_price_per_mw_h=2.0,
        rounds=12,
        seek=True,
    )
    found = market_document(system, asked, lambda what: None)
    print(f"\n{name}: USD per flexible kW and year (spread kept, USD/MWh)")
    print("share  " + "".join(f"{rule:>19}" for rule in RULES if rule != "none"))
    for table in found["shares"]:
        cells = [
            f"{row['saved_per_flexible_kw_year']:9.2f} ({row['feedback']['got_per_mwh']:6.1f}) "
            for row in table["rules"][1:]
        ]
        print(f"{table['share']:5.0%}  " + "".join(f"{cell:>19}" for cell in cells))
    _capacity(found["shares"])
    print({key: value for key, value in found["over_reaction"].items() if key != "looked"})
    print(f"upward reserve is all fleets' from {found['saturation']['from_share']:.1%} of the load")
    print(
        f"whole units cost at most {found['relaxation']['gap']:.2%} more than the least there can be"
    )


def _capacity(tables: list[dict[str, Any]]) -> None:
    """What fleets are credited as capacity that never fails beside what they hold and what meters say, kW per flexible
    kW; the price of it at the curve."""
    for one in tables[0]["capacity"]["classes"]:
        print(f"  {one['name']}: {one['highest_kw']:,.0f} kW, credited {one['credited_share']:.1%}")
    print("share  held 1, 2, 4, 8 h         metered  credited: " + "  ".join([*RULES][1:]))
    for table in tables:
        each = 1.0 / table["flexible_kw"]
        held = " ".join(f"{each * one['held_kw']:.3f}" for one in table["capacity"]["calls"])
        rows = {row["rule"]: row["credit"] for row in table["rules"]}
        credited = "  ".join(
            f"{each * rows[rule]['perfect_kw']:.3f} at {rows[rule]['price_per_kw_year']:.2f}"
            for rule in RULES
            if rule != "none"
        )
        print(
            f"{table['share']:5.0%}  {held}  {each * rows['price']['metered_kw']:8.3f}  {credited}"
        )


def _classes(read: ReadSystem, days: tuple[int, ...]) -> None:
    """What putting units of one size in a class changes, and how long clearing takes beside that."""
    print("\nclasses  columns  energy cost beside all apart  first clearing  again, fleets moved")
    told = []
    for tiers in (None, 2, 1):
        system = _system(read, days, tiers)
        market = Market(system, 0.1, 6, Traits(), 1)
        began = seconds()
        cost = sum(one.cost for one in market.still)
        first = seconds() - began
        began = seconds()
        RULES["bids"](market)
        again = seconds() - began
        columns = sum(len(one.matrix.cost) for one in market.clearings)
        told.append((len(system.classes), columns, cost, first, again))
    exact = told[0]
    for classes, columns, cost, first, again in told:
        print(
            f"{classes:7}  {columns:7,}  {cost / exact[2] - 1.0:+28.2%}  {first / exact[3]:14.2f}"
            f"  {again / exact[3]:19.2f}"
        )


def _year(read: ReadSystem) -> None:
    """Every week of the year, no fleet moving and by bids, at each share."""
    weeks = len(read.year) // DAY // WEEK
    systems = [_system(read, tuple(range(WEEK * k + 1, WEEK * k + WEEK + 1))) for k in range(weeks)]
    began = seconds()
    for share in SHARES:
        costs = np.zeros(3)
        for system in systems:
            market = Market(system, share, 6, Traits(), 1)
            for place, rule in enumerate(("none", "price", "bids")):
                costs[place] += sum(one.cost for one in RULES[rule](market).cleared)
        flexible_kw = (
            Traits().flexible * share * float(np.mean([one.load_kw.mean() for one in systems]))
        )
        price, bids = (costs[0] - costs[1:]) / flexible_kw
        print(
            f"{share:4.0%} of the load, {weeks} weeks: energy and reserve saved {price:.2f} USD per flexible kW by the"
            f" published price, {bids:.2f} by bids; {seconds() - began:,.0f} s so far"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]), "--year" in sys.argv[2:])
