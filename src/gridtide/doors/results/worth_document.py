"""The document of `gridtide worth`: the call, what came of each incentive, and break-evens."""

from typing import Any

from gridtide.decide.break_even import BreakEven
from gridtide.simulate.called_window import CalledWindow
from gridtide.simulate.incentive import Answer
from gridtide.simulate.study import Study

NOTHING = 1e-6
"""Money that a solver leaves."""


def worth_document(
    study: Study,
    window: CalledWindow,
    answers: tuple[Answer, ...],
    break_evens: tuple[BreakEven, ...],
) -> dict[str, Any]:
    """called: hours and why these. incentives: one row each, by the meters of the twin. break_evens: one row for each
    class of jobs, service and store, alone, by somebody who knows everything."""
    asked = [one.incentive_per_mwh for one in answers]
    return {
        "case": study.name,
        "currency": study.currency,
        "called": {
            "from": window.start.isoformat(),
            "to": window.end.isoformat(),
            "why": window.why,
        },
        "baseline": "the coordinated course without incentive",
        "incentives": [_answer(one) for one in answers],
        "break_evens": [_break_even(one, asked) for one in break_evens],
        "notes": list(study.notes),
    }


def _answer(one: Answer) -> dict[str, Any]:
    """net_benefit: payment - extra_cost - lost_value. participants: sum to reduced_kwh of all sites."""
    return {
        "incentive_per_mwh": one.incentive_per_mwh,
        "reduced_kwh": one.reduced_kwh,
        "rebound_kwh": one.rebound_kwh,
        "payment": one.payment,
        "extra_cost": one.extra_cost,
        "lost_value": one.lost_value,
        "net_benefit": one.net_benefit,
        "promised": one.promises.promised,
        "missed": one.promises.missed_deadlines,
        "sites": [
            {
                "site": site.site,
                "baseline_kwh": site.baseline_kwh,
                "drawn_kwh": site.drawn_kwh,
                "reduced_kwh": site.reduced_kwh,
                "rebound_kwh": site.rebound_kwh,
            }
            for site in one.sites
        ],
        "participants": [
            {
                "name": part.name,
                "kind": part.kind,
                "site": part.site,
                "reduced_kwh": part.reduced_kwh,
                "hourly_kwh": list(part.hourly_kwh),
            }
            for part in one.participants
        ],
    }


def _break_even(one: BreakEven, asked: list[float]) -> dict[str, Any]:
    """by_price_per_mwh: a floor from the prices of the course. from_per_mwh, to_per_mwh: solved just below, without an
    answer, and just above, with one; null where nothing moves it. answers: drawn less at each incentive, and what is
    left of the payment."""
    return {
        "name": one.name,
        "kind": str(one.kind),
        "drawn_kwh": one.drawn_kwh,
        "by_price_per_mwh": one.by_price_per_mwh,
        "from_per_mwh": one.least_per_mwh,
        "to_per_mwh": one.most_per_mwh,
        "first_kwh": one.first_kwh,
        "answers": [
            {
                "incentive_per_mwh": price,
                "reduced_kwh": kwh,
                "net_benefit": left if abs(left) > NOTHING else 0.0,
            }
            for price, kwh, left in zip(asked, one.answers_kwh, one.benefits, strict=True)
        ],
    }
