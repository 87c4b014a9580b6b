"""Code of others that may decide: only what a case lists by its hash, under the signature of somebody who approves.

A plugin begins in shadow, where nobody acts on what it says; days without a fault raise it to advising, then to acting.
"""

from dataclasses import dataclass
from enum import StrEnum

from gridtide.trust.listed import Listing


class Trial(StrEnum):
    """How far a plugin is believed."""

    SHADOW = "shadow"
    ADVISE = "advise"
    ACT = "act"


NEXT = {Trial.SHADOW: Trial.ADVISE, Trial.ADVISE: Trial.ACT}
"""What a plugin may be raised to."""


@dataclass(frozen=True, kw_only=True)
class Plugin:
    """A plugin as a case lists it. sha256: of its one file. signature: of `signed_by` over its listing, base64.
    canary_days: days without a flag before it may be raised. after_flag: id of the flag that the signer knew of and
    lets it decide after, "" for none."""

    name: str
    sha256: str
    trial: Trial
    signed_by: str
    signature: str
    canary_days: int
    after_flag: str = ""


def listing(plugin: Plugin) -> Listing:
    """What an approver signs: that this code, by this name, is believed so far."""
    said = {"plugin": plugin.name, "sha256": plugin.sha256, "trial": str(plugin.trial)}
    if plugin.after_flag:
        said["after_flag"] = plugin.after_flag
    return Listing(
        said=said,
        over="name, sha256, trial and after_flag",
        signed_by=plugin.signed_by,
        signature=plugin.signature,
    )
