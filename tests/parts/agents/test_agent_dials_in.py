"""A site's agent dials into `gridtide serve`: what its devices read is in the room, and it is no person."""

import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from service_process import Running, token_file

from gridtide.testing.real_site import LOAD_KW, a_case, a_meter, eventually, metered, serving

pytestmark = pytest.mark.parts
DEVICES = """
[[device]]
name = "hohhot"
kind = "agent"
token_file = "token"
devices = "feed"
meters = { hall = "north grid" }
stale_s = 5
"""
AGENT = """
name = "hohhot"
zone = "UTC"
silent_after_s = 3

[brain]
url = "{url}"
token_file = "token"
plain_http = true

[[device]]
name = "feed"
kind = "modbus-meter"
called = "hall"
host = "127.0.0.1"
port = {port}
"""


@contextmanager
def agent(config: Path) -> Iterator[None]:
    """`gridtide agent`, killed at the end."""
    command = [sys.executable, "-m", "gridtide", "agent", str(config)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield
        finally:
            process.kill()


def refused(url: str, token: str) -> int:
    """The status of a poll with a token."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    asked = urllib.request.Request(url, b"{}", headers)
    with pytest.raises(urllib.error.HTTPError) as answer, urllib.request.urlopen(asked):
        pass
    with answer.value:
        return answer.value.code


def silent(room: Running) -> Any:
    """What the room says of the device behind the agent where it is not heard."""
    said = room.ask("/api/state")[1]
    return said.get("silent", {}).get("hohhot feed: power")


def test_an_agent_that_dials_in_is_read_and_one_that_dies_is_named(tmp_path: Path) -> None:
    """Its meter is the site's; killed, it is silent. No person's token opens its line, nor its token the doors of
    people."""
    _, texts = token_file(tmp_path)
    (tmp_path / "token").write_text("a secret of hohhot\n")
    a_case(tmp_path, DEVICES)
    with a_meter() as port, serving(tmp_path, texts, "log") as room:
        (tmp_path / "agent.toml").write_text(AGENT.format(url=room.url, port=port))
        with agent(tmp_path / "agent.toml"):
            assert refused(f"{room.url}/agents/hohhot/line", texts["admin"]) == 401
            assert refused(f"{room.url}/agents/elsewhere/line", "a secret of hohhot") == 401
            assert refused(f"{room.url}/api/freeze", "a secret of hohhot") == 401
            eventually(lambda: room.ask("/healthz")[1]["room"] == "open")
            assert LOAD_KW[0] < eventually(lambda: metered(room)) < LOAD_KW[1]
            assert silent(room) is None
        assert "hohhot" in eventually(lambda: silent(room))
        assert room.ended() == 0
