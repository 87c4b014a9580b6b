"""A conflict in words: what stands against what, and what would have to give, how much and when."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.conflict.answer import PROMISES, Conflict
from gridtide.decide.conflict.conflicting_set import ConflictingSet
from gridtide.decide.conflict.elastic import Act, Kind, Member
from gridtide.decide.conflict.relaxing import Relaxation
from gridtide.decide.program import NOWHERE
from gridtide.finding import Finding
from gridtide.timeline import Timeline, instant

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
SEEN = 1e-3
"""Amounts below it are not told."""
RUNS_MAX = 3
AGAINST_MAX = 3
"""Others that are told by name with each member of a conflict."""
NAMED_MAX = 4
"""Members of one kind and group up to which each is told by itself."""
VERBS = {
    Kind.DEMAND: "refuse up to {amount} of the {name}",
    Kind.CALL: "have the {name} leave {amount} more",
    Kind.PARKED: "switch off {amount} of {name}",
    Kind.FIXED_WORK: "stop {amount} of {name}",
    Kind.STORE_LEVEL: "let the {name} fall by {amount}",
}


def findings_of(conflict: Conflict) -> list[Finding]:
    """One finding for each member of each set, or for many of a kind; the first carries the cheapest way out."""
    found: list[Finding] = []
    members = conflict.elastic.members
    for number, one in enumerate(conflict.sets, start=1):
        bundles = bundled(members, one.members)
        which = f" of conflict {number}" if len(conflict.sets) > 1 else ""
        for bundle in bundles:
            others = [named(members, other) for other in bundles if other != bundle]
            found.append(
                Finding(
                    subject=named(members, bundle),
                    value=_asked(conflict, one, bundle),
                    limit=_against(others, which),
                    mend=_mend(conflict, bundle) if found else way_out(conflict),
                )
            )
    return found


def _against(others: list[str], which: str) -> str:
    """which: the conflict it belongs to, in words, where there are several."""
    if not others:
        return f"cannot hold{which}"
    if len(others) > AGAINST_MAX:
        return f"cannot hold together with the {len(others)} others{which or ' named here'}"
    return f"cannot hold together with {' and '.join(others)}"


def bundled(members: Sequence[Member], chosen: Sequence[int]) -> list[tuple[int, ...]]:
    """Members one by one, those of a kind and group together where they are more than NAMED_MAX."""
    alike: dict[tuple[Kind, str], list[int]] = {}
    for number in chosen:
        alike.setdefault((members[number].kind, members[number].group), []).append(number)
    found: list[tuple[int, ...]] = []
    for numbers in alike.values():
        found += [tuple(numbers)] if len(numbers) > NAMED_MAX else [(number,) for number in numbers]
    return found


def named(members: Sequence[Member], bundle: tuple[int, ...]) -> str:
    """A member by its name, many by their number, their group and the first of them."""
    if len(bundle) == 1:
        return members[bundle[0]].name
    first = ", ".join(members[number].name for number in bundle[: NAMED_MAX - 1])
    return f"{members[bundle[0]].group} ({len(bundle)}: {first}, …)"


def _asked(conflict: Conflict, one: ConflictingSet, bundle: tuple[int, ...]) -> str:
    if len(bundle) > 1:
        return f"{len(bundle)} of them, each as it was asked for{when(conflict, one, bundle)}"
    return conflict.elastic.members[bundle[0]].asks + when(conflict, one, bundle)


def when(conflict: Conflict, one: ConflictingSet, bundle: tuple[int, ...]) -> str:
    """The steps in which members matter to a set, with a blank before; empty where they have none."""
    steps = conflict.elastic.step[one.closed & np.isin(conflict.elastic.member, bundle)]
    steps = np.unique(steps[steps != NOWHERE])
    kinds = {conflict.elastic.members[number].kind for number in bundle}
    return f" {spans(steps, conflict.horizon)}" if len(steps) and Kind.WORK not in kinds else ""


def way_out(conflict: Conflict) -> str:
    """The cheapest way out, and the cheapest by limits alone where it is another."""
    if conflict.cheapest is None:
        return "Nothing that may give way is enough."
    told = _told(conflict, "Cheapest way out", conflict.cheapest)
    other = conflict.by_limits
    if other is not None and not np.array_equal(other.amounts, conflict.cheapest.amounts):
        told += f" {_told(conflict, 'With every promise kept', other)}"
    return told


def _told(conflict: Conflict, what: str, relaxation: Relaxation) -> str:
    """What, how much it counts, and what gives."""
    phrases = "; ".join(relaxation_in_words(conflict, relaxation))
    checked = "" if relaxation.holds else ", which did not hold when it was solved again"
    return f"{what}, counted {_number(relaxation.cost)}{checked}: {phrases}.{_pressed(conflict, relaxation)}"


def _pressed(conflict: Conflict, relaxation: Relaxation) -> str:
    """The limit whose next unit would save most, with a blank before; empty where only limits give."""
    elastic = conflict.elastic
    promises = np.asarray([member.kind in PROMISES for member in elastic.members])[elastic.member]
    limits = ~promises & (elastic.step != NOWHERE)
    saves = np.where(limits, relaxation.saves, 0.0)
    if not (relaxation.amounts[promises] > SEEN).any() or saves.max(initial=0.0) <= SEEN:
        return ""
    dearest = int(np.argmax(saves))
    member, step = elastic.members[int(elastic.member[dearest])], int(elastic.step[dearest])
    unit = member.unit.removesuffix("s")
    when_told = spans(np.asarray([step]), conflict.horizon)
    return f" One more {unit} of {member.name} {when_told} would save {saves[dearest]:,.2f} of it."


def _mend(conflict: Conflict, bundle: tuple[int, ...]) -> str:
    """What a member would have to give alone, where that is known."""
    for alone in conflict.alone:
        if bundle == (alone.member,):
            if alone.relaxation is None:
                return "It alone cannot give enough."
            return f"Or: {'; '.join(relaxation_in_words(conflict, alone.relaxation))}."
    return "One of these has to give way."


def relaxation_in_words(conflict: Conflict, relaxation: Relaxation) -> list[str]:
    """A phrase for each member and act, or for many of a kind, in the order of members."""
    elastic = conflict.elastic
    told = []
    for act in (Act.LESS, Act.LATER, Act.MORE):
        given = (elastic.act == act) & (relaxation.amounts > SEEN)
        chosen = [int(number) for number in np.unique(elastic.member[given])]
        for bundle in bundled(elastic.members, chosen):
            own = given & np.isin(elastic.member, bundle)
            told.append(
                _phrase(
                    elastic.members[bundle[0]],
                    named(elastic.members, bundle),
                    act,
                    relaxation.amounts[own],
                    elastic.step[own],
                    conflict.horizon,
                )
            )
    return told


def _phrase(
    member: Member, name: str, act: Act, given: Real, step: Whole, horizon: Timeline
) -> str:
    """member: any of those that `name` names. given, step: what they give and when."""
    if act is Act.LATER:
        end = instant(horizon.edges_s[int(step.max()) + 1])
        late = _number(float((given * horizon.hours[step]).sum()))
        return f"let {name} end by {end:%d %b %H:%M} UTC ({late} accelerator-hours late)"
    if member.kind is Kind.WORK:
        return f"leave {_number(given.sum())} {member.unit} of {name} undone"
    share = member.kind is Kind.FIXED_WORK
    amount = f"{100 * given.max():,.0f} %" if share else f"{_number(given.max())} {member.unit}"
    timed = np.unique(step[step != NOWHERE])
    verb = VERBS.get(member.kind, "raise the {name} by {amount}")
    return f"{verb.format(name=name, amount=amount)} {spans(timed, horizon)}".rstrip()


def _number(value: float) -> str:
    """Rounded up in its last digit, so that what is told is enough."""
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{np.ceil(value * 10**digits - 1e-6) / 10**digits:,.{digits}f}"


def spans(steps: Whole, horizon: Timeline) -> str:
    """Steps as spans of time, only how many and between when where there are too many; empty for none."""
    if not len(steps):
        return ""
    runs = list(_runs(steps))
    edges_s = horizon.edges_s
    if len(runs) > RUNS_MAX:
        first, last = instant(edges_s[steps[0]]), instant(edges_s[steps[-1] + 1])
        return f"in {len(steps)} steps from {first:%d %b %H:%M} to {last:%d %b %H:%M} UTC"
    told = [
        f"from {instant(edges_s[first]):%d %b %H:%M} to {instant(edges_s[last + 1]):%d %b %H:%M}"
        for first, last in runs
    ]
    return f"{' and '.join(told)} UTC"


def _runs(steps: Whole) -> Iterator[tuple[int, int]]:
    """First and last of steps that follow each other."""
    for part in np.split(steps, np.flatnonzero(np.diff(steps) > 1) + 1):
        yield int(part[0]), int(part[-1])
