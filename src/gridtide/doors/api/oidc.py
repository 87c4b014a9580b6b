"""Whom does an identity provider vouch for? Signed tokens of OpenID Connect: issuer, audience, time, and a role."""

import json
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gridtide.case.misfits import misfits
from gridtide.case.toml_file import toml_of
from gridtide.doors.api.tokens import ROLES
from gridtide.finding import BadInput, Finding, refuse_if_any
from gridtide.trust.people import Person

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
"""Signed by a private key. Neither `none` nor HS256, by which whoever reads the public key could sign."""
Text = Annotated[str, Field(min_length=1, max_length=500)]
ASKED_AGAIN = timedelta(minutes=1)
"""Before keys are fetched again for a token whose key is not known."""
MOST_BYTES = 262_144
FETCHED_WITHIN_S = 5.0
LONGEST_NAME = 64


class Provider(BaseModel):
    """An identity provider as the file names it.

    jwks_url, jwks_file: where its public keys are, one of both. role_claim: dots lead into tables. roles: what stands
    in it, to viewer, operator, approver or admin; the highest counts. leeway_s: how far clocks may be apart [s].
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: Text
    audience: Text
    jwks_url: Text | None = None
    jwks_file: Text | None = None
    name_claim: Text = "sub"
    role_claim: Text = "roles"
    roles: Annotated[
        dict[str, Literal["viewer", "operator", "approver", "admin"]], Field(min_length=1)
    ]
    algorithms: Annotated[list[Algorithm], Field(min_length=1)] = ["RS256", "ES256"]
    leeway_s: Annotated[int, Field(ge=0, le=300)] = 30


class Forged(Exception):
    """A token that vouches for nobody. Its text says why, never what stands in the token."""


class Oidc:
    """Verifies tokens of one provider."""

    def __init__(
        self,
        provider: Provider,
        keys: Callable[[], Mapping[str, Any]],
        now: Callable[[], datetime],
    ) -> None:
        self._provider, self._read, self._now = provider, keys, now
        self._keys: KeySet | None = None
        self._asked_at: datetime | None = None
        self._lock = threading.Lock()

    def person_of(self, text: str) -> Person:
        """Whom a token vouches for. May fetch keys, so it is called beside the loop. Raises Forged."""
        from joserfc import jwt
        from joserfc.errors import JoseError

        allowed: list[str] = list(self._provider.algorithms)
        try:
            token = jwt.decode(text, self._key_of, algorithms=allowed)
            claims = jwt.JWTClaimsRegistry(
                now=int(self._now().timestamp()),
                leeway=self._provider.leeway_s,
                iss={"essential": True, "value": self._provider.issuer},
                aud={"essential": True, "value": self._provider.audience},
                exp={"essential": True},
            )
            claims.validate(token.claims)
        except (JoseError, ValueError, TypeError) as fault:
            raise Forged(f"{type(fault).__name__}: {fault}"[:200]) from None
        return self._named(token.claims)

    def _named(self, claims: Mapping[str, Any]) -> Person:
        name = _at(claims, self._provider.name_claim)
        if (
            not isinstance(name, str)
            or not name.isprintable()
            or not 1 <= len(name) <= LONGEST_NAME
        ):
            raise Forged(f"{self._provider.name_claim}: no name of 1 to {LONGEST_NAME} signs")
        said = _at(claims, self._provider.role_claim)
        listed = said if isinstance(said, list) else [said]
        roles = [
            ROLES[self._provider.roles[one]]
            for one in listed
            if isinstance(one, str) and one in self._provider.roles
        ]
        if not roles:
            raise Forged(f"{self._provider.role_claim}: holds no role that is known here")
        return Person(name=name, role=max(roles))

    def _key_of(self, token: Any) -> Any:
        """The key that a token names; keys are asked for again, now and then, for one that is not known."""
        kid = token.headers().get("kid")
        with self._lock:
            for again in (False, True):
                keys = self._known(again)
                found = [key for key in keys if kid is None or key.kid == kid]
                if len(found) == 1:
                    return found[0]
        raise Forged("signed by a key that the provider does not publish")

    def _known(self, again: bool) -> "KeySet":
        now = self._now()
        due = self._asked_at is None or not timedelta(0) <= now - self._asked_at < ASKED_AGAIN
        if self._keys is None or (again and due):
            if self._keys is None and not due:
                raise Forged("the keys of the provider could not be read")
            self._asked_at = now
            try:
                self._keys = public_keys(self._read())
            except (OSError, ValueError) as fault:
                raise Forged(f"keys of the provider: {fault}"[:200]) from None
        return self._keys


def public_keys(document: Mapping[str, Any]) -> "KeySet":
    """The public keys of a JWKS document; secret and private ones are no keys to verify by. Raises ValueError."""
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    listed = document.get("keys")
    public = [
        one
        for one in (listed if isinstance(listed, list) else [])
        if isinstance(one, dict) and one.get("kty") in ("RSA", "EC", "OKP") and "d" not in one
    ]
    if not public:
        raise ValueError("holds no public key")
    try:
        return KeySet.import_key_set({"keys": public})
    except (JoseError, ValueError, TypeError, KeyError) as fault:
        raise ValueError(f"{type(fault).__name__}: {fault}") from None


def read_provider(path: Path, now: Callable[[], datetime]) -> Oidc:
    """The provider of a TOML file. Raises BadInput with every fault, also of a file of keys; a URL is asked later."""
    from importlib.util import find_spec

    tables = toml_of(path, "a TOML file of one identity provider")
    try:
        provider = Provider.model_validate(tables)
    except ValidationError as fault:
        raise BadInput(misfits(fault, str(path), "Mend the file.")) from None
    keys = _keys_of(path, provider)
    refuse_if_any(_place_faults(path, provider))
    if find_spec("joserfc") is None:
        raise BadInput([_fault(f"--oidc {path}", "joserfc is not installed", "the extra oidc")])
    if provider.jwks_file is not None:
        try:
            public_keys(keys())
        except (OSError, ValueError) as fault:
            raise BadInput([_fault(f"{path} jwks_file", str(fault), "a JWKS document")]) from None
    return Oidc(provider, keys, now)


def _place_faults(path: Path, provider: Provider) -> list[Finding]:
    if (provider.jwks_url is None) == (provider.jwks_file is None):
        value = "both" if provider.jwks_url else "neither"
        return [_fault(f"{path} jwks_url, jwks_file", value, "one of both")]
    if provider.jwks_url is not None:
        parts = urlsplit(provider.jwks_url)
        near = parts.hostname in ("localhost", "127.0.0.1", "::1")
        if parts.scheme != "https" and not (parts.scheme == "http" and near):
            return [_fault(f"{path} jwks_url", provider.jwks_url[:80], "https")]
    return []


def _keys_of(path: Path, provider: Provider) -> Callable[[], Mapping[str, Any]]:
    def from_file() -> Mapping[str, Any]:
        return _document((path.parent / str(provider.jwks_file)).read_bytes())

    def from_url() -> Mapping[str, Any]:
        import httpx2

        try:
            answer = httpx2.get(
                str(provider.jwks_url), timeout=FETCHED_WITHIN_S, follow_redirects=False
            )
        except httpx2.HTTPError as fault:
            raise OSError(str(fault) or type(fault).__name__) from None
        if answer.status_code != 200 or len(answer.content) > MOST_BYTES:
            raise OSError(f"answered {answer.status_code} with {len(answer.content)} bytes")
        return _document(answer.content)

    return from_url if provider.jwks_file is None else from_file


def _document(text: bytes) -> Mapping[str, Any]:
    found = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError("is no table of JSON")
    return found


def _at(claims: Mapping[str, Any], path: str) -> object:
    """What stands at a dotted path; a key that has dots itself is looked for first."""
    if path in claims:
        return claims[path]
    here: object = claims
    for part in path.split("."):
        here = here.get(part) if isinstance(here, dict) else None
    return here


def _fault(subject: str, value: str, limit: str) -> Finding:
    return Finding(subject=subject, value=value, limit=limit, mend="Mend the file, or install it.")
