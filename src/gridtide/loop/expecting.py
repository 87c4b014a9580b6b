"""What meters should show after acts on jobs, and what may have changed beside them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gridtide.fleet.act import BeginAt, PauseJob, ResumeJob
from gridtide.fleet.device import QueuedJob, Standing
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.menu import at_share
from gridtide.fleet.site_act import AnyAct, PlaceJob
from gridtide.loop.acts import OPEN, JobTold
from gridtide.loop.names import place_names
from gridtide.loop.verifying import Beside, Expected

Queue = Mapping[str, QueuedJob]


@dataclass(frozen=True, kw_only=True)
class Draw:
    """What a job draws while it runs, which meter reads it, and at which site."""

    of: str
    kw: float
    site: str = ""


def draws(queue: Queue, told: Mapping[str, JobTold], fleet: Fleet) -> dict[str, Draw]:
    """What every job would draw where it stands, by name; of the places of a fleet."""
    places = {name: number for number, name in enumerate(place_names(fleet))}
    found = {}
    for name, job in queue.items():
        if job.place in places:
            place, point = places[job.place], told.get(name, JobTold()).point
            entry = fleet.menu.entry(np.asarray([place]), np.asarray([point]))
            gang = at_share(np.asarray([job.accelerators]), fleet.menu.gang_share[entry])
            site = fleet.sites[fleet.places[place].site]
            kw = float(gang[0] * fleet.menu.it_kw[entry][0])
            found[name] = Draw(of=f"{site.name} {job.work_class}", kw=kw, site=site.name)
    return found


def expectations(
    acts: Iterable[AnyAct],
    queues: tuple[Queue, Queue],
    drawn: tuple[Mapping[str, Draw], Mapping[str, Draw]],
) -> list[Expected]:
    """What each job that was acted on should have changed: one that was stopped draws no more, one that its scheduler
    says runs now does. queues, drawn: before the acts, and after the step; of a job that ended in it nothing is said.
    """
    before, after = queues
    acted = {act.job: act for act in acts if isinstance(act, BeginAt | ResumeJob | PlaceJob)}
    stopped = {act.job for act in acts if isinstance(act, PauseJob)}
    found = []
    for name in sorted({*acted, *stopped}):
        if name not in before or name not in after or after[name].standing not in OPEN:
            continue
        first = drawn[0].get(name) if before[name].standing is Standing.RUNNING else None
        runs = after[name].standing is Standing.RUNNING and name not in stopped
        last = drawn[1].get(name) if runs else None
        for meter in sorted({one.of for one in (first, last) if one is not None}):
            change_kw = _at(last, meter) - _at(first, meter)
            if change_kw != 0.0:
                found.append(Expected(subject=name, of=meter, change_kw=change_kw))
    return found


def beside(
    expected: Sequence[Expected],
    queues: tuple[Queue, Queue],
    drawn: tuple[Mapping[str, Draw], Mapping[str, Draw]],
    ended: tuple[frozenset[str], frozenset[str]],
    underway: frozenset[str] = frozenset(),
) -> list[Beside]:
    """What else may have changed, of every other job that did not run through both steps, at its meter.

    ended: jobs that ended in the step before, and in this one: they were there for a part of it. underway: jobs that
    were being told something meanwhile: one that writes its checkpoint runs, and draws what it likes.
    """
    spoken_of = {one.subject for one in expected}
    found = []
    for name in sorted({*queues[0], *queues[1]} - spoken_of):
        ran = _runs(queues[0], name), _runs(queues[1], name)
        if name not in underway and all(ran) and drawn[0].get(name) == drawn[1].get(name):
            continue
        first = drawn[0].get(name) if ran[0] or name in ended[0] else None
        last = drawn[1].get(name) if ran[1] or name in ended[1] else None
        for meter in sorted({one.of for one in (first, last) if one is not None}):
            found.append(Beside(of=meter, least_kw=-_at(first, meter), most_kw=_at(last, meter)))
    return found


def _runs(queue: Queue, name: str) -> bool:
    return name in queue and queue[name].standing is Standing.RUNNING


def _at(one: Draw | None, meter: str) -> float:
    return one.kw if one is not None and one.of == meter else 0.0
