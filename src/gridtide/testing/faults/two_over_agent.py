"""Two whole services over one site's agent and one Slurm: the leader is paused (SIGSTOP) while it lets go of
everything, another leads, and the first is woken (SIGCONT) with the agent at its door."""

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
from gridtide.testing.faults.whole_site import DEFAULT_KW, REST_KW, WholeSite, port_of, whole_site
from gridtide.testing.served import Running
from gridtide.testing.slurm_commands import begin_times

STEP_MIN, DEAR_FOR = 30, timedelta(minutes=59)
"""Of the case, and from now on: what is told now may be done for most of a step, while another takes the lead."""
ON_ITS_DESK_S, PAUSED_AT_MOST_S = 0.5, 2.0
"""From writing an order down to having it ready for the agent, by far; and to the pause."""
REASON = {"reason": "a drill"}


def trials(place: Place, times: int) -> Iterator[Trial]:
    """At one site, over one store; each time a job waits that the first service holds back."""
    with whole_site(place, on_postgres=True) as site:
        for number in range(times):
            site.fill()
            job = site.waiting_job()
            _long_steps(site)
            with site.machine.agent(), site.agent():
                until(lambda: site.machine.limit_kw() == DEFAULT_KW, "the site leads itself")
                _taken_over(site, place, job, number)
            site.cluster.end_jobs()
            yield Trial()
        verified(site.store)


def _long_steps(site: WholeSite) -> None:
    """Hear the agent for long, and take long steps: what waits for the agent outlives the lease of who told it."""
    site.cheap_in(DEAR_FOR)
    case = site.folder / "case.toml"
    text = case.read_text().replace("step_min = 1\n", f"step_min = {STEP_MIN}\n")
    case.write_text(text.replace("stale_s = 5\n", "stale_s = 60\n"))


def _taken_over(site: WholeSite, place: Place, job: str, number: int) -> None:
    """Raise BrokenPromise where the first one, woken, tells anything or is still listened to."""
    told = len(begin_times(site.folder))
    with site.service(f"first-{number}") as first:
        _acts(site, first)
        until(lambda: len(begin_times(site.folder)) > told, "the job is held back")
        until(partial(site.is_heard, first), "the agent is heard")
        _order_on_its_desk(site, first)
        until(lambda: site.begins_at(job) <= WallClock().now(), "the job is let go")
        pause(place.rng.uniform(ON_ITS_DESK_S, PAUSED_AT_MOST_S))
        first.process.send_signal(signal.SIGSTOP)
        with _leads_next(site, f"second-{number}") as second:
            _lets_go(site, second)
            stood = chain(site.store)
            _woken(site, first)
            site.line.leads_to(port_of(second))
            kept(len(begin_times(site.folder)) == told + 2, "nothing is told twice")
            site.stands(stood)
            until(lambda: not _open(site), "what came of everything is known")


def _acts(site: WholeSite, room: Running) -> None:
    """Have a service act, which took up what people decided before."""
    if not room.ask("/api/state", "admin")[1]["frozen"]:
        site.let_it_act(room)
        return
    answers = [room.ask("/api/thaw", person, REASON)[0] for person in ("approver", "admin")]
    kept(answers == [202, 200], f"two people who have it act again are answered {answers}")


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


def _lets_go(site: WholeSite, second: Running) -> None:
    """The one that leads now is listened to."""
    until(partial(site.is_heard, second), "the agent is heard by the next one")
    before = len(site.outcomes())
    said = second.ask("/api/release", "operator", REASON)
    kept(said[0] == 200, f"letting go is answered by {said}")
    until(lambda: len(site.outcomes()) > before, "the agent says what came of it")
    until(lambda: site.machine.limit_kw() == REST_KW, "the board is let go")
    fates = [one["what"] for one in site.outcomes()[before:]]
    kept(fates == ["done"], f"what the agent was told came to {fates}")


def _woken(site: WholeSite, first: Running) -> None:
    """The first one knows who leads and answers no agent, or the agent refuses the order that it had left."""
    before = len(site.outcomes())
    site.line.leads_to(port_of(first))
    first.process.send_signal(signal.SIGCONT)
    until(lambda: "another leads" in first.errors.read_text(), "the first one knows who leads")
    kept(first.ask("/readyz", "admin")[0] == 503, "who leads no more is not ready")
    until(partial(_turned_away, site, before), "the agent is turned away by the first one")
    fates = [one["what"] for one in site.outcomes()[before:]]
    kept(fates in ([], ["superseded"]), f"what the first one had left came to {fates}")


def _turned_away(site: WholeSite, before: int) -> bool:
    """Whether the agent refused the order, or was told that the service which it asks leads no more."""
    said = [str(one) for one in site.agent_notes()]
    return len(site.outcomes()) > before or any("leads no more" in one for one in said)


def _open(site: WholeSite) -> bool:
    """Whether an order to the agent stands without an outcome."""
    database = open_to_read(site.store)
    try:
        return any(one.intent.device == "hohhot gpus" for one in SqlIntents(database).unsettled())
    finally:
        database.close()


FAULT = Fault(
    name="two services over one agent, PostgreSQL, Slurm",
    promise=(
        "another leads after the lease; woken, the first tells nothing more, the order that it has left"
        " is handed out no more or refused by the agent, nothing is told twice, and what came of everything"
        " is known"
    ),
    trials=trials,
    on_postgres=True,
)
