"""Who asks, and may they? Every path but those of tokens begins here."""

from starlette.requests import Request

from gridtide.doors.openadr_vtn.problems import forbidden, no_token
from gridtide.doors.openadr_vtn.tokens import Grant, Tokens


def grant_for(request: Request, tokens: Tokens, scopes: frozenset[str]) -> Grant:
    """What the token of a request stands for. Raises 401 without a good one, 403 where it has none of the scopes."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise no_token("Authorization: a bearer token is needed; POST /auth/token gives one")
    grant = tokens.grant_of(token.strip())
    if grant is None:
        raise no_token("Authorization: this token is unknown or has expired; ask for another")
    if not scopes & grant.scopes:
        raise forbidden(f"{request.method} {request.url.path}: needs {' or '.join(sorted(scopes))}")
    return grant
