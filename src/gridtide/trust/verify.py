"""Is a chain whole? If not, which record is the first that is not as it was written, and what is wrong with it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from gridtide.trust.audit import NUMBER, follows
from gridtide.trust.checkpoint import Checkpoint, checkpoint_of, is_signed
from gridtide.trust.merkle import Tree
from gridtide.trust.record import Entry


class Fault(StrEnum):
    """CHANGED: a record is not as it was written. DROPPED: one is missing between others. MOVED: one stands at another
    place, or twice. REWRITTEN: the hashes fit, a signed checkpoint says there were others. CUT: the tail is missing.
    FORGED: a checkpoint that its key did not sign. UNKNOWN_KEY: one by a key that was not named."""

    CHANGED = "changed"
    DROPPED = "dropped"
    MOVED = "moved"
    REWRITTEN = "rewritten"
    CUT = "tail cut off"
    FORGED = "forged checkpoint"
    UNKNOWN_KEY = "unknown key"


@dataclass(frozen=True, kw_only=True)
class Broken:
    """The first record that is broken, counted from 0, and how; said: in a sentence."""

    number: int
    fault: Fault
    said: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a chain holds. entries: records. broken: None where it is whole. checkpoints: of the chain in order, each
    with whether its key is known and its signature true. covered: records that a true checkpoint vouches for."""

    entries: int
    broken: Broken | None
    checkpoints: tuple[tuple[Checkpoint, bool], ...]
    covered: int


def verified(
    entries: Sequence[Entry],
    keys: Mapping[str, bytes] | None = None,
    kept: Sequence[Checkpoint] = (),
) -> Report:
    """Whether every record is the one that was written, in its place.

    keys: public keys by id that may sign; where none is given, signatures are not looked at and vouch for nothing.
    kept: checkpoints that were kept elsewhere.
    """
    texts = [_content(entry.text) for entry in entries]
    misfit = _first_misfit(entries, texts)
    fits = len(entries) if misfit is None else misfit.number
    claims, found = _claims(texts[:fits])
    found += [] if misfit is None else [misfit]
    claims += [
        _Claim(checkpoint=one, at=None) for one in kept if misfit is None or one.number <= fits
    ]
    true, untrue = _held_against(entries, sorted(claims, key=_order), keys)
    first = min([*found, *untrue], key=lambda one: one.number, default=None)
    sound = fits if first is None else min(fits, first.number)
    inside = [one for one in claims if one.at is not None]
    return Report(
        entries=len(entries),
        broken=first,
        checkpoints=tuple((one.checkpoint, one in true) for one in inside),
        covered=max(
            (one.checkpoint.number for one in true if one.checkpoint.number <= sound), default=0
        ),
    )


@dataclass(frozen=True, kw_only=True)
class _Claim:
    """What a checkpoint says of the chain. at: record it stands at, None where it was kept elsewhere."""

    checkpoint: Checkpoint
    at: int | None

    @property
    def named(self) -> str:
        if self.at is not None:
            return f"the checkpoint at record {self.at}"
        return f"a checkpoint of {self.checkpoint.number} records that was kept elsewhere"


def _order(claim: _Claim) -> tuple[int, int]:
    return claim.checkpoint.number, -1 if claim.at is None else claim.at


def _content(text: str) -> dict[str, Any] | None:
    """What a record says; None where it is no table of values any more."""
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _place(content: dict[str, Any] | None) -> int | None:
    """The place a record says it has."""
    said = None if content is None else content.get(NUMBER)
    return said if isinstance(said, int) and not isinstance(said, bool) else None


def _first_misfit(
    entries: Sequence[Entry], texts: Sequence[dict[str, Any] | None]
) -> Broken | None:
    """The first record that does not follow from those before it, and why."""
    before: Entry | None = None
    for at, entry in enumerate(entries):
        if not _fits(before, entry):
            return _misfit(entries, [_place(text) for text in texts], at)
        before = entry
    return None


def _fits(before: Entry | None, entry: Entry) -> bool:
    try:
        return follows(before, entry)
    except ValueError:  # the hash before is no hash any more
        return False


def _misfit(entries: Sequence[Entry], places: Sequence[int | None], at: int) -> Broken:
    """What happened at the first place where records do not follow from each other."""
    later = range(at + 1, len(entries))
    after = next((one for one in later if _fits(entries[one], entries[at])), None)
    if after is not None:
        said = f"record {at} stands where another stood: what came before it stands at {after}"
        return Broken(number=at, fault=Fault.MOVED, said=said)
    place = places[at]
    following = places[at + 1] if at + 1 < len(places) else None
    if place is None or place == at or following == at + 1:
        said = f"record {at} is not as it was written"
        if place is None:
            said += ", or one before it is missing: records of this chain do not say their numbers"
        return Broken(number=at, fault=Fault.CHANGED, said=said)
    if place < at:
        said = f"record {place} stands again at {at}"
        return Broken(number=at, fault=Fault.MOVED, said=said)
    if at in places[at:]:
        said = f"record {at} stands at {places.index(at, at)}"
        return Broken(number=at, fault=Fault.MOVED, said=said)
    missing = f"records {at} to {place - 1} are" if place - 1 > at else f"record {at} is"
    return Broken(number=at, fault=Fault.DROPPED, said=f"{missing} missing")


def _claims(texts: Sequence[dict[str, Any] | None]) -> tuple[list[_Claim], list[Broken]]:
    """Checkpoints that stand in the chain, and those that cannot be read."""
    claims, faults = [], []
    for at, text in enumerate(texts):
        if text is None or "checkpoint" not in text:
            continue
        try:
            claims.append(_Claim(checkpoint=checkpoint_of(text["checkpoint"]), at=at))
        except (KeyError, TypeError, ValueError):
            said = f"record {at} is no checkpoint that can be read"
            faults.append(Broken(number=at, fault=Fault.FORGED, said=said))
    return claims, faults


def _held_against(
    entries: Sequence[Entry], claims: Sequence[_Claim], keys: Mapping[str, bytes] | None
) -> tuple[list[_Claim], list[Broken]]:
    """Claims that are signed and true, and faults that claims show, by number of records."""
    true: list[_Claim] = []
    faults = []
    vouched = 0
    roots = _roots(entries, {one.checkpoint.number for one in claims if one.checkpoint.root})
    for claim in claims:
        one = claim.checkpoint
        untrue = None if keys is None else _why_untrue(one, keys)
        if untrue is not None:
            number = one.number if claim.at is None else claim.at
            faults.append(Broken(number=number, fault=untrue[0], said=f"{claim.named} {untrue[1]}"))
        elif one.number > len(entries):
            said = (
                f"{len(entries)} records stand, {one.number} stood at {one.at:%Y-%m-%d %H:%M} UTC"
            )
            faults.append(Broken(number=len(entries), fault=Fault.CUT, said=said))
        elif (
            claim.at not in (None, one.number)
            or one.hash != _hash_before(entries, one.number)
            or one.root not in ("", roots.get(one.number))
        ):
            faults.append(_rewritten(one, vouched, claim.at))
        elif keys is not None or claim.at is None:
            vouched = one.number
            true += [claim] if keys is not None else []
    return true, faults


def _roots(entries: Sequence[Entry], numbers: set[int]) -> dict[int, str]:
    """The Merkle root over so many first entries, for each of some numbers that there are."""
    tree, found = Tree(), {}
    for entry in entries[: max(numbers, default=0)]:
        if tree.size in numbers:
            found[tree.size] = tree.root().hex()
        tree.add(entry.text.encode(errors="replace"))
    return {**found, tree.size: tree.root().hex()}


def _hash_before(entries: Sequence[Entry], number: int) -> str:
    """The hash of the last of so many records, "" of none."""
    return entries[number - 1].hash if number > 0 else ""


def _why_untrue(one: Checkpoint, keys: Mapping[str, bytes]) -> tuple[Fault, str] | None:
    """Why a checkpoint vouches for nothing; None where it does."""
    if one.key not in keys:
        return Fault.UNKNOWN_KEY, f"is by key {one.key}, which was not named"
    if not is_signed(one, keys[one.key]):
        return Fault.FORGED, f"was not signed by key {one.key}"
    return None


def _rewritten(one: Checkpoint, vouched: int, at: int | None) -> Broken:
    """Hashes fit, but not what was signed: somewhere since the last true checkpoint something was written anew."""
    last = max(one.number, at or 0, vouched + 1) - 1
    said = (
        f"of records {vouched} to {last} some are not those that stood when {one.number} were signed"
        f" at {one.at:%Y-%m-%d %H:%M} UTC"
    )
    return Broken(number=vouched, fault=Fault.REWRITTEN, said=said)
