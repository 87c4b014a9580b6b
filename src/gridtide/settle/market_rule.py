"""A formula of a market with its terms, from when to when it holds, and where it comes from."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from gridtide.finding import BadInput, Finding
from gridtide.settle.coincident_peak import PeakTerms
from gridtide.settle.green_direct import GreenTerms
from gridtide.settle.k_factor import KTerms
from gridtide.settle.pjm_regulation import PjmTerms
from gridtide.settle.two_part import TwoPartTerms

Terms = PjmTerms | KTerms | PeakTerms | TwoPartTerms | GreenTerms


@dataclass(frozen=True, kw_only=True)
class MarketRule:
    """market: whose rule; name: its record. clock: IANA zone on which its days begin. holds_from, holds_to: first and
    last day, None where open. formula: as a person writes it. status, edition, source, primary, mark, unverified: as
    for a baseline's programme."""

    name: str
    market: str
    clock: str
    title: str
    formula: str
    holds_from: date | None
    holds_to: date | None
    status: str
    edition: str
    source: str
    primary: bool
    mark: str
    unverified: tuple[str, ...]
    terms: Terms

    @property
    def version(self) -> str:
        """From when to when, as a line of a settlement says it."""
        first = f"from {self.holds_from}" if self.holds_from else "from the begin"
        return f"{self.name}, {first}" + (f" to {self.holds_to}" if self.holds_to else "")

    def holds_on(self, day: date) -> bool:
        """Whether the rule was in force on a day."""
        begun = self.holds_from is None or self.holds_from <= day
        return begun and (self.holds_to is None or day <= self.holds_to)


def clock_of(rules: Iterable[MarketRule], market: str) -> str:
    """The clock of a market, the same for all its versions. Raises BadInput for an unknown market."""
    known = tuple(rules)
    clocks = [rule.clock for rule in known if rule.market == market]
    if not clocks:
        raise BadInput([_unknown(known, market)])
    return clocks[0]


def rule_from(rules: Iterable[MarketRule], market: str, begin: datetime) -> MarketRule:
    """The rule on the day of an instant, by the market's own clock. Raises BadInput as `rule_on`."""
    known = tuple(rules)
    return rule_on(known, market, begin.astimezone(ZoneInfo(clock_of(known, market))).date())


def rule_on(rules: Iterable[MarketRule], market: str, day: date) -> MarketRule:
    """The rule of a market on a day. Raises BadInput for an unknown market, or a day without exactly one rule."""
    known = tuple(rules)
    of_market = [rule for rule in known if rule.market == market]
    in_force = [rule for rule in of_market if rule.holds_on(day)]
    if len(in_force) == 1:
        return in_force[0]
    if not of_market:
        raise BadInput([_unknown(known, market)])
    versions = ", ".join(rule.version for rule in of_market)
    raise BadInput([_fault(market, f"has {len(in_force)} rules on {day}", versions)])


def _unknown(known: tuple[MarketRule, ...], market: str) -> Finding:
    there = sorted({rule.market for rule in known})
    return _fault(market, "is no market that is known", "one of " + ", ".join(there))


def _fault(market: str, value: str, limit: str) -> Finding:
    return Finding(
        subject=f"market {market}",
        value=value,
        limit=limit,
        mend="Name another, or give your own rules with --markets FILE.",
    )
