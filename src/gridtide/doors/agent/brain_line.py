"""The agent's calls to the brain: one long poll after the other over HTTPS, each a question with a bounded answer."""

import json
import ssl
from pathlib import Path

import httpx2

from gridtide.finding import BadInput
from gridtide.wire.agent_line import Poll, Reply, poll_json, reply_of

ANSWER_MAX = 2**22
STEP_S = 10.0
"""For connecting, and for an answer beyond what the poll itself waits."""


class LineError(Exception):
    """The brain did not answer as it should; the message says how, and what to look at."""


class BrainLine:
    """Asks one brain. Raises LineError and nothing else. ca: a certificate to trust beside the public authorities.

    Redirects are not followed: the token goes to the address of the file alone.
    """

    def __init__(self, url: str, site: str, token: str, ca: Path | None) -> None:
        self._address = f"{url}/agents/{site}/line"
        trusted = ssl.create_default_context()
        if ca is not None:
            trusted.load_verify_locations(ca)
        self._client = httpx2.Client(
            verify=trusted,
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
            follow_redirects=False,
        )

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def ask(self, poll: Poll) -> Reply:
        """One poll, answered within what it waits and a little more."""
        within = httpx2.Timeout(STEP_S, read=poll.wait_s + STEP_S)
        try:
            with self._client.stream(
                "POST", self._address, json=poll_json(poll), timeout=within
            ) as answer:
                body = _body(answer)
        except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL) as fault:
            raise LineError(f"{self._address}: {type(fault).__name__} {fault}".rstrip()) from None
        if answer.status_code != 200:
            said = body[:300].decode("utf-8", "replace")
            raise LineError(f"{self._address}: HTTP {answer.status_code} {said}")
        try:
            return reply_of(json.loads(body.decode()))
        except (ValueError, RecursionError, BadInput) as fault:
            raise LineError(f"{self._address}: no answer of a brain: {fault}") from None


def _body(answer: httpx2.Response) -> bytes:
    body = bytearray()
    for part in answer.iter_bytes():
        body += part
        if len(body) > ANSWER_MAX:
            raise LineError(f"an answer above {ANSWER_MAX} bytes")
    return bytes(body)
