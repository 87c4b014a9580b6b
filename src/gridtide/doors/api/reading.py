"""What is so? The paths that show the room, to everybody who is known."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.concurrency import run_in_threadpool

from gridtide.doors.api.answers import BEARER, DECISION, FAULTS, FrameSaid, Listed, SitesSaid, Table
from gridtide.doors.api.problems import Faults, refused
from gridtide.loop.room import Room

MOST = 200
Count = Annotated[int, Query(ge=1, le=MOST, description="How many at most.")]
Decision = Annotated[str, Path(pattern=DECISION, description="The id of a decision.")]
NOT_THERE: dict[int | str, dict[str, Any]] = {
    404: {"model": Faults, "description": "There is none of this id."}
}


def reading(room: Callable[[], Room]) -> APIRouter:
    """The paths. room: the open room; raises 503."""
    router = APIRouter(prefix="/api", responses=FAULTS, tags=["see"], dependencies=[BEARER])

    @router.get("/state")
    async def state() -> Table:
        """Mode, envelope, frozen or not, who leads, the epoch, ages of every source and device."""
        return dict(await run_in_threadpool(room().state))

    @router.get("/frame")
    async def frame() -> FrameSaid:
        """The newest frame."""
        newest = await run_in_threadpool(room().newest)
        return FrameSaid(number=newest.number, at=newest.at.isoformat(), values=dict(newest.values))

    @router.get("/sites")
    async def sites() -> SitesSaid:
        """Every site whole, in the order of the case, also where they are too many for a frame."""
        newest = await run_in_threadpool(room().newest)
        items = [dict(one) for one in newest.sites]
        return SitesSaid(number=newest.number, at=newest.at.isoformat(), items=items)

    @router.get("/ahead")
    async def ahead() -> Table:
        """What is planned, published, allowed and called for from now to a day ahead."""
        return dict(await run_in_threadpool(room().ahead))

    @router.get("/regulation")
    async def regulation() -> Listed:
        """Each line of set-points now: asked and given [kW], its score, and the last ten minutes at 2 s."""
        return _listed(await run_in_threadpool(room().regulation))

    @router.get("/proposals")
    async def proposals() -> Listed:
        """Decisions that wait for people, oldest first."""
        return _listed(await run_in_threadpool(room().proposals))

    @router.get("/decisions")
    async def decisions(count: Count = 50) -> Listed:
        """The newest decisions, newest first, whatever became of them."""
        return _listed(await run_in_threadpool(room().decisions, count))

    @router.get("/decisions/{decision}/explanation", responses=NOT_THERE)
    async def explanation(decision: Decision) -> Table:
        """Why a decision is as it is."""
        found = await run_in_threadpool(room().explain, decision)
        if found is None:
            raise refused(
                404,
                f"decision {decision}",
                "is not kept here",
                "an id of /api/decisions",
                "Ask for one of these.",
            )
        return dict(found)

    @router.get("/audit")
    async def audit(count: Count = 50) -> Listed:
        """The newest entries of the audit chain, newest first."""
        return _listed(await run_in_threadpool(room().audit, count))

    return router


def _listed(items: "tuple[object, ...]") -> Listed:
    return Listed.model_validate({"items": items})
