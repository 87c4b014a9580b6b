"""What may people do? The paths that change something: each names who, and why; the room decides."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool

from gridtide.doors.api.access import demand
from gridtide.doors.api.answers import (
    ACT_FAULTS,
    BEARER,
    Answered,
    Asked,
    AskedAdvice,
    AskedEdit,
    AskedEnvelope,
    AskedMode,
    Said,
)
from gridtide.doors.api.problems import Refused, refused
from gridtide.doors.api.reading import Decision
from gridtide.doors.api.tallies import Tallies
from gridtide.finding import BadInput, Finding, refuse_if_any
from gridtide.loop.room import Receipt, Room
from gridtide.trust.edit import edit_of
from gridtide.trust.people import Person, Role
from gridtide.trust.said import value_of


def needs(role: Role) -> Callable[[Request], Person]:
    """A dependency of a path: the person who asks, of a role or a higher one. Raises 403."""

    def by(request: Request) -> Person:
        return demand(request.state.person, role, f"{request.method} {request.url.path}")

    return by


Viewer = Annotated[Person, Depends(needs(Role.VIEWER))]
Operator = Annotated[Person, Depends(needs(Role.OPERATOR))]
Approver = Annotated[Person, Depends(needs(Role.APPROVER))]


def acting(room: Callable[[], Room], tallies: Tallies) -> APIRouter:
    """The paths. room: the open room; raises 503. tallies: count what people did with proposals."""
    router = APIRouter(prefix="/api", responses=ACT_FAULTS, tags=["act"], dependencies=[BEARER])

    @router.post("/proposals/{decision}/approve")
    async def approve(
        decision: Decision, asked: Answered, by: Approver, response: Response
    ) -> Said:
        """Approve a decision that waits. An approver."""
        do = room().approve
        receipt = await run_in_threadpool(do, decision, asked.digest, by, asked.reason)
        tallies.approvals["approved" if receipt.held else "refused"] += 1
        return _said(f"approve {decision}", receipt, response)

    @router.post("/proposals/{decision}/reject")
    async def reject(decision: Decision, asked: Answered, by: Operator, response: Response) -> Said:
        """Reject a decision that waits, or was approved and not told yet. An operator."""
        do = room().reject
        receipt = await run_in_threadpool(do, decision, asked.digest, by, asked.reason)
        tallies.approvals["rejected" if receipt.held else "refused"] += 1
        return _said(f"reject {decision}", receipt, response)

    @router.post("/proposals/{decision}/edit")
    async def edit(decision: Decision, asked: AskedEdit, by: Approver, response: Response) -> Said:
        """Put another decision in the place of one that waits, as you edit it; the guard looks again. An approver."""
        do = room().edit
        try:
            wanted = edit_of(asked.model_dump(exclude={"digest", "reason"}))
            receipt = await run_in_threadpool(do, decision, asked.digest, wanted, by, asked.reason)
        except BadInput as fault:
            raise Refused(409, fault.findings) from None
        return _said(f"edit {decision}", receipt, response)

    @router.post("/proposals/{decision}/reading")
    async def reads(decision: Decision, by: Viewer) -> Said:
        """Say that you have a decision that waits before you: of an operator or higher it stays for a while, also when
        a newer one comes. To be said anew; `held` says whether it stays."""
        receipt = await run_in_threadpool(room().reading, decision, by)
        return Said(held=receipt.held, said=receipt.said, needs=0)

    @router.post("/proposals/{decision}/advice")
    async def advice(
        decision: Decision, asked: AskedAdvice, by: Viewer, response: Response
    ) -> Said:
        """Advise those who may answer a decision that waits, also to edit it first; nothing holds by it. Anybody with
        a token."""
        do, said = room().advise, (decision, asked.digest, by, asked.reason, asked.approve)
        try:
            edit = None if asked.edit is None else edit_of(asked.edit.model_dump())
            refuse_if_any(
                _edited_and_rejected() for _ in range(not asked.approve and edit is not None)
            )
            receipt = await run_in_threadpool(do, *said, edit)
        except BadInput as fault:
            raise Refused(409, fault.findings) from None
        return _said(f"advice on {decision}", receipt, response)

    @router.post("/mode")
    async def mode(asked: AskedMode, by: Operator, response: Response) -> Said:
        """Ask for a mode. Lowering takes one operator, raising two approvers."""
        receipt = await run_in_threadpool(room().change_mode, asked.mode, by, asked.reason)
        return _said(f"mode {asked.mode}", receipt, response)

    @router.post("/envelope")
    async def envelope(asked: AskedEnvelope, by: Operator, response: Response) -> Said:
        """Ask for another envelope. Narrowing takes one operator, widening two approvers."""
        receipt = await run_in_threadpool(room().change_envelope, asked.envelope, by, asked.reason)
        return _said("envelope", receipt, response)

    @router.post("/freeze")
    async def freeze(asked: Asked, by: Operator, response: Response) -> Said:
        """No new acts from now on. An operator; always works."""
        return _said("freeze", await run_in_threadpool(room().freeze, by, asked.reason), response)

    @router.post("/thaw")
    async def thaw(asked: Asked, by: Approver, response: Response) -> Said:
        """Acts again. Two approvers."""
        return _said("thaw", await run_in_threadpool(room().thaw, by, asked.reason), response)

    @router.post("/release")
    async def release(asked: Asked, by: Operator, response: Response) -> Said:
        """Undo every restraint, staggered within the ramp limit. An operator; always works."""
        return _said("release", await run_in_threadpool(room().release, by, asked.reason), response)

    return router


def _said(what: str, receipt: Receipt, response: Response) -> Said:
    """The answer: 202 where it takes more people. Raises 409 where it does not hold."""
    if not receipt.held and not receipt.needs:
        raise refused(
            409, what, receipt.said, "what the room may do now", "Read /api/state, then ask again."
        )
    if not receipt.held:
        response.status_code = 202
    value = value_of(receipt.said)
    return Said(held=receipt.held, said=receipt.said, value=value, needs=receipt.needs)


def _edited_and_rejected() -> Finding:
    return Finding(
        subject="edit",
        value="beside advice to reject",
        limit="advice to approve what the edit makes of it",
        mend="Leave the edit out, or say approve: true.",
    )
