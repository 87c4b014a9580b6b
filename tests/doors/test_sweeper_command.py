"""`gridtide sweeper` and the endpoint for KEDA, as users of Kubernetes meet them."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from gridtide.devices.kubernetes.api import cluster_at_url
from gridtide.devices.kubernetes.device import Kubernetes, Terms
from gridtide.doors.cli import exit_code
from gridtide.fleet.ticket import Fate, Ticket
from gridtide.loop.clock import WallClock
from gridtide.testing.emulated_kubernetes import EmulatedKubernetes

MANIFEST = Path(__file__).resolve().parents[2] / "examples" / "kubernetes" / "sweeper.yaml"
QUEUES = "kueue.x-k8s.io/{kueue}/clusterqueues"
TERMS = Terms(namespaces=("ai",), queues=("research",))


@pytest.fixture
def cluster() -> Iterator[EmulatedKubernetes]:
    """A cluster with one queue that was closed by a brain that died long ago."""
    emulated = EmulatedKubernetes()
    marks = {
        "restraint": "queue",
        "until": "2030-01-01T00:00:00Z",
        "lease-by": "2020-01-01T00:00:00Z",
    }
    marks |= {"set": '"Hold"', "before": '"None"'}
    meta = {
        "name": "research",
        "labels": {"gridtide.io/held": "true"},
        "annotations": {f"gridtide.io/{key}": value for key, value in marks.items()},
    }
    emulated.put(QUEUES, {"metadata": meta, "spec": {"stopPolicy": "Hold"}})
    yield emulated
    emulated.close()


def swept(cluster: EmulatedKubernetes, *more: str) -> int:
    """What the command leaves with."""
    return exit_code(["sweeper", "--server", cluster.url, "--namespace", "ai", "--once", *more])


def test_without_apply_it_only_says_what_is_over(
    cluster: EmulatedKubernetes, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever acts on a cluster is a dry run first."""
    assert swept(cluster) == 0
    said = capsys.readouterr().out
    assert "clusterqueues/research  queue lease ran out 2020-01-01" in said
    assert "1 restraints are over; nothing was changed" in said
    assert cluster.get(QUEUES, "research")["spec"]["stopPolicy"] == "Hold"
    assert all(verb == "GET" for verb, _ in cluster.requests)


def test_with_apply_it_ends_it_and_shows_that_it_lives(
    cluster: EmulatedKubernetes, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only then does a device hold anything."""
    device = Kubernetes(cluster_at_url(cluster.url), WallClock(), TERMS)
    now = WallClock().now()

    def told(number: int) -> Fate:
        ticket = Ticket(
            id=f"t{number}",
            epoch=1,
            sequence=number,
            issued_at=now,
            expires_at=now + timedelta(hours=1),
        )
        until = now + timedelta(hours=1)
        return device.close_queue(ticket, "clusterqueues/research", until).fate

    assert told(1) is Fate.REFUSED
    assert swept(cluster, "--apply", "--json") == 0
    (one,) = json.loads(capsys.readouterr().out)["over"]
    assert one["ended"] and one["subject"] == "clusterqueues/research"
    assert cluster.get(QUEUES, "research")["spec"]["stopPolicy"] == "None"
    assert told(2) is Fate.DONE


def test_what_it_could_not_end_is_said_by_its_exit_code(cluster: EmulatedKubernetes) -> None:
    """And no sign of life is given."""
    cluster.denied = {"PATCH"}
    assert swept(cluster, "--apply") == 4
    assert not [path for verb, path in cluster.requests if "leases" in path]


def test_every_fault_of_its_options_is_said_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    """Before anything is asked."""
    words = ["sweeper", "--namespace", "../x", "--namespace", "B", "--server", "cluster", "--once"]
    assert exit_code(words) == 2
    said = capsys.readouterr().err
    assert said.count("namespace: ") == 2 and "--server" in said


def test_a_cluster_that_does_not_answer_is_exit_code_4(
    cluster: EmulatedKubernetes, capsys: pytest.CaptureFixture[str]
) -> None:
    """With what to look at."""
    cluster.close()
    assert swept(cluster, "--apply") == 4
    assert "look at the API server" in capsys.readouterr().err


def test_it_sweeps_on_when_the_cluster_was_away(cluster: EmulatedKubernetes) -> None:
    """In a process of its own, until it is ended: what it could not reach it reaches later."""
    cluster.away = True
    words = ["sweeper", "--server", cluster.url, "--namespace", "ai", "--every", "1", "--apply"]
    with subprocess.Popen(
        [sys.executable, "-m", "gridtide", *words], stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        assert "503" in process.stderr.readline()
        cluster.away = False
        until_s = time.monotonic() + 10.0
        while cluster.get(QUEUES, "research")["spec"]["stopPolicy"] == "Hold":
            assert time.monotonic() < until_s
            time.sleep(0.05)
        process.terminate()
    assert "gridtide.io/held" not in cluster.get(QUEUES, "research")["metadata"]["labels"]


def test_the_manifest_grants_just_what_the_sweeper_asks(cluster: EmulatedKubernetes) -> None:
    """No right that it does not use, none missing; its command exists."""
    swept(cluster, "--apply")
    documents = [found for found in yaml.safe_load_all(MANIFEST.read_text()) if found]
    rules = [rule for found in documents for rule in found.get("rules", [])]
    granted = {
        (group, resource, verb)
        for rule in rules
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }
    assert {asked for request in cluster.requests for asked in right(*request)} <= granted
    assert {verb for _, _, verb in granted} == {"get", "list", "patch", "create"}
    (deployment,) = [found for found in documents if found["kind"] == "Deployment"]
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    words = [*container["command"], *container["args"]]
    assert words[:2] == ["gridtide", "sweeper"] and "--apply" in words
    assert exit_code([*words[1:], "--server", "nowhere"]) == 2


def right(verb: str, url: str) -> Iterator[tuple[str, str, str]]:
    """Group, resource and verb that a request needs; none for what everybody may ask."""
    found = re.search(r"/apis/([^/]+)/[^/]+/(?:namespaces/[^/]+/)?(\w+)(/[^/?]+)?", url)
    if found:
        group, resource, name = found.groups()
        reads = "get" if name else "list"
        yield group, resource, {"GET": reads, "PATCH": "patch", "POST": "create"}[verb]
