"""`gridtide serve`, the site's agent and the power agent are killed at once, with a job held and a board capped."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from gridtide.fleet.ticket import Fate
from gridtide.loop.clock import WallClock, seconds
from gridtide.stores.sql.intents import SqlIntents
from gridtide.stores.sql.opening import open_to_read
from gridtide.testing.faults.both_dead import SLURM_LOOKS_S
from gridtide.testing.faults.demo_service import chain, verified
from gridtide.testing.faults.trial import Fault, Place, Trial, kept, pause, until
from gridtide.testing.faults.whole_site import REST_KW, WholeSite, given_back, whole_site
from gridtide.testing.slurm_commands import begin_times

HELD_S, BEGINS = 15.0, 3.0
"""From writing prices to the step in which the job begins: service and agents begin meanwhile, which takes no more than
so many times what the first service took."""
CAPPED_S = 6.0
LIVES_AT_MOST_S = 2.0
TIMER_LOOKS = timedelta(seconds=5)
"""The command of the timer is run again and again; systemd runs it every 30 s."""


def trials(place: Place, times: int) -> Iterator[Trial]:
    """Job after job on one cluster, over one store: each service takes up what the one before left."""
    with whole_site(place, on_postgres=False) as site:
        begun_s = seconds()
        with site.service("first") as room:
            held = timedelta(seconds=HELD_S + BEGINS * (seconds() - begun_s))
            site.let_it_act(room)
        for number in range(times):
            told = len(begin_times(site.folder))
            stood = _killed_with_all(site, place, f"service-{number}", held)
            with site.service(f"after-{number}"):
                site.stands(stood)
                _nothing_is_open(site)
            count = len(begin_times(site.folder)) - told
            kept(count == 1, f"one start time was told {count} times")
            site.cluster.end_jobs()
            yield Trial()
        verified(site.store)


def _killed_with_all(
    site: WholeSite, place: Place, log: str, held: timedelta
) -> list[dict[str, object]]:
    """Hold a job and cap the board, kill, and look at what becomes of both; what stood in the chain."""
    filler, job = site.fill(), site.waiting_job()
    site.cheap_in(held)
    with site.machine.agent() as power, site.service(log) as room, site.agent() as agent:
        until(lambda: site.begins_at(job) > WallClock().now(), "the job is held back")
        until(partial(site.is_heard, room), "the agent is heard")
        capped = site.machine.cap(for_s=CAPPED_S)
        capped_until = WallClock().now() + timedelta(seconds=CAPPED_S)
        kept(capped.fate is Fate.DONE, f"the board is capped: {capped.said}")
        pause(place.rng.uniform(0.0, LIVES_AT_MOST_S))
        site.cluster.run("scancel", filler)
        stood = chain(site.store)
        for process in (room.process, agent, power):
            process.kill()
    _holds_and_ends(site, job, capped_until)
    return stood


def _holds_and_ends(site: WholeSite, job: str, capped_until: datetime) -> None:
    """Raise BrokenPromise unless both hold until their time, and no longer."""
    now, at = WallClock().now, site.begins_at(job)
    kept(site.cluster.state(job) == "PENDING" or now() >= at, "the job is held until its start")
    kept(site.machine.limit_kw() < REST_KW or now() >= capped_until, "the cap holds for its lease")
    until(partial(given_back, site), "the cap is gone")
    kept(now() - capped_until < TIMER_LOOKS, f"the cap outlived its lease, gone at {now()}")
    until(lambda: site.cluster.state(job) == "RUNNING", "the held job starts")
    late = now() - at
    kept(late < timedelta(seconds=SLURM_LOOKS_S), f"the held job starts {late} late")


def _nothing_is_open(site: WholeSite) -> None:
    """Raise BrokenPromise where a service that is open has left an intent of before without an outcome."""
    database = open_to_read(site.store)
    try:
        left = SqlIntents(database).unsettled()
    finally:
        database.close()
    kept(not left, f"{len(left)} intents have no outcome after reading back")


FAULT = Fault(
    name="service and its agents killed together, Slurm",
    promise="held work starts at its start time, no cap outlives its lease, and nothing is told twice",
    trials=trials,
)
