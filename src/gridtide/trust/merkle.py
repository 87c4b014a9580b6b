"""One hash over many records, and how a single one of them is shown to be under it without the others.

Source: RFC 6962 section 2.1: leaves are hashed behind a byte 0, nodes behind a byte 1, so that no node passes for a
record; a tree of n leaves parts at the largest power of two below n. Proofs are checked as in RFC 9162 section 2.1.3.2.
"""

import hashlib
from collections.abc import Sequence


class Tree:
    """The tree over records as they come: holds one hash for each whole part of it, of which there are few."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def add(self, record: bytes) -> None:
        """One more leaf behind the others."""
        self._peaks.append(leaf_hash(record))
        size = self.size
        while size & 1:
            right, left = self._peaks.pop(), self._peaks.pop()
            self._peaks.append(node_hash(left, right))
            size >>= 1
        self.size += 1

    def root(self) -> bytes:
        """The hash over all leaves, 32 bytes; that of nothing where there are none."""
        if not self._peaks:
            return hashlib.sha256().digest()
        found = self._peaks[-1]
        for left in self._peaks[-2::-1]:
            found = node_hash(left, found)
        return found


def leaf_hash(record: bytes) -> bytes:
    """Of one record."""
    return hashlib.sha256(b"\x00" + record).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Of two parts."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def path_to(number: int, records: Sequence[bytes]) -> tuple[bytes, ...]:
    """Hashes that lead from a record, counted from 0, to the root over all: of its neighbour first. Raises IndexError
    where there is no such record."""
    if not 0 <= number < len(records):
        raise IndexError(number)
    if len(records) == 1:
        return ()
    parted = 1 << ((len(records) - 1).bit_length() - 1)
    left, right = records[:parted], records[parted:]
    if number < parted:
        return (*path_to(number, left), _root_of(right))
    return (*path_to(number - parted, right), _root_of(left))


def root_by(path: Sequence[bytes], record: bytes, number: int, size: int) -> bytes | None:
    """The root over `size` records that follows where `record` is that number of them; None where no path is so long
    or short."""
    if not 0 <= number < size:
        return None
    found, at, last = leaf_hash(record), number, size - 1
    for one in path:
        if last == 0:
            return None
        if at & 1 or at == last:
            found = node_hash(one, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, one)
        at, last = at >> 1, last >> 1
    return found if last == 0 else None


def _root_of(records: Sequence[bytes]) -> bytes:
    tree = Tree()
    for one in records:
        tree.add(one)
    return tree.root()
