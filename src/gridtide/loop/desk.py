"""The people's side of a room: how far it may act without them, and the decisions that wait for them.

Any thread may come. What people do is written down before it holds; what only lowers holds at once, also where the
store takes nothing.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from gridtide.digest import digest
from gridtide.finding import BadInput
from gridtide.loop.basis import KeepsBases
from gridtide.loop.editing import AsTold, edited_proposal, edited_turn
from gridtide.loop.minutes import Minutes
from gridtide.loop.readers import READERS_MOST, READS_S, Readers
from gridtide.loop.room import Receipt
from gridtide.loop.turn import Turn
from gridtide.loop.world import Clock
from gridtide.trust.approve import (
    Answer,
    Docket,
    Edited,
    Settled,
    advised,
    alike,
    answerable,
    approved,
    expired,
    rejected,
    shown,
    superseded,
    unedited,
)
from gridtide.trust.autonomy_values import autonomy_of, values_of
from gridtide.trust.documents import KeepsDocuments
from gridtide.trust.edit import Edit, edit_values
from gridtide.trust.modes import Autonomy, Change, asked, lapsed, raises
from gridtide.trust.people import Person, Role
from gridtide.trust.proposal import Proposal
from gridtide.trust.record import Stage, StoreFullError, StoreLostError
from gridtide.trust.said import listed, say

AUTONOMY = "autonomy"


@dataclass(frozen=True, kw_only=True, eq=False)
class Asked:
    """A decision that people are asked about, with the turn that made it."""

    docket: Docket
    turn: Turn


@dataclass(kw_only=True, eq=False)
class Desk:
    """owner: of the room, by whose name its autonomy is kept. dockets: what people are asked about, by decision,
    oldest first. readers: who has which of these before them. documents: where the next room finds what was decided
    here; None where none will come. unkept: whether that is still to be kept there. bases: keeps what decisions were
    made of."""

    owner: str
    autonomy: Autonomy
    minutes: Minutes
    clock: Clock
    documents: KeepsDocuments | None = None
    dockets: dict[str, Asked] = field(default_factory=dict)
    unkept: bool = False
    readers: Readers = field(default_factory=Readers)
    bases: KeepsBases = field(default_factory=KeepsBases)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def take_up(self) -> None:
        """What the room before this one kept of its autonomy."""
        if self.documents is None:
            return
        before = self.documents.newest(AUTONOMY, self.owner)
        if before is not None:
            self.autonomy = autonomy_of(before.value)

    def keep_what_lacks(self) -> None:
        """Keep what holds already and could not be kept. Raises what the store raises."""
        with self.lock:
            if self.unkept:
                self._keep(self.autonomy)

    def waiting(self) -> list[tuple[str, Asked]]:
        """Decisions that nobody has answered yet, oldest first."""
        with self.lock:
            dockets = list(self.dockets.items())
        return [(name, one) for name, one in dockets if one.docket.stage is Stage.PROPOSED]

    def approved(self) -> str | None:
        """The oldest decision that was approved and not told yet."""
        with self.lock:
            dockets = list(self.dockets.items())
        found = (name for name, one in dockets if one.docket.stage is Stage.APPROVED)
        return next(found, None)

    def proposals(self) -> tuple[Mapping[str, object], ...]:
        """What waits, as people read it."""
        with self.lock:
            read_by = {name: list(self.readers.of(name)) for name in self.dockets}
        return tuple(
            {"id": name, **shown(one.docket), "read_by": read_by.get(name, [])}
            for name, one in self.waiting()
        )

    def proposal(self, decision: str) -> Mapping[str, object] | None:
        """What people are asked of a decision; None of one that nobody is asked about."""
        with self.lock:
            found = self.dockets.get(decision)
        return None if found is None else shown(found.docket)

    def turn_of(self, decision: str | None, newest: Turn | None) -> Turn | None:
        """The turn that made a decision which people are asked about, or the newest one; None of others."""
        if newest is not None and decision in (None, newest.decision.id):
            return newest
        with self.lock:
            found = None if decision is None else self.dockets.get(decision)
        return None if found is None else found.turn

    def ask(self, turn: Turn, proposal: Proposal) -> None:
        """Put a decision before people: in the place of older ones of its kind that nobody reads."""
        with self.lock:
            for name, one in list(self.dockets.items()):
                if alike(one.docket, turn.decision, one.turn.decision) and not self.readers.of(
                    name
                ):
                    self._closed(name, one, turn.decision.id)
            self.dockets[turn.decision.id] = Asked(docket=Docket(proposal=proposal), turn=turn)

    def reading(self, decision: str, by: Person) -> Receipt:
        """Somebody has a decision that waits before them: of who may answer it, it stays a while, whatever comes."""
        with self.lock:
            found = self.dockets.get(decision)
            if found is None or found.docket.stage is not Stage.PROPOSED:
                return Receipt(held=False, said="it does not wait any more; read again what waits")
            if by.role < Role.OPERATOR:
                return Receipt(
                    held=False, said=f"a {by.role.name.lower()} keeps nothing by reading"
                )
            held = self.readers.read(by.name, decision)
        said = f"it stays for {READS_S:g} s" if held else f"{READERS_MOST} read already"
        return Receipt(held=held, said=said)

    def taken(self, decision: str) -> Asked:
        """A decision that is told now, and waits no more."""
        with self.lock:
            return self.dockets.pop(decision)

    def lapse(self, as_of: datetime) -> None:
        """End what has run out by an instant: an emergency, and what nobody answered in time."""
        with self.lock:
            self.autonomy = lapsed(self.autonomy, as_of)
            for name, one in list(self.dockets.items()):
                if expired(one.docket, as_of).stage is Stage.EXPIRED:
                    self._closed(name, one, "time-out")

    def supersede(self, by: str, as_of: datetime) -> None:
        """What still waits cannot be approved any more."""
        with self.lock:
            for name, one in list(self.dockets.items()):
                self._closed(name, one, superseded(one.docket, by, as_of).by)

    def answer(self, decision: str, read: str, by: Person, reason: str, approving: bool) -> Receipt:
        """What comes of an answer; only one to what was read (its digest), in time, from somebody who may, holds."""
        with self.lock:
            found = self.dockets.get(decision)
            if found is None:
                return self._nothing_waits(decision, by)
            answer = self._answer(decision, read, by, reason, approving)
            settled = (
                approved(found.docket, answer, self.autonomy)
                if approving
                else rejected(found.docket, answer)
            )
            self.minutes.append(_plain(settled.note))
            if not settled.held:
                return Receipt(held=False, said=settled.said)
            stage = settled.docket.stage
            self.minutes.write(answerable(found.turn.decision, by.name, stage))
            if stage is Stage.REFUSED:
                del self.dockets[decision]
            else:
                self.dockets[decision] = replace(found, docket=settled.docket)
            return Receipt(held=True, said=settled.said)

    def advise(
        self,
        decision: str,
        read: str,
        by: Person,
        reason: str,
        approve: bool,
        changed: tuple[Edit, AsTold] | None = None,
    ) -> Receipt:
        """Put what somebody advises beside a decision that waits, for those who may answer it; nothing holds by it.
        changed: how it should be edited, held against what is told. Raises BadInput as `edit` does: nobody is advised
        to do what cannot be done."""
        with self.lock:
            found = self.dockets.get(decision)
        if found is None:
            return self._nothing_waits(decision, by)
        answer = self._answer(decision, read, by, reason, approve)
        edit = None
        if changed is not None:
            edit, told = changed
            self._tried(found, edit, told, answer)
        with self.lock:
            found = self.dockets.get(decision)
            if found is None:
                return self._nothing_waits(decision, by)
            advice = advised(found.docket, answer, approve, edit)
            said = {} if edit is None else {"edit": edit_values(edit)}
            self.minutes.append({**_plain(advice.note), **said})
            if advice.held:
                self.dockets[decision] = replace(found, docket=advice.docket)
            return Receipt(held=advice.held, said=advice.said)

    def _tried(self, found: Asked, edit: Edit, told: AsTold, answer: Answer) -> None:
        """See whether an edit that is advised could be made. Raises BadInput where not, which is written down."""
        try:
            edited_turn(found.turn, told, edit, answer.at)
        except BadInput as fault:
            note = advised(found.docket, answer, approve=True, edit=edit).note
            said = replace(note, held=False, said=str(fault))
            self.minutes.append({**_plain(said), "edit": edit_values(edit)})
            raise

    def edit(
        self, decision: str, read: str, edit: Edit, by: Person, reason: str, told: AsTold
    ) -> Receipt:
        """What comes of an edit of a decision that waits: another decision that waits in its place. Raises BadInput
        with everything that does not fit, or that the guard refuses; the decision waits on then."""
        with self.lock:
            found = self.dockets.get(decision)
            if found is None:
                return self._nothing_waits(decision, by)
            answer = self._answer(decision, read, by, reason, approving=False)
            heard = unedited(found.docket, answer)
            if not heard.held:
                self.minutes.append(_plain(heard.note))
                return Receipt(held=False, said=heard.said)
        try:
            turn = edited_turn(found.turn, told, edit, answer.at)
            turn = self.bases.edited(turn, told, edit, answer.at)
        except BadInput as fault:
            said = replace(heard.note, held=False, said=str(fault))
            self.minutes.append({**_plain(said), "edit": edit_values(edit)})
            raise
        with self.lock:
            if (
                decision not in self.dockets
                or not (heard := unedited(self.dockets[decision].docket, answer)).held
            ):
                return self._nothing_waits(decision, by)
            return self._edited(self.dockets[decision], turn, edit, heard, told)

    def _edited(
        self, found: Asked, turn: Turn, edit: Edit, heard: Settled, told: AsTold
    ) -> Receipt:
        """Put an edited decision in the place of the one that it was made of."""
        name, new, note = found.turn.decision.id, turn.decision.id, heard.note
        said = say("edit_stands", decision=new[:12])
        values: dict[str, object] = {"of": name, "edit": edit_values(edit)}
        values["standing"] = digest(turn.standing)
        self.minutes.append({**_plain(replace(note, said=said)), "decision": new, **values})
        proposal = edited_proposal(
            turn, found.docket.proposal, edit, note.who, note.reason, told.currency, note.at
        )
        made = Edited(of=name, by=note.who, at=note.at, edit=edit, reason=note.reason)
        self.minutes.write(turn.decision, ruling=["a person edited it"], **values)
        self._closed(name, found, new)
        self.dockets[new] = Asked(docket=Docket(proposal=proposal, edited=made), turn=turn)
        return Receipt(held=True, said=said)

    def _answer(self, decision: str, read: str, by: Person, reason: str, approving: bool) -> Answer:
        now = self.clock.now()
        unique = digest((decision, by.name, now, approving))
        return Answer(id=unique, digest=read, by=by, reason=reason, at=now)

    def change(self, change: Change, by: Person, reason: str) -> Receipt:
        """What comes of asking for another mode or envelope, for a freeze, a thaw or a release."""
        with self.lock:
            heard = asked(self.autonomy, change, by, self.clock.now(), reason)
            if not heard.held or raises(self.autonomy, change):
                self.minutes.append(_plain(heard.note))
                self._keep(heard.autonomy)
                self.autonomy = heard.autonomy
                return Receipt(held=heard.held, said=heard.said, needs=heard.needs)
            self.autonomy = heard.autonomy
            missing = self.minutes.owe(_plain(heard.note))
            try:
                self._keep(heard.autonomy)
            except (StoreFullError, StoreLostError) as fault:
                self.unkept, missing = True, str(fault)
            later = (say("written_later", missing=missing),) if missing else ()
            return Receipt(held=True, said=listed((heard.said, *later)), needs=heard.needs)

    def _keep(self, autonomy: Autonomy) -> None:
        if self.documents is not None:
            self.documents.keep(AUTONOMY, self.owner, self.clock.now(), values_of(autonomy))
        self.unkept = False

    def _closed(self, name: str, one: Asked, by: str) -> None:
        self.minutes.write(answerable(one.turn.decision, by, Stage.EXPIRED))
        del self.dockets[name]

    def _nothing_waits(self, decision: str, by: Person) -> Receipt:
        before = self.minutes.decided.get(decision)
        said = (
            say("no_such_decision")
            if before is None
            else say("decided_already", stage=str(before.stage))
        )
        note = {"who": by.name, "what": "answer", "subject": decision, "held": False, "said": said}
        self.minutes.append(note)
        return Receipt(held=False, said=listed((said, say("read_again"))))


def _plain(note: object) -> dict[str, Any]:
    """A note as plain values for the chain."""
    return {k: v.isoformat() if isinstance(v, datetime) else v for k, v in vars(note).items()}
