"""The paths that say by which ways clients are told of changes: webhooks. There is no MQTT broker here."""

import json

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from gridtide.doors.openadr_vtn.access import grant_for
from gridtide.doors.openadr_vtn.problems import not_found
from gridtide.doors.openadr_vtn.scopes import READ_ALL, READ_VEN_OBJECTS, READS
from gridtide.doors.openadr_vtn.vtn import Vtn
from gridtide.wire.openadr.notifiers import Notifiers

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
    """`/notifiers`, and the paths of topics, which a VTN without a broker answers with 404 to those who may ask."""

    async def notifiers(request: Request) -> Response:
        grant_for(request, vtn.tokens, READS)
        content = json.dumps(Notifiers(webhook=True).written())
        return Response(content, media_type="application/json")

    async def topics_of_all(request: Request) -> Response:
        grant_for(request, vtn.tokens, frozenset({READ_ALL}))
        raise _no_broker()

    async def topics_of_a_ven(request: Request) -> Response:
        grant_for(request, vtn.tokens, frozenset({READ_ALL, READ_VEN_OBJECTS}))
        raise _no_broker()

    app.add_api_route("/notifiers", notifiers, methods=["GET"], response_model=None)
    for paths, answering in ((OF_ALL, topics_of_all), (OF_A_VEN, topics_of_a_ven)):
        for path in paths:
            app.add_api_route(
                f"/notifiers/mqtt/topics/{path}", answering, methods=["GET"], response_model=None
            )


def _no_broker() -> Exception:
    return not_found("this VTN has no MQTT broker; GET /notifiers says what it has")
