"""`gridtide market SYSTEM`: what happens to a market when fleets are a large part of its load."""

from collections.abc import Callable
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gridtide.doors.cli.numbers import Number
from gridtide.doors.cli.page_file import PageFile
from gridtide.doors.cli.telling import tell
from gridtide.finding import BadInput, Finding, Gathered

if TYPE_CHECKING:
    from gridtide.invest.market.capacity import CapacityTerms

SHARES = "5,20,40"
CURVE = "97:150,100:100,106:0"
POSITIVE = Number(min=0.0)


@click.command()
@click.argument("system", type=click.Path(path_type=Path, exists=True))
@click.option(
    "--shares", default=SHARES, show_default=True, help="Of the system's energy, %, with commas."
)
@click.option("--fleets", "number", type=click.IntRange(1, 1_000), default=6, show_default=True,
              help="How many, of equal size.")  # fmt: skip
@click.option(
    "--rules",
    default=None,
    help="With commas; all by default: none, price, capacity, bids, rounds, planner.",
)
@click.option("--days", default=None, metavar="15,190-196",
              help="Of the year, from 1; by default four times two, one pair around the highest net load.")  # fmt: skip
@click.option("--flexible", type=Number(0.0, 100.0, min_open=True), default=40.0, show_default=True,
              help="Of the fleets' energy that may wait, %.")  # fmt: skip
@click.option("--slack", default="6,12,24", show_default=True,
              help="Hours that work may wait, dealt out to the fleets in turn.")  # fmt: skip
@click.option("--most", type=Number(1.0, 100.0), default=2.0, show_default=True,
              help="Highest power of flexible work over its mean.")  # fmt: skip
@click.option("--alike", is_flag=True, help="All fleets the same.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@click.option("--rounds", type=click.IntRange(1, 200), default=12, show_default=True,
              help="At most, of naming prices.")  # fmt: skip
@click.option("--offer-price", type=POSITIVE, default=2.0, show_default=True,
              help="At which fleets stand ready as reserve, per MW and hour.")  # fmt: skip
@click.option("--capacity-cost", type=POSITIVE, default=80.0, show_default=True,
              help="Of the yearly product, per kW.")  # fmt: skip
@click.option("--lole", type=Number(min=0.0, min_open=True), default=2.4, show_default=True,
              help="Hours a year in which load may lack: what capacity is required for.")  # fmt: skip
@click.option("--curve", default=CURVE, show_default=True, metavar="HELD:PRICE,…",
              help="Demand for capacity: % of what is required, and of its cost.")  # fmt: skip
@click.option("--tiers", type=click.IntRange(0, 100), default=1, show_default=True,
              help="Classes that units of one size are put in, by cost; 0 keeps all apart.")  # fmt: skip
@click.option("--no-search", is_flag=True, help="Only the shares given, none between them.")
@click.option("--page", type=PageFile(), help="Write the picture as one HTML page.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def market(
    system: Path,
    shares: str,
    number: int,
    rules: str | None,
    days: str | None,
    flexible: float,
    slack: str,
    most: float,
    alike: bool,
    seed: int,
    rounds: int,
    offer_price: float,
    capacity_cost: float,
    lole: float,
    curve: str,
    tiers: int,
    no_search: bool,
    page: Path | None,
    as_json: bool,
) -> int:
    """Clear the market of SYSTEM (the folder of RTS-GMLC, or a TOML file) with fleets that hold shares of its load,
    under rules from none to one planner. Leaves with 3 where a promise to the work would be broken."""
    from gridtide.case.market_system import read_system
    from gridtide.doors.cli.market_words import show
    from gridtide.doors.results.market_document import Asked, market_document
    from gridtide.invest.market.days import days_asked, telling_days
    from gridtide.invest.market.fleets import Traits
    from gridtide.invest.market.rules import RULES
    from gridtide.invest.market.system import DAY, Terms, power_system

    gathered = Gathered()
    parts = gathered.of(
        lambda: _numbers("--shares", shares, 0.0, 100.0, "percent above 0 and below 100")
    )
    slacks = gathered.of(
        lambda: _numbers("--slack", slack, -1.0, 8_761.0, "whole hours from 0 to 8,760")
    )
    demand = gathered.of(lambda: _curve(curve, lole))
    names = gathered.of(lambda: _rules(rules, tuple(RULES)))
    read = gathered.of(lambda: read_system(system))
    chosen = None
    if read is not None:
        year = read.year
        chosen = gathered.of(
            lambda: telling_days(year) if days is None else days_asked(days, len(year) // DAY)
        )
    gathered.refuse_if_any()
    assert parts and slacks and names and read and chosen and demand
    traits = Traits(
        flexible=flexible / 100.0,
        slacks_h=tuple(int(h) for h in slacks),
        most_over_mean=most,
        alike=alike,
    )
    asked = Asked(
        shares=tuple(sorted({part / 100.0 for part in parts})),
        rules=names,
        number=number,
        traits=traits,
        seed=seed,
        offer_price_per_mw_h=offer_price,
        rounds=rounds,
        seek=not no_search,
        capacity=demand,
    )
    of = power_system(
        read.name, read.units, read.year, read.stores, read.reserves, chosen,
        Terms(capacity_cost_per_kw_year=capacity_cost), tiers or None,
        read.stretch_days, read.notes,
    )  # fmt: skip
    found = market_document(of, asked, _progress(len(asked.shares) * len({"none", *names})))
    tell(found, "market.js", page, as_json, show)
    broken = any(row["broken_promises"] for table in found["shares"] for row in table["rules"])
    return 3 if broken else 0


def _numbers(option: str, text: str, above: float, below: float, limit: str) -> tuple[float, ...]:
    """Numbers with commas between two limits. Raises BadInput with every one that is none."""
    found, faults = [], []
    for part in text.split(","):
        try:
            value = float(part)
        except ValueError:
            value = float("nan")
        whole = option != "--slack" or value == int(value if value == value else 0)
        if above < value < below and whole:
            found.append(value)
        else:
            said = f"{part.strip() or 'nothing'}"
            faults.append(Finding(subject=option, value=said, limit=limit, mend="As 5,20,40."))
    if faults:
        raise BadInput(faults)
    return tuple(found)


def _curve(text: str, lole_h: float) -> "CapacityTerms":
    """Pairs of percent with commas. Raises BadInput for a curve that is none."""
    from gridtide.invest.market.capacity import CapacityTerms

    try:
        pairs = [part.split(":") for part in text.split(",")]
        points = tuple((float(held) / 100.0, float(price) / 100.0) for held, price in pairs)
        if not all(isfinite(value) for pair in points for value in pair):
            raise ValueError("a point is not finite")
        return CapacityTerms(lole_h=lole_h, curve=points)
    except ValueError as fault:
        said = "pairs of capacity and price, the first rising, the second never, none below 0"
        raise BadInput(
            [Finding(subject="--curve", value=f"{text} ({fault})", limit=said, mend=f"As {CURVE}.")]
        ) from None


def _rules(text: str | None, known: tuple[str, ...]) -> tuple[str, ...]:
    """Names of rules in the order they are told. Raises BadInput with every one that is not known."""
    if text is None:
        return known
    asked = [part.strip() for part in text.split(",")]
    unknown = [one for one in asked if one not in known]
    if unknown:
        raise BadInput(
            Finding(
                subject="--rules",
                value=one or "nothing",
                limit=f"of {', '.join(known)}",
                mend="Choose of these.",
            )
            for one in unknown
        )
    return tuple(one for one in known if one in asked)


def _progress(turns: int) -> Callable[[str], None]:
    """A line on stderr for each turn, with the time that is left as turns before it went."""
    from gridtide.loop.clock import seconds

    began, done = seconds(), 0

    def told(what: str) -> None:
        nonlocal done
        left = ""
        if 0 < done < turns:
            left = f", about {(seconds() - began) / done * (turns - done):,.0f} s left"
        counted = f" ({done + 1} of {turns}{left})" if done < turns else ""
        click.echo(what + counted, err=True)
        done += 1

    return told
