"""Telemetry of many sites through the whole service: device threads, room, store, feed and metrics in one process.

    python benchmarks/soak_service.py [--sites 50] [--minutes 30] [--warm-s 20]

A process serves a room over a meter a site, each read every 2 s by a thread of its own; readings go to SQLite. This one
listens to the feed, reads /metrics every 5 s, compares memory after a while with memory at the end, ends the service by
SIGTERM, and counts what was kept. Prints one JSON document. Exit 1 where a frame was lost or late, a reading lost, or a
limit missed: growth 5 %, 5 s to end.
"""

import argparse
import json
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from threading import Event, Thread
from typing import Any

from gridtide.fleet.device import PowerReading
from gridtide.loop.clock import WallClock
from gridtide.testing.one_hall import hall

GROWTH_MAX = 0.05
ENDS_WITHIN_S = 5.0
LATE_S = 6.0
"""Frames come every 2 s; no more than two are missing where a plan is made."""
QUANTITIES = ("import", "export", "IT", "facility", "train")
CASE = """
[case]
name = "soak"
start = {start}
end = {end}
currency = "CNY"

[planning]
forecaster = "published"

[[class]]
name = "train"
value_per_accelerator_h = 15.0

[[signal]]
zone = "N"
price_mean_per_mwh = 500
price_noise_per_mwh = 0
"""
DEVICE = """
[[device]]
name = "{name}-feed"
kind = "modbus-meter"
meters = {{ feed = "{name} grid" }}
host = "127.0.0.1"
"""


@dataclass(kw_only=True)
class Meter:
    """A meter of a site, which reads something else each time."""

    site: str
    clock: WallClock
    times: int = 0

    def read_power(self) -> tuple[PowerReading, ...]:
        """Every quantity of the site."""
        self.times += 1
        at = self.clock.now()
        return tuple(
            PowerReading(
                of=f"{self.site} {what}",
                kw=100.0 * place + self.times % 100,
                measured_at=at,
                method="meter",
            )
            for place, what in enumerate(QUANTITIES)
        )


@dataclass
class Listener:
    """What came over the feed. numbers: of frames; at_s: when each came."""

    url: str
    token: str
    numbers: list[int] = field(default_factory=list)
    at_s: list[float] = field(default_factory=list)
    sites: int = 0
    ended: Event = field(default_factory=Event)

    def listen(self) -> None:
        """Until the service ends it."""
        asked = urllib.request.Request(
            f"{self.url}/api/feed", headers={"Authorization": f"Bearer {self.token}"}
        )
        with urllib.request.urlopen(asked, timeout=60) as answer:
            for line in answer:
                if line.startswith(b'data: {"number"'):
                    frame = json.loads(line[6:])
                    self.numbers.append(frame["number"])
                    self.at_s.append(time.monotonic())
                    self.sites = max(self.sites, _sites_known(frame["values"]))
        self.ended.set()


def main() -> None:
    """Serve, listen, end, count, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sites", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--warm-s", type=float, default=20.0, help="Before memory counts.")
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        serve(asked.serve, asked.sites)
        return
    with tempfile.TemporaryDirectory() as folder:
        found = soaked(Path(folder), asked)
    print(json.dumps(found, indent=2))
    sys.exit(0 if found["held"] else 1)


def serve(folder: Path, sites: int) -> None:
    """The service over so many meters; prints its address, then a token."""
    from gridtide.case.real_devices import RealDevices
    from gridtide.case.real_room import read_real, real_room
    from gridtide.doors.api.keeping import Kept
    from gridtide.doors.api.serving import Keys, door_of, serve_room
    from gridtide.loop.beside import Pace
    from gridtide.loop.live import Runner
    from gridtide.stores.sql.service import open_for_service

    clock = WallClock()
    real = read_real(case_of(folder, sites, clock.now()), clock.now)
    meters = {f"{name}-feed": Meter(site=name, clock=clock) for name in names_of(sites)}
    real = replace(real, devices=RealDevices(reach=meters))

    def opened() -> Kept:
        """The room, going on over its store."""
        kept = open_for_service(folder / "db", "soak", folder / "readings")
        room = real_room(real, kept, kept.entries, clock, Pace())
        running = Kept(Runner(room=room), kept, lambda: None)
        running.start()
        return running

    keys = Keys(tokens=None, oidc=None, for_a_demo=("watcher",))
    door, (token,) = door_of("127.0.0.1", 0, None, keys, 1_000.0, clock)
    serve_room(door, opened, clock, lambda address: print(address, token, flush=True))
    print(sum(one.times for one in meters.values()), flush=True)


def names_of(sites: int) -> list[str]:
    """Names of so many sites."""
    return [f"site-{number:02d}" for number in range(sites)]


def case_of(folder: Path, sites: int, now: datetime) -> Path:
    """A case of so many sites with a meter each, whose course holds the present."""
    start = now.replace(hour=0, minute=0, second=0, microsecond=0)
    end = start + timedelta(days=4)
    parts = [CASE.format(start=start.isoformat(), end=end.isoformat())]
    parts += [DEVICE.format(name=name) + hall(name) for name in names_of(sites)]
    path = folder / "case.toml"
    path.write_text("".join(parts))
    return path


def soaked(folder: Path, asked: argparse.Namespace) -> dict[str, object]:
    """What was heard, kept and taken of memory over the whole time."""
    words = [sys.executable, __file__, "--serve", str(folder), "--sites", str(asked.sites)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url, token = process.stdout.readline().split()
            listener = Listener(url, token)
            while _status(f"{url}/readyz") != 200:
                time.sleep(0.2)
            Thread(target=listener.listen, daemon=True).start()
            time.sleep(asked.warm_s)
            before, metrics = _resident_kib(process.pid), [0]
            ends_s = time.monotonic() + 60.0 * asked.minutes
            while time.monotonic() < ends_s:
                time.sleep(min(5.0, max(0.0, ends_s - time.monotonic())))
                metrics.append(_powers(url))
            after, threads = _resident_kib(process.pid), _threads(process.pid)
            ended_s = time.monotonic()
            process.send_signal(signal.SIGTERM)
            times = int(process.stdout.readline())
            process.wait(timeout=60)
            ended_s = time.monotonic() - ended_s
        finally:
            process.kill()
    listener.ended.wait(5.0)
    kept = _kept(folder / "db")
    return _told(listener, (before, after), (threads, ended_s, max(metrics)), (times, kept), asked)


def _told(
    heard: Listener,
    kib: tuple[int, int],
    process: tuple[int, float, int],
    rounds: tuple[int, int],
    asked: argparse.Namespace,
) -> dict[str, object]:
    (before, after), (threads, ended_s, metrics), (times, kept) = kib, process, rounds
    live_s = [one for one in heard.at_s if one > heard.at_s[0] + 1.0]
    gaps_s = [b - a for a, b in pairwise(live_s)]
    lost = heard.numbers[-1] - heard.numbers[0] + 1 - len(heard.numbers)
    read, growth = times * len(QUANTITIES), after / before - 1.0
    late_s = max(gaps_s, default=0.0)
    return {
        "sites": asked.sites,
        "minutes": asked.minutes,
        "threads": threads,
        "frames": len(heard.numbers),
        "frames_lost": lost,
        "frame_gap_max_s": round(late_s, 2),
        "sites_in_a_frame": heard.sites,
        "sites_in_metrics": metrics,
        "readings_read": read,
        "readings_kept": kept,
        "resident_mib_before": round(before / 1024, 1),
        "resident_mib_after": round(after / 1024, 1),
        "growth": round(growth, 4),
        "ended_in_s": round(ended_s, 2),
        "held": lost == 0
        and late_s <= LATE_S
        and kept == read
        and metrics == heard.sites == asked.sites
        and growth <= GROWTH_MAX
        and ended_s <= ENDS_WITHIN_S,
    }


def _sites_known(values: Mapping[str, Any]) -> int:
    """Sites of a frame, where all of their imports are known."""
    if "fleet" in values:
        return int(values["fleet"]["sites"]) if values["fleet"]["import_kw"] is not None else 0
    return sum(one["import_kw"] is not None for one in values.get("sites", ()))


def _status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return int(answer.status)
    except OSError:
        return 0


def _powers(url: str) -> int:
    """Sites whose power /metrics tells."""
    with urllib.request.urlopen(f"{url}/metrics", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    return sum(one.startswith("gridtide_import_watts{") for one in lines)


def _kept(path: Path) -> int:
    with sqlite3.connect(path) as database:
        (rows,) = database.execute("SELECT count(*) FROM readings").fetchone()
    return int(rows)


def _resident_kib(process: int) -> int:
    return int(_said(process, "VmRSS:").split()[0])


def _threads(process: int) -> int:
    return int(_said(process, "Threads:"))


def _said(process: int, key: str) -> str:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(one.removeprefix(key) for one in lines if one.startswith(key)).strip()


if __name__ == "__main__":
    main()
