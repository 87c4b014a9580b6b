"""What would a decision have cost otherwise? Its plan made again with one thing changed, proved like the first."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query
from starlette.concurrency import run_in_threadpool

from gridtide.doors.api.answers import BEARER, FAULTS, Table
from gridtide.doors.api.aside import Aside
from gridtide.doors.api.opening import Running
from gridtide.doors.api.problems import refused
from gridtide.doors.api.reading import NOT_THERE, Decision
from gridtide.finding import Finding, refuse_if_any

if TYPE_CHECKING:
    from gridtide.doors.results.posed import Posed

MOST = 8
Changes = Annotated[
    list[Annotated[str, Query(min_length=1, max_length=300)]],
    Query(
        min_length=1,
        max_length=MOST,
        description="What is changed, each by itself: `price SITE +10%`, `import SITE -500kW`, `site SITE out`,"
        " `machines PLACE +8`, `requests SERVICE +10%`, `carbon +10%`, `demand SITE +10%`; of a job also"
        " `deadline -1h`, `work +10%`, `work out`.",
    ),
]
Job = Annotated[str | None, Query(max_length=300, description="The job that is asked about.")]


def what_if_router(running: Callable[[], Running], aside: Aside) -> APIRouter:
    """GET /api/decisions/ID/what-if. running: the open room; raises 503."""
    router = APIRouter(prefix="/api", responses=FAULTS, tags=["see"], dependencies=[BEARER])

    @router.get("/decisions/{decision}/what-if", responses=NOT_THERE)
    async def what_if(decision: Decision, change: Changes, job: Job = None) -> Table:
        """What each change would cost the plan of a decision that waits, or of the newest; nothing is told."""
        known = running()
        turn = await run_in_threadpool(known.room.turn_of, decision)
        if turn is None:
            raise refused(
                404,
                f"decision {decision}",
                "neither waits nor is the newest, so what it knew is not at hand",
                "an id of /api/proposals",
                "Ask for one of these; gridtide explain solves decisions of a run.",
            )
        from gridtide.doors.results.posed import Posed

        posed = Posed(
            situation=turn.situation,
            objective=known.mandate.objective,
            planned_by=str(known.mandate.risk.uncertainty.value),
        )
        return await aside.of(
            ("what-if", decision, job, *change), lambda: _solved(posed, job, change)
        )

    return router


def _over_http(fault: Finding) -> Finding:
    """A fault without the option that a command has for it."""
    return replace(
        fault,
        subject=fault.subject.replace("--what-if", "change"),
        mend=fault.mend.replace("--what-if ", ""),
    )


def _solved(posed: "Posed", job: str | None, texts: list[str]) -> Table:
    """Raises BadInput with every change that cannot be read or made."""
    from gridtide.doors.results.names import place_names
    from gridtide.doors.results.what_ifs import what_ifs
    from gridtide.doors.what_if_words import asked_of

    names = {
        "SITE": [site.name for site in posed.situation.fleet.sites],
        "PLACE": place_names(posed.situation),
        "SERVICE": [service.name for service in posed.situation.services],
    }
    asked, faults = asked_of(texts, names, job is not None)
    refuse_if_any(_over_http(fault) for fault in faults)
    return what_ifs(posed, job, asked, lambda what: None)
