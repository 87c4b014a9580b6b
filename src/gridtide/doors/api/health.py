"""Is it alive, and may it be relied on? Two paths for whoever watches the process."""

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from gridtide import __version__
from gridtide.doors.api.answers import Alive, Ready
from gridtide.doors.api.opening import Opening


def health(opening: Opening) -> APIRouter:
    """`/healthz` and `/readyz`."""
    router = APIRouter(tags=["watch"])

    @router.get("/healthz")
    async def healthz() -> Alive:
        """That the process answers, with or without a room."""
        return Alive(alive=True, room=str(opening.standing), version=__version__)

    @router.get("/readyz", responses={503: {"model": Ready, "description": "Not ready."}})
    async def readyz(response: Response) -> Ready:
        """Whether the room is open, leads, writes to its store and decides, and its devices and sources answer."""
        because = list(await run_in_threadpool(opening.unready))
        response.status_code = 503 if because else 200
        return Ready(ready=not because, because=because)

    return router
