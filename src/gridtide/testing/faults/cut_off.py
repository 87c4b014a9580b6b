"""The line of a site's agent to `gridtide serve` is cut for longer than the site waits, and mended."""

from collections.abc import Iterator
from functools import partial

from gridtide.testing.faults.demo_service import chain, verified
from gridtide.testing.faults.trial import Fault, Place, Trial, kept, pause, until
from gridtide.testing.faults.whole_site import DEFAULT_KW, REST_KW, WholeSite, port_of, whole_site
from gridtide.testing.served import Running
from gridtide.testing.slurm_commands import begin_times

CUT_AT_MOST_S = 3.0
"""Beyond the time in which both sides see it."""
REASON = {"reason": "a drill"}


def trials(place: Place, times: int) -> Iterator[Trial]:
    """At one site, each time with a job that the service holds back meanwhile."""
    with whole_site(place, on_postgres=False) as site:
        with site.service("first") as room:
            site.let_it_act(room)
        for number in range(times):
            site.fill()
            job, told = site.waiting_job(), len(begin_times(site.folder))
            with (
                site.machine.agent(),
                site.service(f"service-{number}") as room,
                site.agent(),
            ):
                until(lambda: len(begin_times(site.folder)) > told, "the job is held back")  # noqa: B023
                _cut_and_mended(site, room, place)
                kept(site.cluster.state(job) == "PENDING", "the job is held")
                kept(len(begin_times(site.folder)) == told + 1, "its start time is told once")
                _released(site, room)
            site.cluster.end_jobs()
            yield Trial()
        verified(site.store)


def _cut_and_mended(site: WholeSite, room: Running, place: Place) -> None:
    """Cut off, the site leads itself, and the room says so and goes on; mended, it is heard again."""
    until(partial(site.is_heard, room), "the agent is heard")
    kept(site.machine.limit_kw() == REST_KW, "the board is free while the room leads")
    stood, frame = chain(site.store), _frame(room)
    site.line.leads_to(None)
    until(lambda: site.machine.limit_kw() == DEFAULT_KW, "the site leads itself")
    until(lambda: not site.is_heard(room), "the room knows that it does not hear the site")
    pause(place.rng.uniform(0.0, CUT_AT_MOST_S))
    kept(_frame(room) > frame, "the room goes on")
    site.line.leads_to(port_of(room))
    until(partial(site.is_heard, room), "the agent is heard again")
    site.stands(stood)


def _released(site: WholeSite, room: Running) -> None:
    """A person lets go of everything: the agent does so, once; then two people have the room act again."""
    done = len(site.outcomes())
    said = room.ask("/api/release", "operator", REASON)
    kept(said[0] == 200, f"letting go is answered by {said}")
    until(lambda: site.machine.limit_kw() == REST_KW, "what the site's schedule held is let go")
    until(lambda: len(site.outcomes()) > done, "the agent says what came of it")
    told = site.outcomes()[done:]
    kept([one["what"] for one in told] == ["done"], f"the agent was told {told}")
    answers = [room.ask("/api/thaw", person, REASON)[0] for person in ("approver", "admin")]
    kept(answers == [202, 200], f"two people who have it act again are answered {answers}")


def _frame(room: Running) -> int:
    """The number of the newest frame."""
    return int(room.ask("/api/frame", "admin")[1]["number"])


FAULT = Fault(
    name="a site cut off and back, Slurm",
    promise=(
        "the site leads itself, the room says so and goes on, what it held stays held and is told"
        " once; back, the site does what people say in the room, once"
    ),
    trials=trials,
)
