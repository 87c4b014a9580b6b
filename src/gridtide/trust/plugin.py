"""Code of others that may decide: only what a case lists by its hash, under the signature of somebody who approves.

A plugin begins in shadow, where nobody acts on what it says; days without a fault raise it to advising, then to acting.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from gridtide.finding import Finding


class Trial(StrEnum):
    """How far a plugin is believed."""

    SHADOW = "shadow"
    ADVISE = "advise"
    ACT = "act"


NEXT = {Trial.SHADOW: Trial.ADVISE, Trial.ADVISE: Trial.ACT}
"""What a plugin may be raised to."""


@dataclass(frozen=True, kw_only=True)
class Plugin:
    """A plugin as a case lists it. sha256: of its one file. signature: of `signed_by` over `statement`, base64.
    canary_days: days without a flag before it may be raised."""

    name: str
    sha256: str
    trial: Trial
    signed_by: str
    signature: str
    canary_days: int


def statement(plugin: Plugin) -> bytes:
    """What an approver signs: that this code, by this name, is believed so far; canonical JSON (RFC 8785)."""
    said = {"plugin": plugin.name, "sha256": plugin.sha256, "trial": str(plugin.trial)}
    return rfc8785.dumps(said)


def signed(plugin: Plugin, key: Ed25519PrivateKey) -> str:
    """The signature of an approver, base64."""
    return base64.b64encode(key.sign(statement(plugin))).decode()


def faults_of(
    plugin: Plugin, code: bytes, approvers: Mapping[str, str], subject: str
) -> Iterator[Finding]:
    """Why a plugin must not run. code: its file as it lies there; approvers: names and public keys, base64."""
    found = hashlib.sha256(code).hexdigest()
    if found != plugin.sha256:
        yield Finding(
            subject=f"{subject}.sha256",
            value=f"{plugin.sha256[:12]}…; the file has {found[:12]}…",
            limit="the hash of the file that was signed",
            mend="Have an approver look at the file and sign its hash anew.",
        )
    if plugin.signed_by not in approvers:
        yield Finding(
            subject=f"{subject}.signed_by",
            value=plugin.signed_by,
            limit="one of "
            + (", ".join(sorted(approvers)) or "the approvers; the case names none"),
            mend="Name the approver and their public key in [approvers].",
        )
    elif not _is_signed(plugin, approvers[plugin.signed_by]):
        yield Finding(
            subject=f"{subject}.signature",
            value="is not that of " + plugin.signed_by,
            limit="their signature over name, sha256 and trial",
            mend="Have it signed anew: whoever changes one of the three needs another signature.",
        )


def _is_signed(plugin: Plugin, public_key: str) -> bool:
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key, validate=True))
        key.verify(base64.b64decode(plugin.signature, validate=True), statement(plugin))
    except (InvalidSignature, ValueError, binascii.Error):
        return False
    return True
