"""Which hard limits a mix at a place breaks, and by how much."""

from collections.abc import Iterator
from dataclasses import dataclass

from gridtide.invest.siting.account import PlaceAccount
from gridtide.invest.siting.latency import rtt_from
from gridtide.invest.siting.question import Siting


@dataclass(frozen=True, kw_only=True)
class Breach:
    """constraint: its name; subject: of what; value, limit: in unit. value is None where a number does not apply."""

    constraint: str
    subject: str
    value: float | None
    limit: float | None
    unit: str

    @property
    def over(self) -> float | None:
        """How far it is from possible, in its unit."""
        return None if self.value is None or self.limit is None else self.value - self.limit


def breaches_of(siting: Siting, account: PlaceAccount) -> tuple[Breach, ...]:
    """Every hard limit that is broken."""
    return (*_of_work(siting, account), *_of_place(siting, account))


def breaches_of_all(
    siting: Siting, cost: float, counted_kg: float, subject: str
) -> tuple[Breach, ...]:
    """Limits on all work together, wherever it runs, that are broken: emissions and the budget."""
    return tuple(_of_all(siting, cost, counted_kg, subject))


def _of_all(siting: Siting, cost: float, counted_kg: float, subject: str) -> Iterator[Breach]:
    common = siting.limits
    for name, value, limit, unit in (
        ("emissions", counted_kg / 1000.0, common.emissions_max_t_per_year, "t a year"),
        ("budget", cost, common.cost_max_per_year, f"{siting.currency} a year"),
    ):
        if limit is not None and value > limit:
            yield _over(name, subject, value, limit, unit)


def _of_work(siting: Siting, account: PlaceAccount) -> Iterator[Breach]:
    place = account.place
    for work, _ in account.mix:
        if work.regions and place.region not in work.regions:
            yield Breach(
                constraint="region",
                subject=f"{work.name}: {place.region} is none of {', '.join(work.regions)}",
                value=None,
                limit=None,
                unit="",
            )
        if work.rtt_max_ms is not None:
            for origin in siting.origins:
                found = rtt_from(siting, place, origin)
                if origin.share > 0.0 and found > work.rtt_max_ms:
                    yield _over(
                        "latency", f"{work.name} from {origin.name}", found, work.rtt_max_ms, "ms"
                    )
    for move in account.moves:
        if move.daily_h > move.lag_max_h:
            yield _over(
                "data path", f"{move.of} from {move.home}", move.daily_h, move.lag_max_h, "h a day"
            )


def _of_place(siting: Siting, account: PlaceAccount) -> Iterator[Breach]:
    own, common = account.place.limits, siting.limits
    for name, value, limit, unit in (
        ("network headroom", account.peak_kw, own.headroom_kw, "kW"),
        ("IT capacity", account.it_capacity_kw, own.it_capacity_max_kw, "kW"),
        ("water", account.water_m3, own.water_max_m3_per_year, "m3 a year"),
        ("water stress", own.water_stress, common.water_stress_max, "withdrawn of available"),
    ):
        if value is not None and limit is not None and value > limit:
            yield _over(name, account.place.name, value, limit, unit)
    yield from _of_all(siting, account.cost, account.counted_kg, account.place.name)


def _over(name: str, subject: str, value: float, limit: float, unit: str) -> Breach:
    return Breach(constraint=name, subject=subject, value=value, limit=limit, unit=unit)
