"""Replicas of services as KEDA's `metrics-api` scaler reads them: `{"value": n}` at an address per service."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from gridtide.doors.api.answers import BEARER, FAULTS
from gridtide.doors.api.problems import Refused, refused
from gridtide.doors.api.reading import NOT_THERE
from gridtide.loop.room import Room

if TYPE_CHECKING:
    from gridtide.loop.wanted_replicas import Wanted

LETTERS = r"[\w ()+:,@-]"
NAMED = rf"^{LETTERS}+(\.{LETTERS}+)*$"
"""A name that can stand in a path: letters of any script, digits, a few signs, no two points together."""
Service = Annotated[str, Path(max_length=80, pattern=NAMED, description="A service of the case.")]
Place = Annotated[
    str, Query(max_length=200, description="SITE/POOL; without it all places together.")
]


class WantedNow(BaseModel):
    """value: replicas that run now; requests_per_s: what they are to answer; until: when nobody knows any more, ISO
    8601."""

    value: int
    requests_per_s: float
    until: str


def keda_router(room: Callable[[], Room]) -> APIRouter:
    """Serves GET /keda/SERVICE. room: the open room; raises 503.

    With `targetValue: "1"` KEDA runs as many. A number that nobody knows, since no split of the service holds any more
    or nobody measures what comes, is answered by 404, never by 0, so that KEDA falls back to its `fallback.replicas`.
    """
    router = APIRouter(responses=FAULTS, tags=["keda"], dependencies=[BEARER])

    @router.get("/keda/{service}", responses=NOT_THERE)
    async def replicas(service: Service, place: Place = "") -> WantedNow:
        """Replicas that a service shall run now, for KEDA, by the plan in force and the requests that come."""
        return said(service, place, await run_in_threadpool(room().replicas, service))

    return router


def said(service: str, place: str, found: "Mapping[str, Wanted] | None") -> WantedNow:
    """What KEDA is told of a service, at a place where one is named. Raises 404 where nobody knows."""
    if found is None:
        raise _unknown(f"service {service}", "no split of it holds, or nobody says what comes")
    if place and place not in found:
        raise _unknown(f"service {service} at {place}", "it answers nothing there")
    parts = [found[place]] if place else list(found.values())
    if not parts:
        raise _unknown(f"service {service}", "no place answers it")
    return WantedNow(
        value=sum(one.replicas for one in parts),
        requests_per_s=sum(one.requests_per_s for one in parts),
        until=min(one.until for one in parts).isoformat(),
    )


def _unknown(subject: str, value: str) -> Refused:
    limit = "a service with a split in force whose requests are measured"
    return refused(404, subject, value, limit, "Fall back to a number of your own until then.")
