"""`gridtide serve` as a process over a cluster's Deployments, Modbus meters and measured requests, asked by KEDA."""

import json
import signal
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from service_process import Running, token_file

from gridtide.devices.kubernetes.api import cluster_at_url
from gridtide.devices.kubernetes.sweeper import sweep
from gridtide.loop.clock import WallClock
from gridtide.testing.emulated_kubernetes import EmulatedKubernetes
from gridtide.testing.loopback_http import Quiet, on_loopback
from gridtide.testing.one_hall import hall
from gridtide.testing.real_site import a_case, a_meter, eventually, serving

pytestmark = pytest.mark.parts
DEPLOYMENTS = "apps/v1/deployments"
DEVICES = """
[[device]]
name = "cluster"
kind = "kubernetes"
server = "{cluster}"
namespaces = "ai"
replicas = {{ "deployments/ai/north" = "chat at north/hall", "deployments/ai/south" = "chat at south/hall" }}

[[device]]
name = "requests"
kind = "request-rates"
requests = {{ chat = "chat" }}
url = "{requests}"
every_s = 1

[[device]]
name = "north-feed"
kind = "modbus-meter"
meters = {{ north-feed = "north grid" }}
host = "127.0.0.1"
port = {port}

[[device]]
name = "south-feed"
kind = "modbus-meter"
meters = {{ south-feed = "south grid" }}
host = "127.0.0.1"
port = {port}
"""
SERVICE = """
[network]
origins = ["users"]
latency = [
  { origin = "users", site = "north", ms = 5 },
  { origin = "users", site = "south", ms = 5 },
]

[[service]]
name = "chat"
latency_max_s = 3.0
value_per_request = 0.01
place = [
  { site = "north", pool = "hall", requests_per_accelerator_s = 1.0, time_to_first_token_s = 0.1, home = 1.0 },
  { site = "south", pool = "hall", requests_per_accelerator_s = 1.0, time_to_first_token_s = 0.1 },
]

[[demand]]
service = "chat"
origin = "users"
mean_per_s = 4
swing = 0.1

[[signal]]
zone = "S"
price_mean_per_mwh = 20
price_swing_per_mwh = 0
price_noise_per_mwh = 0
"""


class Gateway:
    """What a Prometheus of the gateway answers: requests a second by place."""

    def __init__(self) -> None:
        self.there = {"north/hall": 4.0, "south/hall": 0.0}

    @contextmanager
    def served(self) -> Iterator[str]:
        """The address of its query."""
        gateway = self

        class Now(Quiet):
            def do_GET(self) -> None:
                self.give(200, gateway.answer())

        with on_loopback(Now) as address:
            yield f"{address}/api/v1/query?query=rates"

    def answer(self) -> bytes:
        """A vector as it is now."""
        at_s = WallClock().now().timestamp()
        labels = {"service": "chat", "origin": "users"}
        result = [
            {"metric": labels | {"place": place}, "value": [at_s, str(per_s)]}
            for place, per_s in self.there.items()
        ]
        data = {"resultType": "vector", "result": result}
        return json.dumps({"status": "success", "data": data}).encode()


@contextmanager
def a_cluster() -> Iterator[EmulatedKubernetes]:
    """Two Deployments of four replicas that may be scaled, under a sweeper that lives."""
    cluster = EmulatedKubernetes()
    notes = {"gridtide.io/replicas-min": "1", "gridtide.io/replicas-max": "16"}
    for name in ("north", "south"):
        meta = {"namespace": "ai", "name": name, "annotations": notes}
        cluster.put(DEPLOYMENTS, {"metadata": meta, "spec": {"replicas": 4}})
    swept(cluster, 0.0)
    try:
        yield cluster
    finally:
        cluster.close()


def swept(cluster: EmulatedKubernetes, after_min: float) -> None:
    """What the sweeper does so many minutes from now."""
    then = WallClock().now() + timedelta(minutes=after_min)
    own = cluster_at_url(cluster.url)
    sweep(own, ("ai",), then, own_namespace="gridtide", lasts_s=3600, apply=True)


def runs(cluster: EmulatedKubernetes) -> dict[str, int]:
    """Replicas of each Deployment."""
    names = ("north", "south")
    return {name: cluster.get(DEPLOYMENTS, name, "ai")["spec"]["replicas"] for name in names}


def keda(room: Running, place: str) -> int | None:
    """What KEDA is told of a place, by a viewer's token; None for a refusal."""
    status, body = room.ask(f"/keda/chat?place={place}", "viewer")
    return body["value"] if status == 200 else None


def test_a_split_scales_deployments_follows_demand_and_ends_without_us(tmp_path: Path) -> None:
    """In advise nothing is scaled and KEDA falls back. Let act, the south, where power is cheap, grows before the north
    shrinks, which it does not while its requests come there; demand is followed; killed, the sweeper gives back what
    was."""
    _, texts = token_file(tmp_path)
    gateway = Gateway()
    with a_cluster() as cluster, a_meter() as port, gateway.served() as requests:
        devices = DEVICES.format(cluster=cluster.url, port=port, requests=requests)
        a_case(tmp_path, hall("south", "S") + SERVICE + devices)
        case = tmp_path / "case.toml"
        case.write_text(
            case.read_text().replace("{ north = 1000.0 }", "{ north = 1000, south = 1000 }")
        )
        with serving(tmp_path, texts, "first") as room:
            room.wait_until_ready()
            eventually(lambda: room.ask("/api/proposals")[1]["items"])
            assert (runs(cluster), keda(room, "south/hall")) == ({"north": 4, "south": 4}, None)
            body = {"mode": "act", "reason": "it did well"}
            assert room.ask("/api/mode", "approver", body)[0] == 202
            assert room.ask("/api/mode", "admin", body)[0] == 200
            room.process.send_signal(signal.SIGKILL)
            room.process.wait()
        with serving(tmp_path, texts, "second") as room:
            room.wait_until_ready()
            eventually(lambda: runs(cluster)["south"] > 4)
            first = runs(cluster)
            assert first["north"] >= 5 and first["south"] >= 5
            assert eventually(lambda: keda(room, "south/hall")) == first["south"]
            with pytest.raises(urllib.error.HTTPError, match="401"):
                urllib.request.urlopen(f"{room.url}/keda/chat")
            gateway.there = {"north/hall": 0.0, "south/hall": 8.0}
            eventually(lambda: runs(cluster)["south"] >= first["south"] + 4)
            assert runs(cluster)["north"] == first["north"]
            room.process.send_signal(signal.SIGKILL)
            room.process.wait()
        swept(cluster, 11.0)
        assert runs(cluster) == {"north": 4, "south": 4}
