"""Does what a source says come from who gives it out? An Ed25519 signature over its file, as it is."""

import base64
import binascii

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


def sealed(content: bytes, key: Ed25519PrivateKey) -> str:
    """The signature of who gives a file out, base64."""
    return base64.b64encode(key.sign(content)).decode()


def is_sealed(content: bytes, signature: str, public_key: str) -> bool:
    """Whether a signature is that of a public key (both base64) over a file; never raises."""
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key, validate=True))
        key.verify(base64.b64decode(signature.strip(), validate=True), content)
    except (InvalidSignature, ValueError, binascii.Error):
        return False
    return True
