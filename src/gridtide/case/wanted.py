"""What services of a case shall run now, at each place: for whoever asks, over whatever devices its room has."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np

from gridtide.fleet.device import RouteReading, Shares, UnreachableError
from gridtide.loop.live_world import LiveWorld
from gridtide.loop.names import place_names
from gridtide.loop.wanted_replicas import Wanted, WantedReplicas
from gridtide.simulate.replicas import needed_by, needed_slower
from gridtide.simulate.study import Study


def wanted_of(study: Study, accelerators: Mapping[tuple[str, str], int]) -> WantedReplicas:
    """What services of a study shall run. accelerators: of a replica, by service and place."""
    names, origins = place_names(study.fleet), study.fleet.network.origins
    home: dict[tuple[str, str], Shares] = {
        (service.name, origin): tuple(zip(names, service.home[number].tolist(), strict=True))
        for service in study.services
        for number, origin in enumerate(origins)
    }
    needed = needed_by(study.fleet, study.services)
    slower = needed_slower(study.fleet, study.services)
    return WantedReplicas(home=home, accelerators=accelerators, needed=needed, slower=slower)


def usual_accelerators(study: Study) -> dict[tuple[str, str], int]:
    """Accelerators of a replica where no device says: as the model of a service has, or one; by service and place where
    it can answer."""
    names = place_names(study.fleet)
    found = {}
    for service in study.services:
        models = service.models or (None,) * len(names)
        for number, (name, model) in enumerate(zip(names, models, strict=True)):
            if service.resident[number] and service.requests_per_accelerator_s[number] > 0.0:
                found[service.name, name] = 1 if model is None else int(model.accelerators)
    return found


def serving_of(
    wanted: WantedReplicas, world: LiveWorld, heard: Callable[[], Sequence[RouteReading]]
) -> Callable[[str], Mapping[str, Wanted] | None]:
    """What a service shall run now in a room, by the splits that hold. heard: requests as they were measured last."""

    def now_at(service: str) -> Mapping[str, Wanted] | None:
        try:
            said = heard()
        except UnreachableError:
            return None
        return wanted.of(service, tuple(world.others.values()), said, world.clock.now())

    return now_at


def serving_by_steps(
    study: Study, world: LiveWorld
) -> Callable[[str], Mapping[str, Wanted] | None]:
    """What a service shall run now in a room over simulated devices, by what came in the step before."""
    steps = timedelta(seconds=2 * float(np.diff(study.timeline.edges_s).max()))
    wanted = replace(wanted_of(study, usual_accelerators(study)), oldest=steps)
    return serving_of(wanted, world, lambda: tuple(_of_the_step(world)))


def _of_the_step(world: LiveWorld) -> Iterator[RouteReading]:
    """What came in the last step, and where it was answered; nothing before the first."""
    seen, names = world.seen, place_names(world.fleet)
    if seen is None:
        return
    for v, service in enumerate(world.services):
        for o, origin in enumerate(world.fleet.network.origins):
            answered = seen.answered[v, o]
            there = [(name, per_s) for name, per_s in zip(names, answered.tolist(), strict=True)]
            yield RouteReading(
                service=service.name,
                origin=origin,
                asked_per_s=float(answered.sum() + seen.refused[v, o]),
                answered_per_s=tuple(there),
                p50_s=(),
                p95_s=(),
                measured_at=seen.measured_at,
            )
