"""Who answers for a decision: a policy inside what people signed, a person beyond it, nobody where nothing is told.

An approval names what it approves by its digest, and settles it once: the same approval again, one of something else,
or one that comes too late is refused, and what was tried is a note for the record.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from gridtide.digest import digest
from gridtide.trust.edit import Edit, edit_values, edit_words
from gridtide.trust.envelope import Envelope
from gridtide.trust.guard import Rung
from gridtide.trust.modes import Autonomy, Mode, lapsed
from gridtide.trust.people import Person, Role
from gridtide.trust.proposal import Proposal
from gridtide.trust.record import Decision, Note, Stage
from gridtide.trust.said import listed, say, value_of
from gridtide.trust.touch import LEAST_KW, Touch

ADVICE_MOST = 8
"""So many may advise on one proposal."""


class By(StrEnum):
    """Who says whether a decision is told."""

    NOBODY = "nobody"
    PERSON = "person"
    POLICY = "policy"


@dataclass(frozen=True, kw_only=True)
class Ruling:
    """by: who says. owner: the policy that answers for it, "" where none does. why: in sentences; of an envelope every
    bound that is passed."""

    by: By
    owner: str
    why: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Tally:
    """Jobs that were touched without a person on the present day of each site: (site, day, names), by site."""

    days: tuple[tuple[str, date, frozenset[str]], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Advice:
    """What somebody who need not be able to settle it, as an assistant, says of a proposal: nothing holds by it.

    edit: how it should be edited before it is approved, None as it is.
    """

    by: str
    approve: bool
    reason: str
    at: datetime
    edit: Edit | None = None


@dataclass(frozen=True, kw_only=True)
class Edited:
    """Who made one decision out of another (its id), when, how and why."""

    of: str
    by: str
    at: datetime
    edit: Edit
    reason: str


@dataclass(frozen=True, kw_only=True)
class Docket:
    """A proposal and what became of it. by: who settled it, at: when; said: how. approvals: ids that were taken.
    advice: the newest of each who gave any. edited: out of which other decision a person made it, None where a policy
    did."""

    proposal: Proposal
    stage: Stage = Stage.PROPOSED
    by: str = ""
    at: datetime | None = None
    said: str = "waits for a person"
    approvals: tuple[str, ...] = ()
    advice: tuple[Advice, ...] = ()
    edited: Edited | None = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a person says to a proposal. id: unique to this answer; digest: of the proposal that was read."""

    id: str
    digest: str
    by: Person
    reason: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Settled:
    """What came of an answer: the docket as it stands now, whether the answer holds, and the note of it."""

    docket: Docket
    held: bool
    said: str
    note: Note


def ruled(
    decision: Decision,
    touch: Touch,
    autonomy: Autonomy,
    tally: Tally,
    as_of: datetime,
    clocks: Mapping[str, str],
) -> Ruling:
    """Who says whether a decision is told now. clocks: IANA zone of each site, by name."""
    now = lapsed(autonomy, as_of)
    if now.mode is Mode.OBSERVE or now.frozen:
        why = "frozen: nothing new is told" if now.frozen else "observe: nothing is told"
        return Ruling(by=By.NOBODY, owner="", why=(why,))
    if decision.rung == Rung.HOLD:
        why = "the guard found no dispatch that keeps everything: a person must look"
        return Ruling(by=By.PERSON, owner="", why=(why,))
    if touch.nothing:
        return Ruling(by=By.POLICY, owner="policy standing orders", why=("nothing is changed",))
    if now.mode is Mode.EMERGENCY:
        return Ruling(by=By.POLICY, owner="policy emergency", why=(f"until {now.ends_at}",))
    if now.mode is Mode.ADVISE:
        return Ruling(by=By.PERSON, owner="", why=("advise: a person approves each",))
    passed = over(touch, now.envelope, tally, as_of, clocks)
    if passed:
        return Ruling(by=By.PERSON, owner="", why=passed)
    signed = f"policy act {digest(now.envelope)[:12]}"
    return Ruling(by=By.POLICY, owner=signed, why=("inside the envelope",))


def over(
    touch: Touch, envelope: Envelope, tally: Tally, as_of: datetime, clocks: Mapping[str, str]
) -> tuple[str, ...]:
    """Every bound of an envelope that a decision would pass, as sentences; empty where it is inside."""
    said = [f"no envelope speaks of {what}" for what in touch.beyond]
    if touch.share > envelope.share_max:
        said.append(
            f"{touch.share:.2%} of the fleet's power, {envelope.share_max:.2%} may be moved"
        )
    moved = [(site, kw) for site, kw in touch.moved_kw if kw > LEAST_KW]
    for site, kw in moved:
        if kw > envelope.at(site):
            said.append(f"{kw:,.1f} kW at {site}, {envelope.at(site):,.1f} kW may be moved there")
    if touch.hold_h > envelope.hold_max_h:
        said.append(f"held for {touch.hold_h:.4g} h, {envelope.hold_max_h:.4g} h may be")
    jobs = sum(len(names) for _, _, names in counted(tally, touch, as_of, clocks).days)
    if touch.jobs and jobs > envelope.jobs_max_per_day:
        said.append(f"{jobs} jobs today, {envelope.jobs_max_per_day} may be touched")
    for site in sorted({site for site, _ in moved} | {site for site, _ in touch.jobs}):
        local = as_of.astimezone(ZoneInfo(clocks[site]))
        if not envelope.open_at(local.hour + local.minute / 60):
            said.append(f"{local:%H:%M} at {site} lies outside the hours that were signed")
    return tuple(said)


def counted(tally: Tally, touch: Touch, as_of: datetime, clocks: Mapping[str, str]) -> Tally:
    """The tally with the jobs of a decision, each counted once a day of its site; days that are over are left out."""
    days = {
        site: as_of.astimezone(ZoneInfo(clock)).date() for site, clock in sorted(clocks.items())
    }
    names = {site: frozenset[str]() for site in days}
    for site, day, before in tally.days:
        if days.get(site) == day:
            names[site] |= before
    for site, job in touch.jobs:
        names[site] |= {job}
    return Tally(days=tuple((site, days[site], names[site]) for site in days if names[site]))


def approved(docket: Docket, answer: Answer, autonomy: Autonomy) -> Settled:
    """The docket approved, or as it was with why not; one that has run out is expired by that."""
    docket = expired(docket, answer.at)
    now = lapsed(autonomy, answer.at)
    proposal = docket.proposal
    refusals = (
        _role_lacks(answer.by, proposal.asks),
        _is_settled(docket, answer, (Stage.PROPOSED,)),
        _misread(docket, answer),
        say("frozen_first") if now.frozen else "",
        say("observing_first") if now.mode is Mode.OBSERVE else "",
    )
    return _settled(docket, answer, Stage.APPROVED, "approve", refusals)


def rejected(docket: Docket, answer: Answer) -> Settled:
    """The docket refused, also after it was approved as long as it was not told."""
    docket = expired(docket, answer.at)
    refusals = (
        _role_lacks(answer.by, Role.OPERATOR),
        _is_settled(docket, answer, (Stage.PROPOSED, Stage.APPROVED)),
        _misread(docket, answer),
    )
    return _settled(docket, answer, Stage.REFUSED, "reject", refusals)


def unedited(docket: Docket, answer: Answer) -> Settled:
    """Whether somebody may edit a decision that waits; it waits on as it is, and an edit of it would hold."""
    docket = expired(docket, answer.at)
    refusals = (
        _role_lacks(answer.by, docket.proposal.asks),
        _is_settled(docket, answer, (Stage.PROPOSED,)),
        _misread(docket, answer),
    )
    said = next((one for one in refusals if one), "")
    note = replace(_note(docket, answer, "edit", said), held=not said)
    return Settled(docket=docket, held=not said, said=said, note=note)


def advised(docket: Docket, answer: Answer, approve: bool, edit: Edit | None = None) -> Settled:
    """The docket with advice of anybody: it waits as before, and those who settle it see who advises what, and why.

    edit: how it should be edited first; who may edit it does so, or does not.
    """
    docket = expired(docket, answer.at)
    others = tuple(one for one in docket.advice if one.by != answer.by.name)
    refusals = (
        _is_settled(docket, answer, (Stage.PROPOSED,)),
        _misread(docket, answer),
        say("advised_enough", count=str(ADVICE_MOST)) if len(others) >= ADVICE_MOST else "",
    )
    said = next((one for one in refusals if one), "")
    note = _note(docket, answer, "advise", said)
    if said:
        return Settled(docket=docket, held=False, said=said, note=note)
    by, reason = answer.by.name, answer.reason
    advice = Advice(by=by, approve=approve, reason=reason, at=answer.at, edit=edit)
    key = "advises_approval" if approve else "advises_rejection"
    said = say(key, by=by, reason=reason)
    if edit is not None:
        said = say("advises_edit", by=by, edit=edit_words(edit), reason=reason)
    docket = replace(docket, advice=(*others, advice))
    return Settled(docket=docket, held=True, said=said, note=replace(note, held=True, said=said))


def expired(docket: Docket, as_of: datetime) -> Docket:
    """The docket after an instant: what nobody settled in time has expired, and standing orders go on."""
    if docket.stage is not Stage.PROPOSED or as_of < docket.proposal.expires_at:
        return docket
    return replace(
        docket,
        stage=Stage.EXPIRED,
        by="time-out",
        at=docket.proposal.expires_at,
        said="nobody settled it in time; what was told before goes on",
    )


def superseded(docket: Docket, by: str, as_of: datetime) -> Docket:
    """The docket after a newer decision: what still waited cannot be approved any more."""
    docket = expired(docket, as_of)
    if docket.stage is not Stage.PROPOSED:
        return docket
    said = f"the newer decision {by[:12]} stands in its place"
    return replace(docket, stage=Stage.EXPIRED, by=by, at=as_of, said=said)


def alike(docket: Docket, newer: Decision, older: Decision) -> bool:
    """Whether a newer decision says anew what a docket asks about an older one: both as a policy proposed them, or both
    held by the guard. What a person edited, or approved, stands by itself."""
    held = {one.rung == Rung.HOLD for one in (newer, older)}
    return docket.stage is Stage.PROPOSED and docket.edited is None and len(held) == 1


def answerable(decision: Decision, owner: str, stage: Stage) -> Decision:
    """The decision at a stage, with who answers for it: a policy or a person."""
    return replace(decision, owner=owner, stage=stage)


def shown(docket: Docket) -> dict[str, object]:
    """A docket as plain values: text, numbers, lists; instants in ISO 8601 with offset."""
    proposal, touch = docket.proposal, docket.proposal.touch
    return {
        "decision": proposal.decision,
        "digest": proposal.digest,
        "stage": docket.stage.value,
        "title": proposal.title,
        "because": proposal.because,
        "against": list(proposal.against),
        "values": {
            "title": value_of(proposal.title),
            "because": value_of(proposal.because),
            "against": [value_of(one) for one in proposal.against],
        },
        "proposed_at": proposal.proposed_at.isoformat(),
        "undo_until": proposal.undo_until.isoformat(),
        "expires_at": proposal.expires_at.isoformat(),
        "asks": proposal.asks.name.lower(),
        "jobs": [job for _, job in touch.jobs],
        "moved_kw": dict(touch.moved_kw),
        "share": touch.share,
        "hold_h": touch.hold_h,
        "beyond": list(touch.beyond),
        "by": docket.by,
        "said": docket.said,
        "advice": [_advice_shown(one) for one in docket.advice],
        "edited": None if docket.edited is None else _edited_shown(docket.edited),
    }


def _advice_shown(advice: Advice) -> dict[str, object]:
    """Advice to edit says how before it says why, and as values that an edit may be asked with."""
    said: dict[str, object] = {"by": advice.by, "approve": advice.approve, "reason": advice.reason}
    if advice.edit is not None:
        how = listed((edit_words(advice.edit), advice.reason), ": ")
        said |= {"reason": str(how), "values": {"reason": value_of(how)}}
        said["edit"] = edit_values(advice.edit)
    return {**said, "at": advice.at.isoformat()}


def _edited_shown(edited: Edited) -> dict[str, object]:
    said = {"of": edited.of, "by": edited.by, "at": edited.at.isoformat()}
    return {**said, "edit": edit_values(edited.edit), "reason": edited.reason}


def _settled(
    docket: Docket, answer: Answer, stage: Stage, what: str, refusals: tuple[str, ...]
) -> Settled:
    said = next((one for one in refusals if one), "")
    held = not said
    if held:
        key = "approved_by" if stage is Stage.APPROVED else "rejected_by"
        said = say(key, by=answer.by.name, reason=answer.reason)
        docket = replace(
            docket,
            stage=stage,
            by=answer.by.name,
            at=answer.at,
            said=said,
            approvals=(*docket.approvals, answer.id),
        )
    note = replace(_note(docket, answer, what, said), held=held)
    return Settled(docket=docket, held=held, said=said, note=note)


def _note(docket: Docket, answer: Answer, what: str, said: str) -> Note:
    """What somebody tried, in vain as long as nobody says that it holds."""
    return Note(
        at=answer.at,
        who=answer.by.name,
        role=answer.by.role.name.lower(),
        what=what,
        subject=f"{docket.proposal.decision} as {answer.digest}",
        held=False,
        said=said,
        reason=answer.reason,
    )


def _role_lacks(person: Person, asks: Role) -> str:
    if person.role >= asks:
        return ""
    takes = say(f"one_{asks.name.lower()}")
    return say("role_lacks", by=person.name, role=person.role.name.lower(), asks=takes)


def _is_settled(docket: Docket, answer: Answer, open_stages: tuple[Stage, ...]) -> str:
    if answer.id in docket.approvals:
        return say("taken_before")
    if docket.stage in open_stages:
        return ""
    return say("settled_already", stage=docket.stage.value, by=docket.by)


def _misread(docket: Docket, answer: Answer) -> str:
    """Why an answer is to something else than what is asked."""
    if answer.digest != docket.proposal.digest:
        return say("misread")
    if answer.at < docket.proposal.proposed_at:
        return f"it is dated before the proposal was made, {docket.proposal.proposed_at}"
    return "" if answer.reason.strip() else say("no_reason")
