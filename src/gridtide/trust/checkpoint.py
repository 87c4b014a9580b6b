"""Signed checkpoints: somebody with a key bears witness that a chain was so long, ended in this hash, and that its
records have this Merkle root, by which any one of them can be shown to have stood there (`inclusion.py`).

A checkpoint is an entry of the chain and is kept elsewhere as well: against the one that was kept elsewhere a tail
that was cut off or written anew is found. Signatures are Ed25519 (RFC 8032); keys are handed in.
"""

import base64
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from gridtide.finding import BadInput, Finding
from gridtide.trust.audit import NUMBER, contents, numbered
from gridtide.trust.merkle import Tree
from gridtide.trust.record import Entry, Store, read_from

EVERY = 1_000
"""Entries between two checkpoints, unless something else is asked."""
LONGEST = timedelta(hours=1)
"""No entry waits longer for a checkpoint than until the next one after this."""


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """number: entries that stood before it; hash: of the last of them, "" before the first. root: of the Merkle tree
    over their texts, in hexadecimal digits, "" where nobody signed one. key: id of who signed; signature: base64."""

    number: int
    hash: str
    at: datetime
    key: str
    signature: str
    root: str = ""


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    """The public part of a key, 32 bytes."""
    return key.public_key().public_bytes_raw()


def key_id(public: bytes) -> str:
    """How checkpoints name a key: the first 16 digits of the SHA-256 of its public part."""
    return hashlib.sha256(public).hexdigest()[:16]


def written(public: bytes) -> str:
    """The public part of a key as people hand it on, base64."""
    return base64.b64encode(public).decode()


def known_keys(publics: Iterable[str]) -> dict[str, bytes]:
    """Public keys by id, from base64. Raises BadInput with every one that is none."""
    faults, known = [], {}
    for text in publics:
        try:
            public = base64.b64decode(text, validate=True)
            Ed25519PublicKey.from_public_bytes(public)
        except ValueError:
            faults.append(_no_key(text))
        else:
            known[key_id(public)] = public
    if faults:
        raise BadInput(faults)
    return known


def tree_over(entries: Iterable[Entry]) -> Tree:
    """The Merkle tree over what entries say."""
    tree = Tree()
    for entry in entries:
        tree.add(entry.text.encode())
    return tree


def signed(tree: Tree, last: Entry | None, at: datetime, key: Ed25519PrivateKey) -> Checkpoint:
    """The checkpoint after the entries of a tree, of which `last` is the last."""
    said = Checkpoint(
        number=tree.size,
        hash=last.hash if last else "",
        at=at,
        key=key_id(public_bytes(key)),
        signature="",
        root=tree.root().hex(),
    )
    return replace(said, signature=base64.b64encode(key.sign(_message(said))).decode())


def is_signed(checkpoint: Checkpoint, public: bytes) -> bool:
    """Whether a key signed this checkpoint as it is."""
    try:
        signature = base64.b64decode(checkpoint.signature, validate=True)
        Ed25519PublicKey.from_public_bytes(public).verify(signature, _message(checkpoint))
    except (InvalidSignature, ValueError):
        return False
    return base64.b64encode(signature).decode() == checkpoint.signature


def values_of(checkpoint: Checkpoint) -> dict[str, object]:
    """A checkpoint as plain values; of one from before roots were signed, without a root."""
    said = {**vars(checkpoint), "at": checkpoint.at.isoformat()}
    return said if checkpoint.root else {name: one for name, one in said.items() if name != "root"}


def checkpoint_of(values: Mapping[str, Any]) -> Checkpoint:
    """What `values_of` gave. Raises ValueError, TypeError or KeyError where it did not."""
    return Checkpoint(
        number=int(values[NUMBER]),
        hash=str(values["hash"]),
        at=datetime.fromisoformat(values["at"]),
        key=str(values["key"]),
        signature=str(values["signature"]),
        root=str(values.get("root", "")),
    )


class SignedStore:
    """A store whose chain bears a checkpoint every so many entries, every hour in which any came, and at the end.

    keep: hears each checkpoint before it stands in the chain, and keeps it elsewhere; where that fails nothing is
    written. now: says the instant. Entries that were there already are read once.
    """

    def __init__(
        self,
        store: Store,
        key: Ed25519PrivateKey,
        now: Callable[[], datetime],
        keep: Callable[[Checkpoint], None],
        every: int = EVERY,
    ) -> None:
        self._store, self._key, self._now, self._keep, self._every = store, key, now, keep, every
        self._tree, self._since, self._is_behind = Tree(), 0, False
        self._catch_up()
        self._signed_at = now()

    def append(self, entry: Entry) -> None:
        """Keep one more entry, and sign where it is time to."""
        self._put(entry)
        if self._since >= self._every or self._now() - self._signed_at >= LONGEST:
            self.sign()

    def last(self) -> Entry | None:
        """The newest entry, None in an empty store."""
        return self._store.last()

    def entries(self) -> tuple[Entry, ...]:
        """Everything kept, oldest first."""
        return self._store.entries()

    def read(self, start: int = 0) -> Iterator[Entry]:
        """Entries from a number on, oldest first."""
        return read_from(self._store, start)

    def sign(self) -> None:
        """A checkpoint now, as at shutdown; none where nothing came since the last one."""
        if self._is_behind:
            self._catch_up()
        if self._since == 0:
            return
        last, now = self._store.last(), self._now()
        checkpoint = signed(self._tree, last, now, self._key)
        self._is_behind = True
        self._keep(checkpoint)
        self._put(numbered(last, {"checkpoint": values_of(checkpoint)}))
        self._signed_at = now

    def _put(self, entry: Entry) -> None:
        """Keep an entry and count it: once, also where it is written again after nobody knew whether it was kept."""
        was_behind, self._is_behind = self._is_behind, True
        self._store.append(entry)
        if was_behind:
            self._catch_up()
        else:
            self._count(entry)
        self._is_behind = False

    def _catch_up(self) -> None:
        for entry in read_from(self._store, self._tree.size):
            self._count(entry)
        self._is_behind = False

    def _count(self, entry: Entry) -> None:
        self._tree.add(entry.text.encode())
        self._since = 0 if "checkpoint" in contents([entry])[0] else self._since + 1


def _message(checkpoint: Checkpoint) -> bytes:
    said = {name: value for name, value in values_of(checkpoint).items() if name != "signature"}
    return b"gridtide checkpoint\n" + rfc8785.dumps(said)  # type: ignore[arg-type]


def _no_key(text: str) -> Finding:
    return Finding(
        subject=f"public key {text[:70]}",
        value="is none",
        limit="32 bytes in base64",
        mend="Give what gridtide audit key printed.",
    )
