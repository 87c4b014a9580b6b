"""A file that is fetched again and again over HTTP, and kept beside the case: whole and good, or as it was.

RFC 9110: a server that says by ETag or Last-Modified what it gave is asked for what has changed since.
"""

import filecmp
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


@dataclass(frozen=True, kw_only=True)
class Beside:
    """A file that is fetched with another and counts with it alone. path_of: where it lies beside that."""

    url: str
    path_of: Callable[[Path], Path]


@dataclass(kw_only=True)
class WebFile:
    """What an address gives, kept at a path.

    authorization: what shows the server who asks, read anew each time; beside: fetched from the same server, so shown
    the same. etag, modified: what the server said of what it gave last.
    """

    url: str
    path: Path
    authorization: Callable[[], str] | None = None
    beside: Beside | None = None
    etag: str = ""
    modified: str = ""
    transport: "httpx2.BaseTransport | None" = None

    def fetch(self, check: Callable[[Path], object]) -> bool:
        """Put what the address gives now in place of the file, where `check` takes it; False where nothing has changed.

        Raises BadInput for an address that does not answer in time, answers otherwise, gives too much, or gives what
        `check` refuses: the file stays as it was.
        """
        import httpx2

        own = {} if self.authorization is None else {"Authorization": self.authorization()}
        part = self.path.with_name(PARTS + self.path.name)
        parts = [part, *([] if self.beside is None else [self.beside.path_of(part)])]
        try:
            with httpx2.Client(timeout=WITHIN_S, transport=self.transport, headers=own) as client:
                said = self._got(client, self.url, part, self._changed_since())
                if said is None:
                    return False
                if self.beside is not None:
                    self._got(client, self.beside.url, parts[1], {})
            check(part)
            self.etag, self.modified = said.get("etag", ""), said.get("last-modified", "")
            if self._is_there(parts):
                return False
            if self.beside is not None:
                os.replace(parts[1], self.beside.path_of(self.path))
            os.replace(part, self.path)
        except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL, OSError) as fault:
            said_why = str(fault) or type(fault).__name__
            raise self._refusal(said_why[:120], f"an answer within {WITHIN_S:g} s") from None
        finally:
            for one in parts:
                one.unlink(missing_ok=True)
        return True

    def _is_there(self, parts: list[Path]) -> bool:
        """Whether what was fetched lies there already: not every server says what has changed."""
        there = [self.path, *([] if self.beside is None else [self.beside.path_of(self.path)])]
        return all(
            one.exists() and filecmp.cmp(part, one, shallow=False)
            for part, one in zip(parts, there, strict=True)
        )

    def _changed_since(self) -> dict[str, str]:
        """What asks for a change alone, where there is something that can have changed."""
        if not self.path.exists():
            return {}
        headers = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in headers.items() if value}

    def _got(
        self, client: "httpx2.Client", url: str, path: Path, asked: dict[str, str]
    ) -> "httpx2.Headers | None":
        """Write what an address gives; its headers, None where nothing has changed since what is asked."""
        with client.stream("GET", url, headers=asked) as answer:
            if answer.status_code == UNCHANGED and asked:
                return None
            if answer.status_code != 200:
                shown = "" if url == self.url else f" for {url}"
                raise self._refusal(f"answered {answer.status_code}{shown}", "200, with the file")
            self._write(path, answer)
            return answer.headers

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
