"""What stands behind the tabs of the page? Values computed on a glance at the room, in a thread beside its loop."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.concurrency import run_in_threadpool

from gridtide.doors.api.answers import BEARER, FAULTS, Table
from gridtide.doors.api.names import NAMES
from gridtide.doors.api.problems import refused
from gridtide.doors.api.reading import NOT_THERE, Count
from gridtide.loop.room import Room
from gridtide.loop.shown.chain import (
    KINDS,
    Wanted,
    record,
    records_before,
    standing,
    verified_stretch,
)

FARTHEST = 10**12
AUTONOMY = ("mode", "frozen", "by", "since", "ends_at", "number", "envelope", "pending")
Number = Annotated[int, Query(ge=0, le=FARTHEST)]
Text = Annotated[str, Query(max_length=200)]


def tabs(room: Callable[[], Room]) -> APIRouter:
    """The paths. room: the open room; raises 503."""
    router = APIRouter(prefix="/api", responses=FAULTS, tags=["see"], dependencies=[BEARER])

    @router.get("/plan")
    async def plan(first: Annotated[int, Query(ge=0, le=10_000)] = 0) -> Table:
        """The newest plan of a few sites from number `first` on, its jobs that press most, its proof and prices."""
        from gridtide.loop.shown.plan import plan_shown

        return await run_in_threadpool(lambda: plan_shown(room().glance(), first))

    @router.get("/markets")
    async def markets() -> Table:
        """Positions, bids, offers, calls with their answers, and what the month has cost so far by site."""
        from gridtide.loop.shown.markets import markets_shown

        return await run_in_threadpool(lambda: markets_shown(room().glance()))

    @router.get("/power-model")
    async def power_model(first: Annotated[int, Query(ge=0, le=10_000)] = 0) -> Table:
        """Metered beside modelled and planned power of a few sites from number `first` on, over the last day."""
        from gridtide.loop.shown.power_model import power_shown

        return await run_in_threadpool(lambda: power_shown(room().glance(), first))

    @router.get("/sources")
    async def sources() -> Table:
        """Ages of every source and device [s], what keeps the room from being relied on, every series and what was
        doubted of it, models, and who set what may be done."""

        def found() -> Table:
            from gridtide.loop.shown.sources import sources_shown

            here = room()
            now = here.state()
            autonomy = {key: now[key] for key in AUTONOMY if key in now}
            return {
                "autonomy": autonomy,
                "unready": list(here.unready()),
                **sources_shown(here.glance()),
                "ages_s": now["ages_s"],
            }

        return await run_in_threadpool(found)

    @router.get("/names")
    async def names() -> Table:
        """What keys and values of answers are called: Chinese, and English where a key does not say it by itself."""
        return {language: dict(words) for language, words in NAMES.items()}

    @router.get("/audit/records")
    async def records(
        before: Number = FARTHEST,
        count: Count = 50,
        kind: Text = "",
        who: Text = "",
        decision: Text = "",
    ) -> Table:
        """Records of the audit chain below a number, newest first, of a kind, a person, a decision."""
        wanted = Wanted(kind=kind, who=who, decision=decision)

        def found() -> Table:
            store, written = room().chain()
            written = standing(store, written)
            page = records_before(store, min(before, written), count, wanted)
            return {"records": written, "kinds": list(KINDS), **page}

        return await run_in_threadpool(found)

    @router.get("/audit/records/{number}", responses=NOT_THERE)
    async def one_record(number: Annotated[int, Path(ge=0, le=FARTHEST)]) -> Table:
        """One record whole, with its hash and whether it follows from the one before."""
        found = await run_in_threadpool(lambda: record(room().chain()[0], number))
        if found is None:
            raise refused(
                404,
                f"record {number}",
                "is not in the chain",
                "a number of /api/audit/records",
                "Ask for one of these.",
            )
        return found

    @router.get("/audit/verification")
    async def verification(start: Number = 0) -> Table:
        """Whether a stretch of the chain is as it was written, from a number on; `next` says where to go on."""
        return await run_in_threadpool(lambda: verified_stretch(room().chain()[0], start))

    return router
