"""Who asks, and may they? Everything but a few pages on this machine itself needs a token."""

import asyncio
import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from starlette.datastructures import Headers

from gridtide.doors.api.oidc import Forged, Oidc
from gridtide.doors.api.problems import Refused, refused
from gridtide.doors.api.tokens import PREFIX, Token, Tokens
from gridtide.trust.people import Person, Role

OPEN = frozenset({"/", "/openapi.json", "/metrics", "/healthz", "/readyz"})
PAGES = "/static/"
"""Files of the page, the same for everybody."""
BEARER, BASIC = 'Bearer realm="gridtide"', 'Basic realm="gridtide: any name, a token as password"'


@dataclass(frozen=True, kw_only=True)
class Access:
    """Who is known. on_loopback: whether the door listens on this machine alone, where some paths are open."""

    tokens: Tokens
    oidc: Oidc | None
    on_loopback: bool
    now: Callable[[], datetime]

    async def person_of(self, headers: Headers, path: str) -> Person:
        """Who asks. Raises 401 for nobody known."""
        scheme, _, text = headers.get("authorization", "").partition(" ")
        page = is_page(path)
        if scheme.lower() == "basic" and page:
            text = _password(text)
        elif scheme.lower() != "bearer":
            raise _nobody("is missing" if not scheme else "is no bearer token", page)
        text = text.strip()
        if not text.startswith(PREFIX) and self.oidc is not None and text.count(".") == 2:
            return await self._vouched(self.oidc, text)
        token = self.tokens.find(text)
        if token is None:
            raise _nobody("is known to nobody here", page)
        return self._unexpired(token, page)

    def _unexpired(self, token: Token, page: bool) -> Person:
        if self.now() >= token.expires_at:
            problem = _nobody(f"expired at {token.expires_at.isoformat()}", page)
            problem.who = token.person.name
            raise problem
        return token.person

    async def _vouched(self, oidc: Oidc, text: str) -> Person:
        try:
            return await asyncio.to_thread(oidc.person_of, text)
        except Forged as fault:
            raise _nobody(f"of the identity provider: {fault}", False) from None


def is_page(path: str) -> bool:
    """Whether a path is the page or a file of it, which a browser asks for before any script runs."""
    return path == "/" or path.startswith(PAGES)


def demand(person: Person | None, role: Role, what: str) -> Person:
    """The person, where his role is enough. Raises 403 where it is not."""
    name, held = ("nobody", "none") if person is None else (person.name, person.role.name.lower())
    if person is None or person.role < role:
        needed = role.name.lower()
        problem = refused(
            403,
            what,
            f"{name} has the role {held}",
            f"the role {needed} or a higher one",
            f"Ask somebody who is {needed}, or an admin for the role.",
            WWW_Authenticate=f'{BEARER}, error="insufficient_scope", scope="{needed}"',
        )
        problem.who = "" if person is None else name
        raise problem
    return person


def _nobody(value: str, page: bool) -> Refused:
    return refused(
        401,
        "Authorization",
        value,
        "Bearer TOKEN, good now",
        "Make a token with `gridtide serve --tokens FILE --new-token NAME --role ROLE`, or ask an admin for one.",
        WWW_Authenticate=BASIC if page else BEARER,
    )


def _password(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""
