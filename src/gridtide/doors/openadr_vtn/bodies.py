"""What a request carries: read by the codec of the wire, stricter where a server must be."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from starlette.requests import Request

from gridtide.doors.openadr_vtn.kinds import Json, Kind
from gridtide.doors.openadr_vtn.problems import bad_request
from gridtide.finding import BadInput
from gridtide.wire.openadr.events import EventRequest
from gridtide.wire.openadr.programs import ProgramRequest
from gridtide.wire.openadr.reading import read_json
from gridtide.wire.openadr.reports import ReportRequest
from gridtide.wire.openadr.resources import ResourceRequest
from gridtide.wire.openadr.subscriptions import SubscriptionRequest
from gridtide.wire.openadr.vens import VenRequest

MOST_BYTES = 1_048_576
"""A day of prices every five minutes, a thousand times over; more is no request but an attack."""

REQUESTS: Mapping[Kind, Any] = {
    Kind.PROGRAM: ProgramRequest,
    Kind.EVENT: EventRequest,
    Kind.REPORT: ReportRequest,
    Kind.SUBSCRIPTION: SubscriptionRequest,
    Kind.VEN: VenRequest,
    Kind.RESOURCE: ResourceRequest,
}


async def read_body(request: Request) -> bytes:
    """The body of a request. Raises a bad request when it is too long."""
    parts, length = [], 0
    async for part in request.stream():
        length += len(part)
        if length > MOST_BYTES:
            raise bad_request(f"body: longer than {MOST_BYTES} bytes")
        parts.append(part)
    return b"".join(parts)


async def read_object(request: Request, kind: Kind) -> Json:
    """What a client says of an object, without what OpenADR does not know. Raises a bad request with every fault."""
    sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if sent != "application/json":
        raise bad_request(f"Content-Type {sent or 'missing'}: application/json is read here")
    body = await read_body(request)
    try:
        thing: Json = read_json(REQUESTS[kind], body, "body").written()
        _refuse_what_cannot_be_written(thing)
    except BadInput as fault:
        raise bad_request("; ".join(str(finding) for finding in fault.findings)) from None
    missing = [*_descriptors_without_kind(json.loads(body))]
    if missing:
        raise bad_request("; ".join(f"body {place}.objectType: is needed" for place in missing))
    return thing


def _refuse_what_cannot_be_written(thing: Json) -> None:
    """Halves of surrogate pairs are in JSON and in no text."""
    try:
        json.dumps(thing, ensure_ascii=False, allow_nan=False).encode()
    except ValueError as fault:
        raise bad_request(f"body: {fault}") from None


def _descriptors_without_kind(body: Mapping[str, Any]) -> Iterator[str]:
    """A reader may guess what kind a descriptor is; a server SHALL refuse what lacks a required field."""
    for number, one in enumerate(body.get("payloadDescriptors") or ()):
        if "objectType" not in one:
            yield f"payloadDescriptors.{number}"
