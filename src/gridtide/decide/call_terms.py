"""What calls of the grid and positions ask of a site's power: least and most at the meter, and what missing it costs.

Plans keep these terms as rows; whoever weighs a placement, or moves single jobs, pays for them by the same numbers.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from gridtide.decide.call_answer import CallAnswer, aimed_beside, answers_of, asked_beside
from gridtide.decide.declared_terms import declared_terms
from gridtide.decide.event import EventKind
from gridtide.decide.layout import Real
from gridtide.decide.situation import Situation
from gridtide.digest import freeze
from gridtide.timeline import epoch_s
from gridtide.units import cost_per_kwh

REBOUND_TIMES_PRICE = 5.0
"""A kWh of rebound, or beyond a ramp, counts so many times the dearest energy: above what moving work is worth, below
the work itself."""
LACKING = 20.0
"""What is taken and not delivered counts so many times its payment, so that no more is taken than comes in every
interval: where a twentieth lacks, that costs all that the rest is paid."""
LEAST_PRICE_PER_KWH = 0.01
"""What energy counts there at least, so that a rebound is held off, and a set-point met, where it is free."""


@dataclass(frozen=True, kw_only=True, eq=False)
class MeterTerm:
    """Bounds on what a site draws less what it sells, over T steps, kW; -inf and inf where there is none.

    price_per_kwh: money for a kWh beyond them. absorbs: own supply that is left unused does not count as drawn.
    of_draw: what is sold does not count.
    """

    site: int
    least_kw: Real
    most_kw: Real
    price_per_kwh: float
    absorbs: bool = False
    of_draw: bool = False

    def __post_init__(self) -> None:
        freeze(self, least_kw=np.float64, most_kw=np.float64)


def call_terms(situation: Situation, energy_per_kwh: Real) -> tuple[MeterTerm, ...]:
    """Terms of every answer that stands and takes something. energy_per_kwh: of a kWh drawn with its carbon, (S, T)."""
    answers = answers_of(situation.commitments)
    found: list[MeterTerm] = []
    for answer in answers:
        if answer.share == 0.0:
            continue
        if answer.event.may_be_declined:
            found.append(response_term(answer, answers, situation))
            coming_kw = _coming_down_kw(answer, situation)
            found.append(_ceiling(answer, coming_kw, situation, energy_per_kwh))
        level_kw = answer.level_after_kw(situation.horizon)
        found.append(_ceiling(answer, level_kw, situation, energy_per_kwh))
    return tuple(one for one in found if _bounds(one))


def position_terms(situation: Situation) -> tuple[MeterTerm, ...]:
    """Terms of every position that stands at a site that pays for leaving it."""
    terms = declared_terms(situation)
    found = []
    for site in np.flatnonzero(~np.isnan(terms.position_kw).all(axis=1)):
        position_kw, free_kw = terms.position_kw[site], terms.free_kw[site]
        found.append(
            MeterTerm(
                site=int(site),
                least_kw=np.nan_to_num(position_kw - free_kw, nan=-np.inf),
                most_kw=np.nan_to_num(position_kw + free_kw, nan=np.inf),
                price_per_kwh=float(terms.price_per_kwh[site]),
                of_draw=True,
            )
        )
    return tuple(found)


def response_term(
    answer: CallAnswer, answers: Iterable[CallAnswer], situation: Situation
) -> MeterTerm:
    """At most the baseline less what is taken, or at least the baseline and what is taken, while something is asked.

    Where nothing can be taken, the baseline itself.
    """
    asked = np.nan_to_num(asked_beside(answer, answers, situation.horizon)) > 0.0
    taken_kw = answer.share * aimed_beside(answer, answers, situation.horizon)
    level_kw = answer.baseline_over(situation.horizon) - answer.sign * taken_kw
    absorbs = answer.event.kind is EventKind.ABSORB
    return MeterTerm(
        site=site_of(situation, answer),
        least_kw=np.where(asked & absorbs, level_kw, -np.inf),
        most_kw=np.where(asked & (not absorbs), level_kw, np.inf),
        price_per_kwh=lacking_per_kwh(answer),
        absorbs=absorbs,
    )


def lacking_per_kwh(answer: CallAnswer) -> float:
    """Money for a kWh that was taken and is not delivered."""
    return float(
        cost_per_kwh(LACKING * answer.event.payment_per_mwh + answer.event.penalty_per_mwh)
    )


def missed_cost(terms: Iterable[MeterTerm], net_kw: Real, hours: Real) -> float:
    """Money for leaving terms. net_kw: drawn less sold and left unused, (S, T), kW; hours: of each step, (T,)."""
    total = 0.0
    for term in terms:
        kw = net_kw[term.site]
        kw = np.maximum(kw, 0.0) if term.of_draw else kw
        beyond_kw = np.maximum(kw - term.most_kw, 0.0) + np.maximum(term.least_kw - kw, 0.0)
        total += term.price_per_kwh * float(beyond_kw @ hours)
    return total


def site_of(situation: Situation, answer: CallAnswer) -> int:
    """The number of the site that is called."""
    return [site.name for site in situation.fleet.sites].index(answer.event.site)


def _bounds(term: MeterTerm) -> bool:
    return bool(np.isfinite(term.least_kw).any() or np.isfinite(term.most_kw).any())


def _ceiling(
    answer: CallAnswer, most_kw: Real, situation: Situation, energy_per_kwh: Real
) -> MeterTerm:
    dearest = float(np.abs(energy_per_kwh).max())
    return MeterTerm(
        site=site_of(situation, answer),
        least_kw=np.full(len(most_kw), -np.inf),
        most_kw=most_kw,
        price_per_kwh=REBOUND_TIMES_PRICE * max(dearest, LEAST_PRICE_PER_KWH),
    )


def _coming_down_kw(answer: CallAnswer, situation: Situation) -> Real:
    """Most in each step before a call from which its ramp reaches what was agreed in time, (T,), kW."""
    event, horizon = answer.event, situation.horizon
    none = np.full(len(horizon), np.inf)
    if event.ramp_max_kw_per_min is None or event.kind is EventKind.ABSORB:
        return none
    aimed_kw = aimed_beside(answer, (answer,), horizon)
    steps = np.flatnonzero(np.nan_to_num(aimed_kw) > 0.0)
    if not len(steps):
        return none
    first = int(steps[0])
    agreed_kw = float(answer.baseline_over(horizon)[first] - answer.share * aimed_kw[first])
    ahead_s = epoch_s(event.start) - horizon.starts_s
    before = horizon.ends_s <= epoch_s(event.start)
    return np.where(before, agreed_kw + event.ramp_max_kw_per_min * ahead_s / 60.0, np.inf)
