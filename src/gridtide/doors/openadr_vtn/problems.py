"""How is a refusal said? As a problem of RFC 7807 in JSON, whatever went wrong."""

import json
from collections.abc import Mapping
from http import HTTPStatus

from starlette.responses import Response


class Refused(Exception):
    """A request that is answered with a problem. detail: what is wrong and what would be right, for a person."""

    def __init__(
        self, status: int, detail: str, headers: Mapping[str, str] | None = None, error: str = ""
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers, self.error = status, detail, headers, error


def bad_request(detail: str) -> Refused:
    """400: the request cannot be used."""
    return Refused(400, detail)


def no_token(detail: str) -> Refused:
    """401: nobody we know."""
    return Refused(401, detail, {"WWW-Authenticate": 'Bearer realm="OpenADR"'})


def forbidden(detail: str) -> Refused:
    """403: known, but not allowed."""
    return Refused(403, detail)


def not_found(detail: str) -> Refused:
    """404: not there, or not to be seen by who asks: both are said alike."""
    return Refused(404, detail)


def conflict(detail: str) -> Refused:
    """409: a name that is taken, or an object that is referred to and not there."""
    return Refused(409, detail)


def problem(refused: Refused) -> Response:
    """The answer. `application/json`, which is what openadr3.yaml documents for problems."""
    said: dict[str, object] = {
        "type": "about:blank",
        "title": HTTPStatus(refused.status).phrase,
        "status": refused.status,
        "detail": refused.detail,
    }
    if refused.error:
        said |= {"error": refused.error, "error_description": refused.detail}
    body = json.dumps(said, ensure_ascii=True).encode()
    return Response(body, refused.status, headers=refused.headers, media_type="application/json")
