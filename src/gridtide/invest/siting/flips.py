"""Which assumption turns the choice: each changed alone until another place wins, found by bisection."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from gridtide.invest.siting.choice import best_of, judged_all
from gridtide.invest.siting.place import Place, PlaceYear
from gridtide.invest.siting.question import Siting

LEAST, MOST = 0.0, 4.0
"""Factors between which an assumption is changed."""
LOOKS = 8
"""Factors looked at on either side before bisecting, evenly spread."""
WITHIN = 1e-3
"""How well the factor of a turn is known."""
Change = Callable[[Siting, float], Siting]


@dataclass(frozen=True, kw_only=True)
class Flip:
    """factor: the assumption times this is where another wins, the one nearest to 1 on its side. winner: then; None
    where no place is possible any more."""

    factor: float
    winner: str | None


@dataclass(frozen=True, kw_only=True)
class Robustness:
    """what: the assumption. declared: its value where it is one number. below, above: the turn on either side of 1;
    None where the choice stands from LEAST to MOST."""

    what: str
    declared: float | None
    unit: str
    below: Flip | None
    above: Flip | None


def robustness_of(
    siting: Siting, told: Callable[[str], None] = lambda what: None
) -> tuple[Robustness, ...]:
    """Every assumption that plays a part, one at a time. told: hears which is looked at. Empty where nothing wins."""
    best = best_of(judged_all(siting))
    if best is None:
        return ()
    found = []
    for what, declared, unit, change in _assumptions(siting, best.place.name):
        told(what)
        found.append(
            Robustness(
                what=what,
                declared=declared,
                unit=unit,
                below=flip_between(siting, change, best.place.name, LEAST),
                above=flip_between(siting, change, best.place.name, MOST),
            )
        )
    return tuple(found)


def flip_between(siting: Siting, change: Change, winner: str, end: float) -> Flip | None:
    """The turn nearest to 1 on the way to a factor; None where the winner stands at every look."""
    kept = 1.0
    for look in range(1, LOOKS + 1):
        factor = 1.0 + (end - 1.0) * look / LOOKS
        there = _winner(change(siting, factor))
        if there != winner:
            return _bisected(siting, change, winner, (kept, factor, there))
        kept = factor
    return None


def _bisected(
    siting: Siting, change: Change, winner: str, between: tuple[float, float, str | None]
) -> Flip:
    kept, turned, other = between
    while abs(turned - kept) > WITHIN:
        middle = 0.5 * (kept + turned)
        there = _winner(change(siting, middle))
        if there == winner:
            kept = middle
        else:
            turned, other = middle, there
    return Flip(factor=turned, winner=other)


def _winner(siting: Siting) -> str | None:
    best = best_of(judged_all(siting))
    return None if best is None else best.place.name


def _assumptions(siting: Siting, winner: str) -> Iterator[tuple[str, float | None, str, Change]]:
    """Name, declared value, unit, and how a factor changes the siting."""
    yield f"electricity price at {winner}", None, "x", _of(winner, _price)
    yield f"building at {winner}", None, "x", _of(winner, _building)
    yield "electricity price everywhere", None, "x", _of(None, _price)
    per_t = f"{siting.currency}/t"
    if siting.carbon_price_per_t > 0.0:
        yield "carbon price", siting.carbon_price_per_t, per_t, _carbon_price
    yield "interest", siting.interest, "a year", _interest
    if any(place.paths for place in siting.places):
        yield "price of moving data", None, "x", _of(None, _data_price)
    if any(place.costs.water_per_m3 > 0.0 for place in siting.places):
        yield "water price", None, "x", _of(None, _water_price)
    if any(place.heat for place in siting.places):
        yield "heat price", None, "x", _of(None, _heat_price)
    if any(work.flexible_share > 0.0 for work in siting.classes):
        yield "flexible share", None, "x", _flexible_share
    if any(work.rtt_max_ms is not None for work in siting.classes):
        yield "latency limit", None, "x", _latency_limit
    yield "IT power", sum(work.it_kw for work in siting.classes), "kW", _size


def _of(name: str | None, change: Callable[[Place, float], Place]) -> Change:
    """Changes one place, or all of them."""

    def changed(siting: Siting, factor: float) -> Siting:
        places = tuple(
            change(place, factor) if name in (None, place.name) else place
            for place in siting.places
        )
        return replace(siting, places=places)

    return changed


def _price(place: Place, factor: float) -> Place:
    def of(year: PlaceYear) -> PlaceYear:
        return replace(year, price_per_mwh=factor * year.price_per_mwh)

    return replace(place, years=tuple(of(year) for year in place.years))


def _building(place: Place, factor: float) -> Place:
    costs = replace(place.costs, building_per_kw=factor * place.costs.building_per_kw)
    return replace(place, costs=costs)


def _water_price(place: Place, factor: float) -> Place:
    costs = replace(place.costs, water_per_m3=factor * place.costs.water_per_m3)
    return replace(place, costs=costs)


def _data_price(place: Place, factor: float) -> Place:
    paths = tuple(replace(one, price_per_gb=factor * one.price_per_gb) for one in place.paths)
    return replace(place, paths=paths)


def _heat_price(place: Place, factor: float) -> Place:
    heat = tuple(replace(one, price_per_mwh=factor * one.price_per_mwh) for one in place.heat)
    return replace(place, heat=heat)


def _carbon_price(siting: Siting, factor: float) -> Siting:
    return replace(siting, carbon_price_per_t=factor * siting.carbon_price_per_t)


def _interest(siting: Siting, factor: float) -> Siting:
    return replace(siting, interest=factor * siting.interest)


def _flexible_share(siting: Siting, factor: float) -> Siting:
    classes = tuple(
        replace(one, flexible_share=min(1.0, factor * one.flexible_share)) for one in siting.classes
    )
    return replace(siting, classes=classes)


def _latency_limit(siting: Siting, factor: float) -> Siting:
    classes = tuple(
        one if one.rtt_max_ms is None else replace(one, rtt_max_ms=factor * one.rtt_max_ms)
        for one in siting.classes
    )
    return replace(siting, classes=classes)


def _size(siting: Siting, factor: float) -> Siting:
    grown = max(factor, 1e-6)
    return replace(
        siting, classes=tuple(replace(one, it_kw=grown * one.it_kw) for one in siting.classes)
    )
