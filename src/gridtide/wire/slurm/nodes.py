"""Nodes of a partition in a document of `sinfo --json`, of every version's shape.

Until 22.05 it lists nodes with their partitions; from 23.02 on groups of nodes that are alike in one partition.
"""

from collections.abc import Iterator, Mapping

from gridtide.wire.slurm.numbers import number

USABLE = frozenset({"IDLE", "MIXED", "ALLOCATED"})
AWAY = frozenset(
    {"DOWN", "DRAIN", "DRAINED", "DRAINING", "FAIL", "NOT_RESPONDING", "NO_RESPOND", "POWERED_DOWN"}
)


def usable_nodes(document: object, partition: str) -> int:
    """How many nodes of a partition take jobs, now or when theirs end. Raises ValueError for another document."""
    if not isinstance(document, Mapping):
        raise ValueError("it is no document of nodes")
    groups = _single(document, partition) if "nodes" in document else _alike(document, partition)
    return sum(nodes for nodes, states in groups if states & USABLE and not states & AWAY)


def _single(document: Mapping[str, object], partition: str) -> Iterator[tuple[int, frozenset[str]]]:
    for node in _list(document, "nodes"):
        if partition in _list(node, "partitions"):
            yield 1, _states(_said(node, "state")) | _states(_said(node, "state_flags"))


def _alike(document: Mapping[str, object], partition: str) -> Iterator[tuple[int, frozenset[str]]]:
    for group in _list(document, "sinfo"):
        named, nodes, node = (_part(group, key) for key in ("partition", "nodes", "node"))
        if named.get("name") == partition:
            yield number(nodes.get("total")) or 0, _states(node.get("state"))


def _list(document: object, key: str) -> list[object]:
    found = _said(document, key)
    if not isinstance(found, list):
        raise ValueError(f"it has no list `{key}`")
    return found


def _part(document: object, key: str) -> Mapping[str, object]:
    found = _said(document, key)
    if not isinstance(found, Mapping):
        raise ValueError(f"a group of nodes has no `{key}`")
    return found


def _said(document: object, key: str) -> object:
    return document.get(key) if isinstance(document, Mapping) else None


def _states(raw: object) -> frozenset[str]:
    words = raw.replace("+", " ").split() if isinstance(raw, str) else raw
    return (
        frozenset(str(word).upper() for word in words) if isinstance(words, list) else frozenset()
    )
