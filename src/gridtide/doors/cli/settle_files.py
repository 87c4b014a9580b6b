"""The files of `gridtide settle`: calls under a programme, and what markets award and charge."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from gridtide.finding import BadInput, Finding, Gathered, refuse_if_any

if TYPE_CHECKING:
    from gridtide.settle.baseline_rule import Programme
    from gridtide.settle.call import Meter
    from gridtide.settle.call_settlement import CallSettlement
    from gridtide.settle.line import Line
    from gridtide.settle.market_rule import MarketRule

Settled = tuple["Programme", "tuple[CallSettlement, ...]"]


@dataclass(frozen=True, kw_only=True)
class CallFiles:
    """Calls of the grid, and the programme that says what a meter would have shown without them. clock: on which days
    begin, None for the programme's own."""

    events: Path | None
    programme: str | None
    programmes: Path | None
    holidays: tuple[str, ...]
    clock: str | None

    @property
    def asked(self) -> bool:
        """Whether calls are to be settled."""
        return self.events is not None or self.programme is not None

    def faults(self) -> list[Finding]:
        """What is wrong with these files and words, whatever the meter says."""
        if not self.asked:
            return []
        gathered = Gathered()
        for name, given in (("--events", self.events), ("--programme", self.programme)):
            if given is None:
                gathered.findings.append(_missing(name))
        if self.events is not None:
            from gridtide.sources.call_table import CallTable

            gathered.of(CallTable(path=self.events).read)
        if self.programme is not None:
            gathered.of(self._rule)
        gathered.of(lambda: _days(self.holidays))
        gathered.findings += _clock_faults(self.clock)
        return gathered.findings

    def on_clock(self, of_site: str) -> "CallFiles":
        """With the clock that days are on: that given, else the programme's own, else that of the site.

        Raises BadInput for a programme that is not known.
        """
        if self.clock is not None:
            return self
        return replace(self, clock=self._rule().clock or of_site)

    def settled(self, meter: "Meter") -> Settled:
        """Every call. Raises BadInput with the faults of all."""
        from gridtide.settle.call_settlement import settle_calls
        from gridtide.sources.call_table import CallTable

        refuse_if_any(self.faults())
        assert self.events is not None and self.clock is not None
        calls, rule = CallTable(path=self.events).read(), self._rule()
        return rule, settle_calls(meter, calls, rule, self.clock, _days(self.holidays))

    def _rule(self) -> "Programme":
        from gridtide.case.baselines import programme_named, programmes

        return programme_named(self.programme or "", programmes(self.programmes))


@dataclass(frozen=True, kw_only=True)
class MarketFiles:
    """Awards of regulation and peaks of the system, with the markets whose rules they are settled by. clock: on which
    days begin, None for that of each market."""

    awards: Path | None
    followed: Path | None
    clearing: Path | None
    market: str
    peaks: Path | None
    peak_market: str
    peak_price_per_kw: float | None
    markets: Path | None
    clock: str | None

    @property
    def asked(self) -> bool:
        """Whether anything is to be settled."""
        files = (self.awards, self.followed, self.clearing, self.peaks)
        return any(file is not None for file in files)

    def rules(self) -> "tuple[MarketRule, ...]":
        """Rules of markets that are known."""
        from gridtide.case.markets import market_rules

        return market_rules(self.markets)

    def clocks(self) -> "tuple[tuple[str, str], ...]":
        """On which clock the days of each market that is asked for begin. Raises BadInput for one that is not known."""
        from gridtide.settle.market_rule import clock_of

        named = [self.market] if self.awards is not None or self.followed is not None else []
        named += [self.peak_market] if self.peaks is not None else []
        rules = self.rules()
        return tuple((name, self.clock or clock_of(rules, name)) for name in named)

    def lines(self, meters: "tuple[Meter, ...]", site: str) -> "tuple[Line, ...]":
        """Awards as those of `site`, then the peaks of each meter. Raises BadInput with the faults of all files."""
        if not self.asked:
            return ()
        faults = Gathered()
        faults.findings += _clock_faults(self.clock)
        rules = faults.of(self.rules)
        faults.refuse_if_any()
        assert rules is not None
        found = [*(faults.of(lambda: self._awarded(rules, site)) or ())]
        found += faults.of(lambda: self._followed(rules)) or ()
        for meter in meters:
            found += faults.of(lambda meter=meter: self._peaked(rules, meter)) or ()  # type: ignore[misc]
        faults.refuse_if_any()
        return tuple(found)

    def _awarded(self, rules: "tuple[MarketRule, ...]", site: str) -> "tuple[Line, ...]":
        from gridtide.settle.market_lines import regulation_lines
        from gridtide.sources.award_table import AwardTable

        if self.awards is None:
            return ()
        awards = AwardTable(path=self.awards).read()
        return regulation_lines(awards, rules, self.market, self.clock, site)

    def _followed(self, rules: "tuple[MarketRule, ...]") -> "tuple[Line, ...]":
        from gridtide.settle.followed import followed_awards
        from gridtide.settle.market_lines import regulation_lines
        from gridtide.sources.clearing_table import ClearingTable
        from gridtide.sources.followed import FollowedFile

        if self.followed is None and self.clearing is None:
            return ()
        if self.followed is None or self.clearing is None:
            raise BadInput([_alone(self.followed)])
        faults = Gathered()
        blocks = faults.of(FollowedFile(path=self.followed).read)
        prices = faults.of(ClearingTable(path=self.clearing).read)
        faults.refuse_if_any()
        assert blocks is not None and prices is not None
        awards = followed_awards(blocks, prices)
        return regulation_lines(awards, rules, self.market, self.clock, blocks.site)

    def _peaked(self, rules: "tuple[MarketRule, ...]", meter: "Meter") -> "tuple[Line, ...]":
        from gridtide.settle.market_lines import peak_lines
        from gridtide.settle.market_rule import rule_from
        from gridtide.sources.call_table import CallTable
        from gridtide.timeline import instant

        if self.peaks is None:
            return ()
        if self.peak_price_per_kw is None:
            raise BadInput([_priceless()])
        peaks = CallTable(path=self.peaks).read()
        rule = rule_from(rules, self.peak_market, instant(peaks[-1].start_s))
        return peak_lines(meter, peaks, rule, self.peak_price_per_kw, self.clock)


def _clock_faults(clock: str | None) -> list[Finding]:
    from gridtide.sources import zone_faults

    return [] if clock is None else zone_faults(clock, f"--clock {clock}")


def _missing(name: str) -> Finding:
    return Finding(
        subject=name,
        value="is not given",
        limit="--meter, --events and --programme together",
        mend="Give it; gridtide settle --help says what each holds.",
    )


def _priceless() -> Finding:
    return Finding(
        subject="--peak-price",
        value="is not given",
        limit="money per kW of the mean over the peaks",
        mend="Give it beside --peaks; no rule at hand says a price.",
    )


def _alone(followed: Path | None) -> Finding:
    return Finding(
        subject="--clearing" if followed is not None else "--followed",
        value="is not given",
        limit="--followed and --clearing together",
        mend="Give it; docs/sources.md says what it holds.",
    )


def _days(texts: tuple[str, ...]) -> frozenset[date]:
    """Holidays. Raises BadInput for one that is no date."""
    found, faults = [], []
    for text in texts:
        try:
            found.append(date.fromisoformat(text))
        except ValueError:
            faults.append(
                Finding(
                    subject=f"--holiday {text}",
                    value="is no date",
                    limit="a date like 2026-07-03",
                    mend="Correct it.",
                )
            )
    if faults:
        raise BadInput(faults)
    return frozenset(found)
