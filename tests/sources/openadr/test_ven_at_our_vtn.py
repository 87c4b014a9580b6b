"""The VEN and the VTN of the house with each other, over a real socket: an event's whole life."""

import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from gridtide.loop.clock import WallClock
from gridtide.sources.openadr.access import Access
from gridtide.sources.openadr.connection import Connection
from gridtide.sources.openadr.receiver import Receiver
from gridtide.sources.openadr.recorded import RecordedOpenAdr
from gridtide.sources.openadr.ven import Ven
from gridtide.testing.openadr import AGREEMENT
from gridtide.wire.openadr.reports import ReportRequest, ResourceReport
from gridtide.wire.openadr.subscriptions import ObjectOperation, SubscriptionRequest
from gridtide.wire.openadr.values import Interval, IntervalPeriod, ValuesMap

CLIENTS = """
[[client]]
id = "operator"
role = "bl"
secret = "secret of the operator"

[[client]]
id = "north"
role = "ven"
secret = "secret of the north"
targets = ["north"]

[[client]]
id = "south"
role = "ven"
secret = "secret of the south"
targets = ["south"]
"""
COMMAND = (sys.executable, "-u", "-m", "gridtide", "vtn")
BUSINESS = "read_all write_programs write_events write_subscriptions write_vens"


@dataclass(frozen=True)
class Grid:
    """A VTN, its operator, and how others reach it."""

    url: str
    operator: Connection

    def made(self, path: str, **fields: object) -> str:
        """Id of a new object of the operator."""
        answer = self.operator.post(path, fields)
        assert answer.status == 201, answer
        assert isinstance(answer.value, dict)
        return str(answer.value["id"])

    @contextmanager
    def ven(self, name: str) -> Iterator[Ven]:
        """A VEN that asks with its own targets."""
        connection = reached(self.url, name)
        try:
            yield Ven(connection=connection, agreement=AGREEMENT, name=name, targets=(name,))
        finally:
            connection.close()


def reached(url: str, client: str, **said: str) -> Connection:
    """A connection of one client."""
    access = Access(
        url=url, client_id=client, client_secret=f"secret of the {client}", plain_http=True, **said
    )
    return Connection(access, WallClock())


@pytest.fixture(scope="module")
def grid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grid]:
    """`gridtide vtn` in a process of its own."""
    clients: Path = tmp_path_factory.mktemp("vtn") / "clients.toml"
    clients.write_text(CLIENTS)
    process = subprocess.Popen(
        [
            sys.executable,
            "-u",
            "-m",
            "gridtide",
            "vtn",
            "--clients",
            str(clients),
            "--port",
            "0",
            "--allow-loopback-callbacks",
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    with process, process.stdout as said:
        url = said.readline().split()[0]
        operator = reached(url, "operator", scope=BUSINESS)
        try:
            yield Grid(url, operator)
        finally:
            operator.close()
            process.terminate()


def limit(program: str, kw: float, **said: object) -> dict[str, object]:
    """An import limit from now until it is withdrawn."""
    return {
        "programID": program,
        "intervalPeriod": {"start": "0001-01-01", "duration": "P9999Y"},
        "intervals": [{"id": 0, "payloads": [{"type": "IMPORT_CAPACITY_LIMIT", "values": [kw]}]}],
        **said,
    }


def limits_kw(ven: Ven) -> list[float | None]:
    """Import limits over the next hour."""
    return [
        one.kw for one in ven.holding(int(ven.connection.clock.now().timestamp()) + 3600).called
    ]


def test_adr_2_an_event_is_heard_changed_and_discarded_within_one_poll(grid: Grid) -> None:
    """Made, outranked, changed, deleted."""
    program = grid.made("/programs", programName="limits")
    wide = grid.made("/events", **limit(program, 80_000, priority=1))
    with grid.ven("north") as ven:
        assert len(ven.poll().news.new) == 1
        assert limits_kw(ven) == [80_000]
        narrow = grid.made("/events", **limit(program, 60_000, priority=0))
        ven.poll()
        assert limits_kw(ven) == [60_000]
        assert (
            grid.operator.put(f"/events/{narrow}", limit(program, 55_000, priority=0)).status == 200
        )
        assert len(ven.poll().news.changed) == 1
        assert limits_kw(ven) == [55_000]
        assert grid.operator.delete(f"/events/{narrow}").status == 200
        assert len(ven.poll().news.withdrawn) == 1
        assert limits_kw(ven) == [80_000]
        assert grid.operator.delete(f"/events/{wide}").status == 200
        ven.poll()
        assert limits_kw(ven) == []
    grid.operator.delete(f"/programs/{program}")


def test_a_ven_hears_only_what_is_for_its_targets(grid: Grid) -> None:
    """The other one's events are not there."""
    program = grid.made("/programs", programName="targeted")
    event = grid.made("/events", **limit(program, 70_000, targets=["south"]))
    with grid.ven("north") as north, grid.ven("south") as south:
        north.poll()
        south.poll()
        assert limits_kw(north) == []
        assert limits_kw(south) == [70_000]
    grid.operator.delete(f"/events/{event}")


def test_a_ven_registers_and_hands_in_a_report_that_the_operator_reads(grid: Grid) -> None:
    """Twice registered is once there."""
    program = grid.made("/programs", programName="reported")
    event = grid.made("/events", **limit(program, 70_000))
    usage = Interval(
        id=0,
        interval_period=IntervalPeriod(start="2026-11-22T12:00:00Z", duration="PT15M"),
        payloads=(ValuesMap(type="USAGE", values=(15_000.0,)),),
    )
    with grid.ven("north") as ven:
        first, second = ven.register(), ven.register()
        assert first == second
        assert ven.register_resource(first, "hall") == ven.register_resource(first, "hall")
        report = ReportRequest(
            event_id=event,
            client_name="north",
            resources=(ResourceReport(resource_name="hall", intervals=(usage,)),),
        )
        handed_in = ven.report(report)
    told, _ = grid.operator.everything("/reports")
    assert [one["id"] for one in told if isinstance(one, dict)] == [handed_in.id]
    assert handed_in.resources == report.resources
    grid.operator.delete(f"/events/{event}")


def test_a_change_is_called_back_and_followed_before_the_next_poll(grid: Grid) -> None:
    """The VTN asks for the echo, shows the token, and tells of making and deleting."""
    program = grid.made("/programs", programName="called back")
    with grid.ven("north") as ven, Receiver("hush") as receiver:
        ven.poll()
        subscription = ven.subscribe(
            SubscriptionRequest(
                client_name="north",
                object_operations=(
                    ObjectOperation(
                        objects=("EVENT",),
                        operations=("CREATE", "UPDATE", "DELETE"),
                        callback_url=receiver.url,
                        bearer_token="hush",
                    ),
                ),
            )
        )
        event = grid.made("/events", **limit(program, 60_000))
        assert receiver.wait(10.0)
        assert [len(ven.hear(one).new) for one in receiver.taken()] == [1]
        assert limits_kw(ven) == [60_000]
        grid.operator.delete(f"/events/{event}")
        assert receiver.wait(10.0)
        assert [len(ven.hear(one).withdrawn) for one in receiver.taken()] == [1]
        assert limits_kw(ven) == []
        assert ven.connection.delete(f"/subscriptions/{subscription.id}").status == 200


def test_the_command_follows_calls_back_between_polls_and_gives_the_subscription_up(
    grid: Grid, tmp_path: Path
) -> None:
    """It shows the change within its poll interval, records it, and leaves nothing behind when it is stopped."""
    program = grid.made("/programs", programName="followed")
    (tmp_path / "secret").write_text("secret of the north")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{free.getsockname()[1]}"
    options = [
        "--client-id",
        "north",
        "--client-secret-file",
        str(tmp_path / "secret"),
        "--plain-http",
    ]
    called = ["--callback-url", f"http://{place}/", "--listen", place, "--every", "3600"]
    record = tmp_path / "vtn.jsonl"
    process = subprocess.Popen(
        [*COMMAND[:-1], "ven", grid.url, *options, *called, "--record", str(record)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    late = threading.Timer(60.0, process.kill)
    late.start()
    with process, process.stdout as said:
        assert "answered" in said.readline()
        event = grid.made("/events", **limit(program, 61_000))
        assert any("import_limit 61,000 kW" in line for line in said)
        late.cancel()
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
    assert grid.operator.everything("/subscriptions")[0] == []
    (call,) = RecordedOpenAdr(path=record, zone="Z").calls()
    assert call.import_max_kw == 61_000
    grid.operator.delete(f"/events/{event}")
