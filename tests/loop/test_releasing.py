"""Everything let go at once by one person, and no jump at the meter by it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gridtide.fleet.device import QueuedJob, Restraint, Standing, StoreReading
from gridtide.fleet.fleet import Fleet
from gridtide.loop.expecting import Draw
from gridtide.loop.releasing import LetGo, let_go
from gridtide.testing.studies import small_study

NOW = datetime(2026, 3, 1, tzinfo=UTC)
RAMP_KW_PER_MIN = 10.0


def fleet(ramp: float | None) -> Fleet:
    """Two sites, the same ramp at both."""
    whole = small_study().fleet
    sites = tuple(
        replace(site, contract=replace(site.contract, ramp_max_kw_per_min=ramp))
        for site in whole.sites
    )
    return replace(whole, sites=sites)


def held_jobs(
    powers_kw: list[float], site: str
) -> tuple[list[tuple[str, Restraint]], dict[str, QueuedJob], dict[str, Draw]]:
    """Jobs that are held at a site, each with what it will draw; the last ones are due first."""
    held, queue, drawn = [], {}, {}
    for number, kw in enumerate(powers_kw):
        name = f"job {number}"
        held.append(
            (
                "slurm",
                Restraint(subject=name, kind="begin", value="", until=NOW + timedelta(hours=9)),
            )
        )
        queue[name] = QueuedJob(
            id=name, name=name, standing=Standing.QUEUED, accelerators=1, nodes=1, submitted_at=NOW,
            deadline=NOW + timedelta(hours=99 - number),
        )  # fmt: skip
        drawn[name] = Draw(of=f"{site} training", kw=kw)
    return held, queue, drawn


def most_in_any_minute(found: tuple[LetGo, ...]) -> float:
    """Power let go within a minute that begins at some release, without its largest single step, kW."""
    worst = 0.0
    for first in found:
        near = [one.kw for one in found if timedelta(0) <= one.at - first.at < timedelta(minutes=1)]
        worst = max(worst, sum(near) - max(near))
    return worst


@given(powers_kw=st.lists(st.floats(0.1, 40.0), min_size=1, max_size=12))
def test_what_is_let_go_keeps_the_ramp_of_its_site(powers_kw: list[float]) -> None:
    """No minute holds more than the ramp beside one whole job, and nothing is left held."""
    there = fleet(RAMP_KW_PER_MIN)
    held, queue, drawn = held_jobs(powers_kw, there.sites[0].name)
    found = let_go(held, queue, drawn, {}, there, NOW)
    assert {one.subject for one in found} == set(queue)
    assert most_in_any_minute(found) <= RAMP_KW_PER_MIN + 1e-6


def test_the_nearest_deadline_begins_first_and_stores_rest_before() -> None:
    """A store that charges stops first; jobs follow by their deadlines."""
    there = fleet(RAMP_KW_PER_MIN)
    site = there.sites[0].name
    held, queue, drawn = held_jobs([20.0, 20.0], site)
    store = f"{site} store"
    held.append((store, Restraint(subject=store, kind="exchange", value="", until=NOW)))
    stores = {
        store: StoreReading(
            of=store, soc_kwh=5.0, charge_kw=30.0, discharge_kw=0.0, measured_at=NOW
        )
    }
    found = let_go(held, queue, drawn, stores, there, NOW)
    assert [one.subject for one in found] == [store, "job 1", "job 0"]
    assert found[1].at == NOW + timedelta(minutes=3)


def test_without_a_ramp_everything_goes_at_once() -> None:
    """Nobody waits for a rule that is not there."""
    there = fleet(None)
    held, queue, drawn = held_jobs([20.0, 20.0, 20.0], there.sites[0].name)
    assert {one.at for one in let_go(held, queue, drawn, {}, there, NOW)} == {NOW}
