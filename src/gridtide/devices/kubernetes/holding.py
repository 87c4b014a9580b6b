"""Restraints put on, renewed and ended in a cluster: the same code for the device and for the sweeper."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gridtide.devices.kubernetes.api import AnswerError, Cluster
from gridtide.fleet.ticket import Ticket
from gridtide.wire.kubernetes.holds import (
    HELD,
    Hold,
    freed_patch,
    gives_back,
    held_patch,
    hold_in,
    renewed_patch,
)
from gridtide.wire.kubernetes.services import SWEEPER, lives_until, sign_of_life
from gridtide.wire.kubernetes.things import (
    DEPLOYMENT,
    JOB,
    KINDS,
    QUEUE,
    WORKLOAD,
    Kind,
    Object,
    Place,
    place_in,
    switched,
)

LEASE = Kind(
    group="coordination.k8s.io",
    versions=("v1",),
    plural="leases",
    namespaced=True,
    switch="renewTime",
    free=None,
)


@dataclass(frozen=True, kw_only=True)
class Held:
    """An object that is held, as it was read."""

    place: Place
    thing: Object
    hold: Hold


def all_held(cluster: Cluster, namespaces: Sequence[str], queues: bool = True) -> Iterator[Held]:
    """Everything that gridtide holds in some namespaces, and queues of the whole cluster where asked for.

    An object whose own names are none is left out: it can be reached by no path. Raises as Cluster does.
    """
    for kind in KINDS:
        if kind in (WORKLOAD, QUEUE) and not cluster.serves(kind):
            continue
        if kind is QUEUE and not queues:
            continue
        for namespace in namespaces if kind.namespaced else ("",):
            for thing in cluster.listed(kind, namespace, HELD):
                place, hold = place_in(kind, thing), hold_in(kind, thing)
                if place is not None and hold is not None:
                    yield Held(place=place, thing=thing, hold=hold)


def held_now(
    cluster: Cluster, place: Place, thing: Object, hold: Hold, ticket: Ticket
) -> str | None:
    """Put a restraint on; None where the object then bears it, else what it bears instead.

    What admits changes may put a switch back, so that the answer is read and not believed.
    """
    after = cluster.patch(place, held_patch(place.kind, thing, hold, ticket))
    stands = switched(place.kind, after)
    return (
        None if stands == hold.value else f"{place.kind.switch} reads {stands!r} after it was set"
    )


def freed_now(cluster: Cluster, found: Held, ticket: Ticket | None = None) -> str:
    """End a restraint; in words, what it is now. A switch that somebody moved since stays where it is."""
    kind = found.place.kind
    back = gives_back(kind, found.thing, found.hold)
    cluster.patch(found.place, freed_patch(kind, found.thing, found.hold, ticket))
    if back:
        return f"{kind.switch} is {found.hold.before!r} again"
    return (
        f"{kind.switch} was moved by somebody else to {switched(kind, found.thing)!r} and stays so"
    )


def renewed(cluster: Cluster, found: Held, now: datetime, lease_s: float) -> None:
    """Renew the lease of a restraint, never beyond its end."""
    lease_by = min(now + timedelta(seconds=lease_s), found.hold.until)
    if lease_by != found.hold.lease_by:
        cluster.patch(found.place, renewed_patch(found.thing, lease_by))


def sweeper_lives_until(cluster: Cluster, namespace: str) -> datetime | None:
    """Until when the sweeper of a namespace counts as alive; None where none has ever swept."""
    try:
        return lives_until(cluster.read(_sign(namespace)))
    except AnswerError as error:
        if error.code != 404:
            raise
        return None


def show_life(cluster: Cluster, namespace: str, now: datetime, lasts_s: int) -> None:
    """Say that the sweeper has swept, and how long that counts."""
    body = sign_of_life(now, lasts_s)
    try:
        cluster.patch(_sign(namespace), body)
    except AnswerError as error:
        if error.code != 404:
            raise
        cluster.make(LEASE, namespace, body)


def _sign(namespace: str) -> Place:
    return Place(kind=LEASE, namespace=namespace, name=SWEEPER)


def words_of(kind: Kind) -> str:
    """What a kind is called in a sentence."""
    return {JOB: "Job", WORKLOAD: "Workload", QUEUE: "ClusterQueue", DEPLOYMENT: "Deployment"}[kind]
