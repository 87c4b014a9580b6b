"""What could be drawn less and more now, for how long, from which price? The curve of the newest decision."""

from collections.abc import Callable

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool

from gridtide.doors.api.answers import BEARER, FAULTS, Table
from gridtide.doors.api.aside import Aside
from gridtide.doors.api.opening import Running


def flexibility_router(running: Callable[[], Running], aside: Aside) -> APIRouter:
    """GET /api/flexibility. running: the open room; raises 503."""
    router = APIRouter(prefix="/api", responses=FAULTS, tags=["see"], dependencies=[BEARER])

    @router.get("/flexibility")
    async def flexibility() -> Table:
        """kW less and more by site and for the fleet, class, duration and accepted delay, made once a decision."""
        from gridtide.doors.results.flexibility_now import flexibility_now, nothing_yet

        known = running()
        turn = await run_in_threadpool(known.room.turn_of, None)
        if turn is None:
            return nothing_yet()
        objective = known.mandate.objective
        return await aside.of(
            ("flexibility", turn.decision.id), lambda: flexibility_now(turn, objective)
        )

    return router
