"""Many end nodes poll a VTN: `python benchmarks/openadr_vens.py` prints rate, errors and how long answers took.

Each of --vens asks for its events every --every seconds with jitter, over at most --connections kept connections; the
VTN serves in another process and its operator changes an event every --change seconds. An answer counts from the
moment its poll was due, also where it had to wait for a connection, so that a slow server cannot slow the question.
"""

import argparse
import asyncio
import heapq
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import numpy as np

SECRET = "one secret for all of a benchmark"
GROUPS = 20
EVENTS = 40
HOURS = 24
ACCEPTED_WITHIN_S = 30.0


@dataclass(frozen=True, kw_only=True)
class Load:
    """What is asked. every_s: between two polls of an end node; jitter: share of it that is left to chance."""

    vens: int
    connections: int
    every_s: float
    lasts_s: float
    change_s: float
    jitter: float = 0.2
    seed: int = 1


@dataclass
class Measured:
    """What came back. took_s: from when a poll was due to its last byte."""

    took_s: list[float] = field(default_factory=list)
    body_bytes: int = 0
    errors: list[str] = field(default_factory=list)
    begun_late_s: float = 0.0


class Kept:
    """A kept connection that speaks just enough of HTTP/1.1."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def ask(
        self,
        method: str,
        path: str,
        token: str = "",
        body: bytes = b"",
        kind: str = "application/json",
    ) -> tuple[int, bytes]:
        """Status and body of the answer."""
        lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
        if token:
            lines.append(f"Authorization: Bearer {token}")
        if body:
            lines += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
        self._writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        head = await self._reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        return status, await self._reader.readexactly(length)

    async def token(self, client_id: str) -> str:
        """A token of a client."""
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": SECRET}
        kind = "application/x-www-form-urlencoded"
        status, body = await self.ask(
            "POST", "/auth/token", body=urlencode(form).encode(), kind=kind
        )
        if status != 200:
            raise RuntimeError(f"no token: {status} {body[:200]!r}")
        return str(json.loads(body)["access_token"])

    async def make(self, path: str, token: str, **fields: object) -> str:
        """Id of a new object."""
        status, body = await self.ask("POST", path, token, json.dumps(fields).encode())
        if status != 201:
            raise RuntimeError(f"{path}: {status} {body[:200]!r}")
        return str(json.loads(body)["id"])

    def close(self) -> None:
        """Let go of it."""
        self._writer.close()


@contextmanager
def served(load: Load) -> Iterator[str]:
    """Address of a VTN in another process that knows the operator and every end node."""
    with tempfile.TemporaryDirectory() as folder:
        clients = Path(folder) / "clients.toml"
        rows = [f'[[client]]\nid = "operator"\nrole = "bl"\nsecret = "{SECRET}"\n']
        rows += [
            f'[[client]]\nid = "ven-{n}"\nrole = "ven"\nsecret = "{SECRET}"\n'
            f'targets = ["site-{n}", "group-{n % GROUPS}"]\n'
            for n in range(load.vens)
        ]
        clients.write_text("".join(rows))
        words = ["vtn", "--clients", str(clients), "--port", "0"]
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", "gridtide", *words], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        with process, process.stdout as said:
            try:
                yield said.readline().strip()
            finally:
                process.terminate()
                process.wait()


@asynccontextmanager
async def connected(address: str) -> AsyncIterator[Kept]:
    """One kept connection."""
    parts = urlsplit(address)
    kept = Kept(*await asyncio.open_connection(parts.hostname, parts.port, limit=2**20))
    try:
        yield kept
    finally:
        kept.close()


def prices(hour: int, count: int) -> list[dict[str, object]]:
    """A day of prices, as an event has them."""
    return [
        {
            "id": n,
            "payloads": [{"type": "PRICE", "values": [round(0.1 + 0.01 * ((n + hour) % 9), 3)]}],
        }
        for n in range(count)
    ]


def event(program: str, number: int, turn: int) -> dict[str, object]:
    """One event; each third is for all, the others for a group or a site."""
    targets = ([], [f"group-{number % GROUPS}"], [f"site-{number}"])[number % 3]
    period = {"start": "2026-11-22T00:00:00Z", "duration": "PT1H"}
    fields: dict[str, object] = {"programID": program, "eventName": f"{number} {turn}"}
    fields |= {"intervalPeriod": period, "intervals": prices(turn, HOURS)}
    return fields | ({"targets": targets} if targets else {})


async def measured(address: str, load: Load) -> Measured:
    """Polls for as long as is asked."""
    found = Measured()
    rng = np.random.default_rng(load.seed)
    async with connected(address) as operator:
        token = await operator.token("operator")
        program = await operator.make("/programs", token, programName="prices")
        ids = [
            await operator.make("/events", token, **event(program, number, 0))
            for number in range(EVENTS)
        ]
        tokens = [await operator.token(f"ven-{n}") for n in range(load.vens)]
        draws = rng.random((load.vens, 2 + int(load.lasts_s / load.every_s) * 2))
        begin = time.perf_counter() + 1.0
        end = begin + load.lasts_s
        count = min(load.connections, load.vens)
        shares = [range(n, load.vens, count) for n in range(count)]
        workers = [
            _polls(address, load, share, tokens, draws, begin, end, found) for share in shares
        ]
        changes = _changes(operator, token, program, ids, load, begin, end)
        await asyncio.gather(changes, *workers)
    return found


async def _polls(
    address: str,
    load: Load,
    share: range,
    tokens: list[str],
    draws: np.ndarray,
    begin: float,
    end: float,
    found: Measured,
) -> None:
    """What one connection does: the polls of some end nodes, each when it is due."""
    due = [(begin + load.every_s * float(draws[n, 0]), n, 1) for n in share]
    heapq.heapify(due)
    try:
        async with connected(address) as kept:
            while due[0][0] < end:
                at, n, turn = due[0]
                await asyncio.sleep(max(0.0, at - time.perf_counter()))
                found.begun_late_s = max(found.begun_late_s, time.perf_counter() - at)
                path = f"/events?targets=site-{n}&targets=group-{n % GROUPS}"
                status, body = await asyncio.wait_for(
                    kept.ask("GET", path, tokens[n]), ACCEPTED_WITHIN_S
                )
                found.took_s.append(time.perf_counter() - at)
                found.body_bytes += len(body)
                if status != 200 or not body.startswith(b"["):
                    found.errors.append(f"{status} {body[:100]!r}")
                chance = load.jitter * (float(draws[n, turn % draws.shape[1]]) - 0.5)
                heapq.heapreplace(due, (at + load.every_s * (1.0 + chance), n, turn + 1))
    except (OSError, EOFError, TimeoutError, ValueError) as fault:
        found.errors.append(repr(fault))


async def _changes(
    operator: Kept, token: str, program: str, ids: list[str], load: Load, begin: float, end: float
) -> None:
    """The operator's part: one event after the other is written anew."""
    turn, at = 0, begin
    while (at := at + load.change_s) < end:
        await asyncio.sleep(max(0.0, at - time.perf_counter()))
        turn += 1
        number = turn % len(ids)
        body = json.dumps(event(program, number, turn)).encode()
        status, answer = await operator.ask("PUT", f"/events/{ids[number]}", token, body)
        if status != 200:
            raise RuntimeError(f"change: {status} {answer[:200]!r}")


def run(load: Load) -> dict[str, float | int]:
    """One measurement, as numbers."""
    with served(load) as address:
        found = asyncio.run(measured(address, load))
    for error in sorted(set(found.errors))[:5]:
        print(error, file=sys.stderr)
    took_ms = 1e3 * np.array(found.took_s or [np.nan])
    return {
        "vens": load.vens,
        "connections": min(load.connections, load.vens),
        "every_s": load.every_s,
        "lasts_s": load.lasts_s,
        "polls": len(found.took_s),
        "errors": len(found.errors),
        "polls_per_s": round(len(found.took_s) / load.lasts_s, 1),
        "p50_ms": round(float(np.percentile(took_ms, 50)), 2),
        "p99_ms": round(float(np.percentile(took_ms, 99)), 2),
        "longest_ms": round(float(took_ms.max()), 2),
        "mean_kilobytes": round(found.body_bytes / max(1, len(found.took_s)) / 1e3, 1),
    }


def main() -> int:
    """Measure and print; 1 when anything went wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--vens", type=int, default=10_000)
    parser.add_argument("--connections", type=int, default=1_000)
    parser.add_argument("--every", type=float, default=60.0, help="seconds between polls")
    parser.add_argument("--lasts", type=float, default=300.0, help="seconds")
    parser.add_argument("--change", type=float, default=15.0, help="seconds between changes")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    load = Load(
        vens=asked.vens,
        connections=asked.connections,
        every_s=asked.every,
        lasts_s=asked.lasts,
        change_s=asked.change,
    )
    found = run(load)
    if asked.json:
        print(json.dumps(found))
    else:
        print("\n".join(f"{name:15} {value:>12,}" for name, value in found.items()))
    return 1 if found["errors"] else 0


if __name__ == "__main__":
    sys.exit(main())
