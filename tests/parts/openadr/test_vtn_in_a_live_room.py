"""`gridtide serve` asks a VTN while it runs: what the operator calls for is in the room, and gone when taken back."""

import json
import urllib.request
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from service_process import Running, token_file
from vtn_process import SECRETS, vtn_process
from vtn_process import Running as Vtn

from gridtide.loop.clock import WallClock
from gridtide.testing.real_site import a_case, a_meter, eventually, feed, serving

pytestmark = pytest.mark.parts
TABLES = """
[[openadr]]
site = "north"
path = "vtn.jsonl"
url = "{url}"
every_s = 1
client_id = "ven-a"
secret_file = "secret"
"""


def asked(vtn: Vtn, method: str, path: str, body: object = None) -> Any:
    """What business logic asks of the VTN."""
    headers = {
        "Authorization": f"Bearer {vtn.token('operator')}",
        "Content-Type": "application/json",
    }
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(vtn.url + path, data, headers, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def calls(room: Running) -> list[tuple[str, str]]:
    """Site and kind of the calls that the room knows."""
    return [(one["site"], one["kind"]) for one in room.ask("/api/ahead")[1].get("calls", [])]


def last_line(folder: Path) -> str:
    """What the recording ends with."""
    return (folder / "vtn.jsonl").read_text().splitlines()[-1]


def silent(room: Running) -> str:
    """What the room says of a VTN that does not answer."""
    return str(room.ask("/api/state")[1]["silent"].get("openadr[1] vtn.jsonl", ""))


def test_a_limit_of_the_vtn_is_heard_while_the_room_runs_and_ends_with_its_event(
    tmp_path: Path,
) -> None:
    """A step later it is decided by; what is taken back is heard within some polls, and a VTN that is gone is named."""
    _, texts = token_file(tmp_path)
    (tmp_path / "secret").write_text(SECRETS["ven-a"])
    with a_meter() as port, ExitStack() as gone:
        vtn = gone.enter_context(vtn_process(tmp_path))
        a_case(tmp_path, feed(port) + TABLES.format(url=vtn.url))
        with serving(tmp_path, texts, "log") as room:
            eventually(lambda: room.ask("/healthz")[1]["room"] == "open")
            eventually(lambda: room.ask("/api/ahead")[1].get("edges"))
            assert calls(room) == []
            program = asked(
                vtn,
                "POST",
                "/programs",
                {"objectType": "PROGRAM_BL_REQUEST", "programName": "limits"},
            )
            at = WallClock().now().replace(microsecond=0) + timedelta(minutes=10)
            event = {
                "objectType": "EVENT_REQUEST",
                "programID": program["id"],
                "intervalPeriod": {
                    "start": at.isoformat().replace("+00:00", "Z"),
                    "duration": "PT1H",
                },
                "payloadDescriptors": [
                    {
                        "objectType": "EVENT_PAYLOAD_DESCRIPTOR",
                        "payloadType": "IMPORT_CAPACITY_LIMIT",
                        "units": "KW",
                    }
                ],
                "intervals": [
                    {"id": 0, "payloads": [{"type": "IMPORT_CAPACITY_LIMIT", "values": [700.0]}]}
                ],
            }
            made = asked(vtn, "POST", "/events", event)
            assert eventually(lambda: calls(room), 75.0) == [("north", "capacity-limit")]
            assert silent(room) == ""
            asked(vtn, "DELETE", f"/events/{made['id']}")
            eventually(lambda: '"events": []' in last_line(tmp_path))
            gone.close()
            assert vtn.url in eventually(lambda: silent(room))
    lines = (tmp_path / "vtn.jsonl").read_text().splitlines()
    assert len(lines) < 8
