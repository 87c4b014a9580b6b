"""A file that is fetched again and again over HTTP, and kept beside the case: whole and good, or as it was.

RFC 9110: a server that says by ETag or Last-Modified what it gave is asked for what has changed since.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gridtide.finding import BadInput, Finding

if TYPE_CHECKING:
    import httpx2

MOST_BYTES = 64 * 1024 * 1024
WITHIN_S = 20.0
UNCHANGED = 304
PARTS = ".fetched-"
"""Begins the name of what is fetched, until it is whole and good."""


@dataclass(kw_only=True)
class WebFile:
    """What an address gives, kept at a path. etag, modified: what the server said of what it gave last."""

    url: str
    path: Path
    etag: str = ""
    modified: str = ""
    transport: "httpx2.BaseTransport | None" = None

    def fetch(self, check: Callable[[Path], object]) -> bool:
        """Put what the address gives now in place of the file, where `check` takes it; False where nothing has changed.

        Raises BadInput for an address that does not answer in time, answers otherwise, gives too much, or gives what
        `check` refuses: the file stays as it was.
        """
        import httpx2

        headers = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        asked = {name: value for name, value in headers.items() if value and self.path.exists()}
        part = self.path.with_name(PARTS + self.path.name)
        try:
            with (
                httpx2.Client(timeout=WITHIN_S, transport=self.transport) as client,
                client.stream("GET", self.url, headers=asked) as answer,
            ):
                if answer.status_code == UNCHANGED and asked:
                    return False
                if answer.status_code != 200:
                    raise self._refusal(f"answered {answer.status_code}", "200, with the file")
                self._write(part, answer)
                said = answer.headers
            check(part)
            os.replace(part, self.path)
        except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL, OSError) as fault:
            said_why = str(fault) or type(fault).__name__
            raise self._refusal(said_why[:120], f"an answer within {WITHIN_S:g} s") from None
        finally:
            part.unlink(missing_ok=True)
        self.etag, self.modified = said.get("etag", ""), said.get("last-modified", "")
        return True

    def _write(self, part: Path, answer: "httpx2.Response") -> None:
        size = 0
        with part.open("wb") as file:
            for piece in answer.iter_bytes():
                size += len(piece)
                if size > MOST_BYTES:
                    raise self._refusal(f"more than {MOST_BYTES} bytes", f"{MOST_BYTES} bytes")
                file.write(piece)

    def _refusal(self, value: str, limit: str) -> BadInput:
        return BadInput(
            [
                Finding(
                    subject=self.url,
                    value=value,
                    limit=limit,
                    mend="Look at the address; what it gave last goes on to count.",
                )
            ]
        )
