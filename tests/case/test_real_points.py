"""Boards of a case that are told operating points: every fault of their tables at once, and who leads which board."""

from datetime import timedelta
from pathlib import Path

import pytest

from gridtide.case.real_room import read_real
from gridtide.finding import BadInput
from gridtide.testing.one_hall import hall
from gridtide.testing.one_real_hall import DEVICES, START, a_case

SITE = hall("north")
ECO = """
[[site.pool.point]]
name = "eco"
speed = 0.8
busy_kw_per_accelerator = 14.0
cap_kw = 0.4
"""


def gpus(more: str, name: str = "gpus") -> str:
    """The table of a power agent."""
    return f'''
[[device]]
name = "{name}"
kind = "power-agent"
path = "{name}.sock"
{more}
'''


def faults(path: Path) -> str:
    """What is wrong with a case and its devices."""
    with pytest.raises(BadInput) as refused:
        read_real(path, lambda: START)
    return str(refused.value)


def test_every_fault_of_boards_is_said_at_once(tmp_path: Path) -> None:
    """Two devices for one place, a board with two, a node without any, more boards than accelerators, a place that is
    none, boards of nothing, a pool without points."""
    many = " ".join(f"g{number}" for number in range(20))
    more = (
        gpus('points = "north/hall"')
        + gpus('points = "north/hall"\nboards = { n1 = "a b", n2 = "" }', "second")
        + gpus(f'points = "north/hall"\nboards = {{ n1 = "a", n3 = "{many}" }}', "third")
        + gpus('points = "north/cellar"', "fourth")
        + gpus('meters = { a = "north IT" }\nboards = { n1 = "x" }', "fifth")
        + gpus('points = "south/hall"', "sixth")
    )
    told = faults(a_case(tmp_path, SITE, ECO, hall("south"), DEVICES, more))
    for said in (
        "device[3].points: north/hall; one device, or boards of each node; device[4].points leads it too",
        "device[4].boards.n2: no board",
        "device[5].points: board a; one device; device[4].points has it",
        "device[5].points: north/hall n1; one device; device[4].points has it",
        "device[5].points: 21 boards; at most 16, the accelerators of north/hall",
        "device[6].points: north/cellar; one of north/hall, south/hall",
        "device[7].boards: of a device that leads no points",
        "device[8].points: south/hall has none; a pool with operating points",
    ):
        assert said in told, told


def test_points_want_boards_a_scheduler_that_gives_time_and_something_to_be_told(
    tmp_path: Path,
) -> None:
    """A pool with points and nobody for its boards; slurmrestd, which gives no more time; a point that says nothing of
    its boards; what caps none."""
    assert "pool north/hall: has points, and nobody tells its boards" in faults(
        a_case(tmp_path, SITE, ECO, DEVICES)
    )
    rest = DEVICES.replace('"slurm"\nplace', '"slurm-rest"\nurl = "http://127.0.0.1:1"\nplace')
    silent = ECO.replace("cap_kw = 0.4\n", "")
    told = faults(a_case(tmp_path, SITE, silent, rest, gpus('points = "north/hall"')))
    for said in (
        "point eco of north/hall: says nothing of its boards; cap_kw, highest_mhz or both",
        "points of north/hall: slurm, which ends work at its limit",
    ):
        assert said in told, told
    meter = gpus('points = "north/hall"').replace("power-agent", "modbus-meter")
    told = faults(a_case(tmp_path, SITE, ECO, DEVICES, meter.replace("path =", "host =")))
    assert "device[3].points: kind modbus-meter; what caps boards: power-agent" in told


def test_a_cap_below_what_the_accelerator_takes_is_refused_and_a_table_brings_its_caps(
    tmp_path: Path,
) -> None:
    """Of a known accelerator; settings of a measured curve are what its boards are told."""
    own = SITE.replace('accelerator = "a"', 'accelerator = "H100"')
    low = ECO.replace("cap_kw = 0.4", "cap_kw = 0.05")
    leads = gpus('points = "north/hall"\nboards = { n1 = "a" }')
    told = faults(a_case(tmp_path, own, low, DEVICES, leads))
    assert "point eco of north/hall, cap_kw: 0.05 kW; at least 0.2 kW" in told, told
    sizes = "parked_kw_per_accelerator = 0.2\nbusy_kw_per_accelerator = 1.1"
    known = own.replace("parked_kw_per_accelerator = 1.0\nbusy_kw_per_accelerator = 20.0", sizes)
    (tmp_path / "caps.csv").write_text(
        "accelerator,workload,cap_w,speed,power_w,mark,source\n"
        "H100,train,700,1.0,600,assumed,t\n"
        "H100,train,500,0.9,450,assumed,t\nH100,train,400,0.8,350,assumed,t\n"
    )
    curve = '[site.pool.curve]\npath = "caps.csv"\nworkload = "train"\n'
    real = read_real(a_case(tmp_path, known, curve, DEVICES, leads), lambda: START)
    menu = real.devices.points["slurm"].boards.menu
    assert [(one.name, one.bound.cap_kw) for one in menu][1:] == [("500 W", 0.5), ("400 W", 0.4)]


def test_boards_behind_an_agent_are_led_by_its_device_and_read_as_before(tmp_path: Path) -> None:
    """`pools` names the device, `boards` device and node; its restraints are let go as points, nothing twice."""
    agent = """
[[device]]
name = "far"
kind = "agent"
token_file = "token"
devices = "gpus feed"
meters = { a = "north IT" }
pools = { gpus = "north/hall" }
boards = { "gpus n1" = "a b" }
lease_s = 120
"""
    (tmp_path / "token").write_text("a secret\n")
    real = read_real(a_case(tmp_path, SITE, ECO, DEVICES, agent), lambda: START)
    (group,) = real.devices.points["slurm"].boards.groups.values()
    assert (group.name, group.units, group.lease) == ("n1", ("a", "b"), timedelta(seconds=120))
    assert sorted(real.devices.reach) == ["far feed", "far gpus", "feed", "slurm"]
    unknown = agent.replace('"gpus n1"', '"cpus n1"')
    assert "device[3].boards: cpus n1; a device of `pools`" in faults(
        a_case(tmp_path, SITE, ECO, DEVICES, unknown)
    )
    missing = agent.replace('"gpus n1"', '"disks n1"').replace("{ gpus =", "{ disks =")
    assert "device[3].pools: disks; devices of the agent: gpus, feed" in faults(
        a_case(tmp_path, SITE, ECO, DEVICES, missing)
    )
