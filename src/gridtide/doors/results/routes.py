"""Where the requests of each service and origin really went over a course, and why."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.flow_reasons import LEAST_SHARE
from gridtide.doors.results.names import place_names
from gridtide.fleet.service import Service
from gridtide.settle.latency import weighted_quantile
from gridtide.simulate.course import Course
from gridtide.simulate.study import Study
from gridtide.trust.explain import flow_because

Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Route:
    """Requests of one origin at one place over a whole course, as metered.

    place: where they were answered; equal to home for an origin that stayed. share: of all its answered
    requests. hours, hours_all: in which some went there, and of the course. requests: how many. cost,
    cost_home: money for 1,000 of them at the plans' prices, None where no plan weighed it. p95_s: answer time
    there; p95_home_s: at home in the reference, or else in this course; None where nothing was answered.
    late_max_s: allowed. why: as the end of a sentence.
    """

    service: str
    origin: str
    place: str
    home: str
    share: float
    hours: float
    hours_all: float
    requests: float
    cost: float | None
    cost_home: float | None
    p95_s: float | None
    p95_home_s: float | None
    late_max_s: float
    why: str


def routes_of(study: Study, course: Course, reference: Course) -> tuple[Route, ...]:
    """One row for each service, origin and place away from home; for an origin that stayed, one for each home."""
    found: list[Route] = []
    for index, service in enumerate(study.services):
        for origin in range(len(study.fleet.network.origins)):
            answered = course.telemetry.answered[index, origin]
            if float(answered.sum()) <= 0.0:
                continue
            away = _away(study, service, origin, answered)
            home = int(np.argmax(service.home[origin]))
            at_home = [int(place) for place in np.flatnonzero(service.home[origin] > 0.0)]
            keys = [(index, origin, place, home) for place in away]
            keys = keys or [(index, origin, place, place) for place in at_home]
            found += [_route(study, course, reference, key) for key in keys]
    return tuple(found)


def _away(study: Study, service: Service, origin: int, answered: Real) -> list[int]:
    """Places that are not home and answered more than a trace of an origin's requests."""
    requests = (answered * study.timeline.hours).sum(axis=1)
    enough = requests > LEAST_SHARE * requests.sum()
    return [int(place) for place in np.flatnonzero(enough & (service.home[origin] <= 0.0))]


def _route(
    study: Study, course: Course, reference: Course, key: tuple[int, int, int, int]
) -> Route:
    index, origin, place, home = key
    service, names, hours = study.services[index], place_names(study), study.timeline.hours
    answered = course.telemetry.answered[index, origin]
    whole = answered.sum(axis=0)
    sent = answered[place] > LEAST_SHARE * np.maximum(whole, 1e-12)
    costs = _costs(course, key)
    p95_s = _p95_s(course, index, origin, place)
    at_home_s = _p95_s(reference, index, origin, home) or _p95_s(course, index, origin, home)
    return Route(
        service=service.name,
        origin=study.fleet.network.origins[origin],
        place=names[place],
        home=names[home],
        share=float((answered[place] * hours).sum() / (whole * hours).sum()),
        hours=float(hours[sent].sum()),
        hours_all=float(hours.sum()),
        requests=float((answered[place] * hours).sum() * 3600.0),
        cost=costs and costs[0],
        cost_home=costs and costs[1],
        p95_s=p95_s,
        p95_home_s=at_home_s,
        late_max_s=service.latency_max_s,
        why=_stayed(study, course, service, origin, home)
        if place == home
        else _left(course, costs, study.currency),
    )


def _p95_s(course: Course, index: int, origin: int, place: int) -> float | None:
    """Answer time that 95 % of requests were below, None where nothing was answered."""
    seen = course.telemetry
    values, weights = seen.latency_p95_s[index, origin, place], seen.answered[index, origin, place]
    return weighted_quantile(values, weights, 0.95)


def _costs(course: Course, key: tuple[int, int, int, int]) -> tuple[float, float] | None:
    """Money for 1,000 requests there and at home, over the plans that sent them, by share."""
    why = course.flows
    index, origin, place, _ = key
    rows = (why.service == index) & (why.origin == origin) & (why.place == place)
    rows &= np.isfinite(why.cost) & np.isfinite(why.cost_home)
    if not rows.any() or float(why.share[rows].sum()) <= 0.0:
        return None
    there = float(np.average(why.cost[rows], weights=why.share[rows]))
    return there, float(np.average(why.cost_home[rows], weights=why.share[rows]))


def _left(course: Course, costs: tuple[float, float] | None, currency: str) -> str:
    if costs is None:
        return f"the rule of {course.policy} sends them there"
    return flow_because(*costs, currency)


def _stayed(study: Study, course: Course, service: Service, origin: int, home: int) -> str:
    """Why no request of an origin left its home."""
    if not service.movable:
        return "the case keeps this service at home"
    others = service.resident & (service.home[origin] <= 0.0)
    if not others.any():
        several = int((service.home[origin] > 0.0).sum()) > 1
        return f"its weights are at no {'place but its homes' if several else 'other place'}"
    fleet = study.fleet
    late_s = fleet.network.latency_ms[origin, fleet.site_of_place] / 1000.0
    if (late_s + service.time_to_first_token_s)[others].min() > service.latency_max_s:
        return "everywhere else the first token would come later than allowed"
    if course.policy == study.reference:
        return "the reference answers everything at home"
    return "no plan sent any of them elsewhere"
