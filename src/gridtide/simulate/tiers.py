"""The price menu of a case: what its users' waiting saves, by solving the course with a little more work in it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.extra_work import ExtraWork, places_of_class, releases_of
from gridtide.decide.relaxed import Course, program_of, relaxed_course
from gridtide.decide.tier_costs import TierCost, answer_tier_cost, cost_of, work_tier_cost
from gridtide.decide.vertex import VERTEX_COLUMNS, Vertex, vertex_of
from gridtide.finding import BadInput, Finding
from gridtide.fleet.service import Service
from gridtide.settle.price_menu import PriceMenu, price_menu
from gridtide.simulate.bound import known_course
from gridtide.simulate.study import Study
from gridtide.simulate.truth import Truth
from gridtide.timeline import clock_offsets_s

Real = NDArray[np.float64]
Told = Callable[[str], None]
SLACKS_H = (0.0, 1.0, 8.0, 24.0)
"""Now, and within so many hours."""
SLOWER = (0.0, 0.5, 1.0)
"""Answers as they are, and so much slower."""
SMALL_SHARE = 1e-3
"""Of all accelerators for jobs, or of a service's requests: what is added."""
PER_REQUESTS = 1000.0


@dataclass(frozen=True, kw_only=True)
class Terms:
    """passed_on: share of what waiting saves that users get. sensitivity: of the choice, assumed."""

    passed_on: float
    sensitivity: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Menu:
    """Of what: a class of jobs or a service; unit: what is priced. tiers: in words. costs: of each. quantity: units of
    the course. by_hour: marginal cost by local hour of the first site at which work is given out, (tiers, 24), NaN
    where none is; empty for services. added: what was added, in words."""

    of: str
    unit: str
    tiers: tuple[str, ...]
    costs: tuple[TierCost, ...]
    prices: PriceMenu
    quantity: float
    by_hour: Real
    added: str


def menus_of(
    study: Study,
    truth: Truth,
    work_class: int | None,
    slower: Callable[[int, float], Service],
    terms: Terms,
    told: Told,
) -> tuple[Menu, ...]:
    """A menu of one class of jobs and one of each service. work_class: None where the case has no jobs. slower: a
    service, by number, as it answers with a tolerance. Raises Infeasible or ValueError where no course holds."""
    situation = known_course(study, truth)
    course = relaxed_course(situation, study.objective)
    relaxed = program_of(course)
    _refuse_what_has_no_vertex(study, len(relaxed.matrix.cost))
    solution, vertex = vertex_of(relaxed.matrix, relaxed.names)
    base = (cost_of(relaxed, solution), vertex)
    found = []
    if work_class is not None:
        told(f"work of {study.jobs.classes[work_class].name}, tier by tier")
        found.append(_of_work(study, course, base, work_class, terms))
    for number, service in enumerate(study.services):
        told(f"answers of {service.name}, tier by tier")
        tiers = [slower(number, part) for part in SLOWER]
        costs = tuple(
            answer_tier_cost(situation, course, number, tier, SMALL_SHARE) for tier in tiers
        )
        found.append(_of_answers(course, number, costs, terms))
    return tuple(found)


def largest_class(study: Study) -> int | None:
    """The class with most accelerator-hours, None without jobs."""
    if not len(study.jobs):
        return None
    hours = _accelerator_h(study)
    return int(np.argmax(np.bincount(study.jobs.work_class, weights=hours)))


def _accelerator_h(study: Study) -> Real:
    return np.asarray(study.jobs.accelerators * study.true_s / 3600.0)


def _refuse_what_has_no_vertex(study: Study, columns: int) -> None:
    """Beyond that size a program is solved too coarsely for differences of a little work."""
    if columns <= VERTEX_COLUMNS:
        return
    raise BadInput(
        [
            Finding(
                subject=f"case {study.name}",
                value=f"a program of {columns:,} columns",
                limit=f"{VERTEX_COLUMNS:,}, what can be solved finely enough for small differences",
                mend="Cut the case to fewer days, or make its steps longer.",
            )
        ]
    )


def _of_work(
    study: Study,
    course: Course,
    base: tuple[float, Vertex | None],
    work_class: int,
    terms: Terms,
) -> Menu:
    kind = study.jobs.classes[work_class]
    places = places_of_class(course, work_class)
    slacks_h = [slack_h for slack_h in SLACKS_H if len(releases_of(course, slack_h))]
    small = max(SMALL_SHARE * float(study.fleet.accelerators[places].sum()), 1.0)
    release = releases_of(course, slacks_h[-1])
    costs = tuple(
        work_tier_cost(
            course,
            ExtraWork(
                release=release,
                slack_h=slack_h,
                accelerators=small,
                work_class=work_class,
                places=places,
            ),
            base,
        )
        for slack_h in slacks_h
    )
    today = _today_h(study, work_class, np.asarray(slacks_h))
    return Menu(
        of=kind.name,
        unit="accelerator-hour",
        tiers=tuple("now" if not hours else f"within {hours:g} h" for hours in slacks_h),
        costs=costs,
        prices=_prices(costs, today, kind.value_per_accelerator_h, terms),
        quantity=float(today.sum()),
        by_hour=np.stack([_by_hour(study, release, one.by_price) for one in costs]),
        added=f"{small:g} accelerator-hours at each of {len(release)} whole hours",
    )


def _of_answers(course: Course, number: int, costs: tuple[TierCost, ...], terms: Terms) -> Menu:
    service = course.situation.services[number]
    asked = 3600.0 * float((course.facts.requests_per_s[number] * course.facts.hours).sum())
    today = np.zeros(len(SLOWER))
    today[np.searchsorted(SLOWER, service.delay_tolerance, side="right") - 1] = asked
    return Menu(
        of=service.name,
        unit="thousand answers",
        tiers=tuple(f"×{1.0 + part:g}" for part in SLOWER),
        costs=costs,
        prices=_prices(costs, today, PER_REQUESTS * service.value_per_request, terms),
        quantity=asked / PER_REQUESTS,
        by_hour=np.zeros((0, 24)),
        added=f"{SMALL_SHARE:.1%} more requests at all times",
    )


def _prices(costs: tuple[TierCost, ...], today: Real, flat: float, terms: Terms) -> PriceMenu:
    marginal = np.asarray([one.marginal for one in costs])
    return price_menu(marginal, today, flat, terms.passed_on, terms.sensitivity)


def _today_h(study: Study, work_class: int, slacks_h: Real) -> Real:
    """Accelerator-hours of a class by the latest tier that each of its jobs leaves time for."""
    jobs, own = study.jobs, study.jobs.work_class == work_class
    slack_h = (jobs.deadline_s - jobs.release_s - jobs.declared_s)[own] / 3600.0
    tier = np.maximum(np.searchsorted(slacks_h, slack_h, side="right") - 1, 0)
    summed = np.bincount(tier, weights=_accelerator_h(study)[own], minlength=len(slacks_h))
    return summed.astype(np.float64)


def _by_hour(study: Study, release: NDArray[np.int64], price: Real) -> Real:
    starts_s = study.timeline.starts_s[release]
    local_s = starts_s + clock_offsets_s(study.fleet.sites[0].clock, starts_s)
    hour = (local_s // 3600) % 24
    count = np.bincount(hour, minlength=24)
    total = np.bincount(hour, weights=price, minlength=24)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(count > 0, total / count, np.nan))
