"""After a crash: what was kept is taken up, what nobody knows is read back from devices, before anything is told."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np

from gridtide.fleet.device import QueuedJob, Restraint
from gridtide.fleet.ticket import Fate, Outcome
from gridtide.loop.acts import JobTold
from gridtide.loop.intents import Told
from gridtide.loop.live_world import Given, LiveWorld
from gridtide.timeline import epoch_s

LETS_GO = ("ResumeJob", "Release")


def kept(world: LiveWorld) -> dict[str, object]:
    """What a world must remember of its own, as plain values; the rest it reads back from devices."""
    return {
        "at": world.now.isoformat(),
        "told": {name: [one.place, one.point] for name, one in sorted(world.told.items())},
        "given": {
            name: [one.place, one.point, one.starts_s.tolist()]
            for name, one in sorted(world.given.items())
        },
        "promised": sorted(name for name, promised in world.promised.items() if promised),
        "moves": dict(sorted(world.moves.items())),
        "there_s": dict(sorted(world.there_s.items())),
        "over_s": dict(sorted(world.over.items())),
        "peak_kw": None if world.peak_kw is None else world.peak_kw.tolist(),
    }


def taken_up(world: LiveWorld, before: Mapping[str, Any] | None) -> None:
    """Have a new world begin at the step its clock is in, and remember what `kept` gave of the one before it, None
    where there was none. Slots that have all passed meanwhile were given to nobody, and their jobs ask for others. What
    runs at a slower point is told so again: whoever held it there may be gone too."""
    world.present = max(step_at(world, world.clock.now()), 0)
    if before is None:
        return
    world.told = {
        name: JobTold(place=int(place)) if point == 0 else JobTold()
        for name, (place, point) in before["told"].items()
    }
    world.given = {
        name: Given(place=int(place), point=int(point), starts_s=np.asarray(starts, dtype=np.int64))
        for name, (place, point, starts) in before["given"].items()
        if not starts or starts[-1] >= epoch_s(world.now)
    }
    world.promised = dict.fromkeys(before["promised"], True)
    world.moves = {name: int(count) for name, count in before["moves"].items()}
    world.there_s = {name: int(second) for name, second in before["there_s"].items()}
    world.over = {name: int(second) for name, second in before["over_s"].items()}
    world.peak_kw = None if before["peak_kw"] is None else np.asarray(before["peak_kw"])


def read_back(world: LiveWorld, only: frozenset[str] | None = None) -> tuple[Outcome, ...]:
    """Settle every intent that nobody knows the fate of by what devices hold, and remember what they hold of jobs.

    Call it before anything is told. What holds was done; what does not hold was not, and may be told again. Of a device
    that does not say what it holds nothing is settled, nor of what is on its way: `read_on` looks again. only: devices
    whose holds are remembered, where they are not all new.
    """
    queue, held = world.queue(), world.reach.restraints()
    for device, one in held:
        if one.subject in world.roll.row_of and (only is None or device in only):
            world.hold(one.subject, one.until)
    now, says = world.clock.now(), world.reach.says_what_it_holds
    left = [one for one in world.intents.unsettled() if one.ticket.id not in world.underway.acts]
    restraints = [one for _, one in held]
    outcomes = tuple(
        _settled(one, restraints, queue, now) for one in left if says(one.intent.device)
    )
    world.unread = frozenset(one.intent.device for one in left if not says(one.intent.device))
    world.intents.came(outcomes)
    return outcomes


def read_on(world: LiveWorld) -> tuple[Outcome, ...]:
    """Settle what was left open when it was read back, once one of the devices that were silent then says what it
    holds, as a site's agent does that dials in later."""
    if not world.unread:
        return ()
    world.reach.restraints()
    answer = frozenset(one for one in world.unread if world.reach.says_what_it_holds(one))
    return read_back(world, answer) if answer else ()


def _settled(
    told: Told, restraints: Sequence[Restraint], queue: Mapping[str, QueuedJob], now: datetime
) -> Outcome:
    act = told.intent.act
    subject = _subject(act)
    held = [one for one in restraints if one.subject == subject]
    if act["kind"] in LETS_GO:
        done = not held
    elif act["kind"] == "PlaceJob":
        job = queue.get(subject)
        done = job is not None and job.place == act["place"] and job.point in (None, act["point"])
    else:
        until = act.get("until", act.get("at"))
        done = any(one.until.isoformat() == until for one in held)
    said = "read back: it holds" if done else "read back: it does not hold"
    fate = Fate.DONE if done else Fate.ABANDONED
    return Outcome(ticket=told.ticket.id, fate=fate, said=said, at=now)


def _subject(act: Mapping[str, object]) -> str:
    if act["kind"] == "Route":
        return f"{act['service']} from {act['origin']}"
    names = ("job", "store", "site", "unit", "service", "queue", "plant", "hall", "subject")
    return next(str(act[name]) for name in names if name in act)


def step_at(world: LiveWorld, now: datetime) -> int:
    """Number of the step that holds an instant."""
    return int(np.searchsorted(world.steps.edges_s, int(now.timestamp()), side="right")) - 1
