"""Lines of a settlement under the rules of markets: regulation by the version of each day, coincident peaks."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from gridtide.finding import BadInput, Finding, Gathered, refuse_if_any
from gridtide.settle.call import Call, Meter
from gridtide.settle.coincident_peak import PeakTerms, against_terms, coincident_kw
from gridtide.settle.line import Inputs, Line
from gridtide.settle.market_rule import MarketRule, clock_of, rule_on
from gridtide.settle.pjm_regulation import Awards, PjmTerms, pjm_credit
from gridtide.settle.rule_line import of_another_kind, rule_line
from gridtide.timeline import DAY_S, clock_offsets_s, instant

Real = NDArray[np.float64]


def regulation_lines(
    awards: Awards, rules: tuple[MarketRule, ...], market: str, clock: str | None, site: str
) -> tuple[Line, ...]:
    """One line a version that held, in order of time. clock: on which days begin, None for the market's own.

    Raises BadInput where no rule held on a day, or it is none of regulation.
    """
    zone = clock_of(rules, market) if clock is None else clock
    local_day = (awards.start_s + clock_offsets_s(zone, awards.start_s)) // DAY_S
    versions: dict[str, tuple[MarketRule, list[int]]] = {}
    faults = Gathered()
    for day in np.unique(local_day).tolist():
        date = instant(day * DAY_S).date()
        rule = faults.of(lambda date=date: rule_on(rules, market, date))  # type: ignore[misc]
        if rule is not None:
            versions.setdefault(rule.name, (rule, []))[1].append(day)
    faults.refuse_if_any()
    return tuple(
        _regulation_line(_part(awards, np.isin(local_day, days)), rule, site)
        for rule, days in versions.values()
    )


def peak_lines(
    meter: Meter, peaks: tuple[Call, ...], rule: MarketRule, price_per_kw: float, clock: str | None
) -> tuple[Line, ...]:
    """The charge for what a meter drew in the system's peaks. price_per_kw: for the period that the rule charges;
    clock: on which months and days begin, None for the market's own.

    Raises BadInput for a peak the meter does not know, one that the rule never charges, and a rule that is none of
    peaks.
    """
    terms = rule.terms
    if not isinstance(terms, PeakTerms):
        raise BadInput([of_another_kind(rule, "a market that settles coincident peaks")])
    own_kw = [_drawn_kw(meter, peak) for peak in peaks]
    zone = ZoneInfo(rule.clock if clock is None else clock)
    faults = _never_charged(peaks, rule, terms, zone)
    faults += [
        Finding(
            subject=f"peak from {instant(peak.start_s).astimezone(zone).isoformat()}",
            value="the meter says nothing of it",
            limit="a reading for each peak",
            mend="Give the readings of its interval.",
        )
        for peak, drawn_kw in zip(peaks, own_kw, strict=True)
        if np.isnan(drawn_kw)
    ]
    refuse_if_any(faults)
    charged_kw = coincident_kw(np.asarray(own_kw), terms, float(np.nanmax(meter.import_kw)))
    given: Inputs = (
        *(
            (instant(peak.start_s).isoformat(), drawn_kw)
            for peak, drawn_kw in zip(peaks, own_kw, strict=True)
        ),
        ("peaks_given", float(len(peaks))),
        ("peaks_of_rule", float(terms.peaks)),
        ("charged_kw", charged_kw),
        ("price_per_kw", price_per_kw),
    )
    amount = charged_kw * price_per_kw
    return (rule_line(rule, "coincident peaks", meter.source, amount, given),)


def _never_charged(
    peaks: tuple[Call, ...], rule: MarketRule, terms: PeakTerms, zone: ZoneInfo
) -> list[Finding]:
    spans = [(instant(one.start_s), instant(one.end_s)) for one in peaks]
    local = tuple((start.astimezone(zone), end.astimezone(zone)) for start, end in spans)
    return [
        Finding(
            subject=f"peak from {local[place][0].isoformat()}",
            value=f"is none that {rule.name} charges: {why}",
            limit=rule.formula,
            mend="Correct the peak, or --peak-market; --clock says on which clock months and days begin.",
        )
        for place, why in against_terms(local, terms)
    ]


def _drawn_kw(meter: Meter, peak: Call) -> float:
    """Mean power over a peak, each interval by how much of it lies inside; NaN where any is unknown."""
    edges_s = meter.timeline.edges_s
    inside_s = np.minimum(edges_s[1:], peak.end_s) - np.maximum(edges_s[:-1], peak.start_s)
    inside = inside_s > 0
    if inside_s[inside].sum() != peak.end_s - peak.start_s:
        return float("nan")
    return float(np.average(meter.import_kw[inside], weights=inside_s[inside]))


def _part(awards: Awards, chosen: NDArray[np.bool_]) -> Awards:
    return replace(
        awards,
        start_s=awards.start_s[chosen],
        hours=awards.hours[chosen],
        award_kw=awards.award_kw[chosen],
        score=awards.score[chosen],
        capability_price_per_mw_h=awards.capability_price_per_mw_h[chosen],
        performance_price_per_mw_h=awards.performance_price_per_mw_h[chosen],
        mileage_ratio=awards.mileage_ratio[chosen],
    )


def _regulation_line(awards: Awards, rule: MarketRule, site: str) -> Line:
    if not isinstance(rule.terms, PjmTerms):
        raise BadInput(
            [
                of_another_kind(
                    rule, "a market that settles awards with scores and two clearing prices"
                )
            ]
        )
    credit = pjm_credit(awards, rule.terms)
    award_kw_h = float((awards.award_kw * awards.hours).sum())
    given: Inputs = (
        ("intervals", float(len(credit))),
        ("award_kw_h", award_kw_h),
        ("mean_score", float(awards.score.mean())),
        ("forfeited", float((awards.score < rule.terms.forfeit_below).sum())),
        ("credit_without_score", float(pjm_credit(_perfect(awards), rule.terms).sum())),
    )
    return rule_line(rule, "regulation", site, 0.0 - float(credit.sum()), given)


def _perfect(awards: Awards) -> Awards:
    return replace(awards, score=np.ones(len(awards.score)))
