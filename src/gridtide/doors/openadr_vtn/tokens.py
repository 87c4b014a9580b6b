"""Which token is whose: short-lived bearer tokens that say nothing about themselves."""

import hashlib
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from gridtide.doors.openadr_vtn.clients import Client, Clients, digest_of

MOST_OF_A_CLIENT = 64
NOBODY = hashlib.sha256(b"nobody").hexdigest()


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What a token stands for, until `expires_at`."""

    client: Client
    scopes: frozenset[str]
    expires_at: datetime


class Tokens:
    """Tokens given out and not yet expired; only their digests are kept. The oldest of a client's goes when it asks
    for more than `MOST_OF_A_CLIENT`. After a restart clients ask again."""

    def __init__(
        self,
        clients: Clients,
        now: Callable[[], datetime],
        new_token: Callable[[], str] = lambda: secrets.token_urlsafe(32),
    ) -> None:
        self._clients = clients
        self._now = now
        self._new_token = new_token
        self._grants: dict[str, Grant] = {}
        self._of_client: dict[str, OrderedDict[str, None]] = {}

    def client_of(self, client_id: str, secret: str) -> Client | None:
        """The client with this secret. Compared in constant time, also for an id that nobody has."""
        client = self._clients.by_id.get(client_id)
        kept = client.secret_digest if client else NOBODY
        same = hmac.compare_digest(kept, digest_of(secret))
        return client if same else None

    def issue(self, client: Client, scopes: frozenset[str]) -> str:
        """A new token for some of a client's scopes."""
        token = self._new_token()
        name = digest_of(token)
        expires_at = self._now() + timedelta(seconds=self._clients.token_lifetime_s)
        self._grants[name] = Grant(client=client, scopes=scopes, expires_at=expires_at)
        own = self._of_client.setdefault(client.id, OrderedDict())
        own[name] = None
        self._drop_old(own)
        return token

    def grant_of(self, token: str) -> Grant | None:
        """What a token stands for; None for an unknown or expired one."""
        grant = self._grants.get(digest_of(token))
        return grant if grant and self._now() < grant.expires_at else None

    def _drop_old(self, own: OrderedDict[str, None]) -> None:
        while own:
            oldest = next(iter(own))
            if len(own) <= MOST_OF_A_CLIENT and self._now() < self._grants[oldest].expires_at:
                return
            del own[oldest], self._grants[oldest]
