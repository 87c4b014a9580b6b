"""A whole room over a Kubernetes cluster whose users mean harm: what they write is text, or is not taken at all."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gridtide.case.real_room import read_real
from gridtide.devices.kubernetes.api import cluster_at_url
from gridtide.devices.kubernetes.sweeper import sweep
from gridtide.loop.clock import DrivenClock
from gridtide.loop.named_meters import NamedMeters
from gridtide.testing.emulated_kubernetes import EmulatedKubernetes
from gridtide.testing.one_hall import hall
from gridtide.testing.one_real_hall import START, Feed, a_case, opened
from gridtide.trust.audit import broken_link
from gridtide.trust.modes import Mode
from gridtide.trust.people import Person, Role

JOBS = "batch/v1/jobs"
MARKUP = "</script><script>window.hurt=1</script>"
SQL = "'; DROP TABLE entries; --"
SHELL = "$(touch hurt)`touch hurt`|;&"
LINES = "train\r\nSet-Cookie: a=b\n\x1b[2J"
TURNED = "train\u202eniart"
LONG = "x" * 10_000
HARM = {
    "markup": MARKUP,
    "sql": SQL,
    "shell": SHELL,
    "lines": LINES,
    "turned": TURNED,
    "long": LONG,
}
DEVICE = """
[[device]]
name = "cluster"
kind = "kubernetes"
place = "north/hall"
server = "{url}"
namespaces = "ai"

[[device]]
name = "feed"
kind = "modbus-meter"
meters = {{ feed = "north grid" }}
host = "127.0.0.1"

[autonomy]
share_max = 1.0
moved_max_kw = {{ north = 500 }}
jobs_max_per_day = 50
hold_max_h = 24
"""


def put(cluster: EmulatedKubernetes, name: str, notes: dict[str, str]) -> None:
    """A Job of two accelerators that has not begun, with annotations of its owner."""
    pod = {"containers": [{"resources": {"limits": {"nvidia.com/gpu": "2"}}}]}
    marks = {f"gridtide.io/{key}": value for key, value in notes.items()}
    meta = {"namespace": "ai", "name": name, "uid": name, "annotations": marks}
    meta["labels"] = {"user": notes.get("class", "ada")}
    meta["creationTimestamp"] = START.isoformat()
    spec = {"suspend": False, "activeDeadlineSeconds": 7200, "template": {"spec": pod}}
    cluster.put(JOBS, {"metadata": meta, "spec": spec, "status": {"ready": 0}})


@pytest.fixture
def cluster() -> Iterator[EmulatedKubernetes]:
    """Jobs whose owners wrote harm wherever they may write, one whose name is none, and an honest one."""
    found = EmulatedKubernetes()
    deadline = (START + timedelta(hours=20)).isoformat()
    put(found, "honest", {"class": "train", "deadline": deadline})
    for name, harm in HARM.items():
        said = {"class": harm, "deadline": harm, "pause": harm, "checkpoint": harm}
        put(found, f"job-{name}", said)
        put(found, f"held-{name}", {"class": "train", "until": harm, "held-by": harm})
    for harm in (MARKUP, SHELL, TURNED, "../../../api/v1/secrets", LONG):
        put(found, harm, {"class": "train"})
    within = cluster_at_url(found.url)
    sweep(within, ("ai",), START, own_namespace="gridtide", lasts_s=80_000, apply=True)
    within.close()
    yield found
    found.close()


def test_what_users_of_a_cluster_write_is_obeyed_nowhere(
    cluster: EmulatedKubernetes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The room leads the honest job and tells nothing by a name that is none; proposals, frames and the chain hold the
    rest as text of one line, or do not hold it; the chain stays whole."""
    monkeypatch.chdir(tmp_path)
    clock = DrivenClock(START + timedelta(minutes=2))
    case = a_case(tmp_path, hall("north"), DEVICE.format(url=cluster.url))
    read = read_real(case, clock.now)
    meter = NamedMeters(meter=Feed(clock), names={"feed": "north grid"}, now=clock.now)
    reach = {**read.devices.reach, "feed": meter}
    real = replace(read, devices=replace(read.devices, reach=reach))
    room, kept = opened(real, tmp_path, clock)
    room.go_on()
    for name in ("li", "zhao"):
        room.change_mode("act", Person(name=name, role=Role.APPROVER), "it did well")
    assert room.desk.autonomy.mode is Mode.ACT
    cluster.requests.clear()
    for _ in range(4):
        room.go_on()
    said = json.dumps([room.newest().values, room.proposals(), room.state()], default=str)
    known = {job.name for job in room.world.queue().values()}
    assert known == {"honest", *(f"{kind}-{name}" for kind in ("job", "held") for name in HARM)}
    assert LONG not in said and "\\u202e" not in said and "Set-Cookie" not in said
    asked = [address for _, address in cluster.requests]
    for harm in (MARKUP, SHELL, TURNED, LONG, "..", "%2e"):
        assert not any(harm in one for one in asked)
    patched = {one.rpartition("/")[2] for verb, one in cluster.requests if verb == "PATCH"}
    assert all(one.partition("?")[0].replace("-", "").isalnum() for one in patched)
    entries = kept.entries.entries()
    assert broken_link(entries) is None
    assert not any(LONG in entry.text for entry in entries)
    assert not (tmp_path / "hurt").exists()
    room.close()
    kept.close()
