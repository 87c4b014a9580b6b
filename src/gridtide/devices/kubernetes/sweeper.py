"""End, inside the cluster, every restraint whose time or whose lease is over: whoever put it there may be dead."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gridtide.devices.kubernetes.api import AnswerError, Cluster
from gridtide.devices.kubernetes.holding import Held, all_held, freed_now, show_life


@dataclass(frozen=True, kw_only=True)
class Swept:
    """What a sweep found on one object. ended: whether the restraint is gone; said: in words."""

    subject: str
    ended: bool
    said: str


def sweep(
    cluster: Cluster,
    namespaces: Sequence[str],
    now: datetime,
    *,
    own_namespace: str,
    lasts_s: int,
    apply: bool,
) -> tuple[Swept, ...]:
    """End what is over; without `apply` only say so.

    lasts_s: for how long this sweep counts as a sign of life in own_namespace; it is given last, and only when nothing
    that is over was left. One object that cannot be ended keeps no other held. Raises UnreachableError, and AnswerError
    where nothing can be listed.
    """
    over = [found for found in all_held(cluster, namespaces) if found.hold.over(now)]
    swept = tuple(_ended(cluster, found, now, apply) for found in over)
    if apply and all(one.ended for one in swept):
        show_life(cluster, own_namespace, now, lasts_s)
    return swept


def _ended(cluster: Cluster, found: Held, now: datetime, apply: bool) -> Swept:
    hold = found.hold
    why = f"until {hold.until}" if now >= hold.until else f"lease ran out {hold.lease_by}"
    subject = str(found.place)
    if not apply:
        return Swept(subject=subject, ended=False, said=f"{hold.kind} {why}: would be ended")
    try:
        return Swept(
            subject=subject, ended=True, said=f"{hold.kind} {why}: {freed_now(cluster, found)}"
        )
    except AnswerError as error:
        return Swept(subject=subject, ended=error.code in (404, 410), said=str(error))
