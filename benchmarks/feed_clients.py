"""Many clients on the live feed of one process: how late frames come, who loses some, whether memory stays flat.

    python benchmarks/feed_clients.py [--clients 1000] [--slow 20] [--seconds 60] [--warm 10] [--every 0.2] [--sites 29]

One uvicorn process serves frames; this one holds the clients, raw sockets that read what comes. Slow ones do not read
for longer and longer. Memory is compared between ten seconds after every client has heard a frame and the end.
Prints one JSON document. Exit 1 where a client that reads lost a frame, or a limit is missed: p99 lag 1 s, growth 5 %.
"""

import argparse
import asyncio
import json
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np

from gridtide.loop.clock import WallClock

LAG_MAX_S = 1.0
GROWTH_MAX = 0.05
CLASSES = ("inference", "training", "batch", "cooling")
ASKED = b"GET /api/feed HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n"


@dataclass
class Reader(asyncio.Protocol):
    """One client: what it heard. slow: reads nothing for a while, again and again."""

    slow: bool
    numbers: list[int] = field(default_factory=list)
    lags_s: list[float] = field(default_factory=list)
    told_lost: int = 0
    largest: int = 0
    rest: bytes = b""
    line: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the feed."""
        assert isinstance(transport, asyncio.Transport)
        self.line = transport
        transport.write(ASKED)

    def data_received(self, data: bytes) -> None:
        """Take whole events out of what came."""
        now_s = time.monotonic()
        *events, self.rest = (self.rest + data).split(b"\n\n")
        for event in events:
            self._heard(event, now_s)

    def _heard(self, event: bytes, now_s: float) -> None:
        if b"event: frame" in event:
            self.largest = max(self.largest, len(event) - event.find(b"data: "))
            self.numbers.append(int(_between(event, b'{"number":', b",")))
            self.lags_s.append(now_s - float(_between(event, b'"sent_s":', b",")))
        elif b"event: lost" in event:
            self.told_lost += int(_between(event, b'"frames":', b"}"))

    @property
    def missed(self) -> int:
        """Frames between the first and the last that never came."""
        return self.numbers[-1] - self.numbers[0] + 1 - len(self.numbers) if self.numbers else 0


def main() -> None:
    """Serve, listen, count, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--clients", type=int, default=1000)
    parser.add_argument("--slow", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--warm", type=float, default=10.0, help="Seconds before it counts.")
    parser.add_argument("--every", type=float, default=0.2, help="Seconds between frames.")
    parser.add_argument("--sites", type=int, default=29)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        serve(asked.every, asked.sites)
        return
    words = ["--serve", "--every", str(asked.every), "--sites", str(asked.sites)]
    with subprocess.Popen(
        [sys.executable, "-u", __file__, *words], stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            port = int(server.stdout.readline())
            found = asyncio.run(listened(asked, port, server.pid))
        finally:
            server.terminate()
    print(json.dumps(found, indent=2))
    sys.exit(0 if found["held"] else 1)


def serve(every_s: float, sites: int) -> None:
    """The service with nothing but the feed; prints its port."""
    import uvicorn
    from fastapi import FastAPI

    from gridtide.doors.api.feed import feed_router, prepare
    from gridtide.doors.api.hub import Hub, follow
    from gridtide.loop.room import Frame

    hub, made = Hub("bench"), [Frame(number=0, at=WallClock().now(), values={})]
    due_s = time.monotonic()

    def newest() -> Frame:
        """The newest frame, as a room would show it; a new one when it is due."""
        nonlocal due_s
        if time.monotonic() >= due_s:
            due_s += every_s
            number = made[0].number + 1
            made[0] = Frame(number=number, at=WallClock().now(), values=values_of(number, sites))
        return made[0]

    async def anyone() -> None:
        """Whoever asks may watch."""

    async def main_loop() -> None:
        app = FastAPI(openapi_url=None)
        app.include_router(feed_router(hub, anyone))
        config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off")
        with socket.create_server(("127.0.0.1", 0), backlog=2048) as listening:
            prepare(listening)
            server = uvicorn.Server(config)
            stop = threading.Event()

            def wait(seconds: float) -> bool:
                """The feed ends with the first sign that the server shall."""
                return stop.wait(seconds) or server.should_exit

            words = (hub, asyncio.get_running_loop(), newest, wait)
            following = threading.Thread(target=follow, args=words)
            following.start()
            print(listening.getsockname()[1])
            try:
                await server.serve(sockets=[listening])
            finally:
                stop.set()

    asyncio.run(main_loop())


def values_of(number: int, sites: int) -> dict[str, object]:
    """What a frame of so many sites holds; the same size every time."""
    power = np.random.default_rng(number).uniform(1000.0, 9999.0, (sites, len(CLASSES) + 3))
    rows = {
        f"site-{at:02d}": dict(
            zip((*CLASSES, "planned", "lowest", "highest"), row.round(1).tolist(), strict=True)
        )
        for at, row in enumerate(power)
    }
    return {"sent_s": time.monotonic(), "mode": "advise", "power_kw": rows}


async def listened(asked: argparse.Namespace, port: int, server: int) -> dict[str, object]:
    """What the clients heard over the whole time."""
    readers = [Reader(slow=at < asked.slow) for at in range(asked.clients)]
    for begin in range(0, len(readers), 50):
        await asyncio.gather(*(_connected(one, port) for one in readers[begin : begin + 50]))
    while not all(one.numbers for one in readers):
        await asyncio.sleep(0.05)
    await asyncio.sleep(asked.warm)
    for one in readers:
        one.numbers, one.lags_s = one.numbers[-1:], []
    before = _resident_kib(server)
    dawdling = [asyncio.create_task(_dawdle(one)) for one in readers if one.slow]
    await asyncio.sleep(asked.seconds)
    after = _resident_kib(server)
    for task in dawdling:
        task.cancel()
    for one in readers:
        assert one.line is not None
        one.line.abort()
    return _told(readers, before, after)


async def _connected(reader: Reader, port: int) -> None:
    line = socket.socket()
    if reader.slow:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(line, ("127.0.0.1", port))
    await loop.create_connection(lambda: reader, sock=line)


async def _dawdle(reader: Reader) -> None:
    assert reader.line is not None
    pause_s = 8.0
    while True:
        reader.line.pause_reading()
        await asyncio.sleep(pause_s)
        reader.line.resume_reading()
        await asyncio.sleep(1.0)
        pause_s += 1.0


def _told(readers: list[Reader], before: int, after: int) -> dict[str, object]:
    quick = [one for one in readers if not one.slow]
    slow = [one for one in readers if one.slow]
    lags_s = np.concatenate([one.lags_s for one in quick])
    in_order = all(a < b for one in readers for a, b in pairwise(one.numbers))
    growth = after / before - 1.0
    lag_s = float(np.quantile(lags_s, 0.99))
    return {
        "clients": len(readers),
        "slow_clients": len(slow),
        "frames_heard": sum(len(one.numbers) for one in readers),
        "frames_a_client": int(np.median([len(one.numbers) for one in quick])),
        "frame_bytes": max(one.largest for one in readers),
        "lag_p50_s": round(float(np.quantile(lags_s, 0.5)), 4),
        "lag_p99_s": round(lag_s, 4),
        "lag_max_s": round(float(lags_s.max()), 4),
        "lost_by_quick": sum(one.missed for one in quick),
        "lost_by_slow": sum(one.missed for one in slow),
        "slow_told_of": sum(one.told_lost for one in slow),
        "resident_mib_before": round(before / 1024, 1),
        "resident_mib_after": round(after / 1024, 1),
        "growth": round(growth, 4),
        "in_order": in_order,
        "held": in_order
        and lag_s <= LAG_MAX_S
        and growth <= GROWTH_MAX
        and not any(one.missed for one in quick),
    }


def _resident_kib(process: int) -> int:
    status = Path(f"/proc/{process}/status").read_text()
    return int(_between(status.encode(), b"VmRSS:", b"kB"))


def _between(text: bytes, before: bytes, after: bytes) -> str:
    begin = text.index(before) + len(before)
    return text[begin : text.index(after, begin)].decode()


if __name__ == "__main__":
    main()
