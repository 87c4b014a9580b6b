"""One attempt at a time over HTTP, bounded in bytes and seconds, with both clocks compared and waits between."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from gridtide.finding import Finding, Stale
from gridtide.loop.world import Clock
from gridtide.sources.openadr.access import Patience

if TYPE_CHECKING:
    import httpx2

SKEW_S = 30.0
AGAIN = (408, 425, 429, 500, 502, 503, 504)
"""Codes after which asking again may help."""

Query = Mapping[str, str | int | list[str]]


@dataclass(frozen=True, kw_only=True)
class Sending:
    """One request as it goes out; form: fields of an HTML form instead of JSON."""

    method: str
    address: str
    query: Query | None = None
    body: Mapping[str, object] | None = None
    form: Mapping[str, str] | None = None
    token: str | None = None


class Unheard(Exception):
    """One attempt that brought nothing; the text says why. wait_s: what the server asked to wait."""

    def __init__(self, why: str, wait_s: float | None = None) -> None:
        super().__init__(why)
        self.wait_s = wait_s


class Line:
    """Sends requests to one VTN. Not for several threads at once."""

    def __init__(
        self,
        client_id: str,
        clock: Clock,
        patience: Patience,
        transport: "httpx2.BaseTransport | None" = None,
    ) -> None:
        import httpx2

        self.clock = clock
        self.patience = patience
        self.clock_skew_s: float | None = None
        self._client_id = client_id
        self._client = httpx2.Client(
            timeout=patience.answer_within_s, follow_redirects=False, transport=transport
        )

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def sent(self, sending: Sending) -> tuple[int, bytes]:
        """Code and bytes of one attempt. Raises Unheard where asking again may help."""
        import httpx2

        before = self.clock.now()
        headers = {} if sending.token is None else {"Authorization": f"Bearer {sending.token}"}
        try:
            with self._client.stream(
                sending.method,
                sending.address,
                params=sending.query,
                json=sending.body,
                data=sending.form,
                headers=headers,
            ) as answer:
                content = self._within_bounds(answer)
                status, told = answer.status_code, answer.headers
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as error:
            raise Unheard(f"{type(error).__name__} {error}".strip()) from None
        self._compare_clocks(told.get("date"), before)
        if status in AGAIN:
            raise Unheard(f"HTTP {status}", _wait_asked(told.get("retry-after")))
        return status, content

    def wait(self, attempt: int, asked_s: float | None) -> None:
        """Wait before the next attempt: what was asked, else twice the last wait, drawn apart between clients."""
        if attempt + 1 >= self.patience.attempts:
            return
        draw = hashlib.sha256(f"{self._client_id}\n{attempt}".encode()).digest()[0] / 255
        usual_s = self.patience.first_wait_s * 2.0**attempt * (0.75 + 0.5 * draw)
        wait_s = usual_s if asked_s is None else asked_s
        wait_s = min(wait_s, self.patience.longest_wait_s)
        self.clock.wait_until(self.clock.now() + timedelta(seconds=wait_s))

    def skew(self, subject: str) -> list[Finding]:
        """A finding when the clock of the VTN and ours disagree by more than 30 s."""
        if self.clock_skew_s is None or abs(self.clock_skew_s) <= SKEW_S:
            return []
        return [
            Finding(
                subject=f"clock of {subject}",
                value=f"{self.clock_skew_s:+.0f} s against ours",
                limit=f"within {SKEW_S:g} s: events start by the clock",
                mend="Set both clocks by NTP; until then starts are kept by ours.",
            )
        ]

    def _within_bounds(self, answer: "httpx2.Response") -> bytes:
        """The bytes of an answer that is neither too long nor endlessly slow. Raises Unheard."""
        begun = self.clock.now()
        content = bytearray()
        for piece in answer.iter_bytes():
            content += piece
            if len(content) > self.patience.most_bytes:
                raise Unheard(f"more than {self.patience.most_bytes:,} bytes")
            if (self.clock.now() - begun).total_seconds() > self.patience.whole_within_s:
                raise Unheard(f"not whole after {self.patience.whole_within_s:g} s")
        return bytes(content)

    def _compare_clocks(self, said: str | None, before: datetime) -> None:
        if said is None:
            return
        try:
            theirs = parsedate_to_datetime(said)
        except ValueError:
            return
        if theirs.tzinfo is not None:
            ours = before + (self.clock.now() - before) / 2
            self.clock_skew_s = (theirs - ours).total_seconds()


def unheard_after(patience: Patience, subject: str, why: str) -> Stale:
    """What stands for a question that found no answer."""
    return Stale(
        [
            Finding(
                subject=subject,
                value=why,
                limit=f"an answer of the VTN within {patience.attempts} attempts",
                mend="Events already heard go on; check address, credentials and the VTN.",
            )
        ]
    )


def _wait_asked(said: str | None) -> float | None:
    """Seconds of a Retry-After header; None for a date or nothing, for which the usual wait holds."""
    return float(said) if said is not None and said.isascii() and said.isdigit() else None
