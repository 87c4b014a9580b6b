"""The paths that say by which ways clients are told of changes: webhooks, and a broker of MQTT where there is one."""

import json

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from gridtide.doors.openadr_vtn.access import grant_for
from gridtide.doors.openadr_vtn.kinds import Kind
from gridtide.doors.openadr_vtn.privacy import shown
from gridtide.doors.openadr_vtn.problems import not_found
from gridtide.doors.openadr_vtn.publications import root_of, topics_of
from gridtide.doors.openadr_vtn.scopes import READ_ALL, READ_VEN_OBJECTS, READS
from gridtide.doors.openadr_vtn.vtn import Vtn
from gridtide.wire.openadr.notifiers import Notifiers, NotifierTopics
from gridtide.wire.openadr.text import Wire

TOPICS = "/notifiers/mqtt/topics"
OF_ALL = (
    "programs",
    "programs/{id}",
    "programs/{id}/events",
    "events",
    "reports",
    "subscriptions",
    "vens",
    "resources",
)
OF_A_VEN = ("vens/{id}", "vens/{id}/events", "vens/{id}/programs", "vens/{id}/resources")


def add_notifiers(app: FastAPI, vtn: Vtn) -> None:
    """`/notifiers`, and the paths of topics; a VTN without a broker answers these with 404 to those who may ask."""

    async def notifiers(request: Request) -> Response:
        grant = grant_for(request, vtn.tokens, READS)
        if vtn.broker is None:
            return _said(Notifiers(webhook=True))
        return _said(Notifiers(webhook=True, mqtt=vtn.broker.notifier_for(grant.client.id)))

    async def topics_of_all(request: Request) -> Response:
        grant_for(request, vtn.tokens, frozenset({READ_ALL}))
        prefix = _prefix(vtn)
        id = request.path_params.get("id")
        if id is not None and vtn.storage.get(Kind.PROGRAM, id) is None:
            raise not_found(f"program {id[:128]}: there is none")
        return _said(_topics(request, root_of(prefix, None)))

    async def topics_of_a_ven(request: Request) -> Response:
        grant = grant_for(request, vtn.tokens, frozenset({READ_ALL, READ_VEN_OBJECTS}))
        prefix = _prefix(vtn)
        id = request.path_params["id"]
        ven = vtn.storage.get(Kind.VEN, id)
        if ven is None or shown(Kind.VEN, ven, vtn.sight(grant)) is None:
            raise not_found(f"ven {id[:128]}: there is none that you may see")
        return _said(_topics(request, root_of(prefix, ven["clientID"])))

    app.add_api_route("/notifiers", notifiers, methods=["GET"], response_model=None)
    for paths, answering in ((OF_ALL, topics_of_all), (OF_A_VEN, topics_of_a_ven)):
        for path in paths:
            app.add_api_route(f"{TOPICS}/{path}", answering, methods=["GET"], response_model=None)


def _topics(request: Request, root: str) -> NotifierTopics:
    path = request.url.path.removeprefix(f"{TOPICS}/")
    return topics_of(root, path, is_single=path.endswith(f"/{request.path_params.get('id')}"))


def _prefix(vtn: Vtn) -> str:
    if vtn.broker is None:
        raise not_found("this VTN has no MQTT broker; GET /notifiers says what it has")
    return vtn.broker.prefix


def _said(content: Wire) -> Response:
    return Response(json.dumps(content.written()), media_type="application/json")
