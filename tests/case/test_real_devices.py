"""A case that names real devices: every fault at once, and a room that leads them by the words of the loop."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gridtide.case import real_devices
from gridtide.case.devices import device_of
from gridtide.case.load import read_case
from gridtide.case.real_room import read_real
from gridtide.doors.cli import exit_code
from gridtide.finding import BadInput
from gridtide.loop.clock import DrivenClock
from gridtide.testing.one_hall import hall
from gridtide.testing.one_real_hall import (
    DEVICES,
    HEAD,
    JOBS,
    START,
    Feed,
    Queue,
    a_case,
    opened,
    over,
)
from gridtide.trust.modes import Mode
from gridtide.trust.people import Person, Role

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "real_devices.toml"
SITE = hall("north")


def faults(path: Path) -> str:
    """What is wrong with a case and its devices."""
    with pytest.raises(BadInput) as refused:
        read_real(path, lambda: START)
    return str(refused.value)


def test_the_example_names_every_device_under_what_it_is_told_about() -> None:
    """Schedulers and meters by their names, a store as its site's; none is asked anything."""
    real = read_real(EXAMPLE, lambda: START)
    names = "suzhou-feed suzhou-slurm zhangbei-feed zhangbei-slurm"
    assert sorted(real.devices.reach) == ["Zhangbei store", *names.split()]
    led = real.devices.points["zhangbei-slurm"].boards
    assert {node: group.units for node, group in led.groups.items()} == {
        "gpu-01": ("GPU-6f8b", "GPU-77a1"),
        "gpu-02": ("GPU-91c0", "GPU-d2e4"),
    }
    assert [(one.name, one.bound.cap_kw) for one in led.menu] == [("full", None), ("500 W", 0.5)]
    assert (real.envelope.share_max, real.envelope.at("Suzhou")) == (0.05, 0.0)


def test_every_fault_of_the_tables_is_said_at_once(tmp_path: Path) -> None:
    """Places, stores and quantities that are not there, two for one subject, a site without a meter, a table for
    nothing."""
    battery = "[site.battery]\nenergy_kwh = 9\ncharge_max_kw = 9\ndischarge_max_kw = 9\n"
    more = """
[[device]]
name = "slurm"
kind = "slurm"
place = "north/cellar"

[[device]]
name = "other"
kind = "slurm"
place = "north/hall"

[[device]]
name = "b"
kind = "modbus-battery"
store = "south"

[[device]]
name = "m"
kind = "modbus-meter"
meters = { a = "north heat", b = "south grid" }

[[device]]
name = "idle"
kind = "modbus-meter"
"""
    told = faults(a_case(tmp_path, SITE, battery, DEVICES.replace("north grid", "north IT"), more))
    for said in (
        "device[3].name: slurm; one device; device[1] has it",
        "device[3].place: north/cellar; one of north/hall",
        "device[4].place: north/hall; one device; device[1] has it",
        "device[5].store: south; one of north",
        "device[6].meters.a: north heat",
        "device[6].meters.b: south grid",
        "device[7]: none; one of place, meters, store, hall, cold_store, plant, replicas, requests, points",
        "site[1]: north has no meter at its connection",
        "site[1]: north has a store and no device",
    ):
        assert said in told, told


def test_keys_of_a_kind_and_bounds_of_the_envelope_are_said_together(tmp_path: Path) -> None:
    """A key that is lacking, one that is none, a kind that is none, one that cannot do it, a site that is none."""
    devices = (
        DEVICES.replace('partitions = "low"', 'pace = "low"')
        .replace('"modbus-meter"', '"slurm"\npartitions = "low"')
        .replace('host = "127.0.0.1"', "")
    )
    more = "[autonomy]\nmoved_max_kw = { south = 3 }\nfrom_h = 1.1\n"
    more += '[[device]]\nname = "x"\nkind = "abacus"\nmeters = { x = "north IT" }\n'
    more += '[[device]]\nname = "far"\nkind = "agent"\ntoken_file = "none"\ndevices = "gpus"\n'
    told = faults(a_case(tmp_path, SITE, devices, more))
    for said in (
        "device[1].pace: is no key of this kind",
        "device[1].partitions: is missing",
        "device[2].meters: kind slurm; a meter",
        "device[3].kind: abacus",
        "device[4] token_file",
        "autonomy.moved_max_kw.south: 3; one of north",
        "envelope from_h: 1.1",
    ):
        assert said in told, told


def test_set_points_lead_no_store_that_an_agent_ends(tmp_path: Path) -> None:
    """It knows nothing of them; a store with a lease register of its own is led."""
    battery = "[site.battery]\nenergy_kwh = 9\ncharge_max_kw = 9\ndischarge_max_kw = 9\n"
    more = (
        '[[device]]\nname = "b"\nkind = "modbus-battery"\nstore = "north"\nhost = "127.0.0.1"\n{}'
    )
    line = '\n[[setpoint]]\nsite = "north"\nline = "iec104"\nport = 0\noffer_kw = 4\n'
    parts = (SITE, battery, DEVICES)
    told = faults(a_case(tmp_path, *parts, more.format("agent = true\n"), line))
    assert "setpoint[1]: north, whose store has agent = true" in told
    (led,) = read_real(a_case(tmp_path, *parts, more.format(""), line), lambda: START).lines
    assert (led.site, led.up_kw) == ("north", 4.0)


def test_a_room_over_real_devices_needs_a_store(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is told must be written down, and no clock but the wall's leads it."""
    (tmp_path / "case.toml").write_text("\n".join((HEAD, SITE, DEVICES)))
    words = ["serve", str(tmp_path / "case.toml"), "--port", "0"]
    assert exit_code([*words, "--speed", "60"]) == 2
    told = capsys.readouterr().err
    assert "--store: is missing" in told
    assert "--speed: 60; none" in told


def test_a_case_with_devices_is_still_a_case(tmp_path: Path) -> None:
    """Without any it is as it was; with some it reads as before."""
    assert read_case(a_case(tmp_path, SITE)).device == ()
    assert [one.name for one in read_case(a_case(tmp_path, SITE, DEVICES)).device] == [
        "slurm",
        "feed",
    ]


def test_a_room_gives_a_real_queue_its_begin_times_once_two_people_let_it(tmp_path: Path) -> None:
    """In advise nothing is told; in act the job that waits gets the start of the cheap hours, by its scheduler's own
    id; the next room takes that up and tells nothing twice; meters that are a second late count."""
    envelope = "[autonomy]\nshare_max = 1.0\nmoved_max_kw = { north = 500 }\n"
    envelope += "jobs_max_per_day = 5\nhold_max_h = 24\n"
    clock = DrivenClock(START + timedelta(minutes=2))
    queue = Queue(clock)
    read = read_real(a_case(tmp_path, SITE, DEVICES, JOBS, envelope), clock.now)
    real = over(read, queue, Feed(clock))
    room, kept = opened(real, tmp_path, clock)
    room.go_on()
    assert (queue.begins, room.newest().values["simulated"]) == ([], None)
    (asked,) = room.proposals()
    assert "slurm-a7" in json.dumps(asked)
    sites: Any = room.newest().values["sites"]
    (site,) = sites
    assert (site["import_kw"], site["export_kw"]) == (120.0, 0.0)
    for name in ("li", "zhao"):
        room.change_mode("act", Person(name=name, role=Role.APPROVER), "it did well")
    assert room.desk.autonomy.mode is Mode.ACT
    kept.close()
    clock.present += timedelta(minutes=1)
    again, kept = opened(real, tmp_path, clock)
    again.go_on()
    (begins,) = queue.begins
    assert START + timedelta(hours=6) <= begins < START + timedelta(hours=12)
    assert again.newest().values["alarms"] == []
    kept.close()
    third, kept = opened(real, tmp_path, clock)
    third.go_on()
    assert len(queue.begins) == 1
    assert third.epoch == 3
    kept.close()


def test_a_device_is_given_the_lease_that_its_table_states(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`lease_s` is that of boards where a table leads some, else the device's own; its default where none is stated."""
    given: dict[str, dict[str, object]] = {}

    def heard(kind: str, own: dict[str, object], *rest: Any) -> object:
        given[rest[-1]] = own
        return device_of(kind, own, *rest)

    monkeypatch.setattr(real_devices, "device_of", heard)
    battery = "[site.battery]\nenergy_kwh = 9\ncharge_max_kw = 9\ndischarge_max_kw = 9\n"
    store = '\n[[device]]\nname = "bat"\nkind = "modbus-battery"\nhost = "::1"\nstore = "north"\n'
    feed = '\n[[device]]\nname = "feed"\nkind = "modbus-meter"\nhost = "::1"\n'
    feed += 'meters = { feed = "north grid" }\n'
    for lease in ("lease_s = 30\n", ""):
        read_real(a_case(tmp_path, SITE, battery, store + lease, feed), lambda: START)
        assert given["north store"].get("lease_s") == (30.0 if lease else None)
