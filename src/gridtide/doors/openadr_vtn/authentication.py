"""The paths that give tokens: OAuth 2.0, client credentials (RFC 6749, section 4.4)."""

import json
from urllib.parse import parse_qsl

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from gridtide.doors.openadr_vtn.bodies import read_body
from gridtide.doors.openadr_vtn.problems import Refused
from gridtide.doors.openadr_vtn.scopes import granted
from gridtide.doors.openadr_vtn.vtn import Vtn
from gridtide.finding import BadInput
from gridtide.wire.openadr.reading import read_plain
from gridtide.wire.openadr.tokens import TokenAnswer, TokenRequest, TokenServer

FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 20


def add_tokens(app: FastAPI, vtn: Vtn) -> None:
    """`/auth/server`, which says where tokens are given, and `/auth/token`, which gives them."""

    async def server(request: Request) -> Response:
        found = TokenServer(token_url=f"{request.base_url}auth/token")
        return _said(found.written())

    async def token(request: Request) -> Response:
        asked = await _read(request)
        client = vtn.tokens.client_of(asked.client_id, asked.client_secret)
        if client is None:
            raise Refused(401, "client_id, client_secret: nobody has both", error="invalid_client")
        scopes = granted(asked.scope, client.scopes)
        if scopes is None:
            held = " ".join(sorted(client.scopes))
            raise Refused(400, f"scope: this client may hold {held}", error="invalid_scope")
        answer = TokenAnswer(
            access_token=vtn.tokens.issue(client, scopes),
            token_type="Bearer",
            expires_in=vtn.clients.token_lifetime_s,
            scope=" ".join(sorted(scopes)),
        )
        return _said(answer.model_dump(exclude_none=True))

    app.add_api_route("/auth/server", server, methods=["GET"], response_model=None)
    app.add_api_route("/auth/token", token, methods=["POST"], response_model=None)


async def _read(request: Request) -> TokenRequest:
    sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await read_body(request)
    try:
        pairs = parse_qsl(
            body.decode("utf-8"),
            keep_blank_values=True,
            max_num_fields=MOST_FIELDS,
            errors="strict",
        )
    except ValueError as fault:
        raise Refused(400, f"body: {fault}", error="invalid_request") from None
    if sent != FORM or len(dict(pairs)) < len(pairs):
        raise Refused(400, f"a form ({FORM}) with each field once is read", error="invalid_request")
    form = dict(pairs)
    if form.get("grant_type", "client_credentials") != "client_credentials":
        raise Refused(
            400, "grant_type: client_credentials is given", error="unsupported_grant_type"
        )
    try:
        return read_plain(TokenRequest, form, "form")
    except BadInput as fault:
        # what stands in a field may be a secret, so only its name is said
        named = ", ".join(finding.subject for finding in fault.findings)
        raise Refused(400, f"{named}: missing or unfit", error="invalid_request") from None


def _said(content: dict[str, object]) -> Response:
    return Response(
        json.dumps(content), media_type="application/json", headers={"Cache-Control": "no-store"}
    )
