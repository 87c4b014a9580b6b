"""Which place: each judged alone with all the work, the cheapest that keeps every limit, and what no other beats."""

from dataclasses import dataclass

from gridtide.invest.siting.account import Mix, PlaceAccount, account_of
from gridtide.invest.siting.latency import mean_rtt_ms
from gridtide.invest.siting.limits import Breach, breaches_of
from gridtide.invest.siting.place import Place
from gridtide.invest.siting.question import Siting


@dataclass(frozen=True, kw_only=True, eq=False)
class Judged:
    """A place with all the work. latency_ms: of the mean request. breaches: hard limits it breaks."""

    account: PlaceAccount
    latency_ms: float
    breaches: tuple[Breach, ...]

    @property
    def place(self) -> Place:
        """The place."""
        return self.account.place

    @property
    def is_possible(self) -> bool:
        """Whether it keeps every hard limit."""
        return not self.breaches

    @property
    def objectives(self) -> tuple[float, float, float]:
        """Cost, emissions and latency; less is better."""
        return self.account.cost, self.account.counted_kg, self.latency_ms


def whole_mix(siting: Siting) -> Mix:
    """All the work."""
    return tuple((work, work.it_kw) for work in siting.classes)


def judged(siting: Siting, place: Place, mix: Mix) -> Judged:
    """A place with a mix. Flexible work moves where that breaks no more limits and costs less, else it runs evenly."""
    ways = []
    for moved in (True, False):
        account = account_of(siting, place, mix, moved)
        breaches = breaches_of(siting, account)
        ways.append((len(breaches), account.cost, account, breaches))
        if all(work.flexible_share == 0.0 for work, _ in mix):
            break
    _, _, account, breaches = min(ways, key=lambda way: way[:2])
    return Judged(account=account, latency_ms=mean_rtt_ms(siting, place), breaches=breaches)


def judged_all(siting: Siting) -> tuple[Judged, ...]:
    """Every place with all the work, in the order of the siting."""
    return tuple(judged(siting, place, whole_mix(siting)) for place in siting.places)


def best_of(candidates: tuple[Judged, ...]) -> Judged | None:
    """The cheapest that keeps every limit; of equal ones that with less carbon, then less latency, then the first.

    None where no place keeps them all."""
    possible = [one for one in candidates if one.is_possible]
    return min(possible, key=lambda one: one.objectives) if possible else None


def front_of(candidates: tuple[Judged, ...]) -> tuple[Judged, ...]:
    """Possible places that no other possible one beats in cost, carbon or latency without losing in another."""
    possible = [one for one in candidates if one.is_possible]
    return tuple(one for one in possible if beats(possible, one) is None)


def beats(others: list[Judged], one: Judged) -> Judged | None:
    """The first that is nowhere worse and somewhere better; None where there is none."""
    return next(
        (
            other
            for other in others
            if other is not one
            and all(a <= b for a, b in zip(other.objectives, one.objectives, strict=True))
            and other.objectives != one.objectives
        ),
        None,
    )


def winner_by_year(siting: Siting) -> dict[int, str | None]:
    """The best place if each year had been the only one."""
    from dataclasses import replace

    found: dict[int, str | None] = {}
    for number, year in enumerate(siting.years):
        places = tuple(replace(place, years=(place.years[number],)) for place in siting.places)
        best = best_of(judged_all(replace(siting, places=places)))
        found[year] = None if best is None else best.place.name
    return found
