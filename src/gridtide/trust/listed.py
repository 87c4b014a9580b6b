"""What may run only as a case lists it: by the hash of its file, under the signature of somebody who approves."""

import base64
import binascii
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from gridtide.finding import Finding


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A file as a case lists it. said: what is signed, in words by name, `sha256` of the file among them; over: the
    same for a person. signature: of `signed_by`, base64."""

    said: Mapping[str, str]
    over: str
    signed_by: str
    signature: str

    @property
    def statement(self) -> bytes:
        """What an approver signs: canonical JSON (RFC 8785)."""
        return rfc8785.dumps(dict(self.said))


def signed(listing: Listing, key: Ed25519PrivateKey) -> str:
    """The signature of an approver, base64."""
    return base64.b64encode(key.sign(listing.statement)).decode()


def listing_faults(
    listing: Listing, content: bytes, approvers: Mapping[str, str], prefix: str
) -> Iterator[Finding]:
    """Why a file must not be used. content: as it lies there; approvers: names and public keys, base64; prefix: before
    `sha256`, `signed_by` and `signature` where the case has them."""
    found, listed = hashlib.sha256(content).hexdigest(), listing.said["sha256"]
    if found != listed:
        yield Finding(
            subject=f"{prefix}sha256",
            value=f"{listed[:12]}…; the file has {found[:12]}…",
            limit="the hash of the file that was signed",
            mend="Have an approver look at the file and sign its hash anew.",
        )
    if listing.signed_by not in approvers:
        yield Finding(
            subject=f"{prefix}signed_by",
            value=listing.signed_by,
            limit="one of "
            + (", ".join(sorted(approvers)) or "the approvers; the case names none"),
            mend="Name the approver and their public key in [approvers].",
        )
    elif not _is_signed(listing, approvers[listing.signed_by]):
        yield Finding(
            subject=f"{prefix}signature",
            value="is not that of " + listing.signed_by,
            limit=f"their signature over {listing.over}",
            mend="Have it signed anew: whoever changes any of these needs another signature.",
        )


def _is_signed(listing: Listing, public_key: str) -> bool:
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key, validate=True))
        key.verify(base64.b64decode(listing.signature, validate=True), listing.statement)
    except (InvalidSignature, ValueError, binascii.Error):
        return False
    return True
