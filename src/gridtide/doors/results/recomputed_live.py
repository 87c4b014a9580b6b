"""One decision of a live store recomputed from what it was made of: guard, dispatch, settlement, and proof."""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from gridtide.decide.recertified import recertified
from gridtide.decide.risk import Uncertainty
from gridtide.decide.situation import Situation
from gridtide.digest import digest
from gridtide.doors.results.maker import makers
from gridtide.doors.results.recomputed import PARTS, certified_against, meant
from gridtide.finding import BadInput, Finding
from gridtide.loop.basis import TOLD_AS, Bases, Basis, bases_at, taken_again
from gridtide.loop.later import later
from gridtide.loop.settling import SETTLED, costs, held_through
from gridtide.loop.turn import Turn
from gridtide.simulate.policies import PlanAndPlace
from gridtide.stores.sql.blocks import SqlBlocks
from gridtide.stores.sql.entries import SqlEntries
from gridtide.stores.sql.opening import open_to_read
from gridtide.trust.audit import NUMBER, content_of, contents
from gridtide.trust.blocks import BlockFault, KeepsBlocks
from gridtide.trust.record import Entry
from gridtide.trust.verify import verified

UNKNOWN = "what it was made of is not kept"
OTHERWISE_TOLD = "what a later turn told for it is not what comes out"
STAY = ("situation", "dispatch", "basis")
"""What every record of a decision says alike, whatever becomes of it."""


def recomputed_live(store: str, asked: str) -> dict[str, Any]:
    """The document of one decision of a service's database, which is read and never changed; asked: its id or how that
    begins, or last. Raises BadInput where the record is broken before its end or no decision is meant, and
    StoreLostError."""
    database = open_to_read(store)
    try:
        entries = SqlEntries(database).entries()
        blocks = SqlBlocks(database)
        found, decided = _document(database.name, entries, blocks, asked)
        count, taken = blocks.size()
        kept = {"decisions": decided, "blocks": count, "bytes": taken}
        return {**found, "kept": {**kept, "bytes_per_decision": round(taken / max(decided, 1))}}
    finally:
        database.close()


def comes_out(document: dict[str, Any]) -> bool:
    """Whether nothing speaks against the record. What another version or machine wrote may come out otherwise without
    being wrong, unless the record itself is not whole."""
    certified = document["certified"]
    if document["record_whole"] and document["maker"]["same"] is False:
        return not document["settlement"]["broken"]
    proved = certified is None or certified["holds"] is not False
    alike = document["settlement"]["bit_equal"] is not False
    return bool(document["bit_equal"] is not False and proved and alike)


def _document(
    name: str, entries: Sequence[Entry], blocks: KeepsBlocks, asked: str
) -> tuple[dict[str, Any], int]:
    """The document of one decision, and of how many decisions it is kept what they were made of."""
    says = whole_chain(name, entries)
    settled = [one for one in says if one.get("kind") == SETTLED]
    lives = lives_of(says)
    firsts = [life[0] for life in lives]
    decided = sum(bool(one.get("basis")) for one in firsts)
    life = lives[meant(firsts, asked)]
    first = life[0]
    found: dict[str, Any] = {
        "store": name,
        "decision": {
            **{key: first.get(key) for key in ("id", "as_of", "policy", NUMBER, "rung", "basis")},
            "owner": life[-1]["owner"],
            "stages": [one["stage"] for one in life],
        },
        "maker": makers(says[: int(first.get(NUMBER, len(says))) + 1]),
        "same": dict.fromkeys(PARTS),
        "certified": None,
        "settlement": _settled([one for one in settled if one["decision"] == first["id"]], blocks),
        "record_whole": True,
        "bit_equal": None,
        "why": "" if first.get("basis") else UNKNOWN,
    }
    if found["why"]:
        return found, decided
    other = _other_record(life)
    if other:
        return {**found, "record_whole": False, "bit_equal": False, "why": other}, decided
    try:
        taken = _taken(first, bases_at(str(first["basis"]), blocks))
        told = _told_as(first, says, lives, blocks)
    except BlockFault as fault:
        return {
            **found,
            "record_whole": fault.by_version,
            "bit_equal": False,
            "why": str(fault),
        }, decided
    except BadInput as fault:
        return {
            **found,
            "bit_equal": False,
            "why": f"the guard lets it through no more: {fault}",
        }, decided
    if told is False:
        taken = {**taken, "bit_equal": False, "why": taken["why"] or OTHERWISE_TOLD}
    return {**found, **taken, "same": {**taken["same"], "told": told}}, decided


def _told_as(
    first: Mapping[str, Any],
    says: Sequence[Mapping[str, Any]],
    lives: Sequence[Sequence[Mapping[str, Any]]],
    blocks: KeepsBlocks,
) -> bool | None:
    """Whether a later turn told an approved decision as it is told again; None where none did."""
    found = [one for one in says if one.get("kind") == TOLD_AS and one["decision"] == first["id"]]
    if not found:
        return None
    by = next((life[0] for life in lives if life[0]["id"] == found[-1]["turn"]), None)
    if by is None or not by.get("basis"):
        return False
    decided, telling = (
        taken_again(bases_at(str(one["basis"]), blocks), anew=False) for one in (first, by)
    )
    return digest(later(decided.orders, telling).dispatch) == str(found[-1]["dispatch"])


def _taken(kept: Mapping[str, Any], bases: Bases) -> dict[str, Any]:
    """What comes out of a basis, beside what was written: with the plan as it was made, and with the policy anew."""
    basis = bases.turn
    turn = taken_again(bases, anew=False)
    why = _first_difference(kept, turn)
    same: dict[str, bool | None] = {
        part: _alike(kept, turn, names) for part, names in PARTS.items()
    }
    same["proposal"] = None
    if basis.policy is not None:
        again = taken_again(bases, anew=True)
        same["proposal"] = _alike(kept, again, PARTS["dispatch"])
        why = why or _first_difference(kept, again)
    return {
        "same": same,
        "certified": _certified(basis, turn.situation),
        "bit_equal": all(one is not False for one in same.values()),
        "why": why,
    }


def _alike(kept: Mapping[str, Any], turn: Turn, names: Sequence[str]) -> bool:
    now = content_of(turn.decision)
    return all(kept[name] == now[name] for name in names)


def _first_difference(kept: Mapping[str, Any], turn: Turn) -> str:
    """The first field that comes out otherwise than it was written; "" where none does."""
    now = content_of(turn.decision)
    for names in PARTS.values():
        for name in names:
            if kept[name] != now[name]:
                return f"{name}: {kept[name]!r} was written, {now[name]!r} comes out"
    return ""


def _settled(records: Sequence[Mapping[str, Any]], blocks: KeepsBlocks) -> dict[str, Any]:
    """What a decision cost while it held, settled again from what meters said. bit_equal: None where nothing was
    settled; different: numbers of records that come out otherwise; broken: why one cannot be settled again."""
    different: list[int] = []
    broken: list[str] = []
    for one in records:
        try:
            held = held_through(str(one["basis"]), blocks)
        except BlockFault as fault:
            broken.append(f"record {one.get(NUMBER)}: {fault}")
            continue
        span = {"from": held.timeline.start.isoformat(), "until": held.timeline.end.isoformat()}
        now = {"decision": held.decision, "sites": costs(held), **span}
        if any(one[name] != now[name] for name in now):
            different.append(int(one.get(NUMBER, -1)))
    return {
        "bit_equal": not (different or broken) if records else None,
        "records": len(records),
        "from": records[0]["from"] if records else None,
        "until": records[-1]["until"] if records else None,
        "totals": _totals(records),
        "different": different,
        "broken": broken,
    }


def _totals(records: Sequence[Mapping[str, Any]]) -> dict[str, float | None]:
    """Sums over records and sites by what it is; None where a part is unknown."""
    parts: dict[str, list[float | None]] = {}
    for one in records:
        for amounts in one["sites"].values():
            for name, amount in amounts.items():
                parts.setdefault(name, []).append(amount)
    return {
        name: None if None in found else sum(one for one in found if one is not None)
        for name, found in parts.items()
    }


def _certified(basis: Basis, seen: Situation) -> dict[str, Any] | None:
    """The proof of the plan that this turn took up; None where it took none."""
    policy, plan = basis.policy, basis.plan
    fresh = basis.asked is not None or (basis.due and not basis.beside)
    if plan is None or not fresh or not isinstance(policy, PlanAndPlace):
        return None
    stated = plan.certificate.placed_by or plan.certificate
    bound = stated.lower_bound if isfinite(stated.lower_bound) else None
    if not isfinite(stated.cost):
        return None
    if basis.mandate.risk.uncertainty is not Uncertainty.EXPECTED:
        return certified_against(None, stated.cost, bound)
    situation = seen if basis.asked is None else basis.asked.situation
    proof = recertified(policy.planned_for(situation), policy.dispatcher.objective)
    return certified_against(proof, stated.cost, bound)


def whole_chain(name: str, entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """What a chain says. Raises BadInput where it is broken."""
    broken = verified(entries).broken
    if broken is not None:
        raise BadInput(
            [
                Finding(
                    subject=f"{name} record {broken.number}",
                    value=broken.said,
                    limit="the chain as it was written",
                    mend="Restore it from a copy; gridtide audit verify says more.",
                )
            ]
        )
    return contents(entries)


def lives_of(says: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Every decision with all that was written of it, in the order of their first records."""
    found: dict[str, list[dict[str, Any]]] = {}
    for one in says:
        if "stage" in one and "dispatch" in one:
            found.setdefault(str(one["id"]), []).append(one)
    return list(found.values())


def _other_record(life: Sequence[Mapping[str, Any]]) -> str:
    """The first later record of a decision that speaks of another one; "" where none does."""
    for one in life[1:]:
        for name in STAY:
            if name in one and one[name] != life[0].get(name):
                return f"record {one.get(NUMBER)} says another {name} than record {life[0].get(NUMBER)}"
    return ""
