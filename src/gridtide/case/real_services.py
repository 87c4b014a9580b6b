"""Services of a case over real devices: who measures their requests, and who runs their replicas where."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from gridtide.case.schema import CaseFile, DeviceTable, PlacedTable, ServiceTable
from gridtide.case.wanted import usual_accelerators, wanted_of
from gridtide.finding import Finding
from gridtide.fleet.device import ReadsRequests, RouteReading, ScalesReplicas
from gridtide.loop.serving_split import ServedAt, ServingSplit
from gridtide.simulate.study import Study

SPLIT = "requests of services"
"""What the split of requests is called among devices: no table can have this name."""


@dataclass(frozen=True, kw_only=True, eq=False)
class NamedRequests:
    """Satisfies ReadsRequests: several readers, each with what its services are called in the case; others are left
    out."""

    readers: tuple[tuple[ReadsRequests, Mapping[str, str]], ...]

    def read_requests(self) -> tuple[RouteReading, ...]:
        """Requests a second by the names of the case. Raises UnreachableError."""
        return tuple(
            replace(one, service=names[one.service])
            for reader, names in self.readers
            for one in reader.read_requests()
            if one.service in names
        )


def split_of(
    case: CaseFile,
    study: Study,
    readers: Mapping[str, ReadsRequests],
    scalers: Mapping[tuple[str, str], ScalesReplicas],
    now: Callable[[], datetime],
) -> ServingSplit:
    """What splits the requests of a case. readers: by the name of their table; scalers: by the name of their table and
    the thing that is scaled, as the table calls it."""
    answered = _answered(case)
    served = tuple(
        ServedAt(
            service=answered[answers][0].name,
            place=_place(answered[answers][1]),
            scaler=scalers[one.name, thing],
            subject=thing_of(one, thing)[1],
            name=f"{one.name} {thing}",
        )
        for one in case.device
        for thing, answers in one.replicas.items()
    )
    named = tuple((readers[one.name], one.requests) for one in case.device if one.requests)
    return ServingSplit(
        wanted=wanted_of(study, _accelerators(case, study)),
        served=served,
        reader=NamedRequests(readers=named),
        now=now,
    )


def service_faults(case: CaseFile) -> Iterator[Finding]:
    """Why the services of a case cannot be led by its devices."""
    services = {service.name: service for service in case.service}
    answered = _answered(case)
    for number, one in enumerate(case.device, start=1):
        key = f"device[{number}]"
        for thing, name in one.replicas.items():
            if name not in answered:
                limit = "one of " + (", ".join(answered) or "the services of the case: it has none")
                yield _fault(f"{key}.replicas.{thing}", name, limit)
            if one.kind == "agent" and thing_of(one, thing)[0] not in _devices(one):
                limit = "a device of the agent, a blank, and what that scales"
                yield _fault(f"{key}.replicas", thing, limit)
        for said, name in one.requests.items():
            if name not in services:
                limit = "one of " + (", ".join(services) or "the services of the case: it has none")
                yield _fault(f"{key}.requests.{said}", name, limit)
    yield from _unled(case, answered)


def _unled(
    case: CaseFile, answered: Mapping[str, tuple[ServiceTable, PlacedTable]]
) -> Iterator[Finding]:
    """What a plan would tell of a service and nobody does, or measures."""
    told = {name for one in case.device for name in one.replicas.values()}
    measured = {name for one in case.device for name in one.requests.values()}
    for number, service in enumerate(case.service, start=1):
        key = f"service[{number}]"
        if service.name not in measured:
            limit = f'a device with requests = {{ ... = "{service.name}" }}'
            yield _fault(key, f"{service.name}: nobody measures its requests", limit)
    for name, (service, row) in answered.items():
        if row.resident and name not in told:
            number = case.service.index(service) + 1
            limit = f'a device with replicas = {{ ... = "{name}" }}, or resident = false'
            yield _fault(f"service[{number}]", f"{name}: nobody runs its replicas", limit)


def _accelerators(case: CaseFile, study: Study) -> dict[tuple[str, str], int]:
    """Accelerators of a replica, by service and place: as a table states, as its model has, or one."""
    found, answered = usual_accelerators(study), _answered(case)
    for one in case.device:
        for answers in one.replicas.values():
            service, row = answered[answers]
            if one.accelerators_per_replica is not None:
                found[service.name, _place(row)] = one.accelerators_per_replica
    return found


def _answered(case: CaseFile) -> dict[str, tuple[ServiceTable, PlacedTable]]:
    """What a table of devices calls a service at a place."""
    return {
        f"{service.name} at {_place(row)}": (service, row)
        for service in case.service
        for row in service.place
    }


def _place(row: PlacedTable) -> str:
    return f"{row.site}/{row.pool}"


def thing_of(one: DeviceTable, thing: str) -> tuple[str, str]:
    """The device behind an agent, empty without one, and what is scaled, as that knows it."""
    if one.kind != "agent":
        return "", thing
    device, _, subject = thing.partition(" ")
    return device, subject


def _devices(one: DeviceTable) -> list[str]:
    said = (one.model_extra or {}).get("devices")
    return said.split() if isinstance(said, str) else []


def _fault(subject: str, value: str, limit: str) -> Finding:
    mend = "Mend the tables [[device]] and [[service]]; docs/kubernetes.md shows a service."
    return Finding(subject=subject, value=value[:200], limit=limit, mend=mend)
