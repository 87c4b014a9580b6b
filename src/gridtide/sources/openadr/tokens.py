"""Tokens of one client: asked for once, kept while they are good, asked for again when they are refused."""

from datetime import datetime, timedelta

from gridtide.finding import BadInput
from gridtide.sources.openadr.access import Access, refuse_plain
from gridtide.sources.openadr.line import Line, Sending, Unheard, unheard_after
from gridtide.wire.openadr.reading import read_json
from gridtide.wire.openadr.tokens import TokenAnswer, TokenServer

RENEW_BEFORE = timedelta(seconds=30)
LONGEST_S = 10**8


class Tokens:
    """The token of one client, by OAuth 2.0 client credentials."""

    def __init__(self, access: Access, line: Line) -> None:
        self._access = access
        self._line = line
        self._token: str | None = None
        self._good_until: datetime | None = None
        self._address = access.token_url

    def current(self) -> str:
        """A token that is still good for a while. Raises Stale when none is given."""
        is_over = self._good_until is not None and self._line.clock.now() >= self._good_until
        if self._token is None or is_over:
            return self._renewed()
        return self._token

    def forget(self) -> None:
        """The token was refused: the next one is asked for anew."""
        self._token = None

    def _renewed(self) -> str:
        subject = f"{self._access.url}/auth/token"
        patience = self._line.patience
        why = "never asked"
        for attempt in range(patience.attempts):
            try:
                given = self._asked()
            except Unheard as error:
                why, asked_s = str(error), error.wait_s
            except BadInput as error:
                why, asked_s = f"an answer that is no token: {error.findings[0]}", None
            else:
                if given is None:
                    raise unheard_after(patience, subject, "the credentials are refused")
                return self._kept(given)
            self._line.wait(attempt, asked_s)
        raise unheard_after(patience, subject, why)

    def _asked(self) -> TokenAnswer | None:
        """A token, None where the credentials are refused. Raises Unheard or BadInput."""
        form = {
            "grant_type": "client_credentials",
            "client_id": self._access.client_id,
            "client_secret": self._access.client_secret,
            "scope": self._access.scope,
        }
        where = self._where()
        status, content = self._line.sent(Sending(method="POST", address=where, form=form))
        if status in (400, 401, 403):
            return None
        if status not in (200, 201):
            raise Unheard(f"HTTP {status} instead of a token")
        return read_json(TokenAnswer, content, "token")

    def _kept(self, given: TokenAnswer) -> str:
        self._token, self._good_until = given.access_token, None
        if given.expires_in is not None:
            lasts = timedelta(seconds=max(0, min(given.expires_in, LONGEST_S)))
            self._good_until = self._line.clock.now() + max(lasts - RENEW_BEFORE, lasts / 2)
        return given.access_token

    def _where(self) -> str:
        """The address that gives tokens, asked for once."""
        if self._address is None:
            address = f"{self._access.url.rstrip('/')}/auth/server"
            status, content = self._line.sent(Sending(method="GET", address=address))
            if status != 200:
                raise Unheard(f"HTTP {status} from /auth/server")
            told = read_json(TokenServer, content, "/auth/server").token_url
            refuse_plain(told, "address of tokens", self._access.plain_http)
            self._address = told
        return self._address
