"""A Kubernetes cluster as a device, against an emulated API: who may be held, how long, and what happens if not."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gridtide.devices.kubernetes.api import cluster_at_url
from gridtide.devices.kubernetes.device import Kubernetes, Terms
from gridtide.devices.kubernetes.sweeper import sweep
from gridtide.finding import BadInput
from gridtide.fleet.device import (
    OpensQueues,
    PausesJobs,
    QueuesJobs,
    RenewsLeases,
    Restrains,
    ScalesReplicas,
    Standing,
    UnreachableError,
)
from gridtide.fleet.ticket import Fate, Gate, Ticket
from gridtide.loop.clock import DrivenClock
from gridtide.testing.emulated_kubernetes import EmulatedKubernetes

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
DECLARED = {"pause": "checkpoint", "class": "training"}
TERMS = Terms(
    namespaces=("ai",),
    queues=("research", "one", "two", "x"),
    grace_s=60.0,
    poll_s=5.0,
    lease_s=600.0,
)
JOBS, DEPLOYMENTS = "batch/v1/jobs", "apps/v1/deployments"
WORKLOADS, QUEUES = "kueue.x-k8s.io/{kueue}/workloads", "kueue.x-k8s.io/{kueue}/clusterqueues"


@dataclass
class Waiting(DrivenClock):
    """A clock that lets something happen in the cluster whenever time passes."""

    meanwhile: Callable[[datetime], None] = field(default=lambda moment: None)

    def wait_until(self, moment: datetime) -> None:
        """Jump, then let it happen."""
        super().wait_until(moment)
        self.meanwhile(moment)


@dataclass
class Yard:
    """A cluster, a clock and a device that is told."""

    cluster: EmulatedKubernetes
    clock: Waiting
    device: Kubernetes
    told: int = 0

    def ticket(self, **changed: Any) -> Ticket:
        """The next ticket of the leader of epoch 1."""
        self.told += 1
        now = self.clock.now()
        about: dict[str, Any] = {
            "id": f"t{self.told}",
            "epoch": 1,
            "sequence": self.told,
            "issued_at": now,
            "expires_at": now + timedelta(minutes=5),
        }
        return Ticket(**{**about, **changed})

    def job(self, name: str = "train") -> Any:
        """A Job as it stands in the cluster."""
        return self.cluster.get(JOBS, name, "ai")

    def swept(self, apply: bool = True) -> tuple[Any, ...]:
        """What the sweeper does now."""
        return sweep(
            cluster_at_url(self.cluster.url),
            ("ai",),
            self.clock.now(),
            own_namespace="gridtide",
            lasts_s=10_000,
            apply=apply,
        )


@pytest.fixture
def yard() -> Iterator[Yard]:
    """A cluster with a running Job, a service and a queue, and a sweeper that lives."""
    cluster = EmulatedKubernetes()
    clock = Waiting(NOON)
    made = Yard(cluster, clock, Kubernetes(cluster_at_url(cluster.url), clock, TERMS))
    put_job(cluster)
    made.swept()
    yield made
    cluster.close()


def put_job(cluster: EmulatedKubernetes, name: str = "train", **notes: str) -> None:
    """A running Job of eight accelerators that writes checkpoints when it is asked."""
    pod = {"containers": [{"resources": {"limits": {"nvidia.com/gpu": "8"}}}]}
    marks = {f"gridtide.io/{key}": value for key, value in (DECLARED | notes).items()}
    thing = {
        "metadata": {"namespace": "ai", "name": name, "uid": f"uid-{name}", "annotations": marks},
        "spec": {"parallelism": 1, "suspend": False, "template": {"spec": pod}},
        "status": {"active": 1, "ready": 1},
    }
    cluster.put(JOBS, thing)


def writes_checkpoints(yard: Yard, after_s: float = 0.0) -> None:
    """Let the workload answer a request some seconds after it."""

    def meanwhile(moment: datetime) -> None:
        marks = yard.job()["metadata"]["annotations"]
        if (
            "gridtide.io/checkpoint-requested" in marks
            and (moment - NOON).total_seconds() > after_s
        ):
            note = {"gridtide.io/checkpoint-at": moment.isoformat()}
            yard.cluster.put(
                JOBS, {"metadata": {"namespace": "ai", "name": "train", "annotations": note}}
            )

    yard.clock.meanwhile = meanwhile


def test_it_satisfies_its_capabilities(yard: Yard) -> None:
    """Each a protocol of its own."""
    for capability in (
        QueuesJobs,
        PausesJobs,
        OpensQueues,
        ScalesReplicas,
        Restrains,
        RenewsLeases,
    ):
        assert isinstance(yard.device, capability)


def test_a_running_job_is_suspended_only_after_a_fresh_checkpoint(yard: Yard) -> None:
    """Asked, written, then suspended; what ran since the checkpoint is booked as lost."""
    writes_checkpoints(yard, after_s=20.0)
    outcome = yard.device.pause(yard.ticket(), "jobs/ai/train", NOON + timedelta(hours=2))
    assert outcome.fate is Fate.DONE, outcome.said
    assert yard.job()["spec"]["suspend"] is True
    assert yard.job()["metadata"]["annotations"]["gridtide.io/checkpoint-requested"].startswith(
        "t1 "
    )
    assert 0.0 <= outcome.lost_accelerator_h <= 8 * 5 / 3600
    (job,) = yard.device.queue()
    assert job.standing is Standing.STOPPED and job.accelerators == 8
    (held,) = yard.device.restraints()
    assert (held.subject, held.kind) == ("jobs/ai/train", "pause")
    assert held.until == NOON + timedelta(hours=2)


def test_a_job_that_ignores_the_request_runs_on(yard: Yard) -> None:
    """Abandoned after the grace, said so, and the request is taken back."""
    outcome = yard.device.pause(yard.ticket(), "jobs/ai/train", NOON + timedelta(hours=2))
    assert outcome.fate is Fate.ABANDONED
    assert "no checkpoint within 0:01:00" in outcome.said
    assert yard.clock.now() == NOON + timedelta(seconds=60)
    assert yard.job()["spec"]["suspend"] is False
    assert "gridtide.io/checkpoint-requested" not in yard.job()["metadata"]["annotations"]
    assert yard.device.restraints() == ()


@pytest.mark.parametrize("rule", ["never", "sigstop", "sometimes"])
def test_a_job_that_does_not_say_checkpoint_is_never_paused(yard: Yard, rule: str) -> None:
    """Also not one whose word is none."""
    put_job(yard.cluster, pause=rule)
    outcome = yard.device.pause(yard.ticket(), "jobs/ai/train", NOON + timedelta(hours=2))
    assert outcome.fate is Fate.REFUSED
    assert yard.job()["spec"]["suspend"] is False


def test_a_job_that_ends_while_it_is_waited_for_is_left(yard: Yard) -> None:
    """Nothing to hold any more."""

    def meanwhile(moment: datetime) -> None:
        done = {"conditions": [{"type": "Complete", "status": "True"}], "active": 0, "ready": 0}
        yard.cluster.put(JOBS, {"metadata": {"namespace": "ai", "name": "train"}, "status": done})

    yard.clock.meanwhile = meanwhile
    outcome = yard.device.pause(yard.ticket(), "jobs/ai/train", NOON + timedelta(hours=2))
    assert outcome.fate is Fate.UNCHANGED
    assert yard.job()["spec"]["suspend"] is False


def test_a_release_while_a_checkpoint_is_waited_for_wins(yard: Yard) -> None:
    """The newer act stands; the job is not suspended after it."""
    later = yard.ticket(sequence=99)

    def meanwhile(moment: datetime) -> None:
        yard.device.release(later, "jobs/ai/train")

    yard.clock.meanwhile = meanwhile
    outcome = yard.device.pause(yard.ticket(), "jobs/ai/train", NOON + timedelta(hours=2))
    assert outcome.fate is Fate.SUPERSEDED
    assert yard.job()["spec"]["suspend"] is False


def test_telling_twice_has_no_effect_also_after_a_restart(yard: Yard) -> None:
    """The object remembers the ticket where the device's own memory is gone."""
    at = NOON + timedelta(hours=1)
    put_job(yard.cluster, "waits")
    yard.cluster.put(
        JOBS,
        {
            "metadata": {"namespace": "ai", "name": "waits"},
            "status": {"active": 0, "ready": 0},
        },
    )
    ticket = yard.ticket()
    assert yard.device.begin_at(ticket, "jobs/ai/waits", at).fate is Fate.DONE
    version = yard.job("waits")["metadata"]["resourceVersion"]
    assert yard.device.begin_at(ticket, "jobs/ai/waits", at).fate is Fate.UNCHANGED
    anew = Kubernetes(cluster_at_url(yard.cluster.url), yard.clock, TERMS)
    assert anew.begin_at(ticket, "jobs/ai/waits", at).fate is Fate.UNCHANGED
    old = yard.ticket(epoch=0, sequence=500)
    assert anew.begin_at(old, "jobs/ai/waits", at).fate is Fate.SUPERSEDED
    assert yard.job("waits")["metadata"]["resourceVersion"] == version
    late = yard.ticket(expires_at=NOON)
    assert yard.device.resume(late, "jobs/ai/waits").fate is Fate.EXPIRED


def test_a_waiting_job_begins_when_it_was_told(yard: Yard) -> None:
    """Held until then, ended by the sweeper though nobody else lives."""
    status = {"active": 0, "ready": 0}
    yard.cluster.put(JOBS, {"metadata": {"namespace": "ai", "name": "train"}, "status": status})
    at = NOON + timedelta(minutes=8)
    assert yard.device.begin_at(yard.ticket(), "jobs/ai/train", at).fate is Fate.DONE
    (job,) = yard.device.queue()
    assert job.standing is Standing.QUEUED and job.begin_at == at
    yard.clock.wait_until(at - timedelta(seconds=1))
    assert yard.swept() == ()
    yard.clock.wait_until(at)
    (one,) = yard.swept()
    assert one.ended and yard.job()["spec"]["suspend"] is False
    assert yard.device.restraints() == ()


def test_nothing_stays_held_when_the_brain_is_dead(yard: Yard) -> None:
    """The lease runs out long before the end of the restraint, and the sweeper lets go; a dry run only says so."""
    writes_checkpoints(yard)
    yard.device.pause(yard.ticket(), "jobs/ai/train", NOON + timedelta(hours=5))
    yard.clock.wait_until(NOON + timedelta(seconds=700))
    (would,) = yard.swept(apply=False)
    assert not would.ended and yard.job()["spec"]["suspend"] is True
    (one,) = yard.swept()
    assert one.ended and "lease ran out" in one.said
    assert yard.job()["spec"]["suspend"] is False


def test_a_brain_that_lives_keeps_what_it_holds(yard: Yard) -> None:
    """Renewed by a device that was started anew, and let go at its end."""
    writes_checkpoints(yard)
    until = NOON + timedelta(minutes=25)
    yard.device.pause(yard.ticket(), "jobs/ai/train", until)
    anew = Kubernetes(cluster_at_url(yard.cluster.url), yard.clock, TERMS)
    for minute in range(5, 25, 5):
        yard.clock.wait_until(NOON + timedelta(minutes=minute))
        assert len(anew.renew()) == 1
        assert yard.swept() == ()
    yard.clock.wait_until(until)
    assert anew.renew() == ()
    assert yard.job()["spec"]["suspend"] is False


def test_nothing_is_held_while_no_sweeper_lives(yard: Yard) -> None:
    """A hold that nobody would end is not put on; letting go always works."""
    yard.clock.wait_until(NOON + timedelta(seconds=10_000))
    outcome = yard.device.close_queue(yard.ticket(), "clusterqueues/none", NOON + timedelta(days=1))
    assert outcome.fate is Fate.REFUSED and "may be closed" in outcome.said
    outcome = yard.device.pause(yard.ticket(), "jobs/ai/train", NOON + timedelta(days=1))
    assert outcome.fate is Fate.REFUSED and "shows no life since" in outcome.said
    assert "gridtide.io/checkpoint-requested" not in yard.job()["metadata"]["annotations"]
    assert yard.device.release(yard.ticket(), "jobs/ai/train").fate is Fate.UNCHANGED


def test_what_its_owner_holds_stays_held(yard: Yard) -> None:
    """A Job suspended by hand is neither taken over nor let go."""
    thing = {"metadata": {"namespace": "ai", "name": "train"}, "spec": {"suspend": True}}
    yard.cluster.put(JOBS, {**thing, "status": {"active": 0, "ready": 0}})
    at = NOON + timedelta(hours=1)
    assert yard.device.begin_at(yard.ticket(), "jobs/ai/train", at).fate is Fate.REFUSED
    assert yard.device.release(yard.ticket(), "jobs/ai/train").fate is Fate.UNCHANGED
    assert yard.job()["spec"]["suspend"] is True


@pytest.mark.parametrize("version", ["v1", "v1beta2", "v1beta1"])
def test_a_job_of_kueue_is_held_by_its_workload(version: str) -> None:
    """Whatever version of its API the cluster serves."""
    cluster = EmulatedKubernetes(kueue=version)
    clock = Waiting(NOON)
    yard = Yard(cluster, clock, Kubernetes(cluster_at_url(cluster.url), clock, TERMS))
    yard.swept()
    put_job(cluster)
    label = {"kueue.x-k8s.io/queue-name": "research"}
    cluster.put(JOBS, {"metadata": {"namespace": "ai", "name": "train", "labels": label}})
    owner = {"kind": "Job", "name": "train", "uid": "uid-train"}
    meta = {"namespace": "ai", "name": "job-train-1", "ownerReferences": [owner]}
    outcome = yard.device.pause(yard.ticket(), "jobs/ai/train", NOON + timedelta(hours=1))
    assert outcome.fate is Fate.ABANDONED and "Kueue has no Workload for it yet" in outcome.said
    cluster.put(WORKLOADS, {"metadata": meta, "spec": {"active": True}})
    writes_checkpoints(yard)
    outcome = yard.device.pause(yard.ticket(), "jobs/ai/train", NOON + timedelta(hours=1))
    assert outcome.fate is Fate.DONE, outcome.said
    assert cluster.get(WORKLOADS, "job-train-1", "ai")["spec"]["active"] is False
    assert yard.job()["spec"]["suspend"] is False
    (held,) = yard.device.restraints()
    assert held.subject == "jobs/ai/train"
    assert yard.device.resume(yard.ticket(), held.subject).fate is Fate.DONE
    assert cluster.get(WORKLOADS, "job-train-1", "ai")["spec"]["active"] is True
    cluster.close()


@pytest.mark.parametrize(("drain", "policy"), [("", "Hold"), ("allowed", "HoldAndDrain")])
def test_a_queue_closes_and_opens_again(yard: Yard, drain: str, policy: str) -> None:
    """It drains only where its owner lets it."""
    meta = {"name": "research", "annotations": {"gridtide.io/drain": drain}}
    yard.cluster.put(QUEUES, {"metadata": meta, "spec": {"stopPolicy": "None"}})
    until = NOON + timedelta(hours=1)
    outcome = yard.device.close_queue(yard.ticket(), "clusterqueues/research", until)
    assert outcome.fate is Fate.DONE
    assert yard.cluster.get(QUEUES, "research")["spec"]["stopPolicy"] == policy
    assert yard.device.release(yard.ticket(), "clusterqueues/research").fate is Fate.DONE
    assert yard.cluster.get(QUEUES, "research")["spec"]["stopPolicy"] == "None"


def test_replicas_come_back_to_what_they_were_before_all(yard: Yard) -> None:
    """Told twice, within floor and ceiling; outside of them refused."""
    notes = {"gridtide.io/replicas-min": "2", "gridtide.io/replicas-max": "20"}
    meta = {"namespace": "ai", "name": "chat", "annotations": notes}
    yard.cluster.put(DEPLOYMENTS, {"metadata": meta, "spec": {"replicas": 12}})
    until = NOON + timedelta(hours=1)

    def told(replicas: int) -> Fate:
        return yard.device.scale(yard.ticket(), "deployments/ai/chat", replicas, until).fate

    assert [told(4), told(6), told(1), told(21)] == [
        Fate.DONE,
        Fate.DONE,
        Fate.REFUSED,
        Fate.REFUSED,
    ]
    assert yard.cluster.get(DEPLOYMENTS, "chat", "ai")["spec"]["replicas"] == 6
    yard.device.release(yard.ticket(), "deployments/ai/chat")
    assert yard.cluster.get(DEPLOYMENTS, "chat", "ai")["spec"]["replicas"] == 12


def test_a_service_without_floor_and_ceiling_is_left_alone(yard: Yard) -> None:
    """Its owner did not let it be told."""
    meta = {"namespace": "ai", "name": "chat"}
    yard.cluster.put(DEPLOYMENTS, {"metadata": meta, "spec": {"replicas": 12}})
    outcome = yard.device.scale(yard.ticket(), "deployments/ai/chat", 4, NOON + timedelta(hours=1))
    assert outcome.fate is Fate.REFUSED and "replicas-min" in outcome.said


def test_replicas_are_read_within_the_numbers_of_their_owner(yard: Yard) -> None:
    """Told and ready as the Deployment says; one without floor and ceiling, of elsewhere, or gone is not read."""
    notes = {"gridtide.io/replicas-min": "2", "gridtide.io/replicas-max": "8"}
    meta = {"namespace": "ai", "name": "chat", "annotations": notes}
    status = {"readyReplicas": 3}
    yard.cluster.put(DEPLOYMENTS, {"metadata": meta, "spec": {"replicas": 5}, "status": status})
    yard.cluster.put(DEPLOYMENTS, {"metadata": {"namespace": "ai", "name": "bare"}, "spec": {}})
    read = yard.device.read_replicas("deployments/ai/chat")
    assert (read.told, read.ready, read.least, read.most) == (5, 3, 2, 8)
    for subject, said in (
        ("deployments/ai/bare", "replicas-min"),
        ("deployments/lab/chat", "none of the namespaces"),
        ("deployments/ai/gone", "404"),
        ("jobs/ai/train", "names no Deployment"),
    ):
        with pytest.raises(UnreachableError, match=said):
            yard.device.read_replicas(subject)


def test_somebody_faster_is_tried_again_and_then_given_up(yard: Yard) -> None:
    """A conflict or two are read anew; for ever is abandoned, and nothing of it holds."""
    yard.cluster.put(QUEUES, {"metadata": {"name": "research"}, "spec": {}})
    until = NOON + timedelta(hours=1)
    yard.cluster.conflicts = 2
    first = yard.device.close_queue(yard.ticket(), "clusterqueues/research", until)
    assert first.fate is Fate.DONE
    yard.cluster.conflicts = 3
    second = yard.device.release(yard.ticket(), "clusterqueues/research")
    assert second.fate is Fate.ABANDONED and "somebody else changed it" in second.said


def test_a_cluster_that_denies_is_told_what_to_grant(yard: Yard) -> None:
    """Refused, with verb, path and where it is granted."""
    yard.cluster.put(QUEUES, {"metadata": {"name": "research"}, "spec": {}})
    yard.cluster.denied = {"PATCH"}
    outcome = yard.device.close_queue(
        yard.ticket(), "clusterqueues/research", NOON + timedelta(hours=1)
    )
    assert outcome.fate is Fate.REFUSED
    assert "PATCH /apis/kueue.x-k8s.io/" in outcome.said and "grant it in the role" in outcome.said
    yard.cluster.denied = {"GET"}
    with pytest.raises(UnreachableError, match="403"):
        yard.device.queue()


def test_what_is_gone_is_refused_with_the_next_step(yard: Yard) -> None:
    """Deleted, or never there."""
    yard.cluster.delete(JOBS, "train", "ai")
    outcome = yard.device.resume(yard.ticket(), "jobs/ai/train")
    assert outcome.fate is Fate.REFUSED and "take it out of the plan" in outcome.said


def test_a_cluster_that_is_away_fails_and_may_be_told_again(yard: Yard) -> None:
    """Nobody knows whether it holds; readings raise."""
    ticket = yard.ticket()
    yard.cluster.close()
    outcome = yard.device.resume(ticket, "jobs/ai/train")
    assert outcome.fate is Fate.FAILED and "look at the API server" in outcome.said
    assert yard.device.resume(ticket, "jobs/ai/train").fate is Fate.FAILED
    for read in (yard.device.queue, yard.device.restraints, yard.device.renew):
        with pytest.raises(UnreachableError, match="look at the API server"):
            read()


@pytest.mark.parametrize(
    "subject",
    [
        "jobs/ai/../../../api/v1/secrets",
        "jobs/ai/a%2f..%2fb",
        "jobs/kube-system/proxy",
        "jobs/ai/x?dryRun=All",
        "jobs/ai/$(reboot)",
        "jobs/ai/'; DROP TABLE jobs;--",
        "secrets/ai/token",
        "",
    ],
)
def test_no_name_leads_out_of_its_place(yard: Yard, subject: str) -> None:
    """Refused before anything is asked of the cluster."""
    before = len(yard.cluster.requests)
    until = NOON + timedelta(hours=1)
    for outcome in (
        yard.device.pause(yard.ticket(), subject, until),
        yard.device.release(yard.ticket(), subject),
        yard.device.scale(yard.ticket(), subject, 3, until),
        yard.device.close_queue(yard.ticket(), subject, until),
    ):
        assert outcome.fate is Fate.REFUSED
    assert len(yard.cluster.requests) == before


def test_a_queue_of_many_pages_is_read_whole(yard: Yard) -> None:
    """And nothing outside the namespaces of the terms."""
    yard.cluster.page = 3
    for number in range(8):
        put_job(yard.cluster, f"job-{number}")
    elsewhere = {"metadata": {"namespace": "other", "name": "theirs"}, "spec": {}}
    yard.cluster.put(JOBS, elsewhere)
    names = [job.name for job in yard.device.queue()]
    assert names == sorted([*(f"job-{number}" for number in range(8)), "train"])


def test_one_object_that_cannot_be_ended_keeps_no_other_held(yard: Yard) -> None:
    """And the sweeper then shows no life, so that nothing more is held."""
    yard.cluster.put(QUEUES, {"metadata": {"name": "one"}, "spec": {}})
    yard.cluster.put(QUEUES, {"metadata": {"name": "two"}, "spec": {}})
    until = NOON + timedelta(minutes=5)
    for name in ("one", "two"):
        yard.device.close_queue(yard.ticket(), f"clusterqueues/{name}", until)
    yard.clock.wait_until(until)
    yard.cluster.conflicts = 1
    swept = yard.swept()
    assert sorted(one.ended for one in swept) == [False, True]
    assert [one.ended for one in yard.swept()] == [True]


def test_a_cluster_without_kueue_is_served_all_the_same() -> None:
    """Its jobs are read; its queues are refused with a reason."""
    cluster = EmulatedKubernetes(kueue="")
    clock = Waiting(NOON)
    yard = Yard(cluster, clock, Kubernetes(cluster_at_url(cluster.url), clock, TERMS, Gate()))
    put_job(cluster)
    assert len(yard.device.queue()) == 1 and yard.device.restraints() == ()
    outcome = yard.device.close_queue(yard.ticket(), "clusterqueues/x", NOON + timedelta(hours=1))
    assert outcome.fate is Fate.REFUSED
    cluster.close()


def test_terms_say_everything_that_is_wrong_with_them() -> None:
    """All faults at once."""
    with pytest.raises(BadInput) as caught:
        Terms(namespaces=("AI", "../x"), queues=("a b",), grace_s=0.0, lease_s=float("nan"))
    assert len(caught.value.findings) == 5
