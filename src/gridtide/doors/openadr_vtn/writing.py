"""What a client may write, and what of it is kept: Definition 3.1, "Object Privacy"."""

import asyncio
import re
from collections.abc import Mapping
from typing import Any

from gridtide.doors.openadr_vtn.addresses import Unfit
from gridtide.doors.openadr_vtn.kinds import TRAITS, Json, Kind
from gridtide.doors.openadr_vtn.privacy import shown
from gridtide.doors.openadr_vtn.problems import bad_request, conflict, forbidden
from gridtide.doors.openadr_vtn.scopes import Role
from gridtide.doors.openadr_vtn.tokens import Grant
from gridtide.doors.openadr_vtn.vtn import Vtn

MOST_CALLBACKS = 32
"""Each is called while its client waits: a list without end would make the VTN call others on somebody's behalf."""
TOKEN = re.compile(r"[A-Za-z0-9\-._~+/]+=*")
"""RFC 6750, section 2.1: what the header that presents it can carry."""
BY_BL = {"BL_VEN_REQUEST", "BL_RESOURCE_REQUEST"}


def fields_of(vtn: Vtn, grant: Grant, kind: Kind, body: Json, before: Json | None = None) -> Json:
    """What is kept of a body: its owner is who the token says, targets are only business logic's. before: what stands
    there now. Raises 403 or 409."""
    by_bl = body.get("objectType") in BY_BL
    if by_bl and grant.client.role is not Role.BL:
        raise forbidden(
            f"{body['objectType']}: only business logic may send it; send VEN_{kind}_REQUEST"
        )
    fields: dict[str, Any] = dict(body)
    if TRAITS[kind].owned and not by_bl:
        fields["clientID"] = before["clientID"] if before else grant.client.id
        if kind in (Kind.VEN, Kind.RESOURCE) and before and "targets" in before:
            fields["targets"] = before["targets"]
    _refuse_what_refers_to_others(vtn, grant, kind, fields)
    return fields


def _refuse_what_refers_to_others(vtn: Vtn, grant: Grant, kind: Kind, fields: Json) -> None:
    """What a client cannot see is not there for it. A resource belongs to the client of its ven."""
    for key, referred in TRAITS[kind].refers.items():
        if fields.get(key) is None:
            continue
        thing = vtn.storage.get(referred, fields[key])
        if thing is None or (
            grant.client.role is Role.VEN and shown(referred, thing, vtn.sight(grant)) is None
        ):
            raise conflict(f"{key} {fields[key]}: there is no such {referred.lower()}")
        if kind is Kind.RESOURCE and thing["clientID"] != fields["clientID"]:
            raise conflict(
                f"clientID {fields['clientID']}: ven {thing['id']} belongs to another client"
            )


async def challenge(vtn: Vtn, fields: Json) -> None:
    """Ask every callback of a subscription for its echo. Raises a bad request with every one that is unfit."""
    operations = fields["objectOperations"]
    if len(operations) > MOST_CALLBACKS:
        raise bad_request(f"objectOperations: {len(operations)} of them; {MOST_CALLBACKS} are kept")
    if any(not TOKEN.fullmatch(one.get("bearerToken", "x")) for one in operations):
        raise bad_request("bearerToken: letters, digits and -._~+/ with = at the end are right")
    callbacks: Mapping[tuple[str, str | None], None] = dict.fromkeys(
        (one["callbackUrl"], one.get("bearerToken")) for one in operations
    )
    asked = [
        vtn.calling.challenge(vtn.endpoint("", fields["clientID"], url, token))
        for url, token in callbacks
    ]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    unfit = [str(answer) for answer in answers if isinstance(answer, Unfit)]
    for answer in answers:
        if isinstance(answer, BaseException) and not isinstance(answer, Unfit):
            raise answer
    if unfit:
        raise bad_request("callbackUrl " + "; ".join(unfit))
