"""A private key for checkpoints in a file that only its owner can read."""

import os
import stat
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from gridtide.finding import BadInput, Finding


def new_key(path: Path) -> Ed25519PrivateKey:
    """A new Ed25519 key, written as PEM with mode 0600. Raises BadInput where the file is there or cannot be made."""
    key = Ed25519PrivateKey.generate()
    content = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise BadInput([_unfit(path, "is there already", "a new file")]) from None
    except OSError as fault:
        raise BadInput([_unfit(path, fault.strerror or str(fault), "a new file")]) from None
    with os.fdopen(file, "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    return key


def read_key(path: Path) -> Ed25519PrivateKey:
    """The key of a file. Raises BadInput where others may read it, or it holds no Ed25519 key."""
    try:
        others = stat.S_IMODE(path.stat().st_mode) & 0o077
        content = path.read_bytes()
    except OSError as fault:
        raise BadInput(
            [_unfit(path, fault.strerror or str(fault), "a file that can be read")]
        ) from None
    if others:
        limit = "a file that only its owner may read: chmod 600"
        raise BadInput([_unfit(path, "may be read by others", limit)])
    try:
        key = load_pem_private_key(content, None)
    except (ValueError, TypeError):
        raise BadInput([_unfit(path, "cannot be read as a key", _LIMIT)]) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise BadInput([_unfit(path, "is a key of another kind", _LIMIT)])
    return key


_LIMIT = "an Ed25519 key in PEM without a password"


def _unfit(path: Path, value: str, limit: str) -> Finding:
    return Finding(
        subject=f"key {path}",
        value=value,
        limit=limit,
        mend="Name another file; gridtide audit key FILE makes a new key.",
    )
