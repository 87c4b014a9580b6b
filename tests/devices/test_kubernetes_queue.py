"""Kubernetes keeps what every device promises that holds back jobs."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from gridtide.devices.kubernetes.api import cluster_at_url
from gridtide.devices.kubernetes.device import Kubernetes, Terms
from gridtide.devices.kubernetes.sweeper import sweep
from gridtide.loop.clock import DrivenClock
from gridtide.testing.devices_queue import MORNING, Opened, PausePromises, QueuePromises
from gridtide.testing.emulated_kubernetes import EmulatedKubernetes
from gridtide.wire.kubernetes.scalars import instant

JOBS = "batch/v1/jobs"
CHECKPOINT = {"pause": "checkpoint", "class": "training"}
TERMS = Terms(namespaces=("ai",), grace_s=20.0, lease_s=7200.0)


class Behind(DrivenClock):
    """The cluster itself: its controllers and its sweeper, and a workload that writes a checkpoint when it is asked."""

    def __init__(self, cluster: EmulatedKubernetes) -> None:
        super().__init__(MORNING)
        self.cluster = cluster
        self.own = 0

    def wait_until(self, moment: datetime) -> None:
        """Let time pass; the workload looks whether it was asked."""
        super().wait_until(moment)
        if "gridtide.io/checkpoint-requested" in self._job("saving")["metadata"]["annotations"]:
            note = {"gridtide.io/checkpoint-at": self.present.isoformat()}
            meta = {"namespace": "ai", "name": "saving", "annotations": note}
            self.cluster.put(JOBS, {"metadata": meta})

    def begins(self, job: str) -> datetime | None:
        """From the mark beside the switch."""
        thing = self._job(job.rpartition("/")[2])
        if not thing["spec"]["suspend"]:
            return None
        return instant(thing["metadata"]["annotations"]["gridtide.io/until"])

    def runs(self, job: str) -> bool:
        """Whether it is not suspended and its pod is ready."""
        thing = self._job(job.rpartition("/")[2])
        return not thing["spec"]["suspend"] and thing["status"]["ready"] > 0

    def told(self) -> int:
        """Patches that came from outside of the cluster."""
        return self._patches() - self.own

    def pass_until(self, moment: datetime) -> None:
        """Sweep every half minute or so; then room is free for whatever is not suspended."""
        self.present = moment
        self.swept()
        for name in ("waiting", "saving", "deaf", "never"):
            ready = 0 if self._job(name)["spec"]["suspend"] else 1
            thing = {"metadata": {"namespace": "ai", "name": name}, "status": {"ready": ready}}
            self.cluster.put(JOBS, thing)

    def cut(self) -> None:
        """Answer nothing but that it is away."""
        self.cluster.away = True

    def mend(self) -> None:
        """Answer again."""
        self.cluster.away = False

    def swept(self) -> None:
        """What the sweeper does, inside the cluster."""
        before = self._patches()
        within = cluster_at_url(self.cluster.url)
        sweep(within, ("ai",), self.present, own_namespace="gridtide", lasts_s=80_000, apply=True)
        within.close()
        self.own += self._patches() - before

    def _patches(self) -> int:
        return sum(verb == "PATCH" for verb, _ in self.cluster.requests)

    def _job(self, name: str) -> Any:
        return self.cluster.get(JOBS, name, "ai")


def put(
    cluster: EmulatedKubernetes, name: str, ready: int, notes: dict[str, str], **more: str
) -> None:
    """A Job of two accelerators."""
    pod = {"containers": [{"resources": {"limits": {"nvidia.com/gpu": "2"}}}]}
    marks = {f"gridtide.io/{key}": value for key, value in notes.items()}
    meta = {"namespace": "ai", "name": name, "uid": name, "annotations": marks} | more
    spec = {"suspend": False, "template": {"spec": pod}}
    cluster.put(JOBS, {"metadata": meta, "spec": spec, "status": {"ready": ready}})


class OpensKubernetes:
    """A fresh cluster for every promise."""

    @pytest.fixture(autouse=True)
    def _cluster(self) -> Iterator[None]:
        self.cluster = EmulatedKubernetes()
        yield
        self.cluster.close()

    def opened(self) -> Opened:
        """Its jobs, its sweeper alive, nothing held."""
        put(self.cluster, "waiting", 0, {"class": "training"})
        put(self.cluster, "saving", 1, CHECKPOINT)
        put(self.cluster, "deaf", 1, CHECKPOINT)
        put(self.cluster, "never", 1, {"class": "training"})
        put(self.cluster, "undeclared", 0, {})
        put(self.cluster, "theirs", 0, {"class": "training"}, namespace="other")
        clock = Behind(self.cluster)
        clock.swept()
        return Opened(
            device=Kubernetes(cluster_at_url(self.cluster.url), clock, TERMS),
            clock=clock,
            platform=clock,
            waiting="jobs/ai/waiting",
            saving="jobs/ai/saving",
            deaf="jobs/ai/deaf",
            never="jobs/ai/never",
            undeclared="jobs/ai/undeclared",
            foreign="jobs/other/theirs",
        )


class TestQueue(OpensKubernetes, QueuePromises):
    """Begin times."""


class TestPause(OpensKubernetes, PausePromises):
    """Pauses."""
