"""`gridtide serve` as a process beside whoever writes its sources: a file that changes, an address that does."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from service_process import token_file

from gridtide.loop.clock import WallClock
from gridtide.testing.loopback_http import Quiet, on_loopback
from gridtide.testing.one_hall import hall
from gridtide.testing.real_site import a_case, a_meter, eventually, feed, serving

pytestmark = pytest.mark.parts
SOUTH = """
[[signal]]
zone = "S"
source = "table"
path = "south.csv"
currency = "CNY"
published = "tariff"
url = "{url}"
every_s = 1
secret_file = "secret"
"""


class Prices(Quiet):
    """Gives what `said` has to whoever shows the token."""

    said: ClassVar[str] = ""

    def do_GET(self) -> None:
        """One answer."""
        shown = self.headers["Authorization"] == "Bearer of-prices"
        self.give(200 if shown else 401, type(self).said.encode() if shown else b"")


@contextmanager
def published(said: str) -> Iterator[str]:
    """A server of prices on this machine."""
    Prices.said = said
    with on_loopback(Prices) as address:
        yield f"{address}/prices.csv"


def everywhere(folder: Path, value: float) -> str:
    """The hours of the prices of a folder with one value."""
    rows = (folder / "prices.csv").read_text().splitlines()[1:]
    return "\n".join(["time,price_per_mwh", *(f"{row.split(',')[0]},{value}" for row in rows), ""])


def test_what_a_file_and_an_address_say_anew_is_decided_by(tmp_path: Path) -> None:
    """Both are there at the next turn, though the period of the case was over before; what is no table is named, and
    what was said last goes on to count."""
    _, texts = token_file(tmp_path)
    (tmp_path / "secret").write_text("of-prices\n")
    with a_meter() as port:
        a_case(tmp_path, "")
        with published(everywhere(tmp_path, 111)) as url:
            case = tmp_path / "case.toml"
            devices = feed(port) + feed(port, "south", "other") + SOUTH.format(url=url)
            over = WallClock().now() - timedelta(hours=1)
            ended = f"end = {over:%Y-%m-%dT%H}:00:00Z"
            text = re.sub(r"(?m)^end = .*$", ended, case.read_text())
            case.write_text(text + hall("south", zone="S") + devices)
            with serving(tmp_path, texts, "log") as room:
                room.wait_until_ready()

                def shown() -> list[Any]:
                    """The prices by which the newest turn decided."""
                    sites = room.ask("/api/frame")[1]["values"].get("sites", [])
                    return [site["price_per_mwh"] for site in sites]

                eventually(lambda: shown() == [2000.0, 111.0])
                Prices.said = everywhere(tmp_path, 222)
                (tmp_path / "prices.csv").write_text(everywhere(tmp_path, 333))
                eventually(lambda: shown() == [333.0, 222.0], 75.0)
                (tmp_path / "prices.csv").write_text("<html>down for maintenance</html>")
                Prices.said = ""
                silent = eventually(
                    lambda: len(found := room.ask("/api/state")[1]["silent"]) == 2 and found
                )
                assert {name.partition(" ")[2] for name in silent} == {"prices.csv", "south.csv"}
                assert shown() == [333.0, 222.0]
                log = (tmp_path / "log").read_text()
                assert "of-prices" not in log + str(room.ask("/api/audit?count=50"))
