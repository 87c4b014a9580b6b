"""Who sees what: Definition 3.1, "Object Privacy".

Business logic sees everything. An end node sees what it owns; of programs and events it sees those without targets,
and of those with targets the ones that carry a target which it asks for and which was granted to it. Of such a
program or event it is shown only these targets.
"""

from dataclasses import dataclass

from gridtide.doors.openadr_vtn.kinds import TRAITS, Json, Kind


@dataclass(frozen=True, kw_only=True)
class Sight:
    """Who looks. all_: business logic. granted: targets that business logic gave to this client."""

    client_id: str
    all_: bool
    granted: frozenset[str]


def found(
    kind: Kind, thing: Json, sight: Sight, asked: frozenset[str] = frozenset()
) -> Json | None:
    """The object as a search that asks for some targets shows it; None where the search does not find it.

    A search by business logic, or of things that are owned, finds what carries every target asked for. A search of
    programs or events by an end node finds what carries any of them that was granted, and without any asked for
    what carries no target.
    """
    if sight.all_ or TRAITS[kind].owned:
        mine = sight.all_ or thing.get("clientID") == sight.client_id
        return thing if mine and asked <= targets_of(thing) else None
    matched = targets_of(thing) & asked & sight.granted
    if not matched:
        return thing if not asked and not targets_of(thing) else None
    return _showing(thing, matched)


def shown(kind: Kind, thing: Json, sight: Sight) -> Json | None:
    """The object as it is shown to who names it; None to who may not see it.

    The paths of single objects take no targets, so an end node counts as asking for everything granted to it.
    """
    if sight.all_ or TRAITS[kind].owned or not targets_of(thing):
        return found(kind, thing, sight)
    return found(kind, thing, sight, sight.granted)


def targets_of(thing: Json) -> frozenset[str]:
    """Targets that an object carries."""
    return frozenset(thing.get("targets") or ())


def without_tokens(thing: Json) -> Json:
    """A subscription without the tokens its owner wants to be called with: they are nobody else's."""
    operations = [
        {key: value for key, value in one.items() if key != "bearerToken"}
        for one in thing["objectOperations"]
    ]
    return {**thing, "objectOperations": operations}


def _showing(thing: Json, targets: frozenset[str]) -> Json:
    return {**thing, "targets": [one for one in thing["targets"] if one in targets]}
