"""The paths of the six kinds of object: search, create, read, replace, delete."""

import json
from collections.abc import Awaitable, Callable

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from gridtide.doors.openadr_vtn.access import grant_for
from gridtide.doors.openadr_vtn.bodies import read_object
from gridtide.doors.openadr_vtn.kinds import TRAITS, Json, Kind
from gridtide.doors.openadr_vtn.pages import read_search
from gridtide.doors.openadr_vtn.privacy import shown, without_tokens
from gridtide.doors.openadr_vtn.problems import not_found
from gridtide.doors.openadr_vtn.scopes import Role
from gridtide.doors.openadr_vtn.tokens import Grant
from gridtide.doors.openadr_vtn.vtn import Vtn
from gridtide.doors.openadr_vtn.writing import challenge, fields_of

Answering = Callable[[Request], Awaitable[Response]]


def add_objects(app: FastAPI, vtn: Vtn) -> None:
    """All paths of all kinds."""
    for kind, traits in TRAITS.items():
        many, one = f"/{traits.path}", f"/{traits.path}/{{id}}"
        for path, method, answering in (
            (many, "GET", _searching(vtn, kind)),
            (many, "POST", _creating(vtn, kind)),
            (one, "GET", _reading(vtn, kind)),
            (one, "PUT", _replacing(vtn, kind)),
            (one, "DELETE", _deleting(vtn, kind)),
        ):
            app.add_api_route(path, answering, methods=[method], response_model=None)


def _searching(vtn: Vtn, kind: Kind) -> Answering:
    async def search(request: Request) -> Response:
        grant = grant_for(request, vtn.tokens, TRAITS[kind].reads)
        asked = read_search(kind, request.query_params)
        return _said(vtn.searching.answer(kind, vtn.sight(grant), asked))

    return search


def _creating(vtn: Vtn, kind: Kind) -> Answering:
    async def create(request: Request) -> Response:
        grant = grant_for(request, vtn.tokens, frozenset({TRAITS[kind].writes}))
        body = await read_object(request, kind)
        fields = fields_of(vtn, grant, kind, body)
        if kind is Kind.SUBSCRIPTION:
            await challenge(vtn, fields)
        changes = vtn.storage.create(kind, fields)
        vtn.tell(changes)
        return _told(changes[0].after, 201)

    return create


def _reading(vtn: Vtn, kind: Kind) -> Answering:
    async def read(request: Request) -> Response:
        grant = grant_for(request, vtn.tokens, TRAITS[kind].reads)
        thing = vtn.storage.get(kind, request.path_params["id"])
        seen = None if thing is None else shown(kind, thing, vtn.sight(grant))
        if seen is None:
            raise _not_there(request, kind)
        assert thing is not None
        vtn.tell_read(kind, thing, grant.client.id)
        foreign = kind is Kind.SUBSCRIPTION and seen["clientID"] != grant.client.id
        return _told(without_tokens(seen) if foreign else seen)

    return read


def _replacing(vtn: Vtn, kind: Kind) -> Answering:
    async def replace(request: Request) -> Response:
        grant = grant_for(request, vtn.tokens, frozenset({TRAITS[kind].writes}))
        _own(vtn, grant, kind, request)
        body = await read_object(request, kind)
        fields = fields_of(vtn, grant, kind, body, _own(vtn, grant, kind, request))
        if kind is Kind.SUBSCRIPTION:
            await challenge(vtn, fields)
            _own(vtn, grant, kind, request)
        changes = vtn.storage.replace(kind, request.path_params["id"], fields)
        vtn.tell(changes)
        return _told(changes[0].after)

    return replace


def _deleting(vtn: Vtn, kind: Kind) -> Answering:
    async def delete(request: Request) -> Response:
        grant = grant_for(request, vtn.tokens, frozenset({TRAITS[kind].writes}))
        thing = _own(vtn, grant, kind, request)
        vtn.tell(vtn.storage.delete(kind, thing["id"]))
        return _told(thing)

    return delete


def _own(vtn: Vtn, grant: Grant, kind: Kind, request: Request) -> Json:
    """The object a client wants to change: business logic any, an end node one of its own."""
    thing = vtn.storage.get(kind, request.path_params["id"])
    if thing is None or (
        grant.client.role is Role.VEN and thing.get("clientID") != grant.client.id
    ):
        raise _not_there(request, kind)
    return thing


def _not_there(request: Request, kind: Kind) -> Exception:
    return not_found(
        f"{kind.lower()} {request.path_params['id'][:128]}: there is none that you may see"
    )


def _told(thing: Json | None, status: int = 200) -> Response:
    return _said(json.dumps(thing, separators=(",", ":")).encode(), status)


def _said(body: bytes, status: int = 200) -> Response:
    return Response(body, status, media_type="application/json")
