"""A case of one real site, `gridtide serve` on it in a process of its own, and a Modbus meter in another."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from gridtide.loop.clock import WallClock
from gridtide.testing.one_hall import hall
from gridtide.testing.served import Running, running

LOAD_KW = (630.0, 650.0)
"""Between these the meter reads."""
CASE = """
[case]
name = "one real site"
start = {start}
end = {end}
step_min = 1
currency = "CNY"

[planning]
forecaster = "published"
plan_h = 6
replan_h = 1

[autonomy]
share_max = 1.0
moved_max_kw = {{ north = 1000.0 }}
jobs_max_per_day = 50
hold_max_h = 12

[[class]]
name = "train"
value_per_accelerator_h = 15.0

[[signal]]
zone = "N"
kinds = ["temperature_c", "relative_humidity", "carbon_average_g_per_kwh"]

[[signal]]
zone = "N"
source = "table"
path = "prices.csv"
currency = "CNY"
published = "tariff"
"""


def a_case(folder: Path, devices: str, cheap_at: datetime | None = None) -> None:
    """The case with its devices, its dear hours first. cheap_at: when those end, on a step of a minute; within the
    hour by default."""
    now = WallClock().now().replace(microsecond=0)
    if cheap_at is None:
        start = now.replace(minute=0, second=0) - timedelta(hours=2)
        row, cheap_at = timedelta(hours=1), now + timedelta(hours=1)
    else:
        start, row = cheap_at - timedelta(hours=2), timedelta(minutes=1)
    end = start + timedelta(hours=36)
    times = [start + row * number for number in range(timedelta(hours=48) // row)]
    rows = [f"{at.isoformat()},{2000 if at < cheap_at else 10}" for at in times]
    (folder / "prices.csv").write_text("time,price_per_mwh\n" + "\n".join(rows))
    text = CASE.format(start=start.isoformat(), end=end.isoformat())
    (folder / "case.toml").write_text(text + hall("north") + devices)


def feed(port: int, site: str = "north", name: str = "feed", more: str = "") -> str:
    """The table of a Modbus meter at the connection of a site. more: keys besides."""
    return f"""
[[device]]
name = "{name}"
kind = "modbus-meter"
meters = {{ {name} = "{site} grid" }}
host = "127.0.0.1"
port = {port}
{more}"""


@contextmanager
def a_meter() -> Iterator[int]:
    """The port of a Modbus meter."""
    command = [sys.executable, "-m", "gridtide.testing.modbus_plant", "meter"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


@contextmanager
def serving(folder: Path, texts: dict[str, str], name: str) -> Iterator[Running]:
    """`gridtide serve` on the case of a folder; its log has a name."""
    words = ["--port", "0", "--tokens", str(folder / "tokens.toml"), "--store", str(folder / "db")]
    command = [sys.executable, "-u", "-m", "gridtide", "serve", str(folder / "case.toml"), *words]
    with running(command, texts, folder / name) as found:
        yield found


def eventually(found: Callable[[], Any], within_s: float = 40.0) -> Any:
    """What is found once it is there."""
    until_s = time.monotonic() + within_s
    while not (value := found()):
        assert time.monotonic() < until_s, "it did not come in time"
        time.sleep(0.1)
    return value


def metered(room: Running) -> Any:
    """Import of the site in the newest frame, which comes between step edges too."""
    sites = room.ask("/api/frame")[1]["values"].get("sites") or [{}]
    return sites[0].get("import_kw")
