"""A real Kubernetes cluster of your own: `pytest -m cluster` with KUBECONFIG and GRIDTIDE_CLUSTER_NAMESPACE."""

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest

from gridtide.devices.kubernetes.api import Cluster, cluster_at
from gridtide.devices.kubernetes.device import Kubernetes, Terms
from gridtide.devices.kubernetes.sweeper import sweep
from gridtide.fleet.ticket import Fate, Ticket
from gridtide.loop.clock import WallClock
from gridtide.wire.kubernetes.things import JOB, place_of

pytestmark = pytest.mark.cluster
NAME = "gridtide-proof"


@pytest.fixture
def place() -> tuple[Cluster, str]:
    """The cluster and the namespace in which a Job may be made and taken away."""
    namespace = os.environ.get("GRIDTIDE_CLUSTER_NAMESPACE")
    if not os.environ.get("KUBECONFIG") or not namespace:
        pytest.skip("no cluster: set KUBECONFIG and GRIDTIDE_CLUSTER_NAMESPACE")
    return cluster_at(os.environ["KUBECONFIG"]), namespace


@pytest.fixture
def job(place: tuple[Cluster, str]) -> Iterator[str]:
    """A Job that sleeps, taken away at the end by lightkube itself."""
    from lightkube import Client
    from lightkube.resources.batch_v1 import Job

    cluster, namespace = place
    pod = {"name": "sleep", "image": "busybox", "command": ["sleep", "600"]}
    cluster.make(
        JOB,
        namespace,
        {
            "metadata": {"name": NAME},
            "spec": {"template": {"spec": {"containers": [pod], "restartPolicy": "Never"}}},
        },
    )
    yield f"jobs/{namespace}/{NAME}"
    Client().delete(Job, NAME, namespace=namespace)


def test_a_job_waits_until_the_sweeper_lets_it_go(place: tuple[Cluster, str], job: str) -> None:
    """Suspended by the real server, and let go by the sweeper once its lease is over."""
    cluster, namespace = place
    clock = WallClock()
    terms = Terms(namespaces=(namespace,), sweeper=namespace, lease_s=60.0)
    device = Kubernetes(cluster, clock, terms)
    where = place_of(job)
    assert where is not None

    def swept(ahead_s: float) -> int:
        now = clock.now() + timedelta(seconds=ahead_s)
        found = sweep(cluster, (namespace,), now, own_namespace=namespace, lasts_s=300, apply=True)
        return len(found)

    swept(0.0)
    now = clock.now()
    ticket = Ticket(
        id="proof", epoch=1, sequence=1, issued_at=now, expires_at=now + timedelta(minutes=5)
    )
    outcome = device.begin_at(ticket, job, now + timedelta(hours=1))
    if outcome.fate is Fate.REFUSED and "has begun" in outcome.said:
        pytest.skip("its pod ran before it could be held")
    assert outcome.fate is Fate.DONE, outcome.said
    assert cluster.read(where)["spec"]["suspend"] is True
    assert [held.subject for held in device.restraints()] == [job]
    assert swept(120.0) == 1
    assert cluster.read(where)["spec"]["suspend"] is False
