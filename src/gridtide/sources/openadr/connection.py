"""One VTN: asked with patience and a token that is renewed; an answer, a whole list or a stale source comes out."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gridtide.finding import BadInput, Finding, Stale
from gridtide.loop.world import Clock
from gridtide.sources.openadr.access import Access, Patience, refuse_plain
from gridtide.sources.openadr.line import Line, Query, Sending, Unheard, unheard_after
from gridtide.sources.openadr.tokens import Tokens

if TYPE_CHECKING:
    import httpx2

PAGE = 50
NOTHING_THERE, TAKEN = 404, 409


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back: the code of HTTP and the JSON value, None where there was none to read."""

    status: int
    value: object


@dataclass(frozen=True, kw_only=True)
class _Question:
    """What is asked of a path. wants_list: an answer that is no list is none. once: not asked again by itself."""

    method: str
    path: str
    query: Query | None = None
    body: Mapping[str, object] | None = None
    wants_list: bool = False
    once: bool = False


class Connection:
    """Asks one VTN a bounded number of times. Not for several threads at once."""

    def __init__(
        self,
        access: Access,
        clock: Clock,
        patience: Patience | None = None,
        transport: "httpx2.BaseTransport | None" = None,
    ) -> None:
        refuse_plain(access.url, "address of the VTN", access.plain_http)
        self.access = access
        self.clock = clock
        self._line = Line(access.client_id, clock, patience or Patience(), transport)
        self._tokens = Tokens(access, self._line)

    def close(self) -> None:
        """Give the connections back."""
        self._line.close()

    def token(self) -> str:
        """The token in use, for brokers that take it as a password. Raises Stale when none is given."""
        return self._tokens.current()

    def clock_faults(self) -> list[Finding]:
        """A finding when the clock of the VTN and ours disagree by more than 30 s."""
        return self._line.skew(self.access.url)

    def get(self, path: str, query: Query | None = None) -> Answer:
        """What is kept under a path; status 404 when nothing is. Raises Stale or BadInput."""
        return self._asked(_Question(method="GET", path=path, query=query))

    def post(self, path: str, body: Mapping[str, object], once: bool = False) -> Answer:
        """Make an object; status 409 when its name is taken. Raises Stale or BadInput.

        once: a request whose answer was lost is not sent again, for it may have been taken.
        """
        return self._asked(_Question(method="POST", path=path, body=body, once=once))

    def put(self, path: str, body: Mapping[str, object]) -> Answer:
        """Change an object. Raises Stale or BadInput."""
        return self._asked(_Question(method="PUT", path=path, body=body))

    def delete(self, path: str) -> Answer:
        """Remove an object; status 404 when it is gone already. Raises Stale or BadInput."""
        return self._asked(_Question(method="DELETE", path=path))

    def everything(self, path: str, query: Query | None = None) -> tuple[list[object], int]:
        """All objects under a path, page by page, and how many pages it took.

        Raises Stale when any page is missing: part of a list is no list. A server that repeats its pages ends it.
        """
        found: list[object] = []
        seen: set[str] = set()
        pages = 0
        most = self._line.patience.most_objects
        while len(found) <= most:
            page = self._page(path, {**(query or {}), "skip": len(found), "limit": PAGE})
            pages += 1
            fresh = [one for one in page if _key(one) not in seen]
            seen.update(_key(one) for one in fresh)
            found += fresh
            if len(page) < PAGE or not fresh:
                return found, pages
        raise self._stale(path, f"more than {most:,} objects")

    def _page(self, path: str, query: Query) -> list[object]:
        answer = self._asked(_Question(method="GET", path=path, query=query, wants_list=True))
        if not isinstance(answer.value, list):
            raise self._stale(path, f"HTTP {answer.status} instead of a list")
        return answer.value

    def _asked(self, question: _Question) -> Answer:
        """Ask until there is an answer; a token that is refused is renewed once."""
        why = "never asked"
        renewed = False
        for attempt in range(self._line.patience.attempts):
            try:
                answer = self._once(question)
                if answer.status == 401 and not renewed:
                    renewed = True
                    self._tokens.forget()
                    answer = self._once(question)
            except Unheard as error:
                why = str(error)
                if question.once:
                    break
                self._line.wait(attempt, error.wait_s)
                continue
            if answer.status == 401:
                raise self._stale(question.path, "HTTP 401, with a new token too")
            self._refuse(question, answer)
            return answer
        raise self._stale(question.path, why)

    def _once(self, question: _Question) -> Answer:
        sending = Sending(
            method=question.method,
            address=f"{self.access.url.rstrip('/')}{question.path}",
            query=question.query,
            body=question.body,
            token=self._tokens.current(),
        )
        status, content = self._line.sent(sending)
        if status == 204 or status >= 400:
            return Answer(status=status, value=_read_or_none(content))
        if not 200 <= status < 300:
            raise Unheard(f"HTTP {status}")
        try:
            value = json.loads(content)
        except (ValueError, RecursionError):
            raise Unheard(f"HTTP {status} with {len(content)} bytes that are no JSON") from None
        if question.wants_list and not isinstance(value, list):
            raise Unheard(f"HTTP {status} with JSON that is no list")
        return Answer(status=status, value=value)

    def _refuse(self, question: _Question, answer: Answer) -> None:
        """Raise BadInput for what asking again would not change: no right to it, or a request that is refused."""
        if answer.status < 400 or answer.status in (NOTHING_THERE, TAKEN):
            return
        said = answer.value if isinstance(answer.value, dict) else {}
        why = said.get("detail") or said.get("title") or "no reason given"
        no_right = answer.status == 403
        limit = "a scope that allows it" if no_right else "a request the VTN takes"
        mend = (
            "Ask the operator for the scopes of a VEN."
            if no_right
            else "Compare both sides' edition of OpenADR 3.1."
        )
        raise BadInput(
            [
                Finding(
                    subject=f"{question.method} {question.path} at {self.access.url}",
                    value=f"HTTP {answer.status}: {why}",
                    limit=limit,
                    mend=mend,
                )
            ]
        )

    def _stale(self, path: str, why: str) -> Stale:
        return unheard_after(self._line.patience, f"{self.access.url}{path}", why)


def _key(value: object) -> str:
    """What tells objects of a list apart: their id, else all they say."""
    said = value.get("id") if isinstance(value, dict) else None
    return said if isinstance(said, str) else json.dumps(value, sort_keys=True)


def _read_or_none(content: bytes) -> object:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None
