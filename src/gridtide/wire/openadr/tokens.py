"""Tokens: how a client shows who it is (OAuth 2.0, client credentials, RFC 6749)."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictStr

from gridtide.wire.openadr.text import Scope, Secret, Unsaid, Uri, Whole, Wire

SCOPES = {
    "read_all": "read every object",
    "read_targets": "read programs and events whose targets were granted",
    "read_ven_objects": "read objects of one's own",
    "write_programs": "write programs",
    "write_events": "write events",
    "write_reports": "write reports",
    "write_subscriptions": "write subscriptions",
    "write_vens": "write vens and resources",
}
VEN_SCOPES = (
    "read_targets",
    "read_ven_objects",
    "write_reports",
    "write_subscriptions",
    "write_vens",
)
"""What a VEN needs and no more."""


class _Form(BaseModel):
    """Names as RFC 6749 has them, with underscores."""

    model_config = ConfigDict(frozen=True)


class TokenRequest(_Form):
    """The form a client sends to ask for a token."""

    grant_type: Literal["client_credentials"]
    client_id: Secret
    client_secret: Secret
    scope: Unsaid[Scope] = None


class TokenAnswer(_Form):
    """A token. expires_in: seconds from now on."""

    access_token: Secret
    token_type: Literal["Bearer"]
    expires_in: Unsaid[Whole] = None
    refresh_token: Unsaid[Secret] = None
    scope: Unsaid[Scope] = None


class TokenRefusal(_Form):
    """Why there is no token."""

    error: Literal[
        "invalid_request",
        "invalid_client",
        "invalid_grant",
        "invalid_scope",
        "unauthorized_client",
        "unsupported_grant_type",
    ]
    error_description: Unsaid[StrictStr] = None
    error_uri: Unsaid[Uri] = None


class TokenServer(Wire):
    """Where tokens are given."""

    token_url: Annotated[Uri, Field(alias="tokenURL")]
