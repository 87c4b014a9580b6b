"""Two whole services over one site agent, PostgreSQL: the leader is paused (SIGSTOP) with an order on its desk, another
leads, and the first is woken (SIGCONT) with the agent at its door."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

from gridtide.loop.clock import WallClock
from gridtide.stores.sql.intents import SqlIntents
from gridtide.stores.sql.opening import open_to_read
from gridtide.testing.faults.demo_service import chain, verified
from gridtide.testing.faults.trial import Fault, Place, Trial, kept, pause, until
from gridtide.testing.faults.whole_site import WholeSite, port_of, whole_site
from gridtide.testing.real_site import a_case
from gridtide.testing.served import Running
from gridtide.testing.slurm_commands import begin_times

DEAR_FOR, STEP_MIN = timedelta(minutes=110), 60
"""From now on, and of the case: a ticket that is told now lives for the better part of an hour."""
PAUSED_AT_MOST_S = 2.0
REASON = {"reason": "a drill"}
DEVICES = """
[[device]]
name = "hohhot"
kind = "agent"
token_file = "token"
devices = "feed slurm"
meters = { hall = "north grid" }
places = { slurm = "north/hall" }
stale_s = 60
"""
AGENT = """
[[device]]
name = "slurm"
kind = "slurm"
partitions = "low"
folder = "commands"
conf = "{conf}"
"""


def trials(place: Place, times: int) -> Iterator[Trial]:
    """At one site, over one store; each time both services are new."""
    with whole_site(place, on_postgres=True) as site:
        _slurm_behind_the_agent(site)
        with site.service("before") as room:
            site.let_it_act(room)
        for number in range(times):
            site.fill()
            job, told = site.waiting_job(), len(begin_times(site.folder))
            with site.agent(), site.service(f"first-{number}") as first:
                until(lambda: len(begin_times(site.folder)) > told, "the job is held back")  # noqa: B023
                until(partial(site.is_heard, first), "the agent is heard")
                _order_on_its_desk(site, first)
                first.process.send_signal(signal.SIGSTOP)
                pause(place.rng.uniform(0.0, PAUSED_AT_MOST_S))
                with _leads_next(site, f"second-{number}") as second:
                    _woken(site, first, second, job)
            site.cluster.end_jobs()
            yield Trial()
        verified(site.store)


def _slurm_behind_the_agent(site: WholeSite) -> None:
    """The site's agent leads Slurm and reads the meter; nothing else."""
    a_case(site.folder, DEVICES, (WallClock().now() + DEAR_FOR).replace(microsecond=0))
    case, agent = site.folder / "case.toml", site.folder / "agent.toml"
    case.write_text(case.read_text().replace("step_min = 1\n", f"step_min = {STEP_MIN}\n"))
    own = agent.read_text().split('[[device]]\nname = "gpus"')[0]
    agent.write_text(own + AGENT.format(conf=site.cluster.conf))


def _order_on_its_desk(site: WholeSite, first: Running) -> None:
    """Cut off from the agent, the leader is told by a person to let go: it writes that down, and nobody fetches it."""
    site.line.leads_to(None)
    said = first.ask("/api/release", "operator", REASON)
    kept(said[0] == 200, f"letting go is answered by {said}")
    until(lambda: _open(site), "the order is written down")


@contextmanager
def _leads_next(site: WholeSite, log: str) -> Iterator[Running]:
    """A service that leads, as soon as one may."""
    leads = False
    while not leads:
        with site.begun(log) as room:
            leads = room.url.startswith("http")
            kept(leads or room.process.wait() == 2, f"it does not lead: {room.errors.read_text()}")
            if leads:
                site.line.leads_to(port_of(room))
                until(lambda: room.ask("/healthz", "admin")[1]["room"] == "open", "it opens")
                yield room


def _woken(site: WholeSite, first: Running, second: Running, job: str) -> None:
    """The second one has the job let go, once; the first, woken, has an older order for the agent, which refuses it."""
    until(partial(site.is_heard, second), "the agent is heard by the next one")
    stood, told = chain(site.store), len(begin_times(site.folder))
    kept(site.begins_at(job) > WallClock().now(), "the job is held while the leader changes")
    before = len(site.outcomes())
    said = second.ask("/api/release", "operator", REASON)
    kept(said[0] == 200, f"letting go is answered by {said}")
    until(lambda: len(site.outcomes()) > before, "the agent says what came of it")
    until(lambda: site.begins_at(job) <= WallClock().now(), "the job is let go")
    site.line.leads_to(port_of(first))
    first.process.send_signal(signal.SIGCONT)
    until(lambda: len(site.outcomes()) > before + 1, "the agent answers the older order")
    fates = [one["what"] for one in site.outcomes()[before:]]
    kept(fates == ["done", "superseded"], f"what the agent was told came to {fates}")
    until(lambda: "another leads" in first.errors.read_text(), "the first one knows who leads")
    site.line.leads_to(port_of(second))
    until(partial(site.is_heard, second), "the next one goes on")
    kept(len(begin_times(site.folder)) == told + 1, "nothing is told twice")
    site.stands(stood)


def _open(site: WholeSite) -> bool:
    """Whether an order to let go stands without an outcome."""
    database = open_to_read(site.store)
    try:
        return any(one.intent.act["kind"] == "Release" for one in SqlIntents(database).unsettled())
    finally:
        database.close()


FAULT = Fault(
    name="two services over one agent, PostgreSQL, Slurm",
    promise=(
        "another leads after the lease; woken, the first tells nothing more, the agent refuses the"
        " order that it has left, and nothing is told twice"
    ),
    trials=trials,
    on_postgres=True,
)
