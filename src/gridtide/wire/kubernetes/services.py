"""Deployments as services whose replicas can be told, queues of Kueue, and the sign of life of the sweeper."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from gridtide.wire.kubernetes.scalars import instant, instant_text
from gridtide.wire.kubernetes.things import Object, notes, table

FLOOR = "gridtide.io/replicas-min"
CEILING = "gridtide.io/replicas-max"
DRAIN = "gridtide.io/drain"
"""On a ClusterQueue: `allowed` where all its work comes back from a checkpoint when it is evicted."""
SWEEPER = "gridtide-sweeper"


@dataclass(frozen=True, kw_only=True)
class Replicas:
    """Within which number of replicas the owner of a Deployment lets it be told."""

    least: int
    most: int


def replicas_in(thing: Object) -> Replicas | None:
    """Floor and ceiling as declared; None where either is missing, no whole number, or they cross."""
    declared = notes(thing)
    floor, ceiling = declared.get(FLOOR, ""), declared.get(CEILING, "")
    if not (floor.isdecimal() and ceiling.isdecimal() and len(floor + ceiling) <= 12):
        return None
    found = Replicas(least=int(floor), most=int(ceiling))
    return found if found.least <= found.most else None


def counts_in(thing: Object) -> tuple[int, int]:
    """Replicas that a Deployment is told to run and that are ready; without a word one is told and none ready."""
    told, ready = (
        table(thing.get(part)).get(name)
        for part, name in (("spec", "replicas"), ("status", "readyReplicas"))
    )
    return told if isinstance(told, int) else 1, ready if isinstance(ready, int) else 0


def closing(queue: Object) -> str:
    """The stop policy that closes a queue: what runs in it runs on, unless its owner lets it be drained."""
    return "HoldAndDrain" if notes(queue).get(DRAIN) == "allowed" else "Hold"


def sign_of_life(at: datetime, lasts_s: int) -> dict[str, Any]:
    """The body of the Lease that the sweeper renews with every sweep; nothing is restrained when it is older."""
    return {
        "metadata": {"name": SWEEPER},
        "spec": {
            "holderIdentity": SWEEPER,
            "leaseDurationSeconds": lasts_s,
            "renewTime": instant_text(at),
        },
    }


def lives_until(lease: Object) -> datetime | None:
    """Until when a sweeper counts as alive; None for a Lease that does not say."""
    spec = table(lease.get("spec"))
    at, lasts_s = instant(spec.get("renewTime")), spec.get("leaseDurationSeconds")
    if at is None or not isinstance(lasts_s, int) or not 0 < lasts_s <= 86_400:
        return None
    return at + timedelta(seconds=lasts_s)
