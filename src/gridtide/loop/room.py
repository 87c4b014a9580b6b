"""The control room as doors see it: what is so now, what waits for people, and what people may do.

Every method returns at once and never waits for a plan, a device or a disk that is slow; what people do is written down
before it holds. A `Receipt` says what came of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from gridtide.trust.people import Person

if TYPE_CHECKING:
    from gridtide.loop.shown.glance import Glance
    from gridtide.loop.turn import Turn
    from gridtide.loop.wanted_replicas import Wanted
    from gridtide.trust.edit import Edit
    from gridtide.trust.record import Store


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What came of something that a person did. held: whether it holds now; said: in a sentence, with the next step
    where it does not; needs: how many more people it takes, 0 where it is settled."""

    held: bool
    said: str
    needs: int = 0


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What changed for those who watch: a number that rises by one, the instant, and plain values for JSON, at most
    4 KiB. sites: every site whole, also where they are too many for the values."""

    number: int
    at: datetime
    values: Mapping[str, object]
    sites: tuple[Mapping[str, object], ...] = ()


class Room(Protocol):
    """One fleet under one loop. Values are plain: text, numbers, lists, tables; instants in ISO 8601 with offset."""

    def newest(self) -> Frame:
        """The newest frame."""
        ...

    def ahead(self) -> Mapping[str, object]:
        """What is planned, published, allowed and called for from now to a day ahead, as `loop/shown/ahead.py` has it,
        with the currency of its prices; without sites before the first turn."""
        ...

    def regulation(self) -> tuple[Mapping[str, object], ...]:
        """Each line of set-points now: what is asked, what is given, its score, and the last ten minutes."""
        ...

    def replicas(self, service: str) -> "Mapping[str, Wanted] | None":
        """What a service shall run at each place, site/pool, by the split in force and the requests that are measured
        now; None where no split holds, or nobody knows what comes."""
        ...

    def state(self) -> Mapping[str, object]:
        """Mode, envelope, frozen or not, who leads, the epoch, ages of every source and device."""
        ...

    def proposals(self) -> tuple[Mapping[str, object], ...]:
        """Decisions that wait for people, oldest first, each with reason, counter-argument, undo-until and expiry."""
        ...

    def decisions(self, count: int) -> tuple[Mapping[str, object], ...]:
        """The newest decisions, newest first, whatever became of them."""
        ...

    def explain(self, decision: str) -> Mapping[str, object] | None:
        """Why a decision is as it is, and what it was weighed against; None where there is none of that id."""
        ...

    def turn_of(self, decision: str | None) -> "Turn | None":
        """The turn that made a decision which people are asked about, or the newest, also asked for by None; None of
        others. For questions that are solved beside the loop: it does not change."""
        ...

    def audit(self, count: int) -> tuple[Mapping[str, object], ...]:
        """The newest entries of the audit chain, newest first: number, hash, and what each says."""
        ...

    def glance(self) -> "Glance":
        """What is known now, to be computed on by whoever asks."""
        ...

    def chain(self) -> "tuple[Store, int]":
        """The store of the audit chain, and how many records stand in it."""
        ...

    def unready(self) -> tuple[str, ...]:
        """What keeps it from being relied on: the store does not write, nothing is decided, a device or a source does
        not answer."""
        ...

    def note(self, content: Mapping[str, object]) -> None:
        """Write down in the audit chain what a door refused: who, what, why."""
        ...

    def close(self) -> tuple[str, ...]:
        """Take no more turns and release nothing; what is still held, a sentence each."""
        ...

    def advise(
        self,
        decision: str,
        digest: str,
        by: Person,
        reason: str,
        approve: bool,
        edit: "Edit | None" = None,
    ) -> Receipt:
        """Put advice to approve or reject, or to edit and then approve, beside a decision that waits, for those who may
        answer it. Raises BadInput for an edit that `edit` would raise it for."""
        ...

    def approve(self, decision: str, digest: str, by: Person, reason: str) -> Receipt:
        """Approve a decision that waits. digest: of the proposal that was read; of another one nothing holds."""
        ...

    def reject(self, decision: str, digest: str, by: Person, reason: str) -> Receipt:
        """Reject a decision that waits, or was approved and not told yet. digest: as of `approve`."""
        ...

    def reading(self, decision: str, by: Person) -> Receipt:
        """Somebody has a decision that waits before them: where they may answer it, no newer one takes its place for a
        while. To be said again and again; it is not written down."""
        ...

    def edit(self, decision: str, digest: str, edit: "Edit", by: Person, reason: str) -> Receipt:
        """Put another decision in the place of one that waits, as a person edited it: it waits for approval as the one
        before did. Raises BadInput with everything that does not fit, and everything that the guard refuses."""
        ...

    def change_mode(self, mode: str, by: Person, reason: str) -> Receipt:
        """Ask for a mode: raising takes two people, lowering one."""
        ...

    def change_envelope(self, envelope: Mapping[str, float], by: Person, reason: str) -> Receipt:
        """Ask for another envelope: widening takes two people, narrowing one."""
        ...

    def freeze(self, by: Person, reason: str) -> Receipt:
        """No new acts from now on. Always works."""
        ...

    def thaw(self, by: Person, reason: str) -> Receipt:
        """Acts again: raises autonomy, so it takes two people."""
        ...

    def release(self, by: Person, reason: str) -> Receipt:
        """Undo every restraint, staggered within the ramp limit. Always works."""
        ...
