"""Services over real devices: every fault of their tables at once, and a room whose splits become replicas."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gridtide.case.real_room import read_real, real_room
from gridtide.case.real_services import SPLIT
from gridtide.finding import BadInput
from gridtide.fleet.device import HoldsImport, RenewsLeases, RouteReading, StoresEnergy
from gridtide.fleet.site_act import Route
from gridtide.loop.clock import DrivenClock
from gridtide.stores.sql.service import open_for_service
from gridtide.testing.one_hall import hall
from gridtide.trust.people import Person, Role

START = datetime(2026, 12, 1, tzinfo=UTC)
HEAD = """
[case]
name = "two places"
start = 2026-12-01T00:00:00Z
end = 2026-12-03T00:00:00Z
currency = "CNY"

[planning]
forecaster = "published"

[[class]]
name = "train"
value_per_accelerator_h = 15.0

[autonomy]
share_max = 1.0
moved_max_kw = { north = 900, south = 900 }
jobs_max_per_day = 5
hold_max_h = 24

[network]
origins = ["users"]
latency = [
  { origin = "users", site = "north", ms = 5 },
  { origin = "users", site = "south", ms = 5 },
]

[[service]]
name = "chat"
latency_max_s = 2.0
value_per_request = 0.01

[[service.place]]
site = "north"
pool = "hall"
requests_per_accelerator_s = 10.0
time_to_first_token_s = 0.2
home = 1.0

[[service.place]]
site = "south"
pool = "hall"
requests_per_accelerator_s = 10.0
time_to_first_token_s = 0.2

[[demand]]
service = "chat"
origin = "users"
mean_per_s = 40
swing = 0.1

[[signal]]
zone = "N"
price_mean_per_mwh = 900
price_swing_per_mwh = 0

[[signal]]
zone = "S"
price_mean_per_mwh = 100
price_swing_per_mwh = 0
"""
METERS = """
[[device]]
name = "north-feed"
kind = "modbus-meter"
meters = { feed = "north grid", chat = "north chat" }
host = "127.0.0.1"

[[device]]
name = "south-feed"
kind = "modbus-meter"
meters = { feed = "south grid" }
host = "127.0.0.1"
"""
SERVICES = """
[[device]]
name = "cluster"
kind = "keda"
replicas = { chat-n = "chat at north/hall", chat-s = "chat at south/hall" }
accelerators_per_replica = 2

[[device]]
name = "requests"
kind = "request-rates"
requests = { chat-prod = "chat" }
path = "rates.json"
every_s = 1
"""


def a_case(folder: Path, *parts: str) -> Path:
    """A case of these parts."""
    (folder / "case.toml").write_text("\n".join((HEAD, hall("north"), hall("south", "S"), *parts)))
    return folder / "case.toml"


def faults(path: Path) -> str:
    """What is wrong with it."""
    with pytest.raises(BadInput) as refused:
        read_real(path, lambda: START)
    return str(refused.value)


def test_every_fault_of_a_service_over_devices_is_said_at_once(tmp_path: Path) -> None:
    """Nobody who measures or scales, a place that answers nothing, a service that is none, two for one."""
    told = faults(a_case(tmp_path, METERS))
    for said in (
        "service[1]: chat: nobody measures its requests",
        "service[1]: chat at north/hall: nobody runs its replicas",
        "service[1]: chat at south/hall: nobody runs its replicas",
    ):
        assert said in told, told
    wrong = SERVICES.replace("south/hall", "north/hall").replace('"chat" }', '"draw" }')
    told = faults(a_case(tmp_path, METERS, wrong))
    for said in (
        "device[3].replicas: chat at north/hall; one device; device[3] has it",
        "device[4].requests.chat-prod: draw",
        "chat at south/hall: nobody runs its replicas",
    ):
        assert said in told, told
    told = faults(a_case(tmp_path, METERS, SERVICES.replace('"keda"', '"slurm"')))
    assert "device[3].partitions: is missing" in told
    told = faults(a_case(tmp_path, METERS, SERVICES, 'stores = { a = "north" }'))
    assert "device[4]: stores" in told


def test_an_agent_may_have_what_is_led(tmp_path: Path) -> None:
    """Its store, its queue and its cluster are led by the names of the loop; what it does not have is said."""
    battery = "\n[site.battery]\nenergy_kwh = 9\ncharge_max_kw = 9\ndischarge_max_kw = 9\n"
    agent = """
[[device]]
name = "far"
kind = "agent"
token_file = "token"
devices = "feed battery slurm cluster"
meters = { hall = "south grid" }
stores = { battery = "south" }
places = { slurm = "south/hall" }
replicas = { "cluster deployments/ai/chat" = "chat at south/hall" }
"""
    (tmp_path / "token").write_text("a secret\n")
    north = METERS.split("[[device]]")[1]
    own = SERVICES.replace(', chat-s = "chat at south/hall"', "")
    path = a_case(tmp_path, battery, f"[[device]]{north}", own, agent)
    reach = read_real(path, lambda: START).devices.reach
    assert sorted(reach) == ["far feed", "far-slurm", "north-feed", SPLIT, "south store"]
    path.write_text(path.read_text().replace('"feed battery', '"feed cell'))
    assert "device[4].stores: battery; devices of the agent: feed, cell" in faults(path)
    path.write_text(path.read_text().replace('"cluster deploy', '"cloud deploy'))
    assert "device[4].replicas: cloud deployments/ai/chat" in faults(path)


def test_a_store_may_hold_its_sites_import(tmp_path: Path) -> None:
    """By the meter of the connection; nothing but a store can, and a line of set-points moves another store."""
    battery = "\n[site.battery]\nenergy_kwh = 9\ncharge_max_kw = 9\ndischarge_max_kw = 9\n"
    store = """
[[device]]
name = "battery"
kind = "modbus-battery"
host = "127.0.0.1"
store = "south"
holds_import = true
"""
    path = a_case(tmp_path, battery, METERS, SERVICES, store)
    reach = read_real(path, lambda: START).devices.reach
    assert isinstance(reach["south"], HoldsImport)
    assert isinstance(reach["south store"], StoresEnergy)
    assert isinstance(reach["south store"], RenewsLeases)
    line = '[[setpoint]]\nsite = "south"\nline = "iec104"\nport = 2404\noffer_kw = 5\n'
    told = faults(
        a_case(tmp_path, battery, METERS + "holds_import = true\n", SERVICES, store, line)
    )
    assert "device[2].holds_import: true; of a store" in told
    assert "setpoint[1]: south, whose store holds_import" in told


@dataclass
class Rates:
    """What a Prometheus of the case would answer, in a file."""

    folder: Path
    clock: DrivenClock
    there: dict[str, float] = field(default_factory=lambda: {"north/hall": 60.0, "south/hall": 0.0})

    def write(self) -> None:
        """As it is now."""
        labels = {"service": "chat-prod", "origin": "users"}
        at_s = self.clock.now().timestamp()
        result = [
            {"metric": labels | {"place": place}, "value": [at_s, str(per_s)]}
            for place, per_s in self.there.items()
        ]
        answer = {"status": "success", "data": {"resultType": "vector", "result": result}}
        (self.folder / "rates.json").write_text(json.dumps(answer))


def test_a_service_that_may_answer_slower_runs_fewer_replicas_where_all_of_it_may(
    tmp_path: Path,
) -> None:
    """As its slower point of the case says, within its tolerance, with the reserve of the place; half of it is not told
    apart from the rest, so that all of it is answered in time."""
    point = """
[[service.place.point]]
requests_per_accelerator_s = 15.0
time_to_first_token_s = 0.3
it_kw_per_accelerator = 20.0
"""
    tolerant = "latency_max_s = 2.0\ndelay_tolerance = 0.5"
    head = HEAD.replace("latency_max_s = 2.0", tolerant).replace(
        "home = 1.0\n", "home = 1.0\n" + point
    )
    case = tmp_path / "case.toml"
    case.write_text("\n".join((head, hall("north"), hall("south", "S"), METERS, SERVICES)))
    wanted = read_real(case, lambda: START).devices.wanted
    assert wanted is not None
    heard = RouteReading(
        service="chat", origin="users", asked_per_s=60.0, answered_per_s=(), p50_s=(), p95_s=(), measured_at=START
    )  # fmt: skip
    home = (("north/hall", 1.0), ("south/hall", 0.0))
    for slow, replicas, number in ((0.0, 4, 0), (1.0, 3, 1), (0.5, 4, 0)):
        slower = ((("north/hall", slow),),)
        told = Route(
            service="chat",
            origin="users",
            shares=home,
            slower=slower,
            until=START + timedelta(hours=1),
        )
        found = wanted.of("chat", [told], [heard], START)
        assert found is not None
        assert (found["north/hall"].replicas, found["north/hall"].slower) == (replicas, number)


def test_a_split_of_the_plan_becomes_replicas_and_follows_what_is_measured(tmp_path: Path) -> None:
    """Nobody is told a number without people. Approved, the south, where power is cheap, is asked for as
    many replicas as answer it all; the north keeps those that its requests need until they are answered elsewhere."""
    clock = DrivenClock(START + timedelta(minutes=2))
    rates = Rates(tmp_path, clock)
    rates.write()
    real = read_real(a_case(tmp_path, METERS, SERVICES), clock.now)
    kept = open_for_service(tmp_path / "db", "test", tmp_path / "readings")
    reach = {SPLIT: real.devices.reach[SPLIT]}
    devices: Any = type(real.devices)(reach=reach, wanted=real.devices.wanted)
    object.__setattr__(real, "devices", devices)
    room = real_room(real, kept, kept.entries, clock)
    room.go_on()
    (asked,) = room.proposals()
    assert room.world.others == {}
    clock.present += timedelta(seconds=2)
    rates.write()
    zhao = Person(name="zhao", role=Role.APPROVER)
    assert room.approve(str(asked["id"]), str(asked["digest"]), zhao, "cheap").held
    room.go_on()
    assert room.replicas("chat") is None  # what was measured is of a quarter of an hour ago
    clock.present += timedelta(seconds=2)
    rates.write()
    found = room.replicas("chat")
    assert found is not None
    # 60 requests a second need 6 accelerators and their reserve, two in each replica
    assert (found["north/hall"].replicas, found["south/hall"].replicas) == (4, 4)
    assert found["south/hall"].requests_per_s == 60.0
    rates.there = {"north/hall": 0.0, "south/hall": 60.0}
    rates.write()
    clock.present += timedelta(seconds=2)
    found = room.replicas("chat")
    assert found is not None and found["north/hall"].replicas == 0
    assert any("chat" in sentence for sentence in room.close())
    kept.close()
