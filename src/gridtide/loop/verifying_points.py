"""Do jobs draw what their operating points say? What boards hold is not taken for it, the meter of their class is.

Sound, not clever, as for single acts: looked at in steps through which all work at a meter ran as it was told, which
has moved where the meter reads that and not full speed, has not where it reads full speed and not that, and otherwise
nobody can tell.
"""

from collections.abc import Iterator, Mapping

from gridtide.fleet.device import QueuedJob, Standing
from gridtide.fleet.fleet import Fleet
from gridtide.loop.acts import JobTold
from gridtide.loop.expecting import Draw, draws
from gridtide.loop.late_verdicts import Moment
from gridtide.loop.verifying import Moved, Verdict, off_kw_of
from gridtide.trust.said import say


def point_verdicts(
    moments: tuple[Moment, Moment],
    told: Mapping[str, JobTold],
    underway: frozenset[str],
    fleet: Fleet,
) -> tuple[Verdict, ...]:
    """What meters say of every job that runs at a slower point, by name. moments: the ends of the step before and of
    the one that ends now; told: what jobs were told last; underway: jobs that are being told something."""
    before, now = moments
    freed = {name: JobTold(place=one.place) for name, one in told.items()}
    full = draws(now.queue, freed, fleet)
    slowed = [
        name
        for name, job in sorted(now.queue.items())
        if _runs(job) and name in full and now.drawn[name].kw < full[name].kw
    ]
    meters = sorted({now.drawn[name].of for name in slowed} & now.power.keys())
    found: list[Verdict] = []
    for meter in meters:
        if _steady(meter, before, now, underway):
            own = [name for name in slowed if now.drawn[name].of == meter]
            found += _said(meter, own, now, full)
    return tuple(found)


def _steady(meter: str, before: Moment, now: Moment, underway: frozenset[str]) -> bool:
    """Whether all work at a meter ran through the step as it runs now."""
    names = {name for one in (before, now) for name, job in one.drawn.items() if job.of == meter}
    if names & (underway | before.ended | now.ended):
        return False
    both = [(name, before.queue.get(name), now.queue.get(name)) for name in names]
    return all(
        _runs(first) == _runs(last) and before.drawn.get(name) == now.drawn.get(name)
        for name, first, last in both
        if _runs(first) or _runs(last)
    )


def _said(meter: str, jobs: list[str], now: Moment, full: Mapping[str, Draw]) -> Iterator[Verdict]:
    """What one meter says of the jobs at it that were slowed."""
    reading = now.power[meter]
    runs = [name for name, one in now.drawn.items() if one.of == meter and _runs(now.queue[name])]
    told_kw = sum(now.drawn[name].kw for name in runs)
    full_kw = sum((full if name in jobs else now.drawn)[name].kw for name in runs)
    off_kw = off_kw_of(reading)
    slow, fast = (abs(reading.kw - kw) <= off_kw for kw in (told_kw, full_kw))
    moved = Moved.CANNOT_TELL if slow == fast else Moved.MOVED if slow else Moved.NOT_MOVED
    figures = {"kw": f"{reading.kw:,.1f}", "told": f"{told_kw:,.1f}", "full": f"{full_kw:,.1f}"}
    for name in jobs:
        said = say("point_reads", meter=meter, subject=name, **figures)
        yield Verdict(subject=name, moved=moved, said=said)


def _runs(job: QueuedJob | None) -> bool:
    return job is not None and job.standing is Standing.RUNNING
