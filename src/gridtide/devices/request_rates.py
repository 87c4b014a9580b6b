"""Requests a second as a Prometheus server answers a query, or as a file holds the same answer.

Each sample of the vector says `service` and `origin`, and `place` (SITE/POOL) where it is what was answered there; one
without a place is all that came. Reference: Prometheus HTTP API, instant queries.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gridtide.finding import BadInput, Finding
from gridtide.fleet.device import RouteReading, UnreachableError

MOST_BYTES = 2**20
WITHIN_S = 5.0
LATEST_S = 4.1e9
"""Seconds since 1970 of an instant that can still be one."""


@dataclass(frozen=True, kw_only=True)
class _Sample:
    service: str
    origin: str
    place: str | None
    per_s: float
    at: datetime


@dataclass(kw_only=True, eq=False)
class RequestRates:
    """Satisfies ReadsRequests. url, path: one of both. every_s: what was read is good for so long."""

    now: Callable[[], datetime]
    url: str | None = None
    path: Path | None = None
    every_s: float = 10.0
    _heard: tuple[datetime, tuple[RouteReading, ...]] | None = field(default=None)

    def read_requests(self) -> tuple[RouteReading, ...]:
        """What comes and where it is answered, by service and origin. Raises UnreachableError."""
        now, heard = self.now(), self._heard
        if heard is None or not 0.0 <= (now - heard[0]).total_seconds() < self.every_s:
            heard = self._heard = (now, tuple(_readings(_samples(self._answer(), self._where))))
        return heard[1]

    @property
    def _where(self) -> str:
        return self.url or str(self.path)

    def _answer(self) -> object:
        try:
            text = self._fetched() if self.url is not None else self._read()
            return json.loads(text)
        except (OSError, ValueError, RecursionError) as fault:
            raise UnreachableError(f"{self._where}: {str(fault)[:160]}") from None

    def _read(self) -> str:
        assert self.path is not None
        with self.path.open("rb") as file:
            return _whole(file.read(MOST_BYTES + 1)).decode()

    def _fetched(self) -> str:
        import httpx2

        assert self.url is not None
        try:
            with httpx2.stream("GET", self.url, timeout=WITHIN_S) as answer:
                body = b""
                for piece in answer.iter_bytes():
                    body = _whole(body + piece)
        except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL) as fault:
            raise OSError(str(fault) or type(fault).__name__) from None
        if answer.status_code != 200:
            raise OSError(f"answered {answer.status_code}")
        return body.decode()


def request_rates(
    *,
    now: Callable[[], datetime],
    url: str | None = None,
    path: Path | None = None,
    every_s: float = 10.0,
) -> RequestRates:
    """url: of a query, with its words in it; path: a file with such an answer, which somebody writes again and again.
    Raises BadInput."""
    faults = []
    if (url is None) == (path is None):
        faults.append(_fault("url, path", "both" if url else "neither", "one of both"))
    if url is not None and not url.startswith(("http://", "https://")):
        faults.append(_fault("url", url, "http:// or https://"))
    if not 1.0 <= every_s <= 60.0:
        faults.append(_fault("every_s", f"{every_s:g}", "1 to 60 s"))
    if faults:
        raise BadInput(faults)
    return RequestRates(now=now, url=url, path=path, every_s=every_s)


def _samples(answer: object, where: str) -> list[_Sample]:
    """The samples of a vector. Raises UnreachableError for what is none: nothing is guessed of the others."""
    try:
        status, data = answer["status"], answer["data"]  # type: ignore[index]
        if (status, data["resultType"]) != ("success", "vector"):
            raise ValueError("no vector")
        return [_sample(one) for one in data["result"]]
    except (AttributeError, KeyError, TypeError, ValueError, IndexError):
        said = "is no vector of samples with service and origin, as a query of Prometheus answers"
        raise UnreachableError(f"{where}: {said}") from None


def _sample(one: Mapping[str, Any]) -> _Sample:
    """One sample of a vector. Raises KeyError, TypeError and ValueError for what is none."""
    labels, (second, per_s) = one["metric"], map(float, one["value"])
    if not 0.0 <= second <= LATEST_S or per_s < 0.0:
        raise ValueError("no rate at an instant")
    service, origin, place = labels["service"], labels["origin"], labels.get("place") or None
    if not all(isinstance(name, str) for name in (service, origin, place or "")):
        raise TypeError("a label that is no text")
    at = datetime.fromtimestamp(second, UTC)
    return _Sample(service=service, origin=origin, place=place, per_s=per_s, at=at)


def _readings(samples: list[_Sample]) -> Iterator[RouteReading]:
    """What each service is asked from each origin: what came, or all that was answered where nobody says."""
    for service, origin in sorted({(one.service, one.origin) for one in samples}):
        own = [one for one in samples if (one.service, one.origin) == (service, origin)]
        there = {one.place: one.per_s for one in own if one.place is not None}
        came = [one.per_s for one in own if one.place is None]
        yield RouteReading(
            service=service,
            origin=origin,
            asked_per_s=sum(came) if came else sum(there.values()),
            answered_per_s=tuple(sorted(there.items())),
            p50_s=(),
            p95_s=(),
            measured_at=min(one.at for one in own),
        )


def _whole(body: bytes) -> bytes:
    if len(body) > MOST_BYTES:
        raise OSError(f"more than {MOST_BYTES} bytes")
    return body


def _fault(subject: str, value: str, limit: str) -> Finding:
    return Finding(subject=subject, value=value[:80], limit=limit, mend="Mend the file.")
