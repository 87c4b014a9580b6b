"""What objects of Kubernetes say: instants, quantities, names, declared work, restraints and their end."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.finding import Finding
from gridtide.fleet.device import Pause, QueuedJob, Standing
from gridtide.fleet.ticket import Ticket
from gridtide.wire.kubernetes.holds import (
    LONG_AGO,
    Hold,
    freed_patch,
    held_patch,
    hold_in,
    told_by,
)
from gridtide.wire.kubernetes.jobs import Checkpoint, doubts, job_in, why_not_fresh
from gridtide.wire.kubernetes.scalars import instant, instant_text, quantity
from gridtide.wire.kubernetes.services import lives_until, replicas_in, sign_of_life
from gridtide.wire.kubernetes.things import (
    DEPLOYMENT,
    JOB,
    KINDS,
    QUEUE,
    WORKLOAD,
    Kind,
    place_in,
    place_of,
    switched,
)

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
TICKET = Ticket(
    id="t1", epoch=3, sequence=17, issued_at=NOON, expires_at=NOON + timedelta(minutes=5)
)
GPU = ("nvidia.com/gpu",)


def job(notes: dict[str, str] | None = None, **spec: Any) -> dict[str, Any]:
    """A running training job of two pods of eight accelerators."""
    pod = {"containers": [{"resources": {"limits": {"nvidia.com/gpu": "8"}}}]}
    return {
        "metadata": {
            "namespace": "ai",
            "name": "train",
            "uid": "u1",
            "annotations": notes or {},
            "creationTimestamp": "2026-11-02T08:00:00Z",
        },
        "spec": {"parallelism": 2, "template": {"spec": pod}, **spec},
        "status": {"active": 2, "ready": 2, "startTime": "2026-11-02T09:00:00Z"},
    }


def merged(thing: Any, change: Any) -> Any:
    """What a merge patch makes of an object (RFC 7396)."""
    if not isinstance(change, dict):
        return change
    out = dict(thing) if isinstance(thing, dict) else {}
    for key, value in change.items():
        if value is None:
            out.pop(key, None)
        else:
            out[key] = merged(out.get(key), value)
    return out


def free(kind: Kind, stands: Any) -> dict[str, Any]:
    """An object of a kind that nobody holds."""
    meta = {"namespace": "ai", "name": "one", "resourceVersion": "7"}
    return {"metadata": meta, "spec": {kind.switch: stands, "other": 1}}


@pytest.mark.parametrize(
    ("text", "value"),
    [("8", 8), ("500m", 0.5), ("64Gi", 64 * 1024**3), ("1e3", 1000), ("2k", 2000), ("1.5Ki", 1536)],
)
def test_quantities_are_read_as_kubernetes_writes_them(text: str, value: float) -> None:
    """Decimal, binary and exponent forms."""
    assert quantity(text) == value


@pytest.mark.parametrize("text", ["", "eight", "8 ", "8Kib", "0x8", "--8", None, [], "1e999"])
def test_what_is_no_quantity_is_none(text: object) -> None:
    """Never a guess."""
    assert quantity(text) is None


@given(st.integers(-(10**15), 10**15))
def test_an_instant_comes_back_as_it_was_written(microseconds: int) -> None:
    """To the microsecond."""
    moment = NOON + timedelta(microseconds=microseconds)
    assert instant(instant_text(moment)) == moment


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-02T09:00:00",
        "2026-11-02",
        "2026-13-02T09:00:00Z",
        "tomorrow",
        "2026-W45-1",
        5,
        None,
    ],
)
def test_an_instant_without_a_zone_is_none(text: object) -> None:
    """A naive time is never given a zone."""
    assert instant(text) is None


@given(st.text(max_size=40))
def test_no_odd_name_ever_becomes_a_place(name: str) -> None:
    """Whatever is taken has no slash, no percent, no dots beside each other, nothing outside ASCII."""
    for subject in (f"jobs/ai/{name}", f"jobs/{name}/x", f"clusterqueues/{name}", name):
        place = place_of(subject)
        if place is not None:
            letters = place.namespace + place.name
            assert letters.isascii() and letters == letters.lower()
            assert not set(letters) & set("/%?#\\\n\r\t \0:;$`'\"<>&")
            assert ".." not in letters and not letters.startswith(".")
    thing = {"metadata": {"namespace": "ai", "name": name}}
    assert place_in(JOB, thing) == place_of(f"jobs/ai/{name}", (JOB,))


@pytest.mark.parametrize(
    "name",
    [
        "../../api/v1/secrets",
        "a/b",
        "a%2fb",
        "a?x=1",
        "A",
        "-a",
        "a\n",
        "x'; DROP TABLE jobs;--",
        "",
    ],
)
def test_names_that_would_lead_elsewhere_are_refused(name: str) -> None:
    """As subject and as what an object says of itself."""
    assert place_of(f"jobs/ai/{name}") is None
    assert place_of(f"jobs/{name}/train") is None
    assert place_in(JOB, {"metadata": {"namespace": "ai", "name": name}}) is None


def test_a_job_says_what_its_owner_declared() -> None:
    """Deadline, class, pause, checkpoint; accelerators of all its pods."""
    found = job_in(
        job(
            {
                "gridtide.io/deadline": "2026-11-03T09:00:00+08:00",
                "gridtide.io/class": "training",
                "gridtide.io/pause": "checkpoint",
                "gridtide.io/checkpoint": "/ckpt",
            },
            activeDeadlineSeconds=3600,
        ),
        None,
        GPU,
    )
    assert found is not None
    assert found.id == "jobs/ai/train"
    assert (found.accelerators, found.nodes, found.run_limit_s) == (16, 2, 3600)
    assert found.deadline == datetime(2026, 11, 3, 1, tzinfo=UTC)
    assert (found.work_class, found.pause, found.checkpoint) == (
        "training",
        Pause.CHECKPOINT,
        "/ckpt",
    )
    assert found.standing is Standing.RUNNING


def test_who_declares_nothing_is_never_paused() -> None:
    """The default is never; a word that is none counts as never, and is told."""
    marks = {"pause": "maybe", "deadline": "09:00", "class": "a\nb", "checkpoint": "x" * 201}
    plain, odd = job(), job({f"gridtide.io/{key}": value for key, value in marks.items()})
    assert job_in(plain, None, GPU).pause is Pause.NEVER  # type: ignore[union-attr]
    assert job_in(odd, None, GPU).pause is Pause.NEVER  # type: ignore[union-attr]
    assert not list(doubts(plain))
    said = "\n".join(map(str, doubts(odd)))
    assert all(f"gridtide.io/{key}: " in said for key in marks)
    found = job_in(odd, None, GPU)
    assert found is not None and found.work_class is None and found.checkpoint is None


@pytest.mark.parametrize(
    ("status", "spec", "standing"),
    [
        ({"active": 2, "ready": 0}, {}, Standing.QUEUED),
        ({"active": 2}, {}, Standing.RUNNING),
        ({}, {"suspend": True}, Standing.QUEUED),
        ({"conditions": [{"type": "Complete", "status": "True"}]}, {}, Standing.DONE),
        ({"conditions": [{"type": "Failed", "status": "True"}]}, {}, Standing.LOST),
        ({"conditions": "odd", "active": "many"}, {}, Standing.QUEUED),
    ],
)
def test_a_job_stands_where_its_pods_and_conditions_say(
    status: dict[str, Any], spec: dict[str, Any], standing: Standing
) -> None:
    """Pods that wait for a node do not run."""
    found = job_in({**job(**spec), "status": status}, None, GPU)
    assert found is not None and found.standing is standing


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["metadata", "spec", "status", "annotations", "labels", "name"]),
                inner,
                max_size=3,
            )
        ),
        max_leaves=12,
    )
)
def test_no_object_however_odd_is_taken_for_more_than_it_says(thing: Any) -> None:
    """What the cluster sends is material, not a promise: nothing raises, and where no mark stands nothing is held."""
    found = thing if isinstance(thing, dict) else {}
    job = job_in(found, found, GPU)
    assert job is None or isinstance(job, QueuedJob)
    assert all(isinstance(one, Finding) for one in doubts(found))
    assert [hold_in(kind, found) for kind in KINDS] == [None] * len(KINDS)
    assert replicas_in(found) is None
    assert lives_until(found) is None
    assert told_by(found) == (0, -1, "")


@pytest.mark.parametrize(
    ("kind", "stands", "value"),
    [
        (JOB, False, True),
        (WORKLOAD, True, False),
        (QUEUE, "None", "Hold"),
        (DEPLOYMENT, 12, 4),
    ],
    ids=["job", "workload", "queue", "deployment"],
)
def test_a_restraint_put_on_and_ended_leaves_everything_as_it_was(
    kind: Kind, stands: Any, value: Any
) -> None:
    """But for the mark of the newest act, which keeps older ones out."""
    thing = free(kind, stands)
    hold = Hold(
        kind="pause",
        value=value,
        before=stands,
        until=NOON + timedelta(hours=2),
        lease_by=NOON + timedelta(minutes=10),
    )
    held = merged(thing, held_patch(kind, thing, hold, TICKET))
    assert hold_in(kind, held) == hold
    assert switched(kind, held) == value
    assert told_by(held) == (3, 17, "t1")
    freed = merged(held, freed_patch(kind, held, hold, None))
    assert hold_in(kind, freed) is None
    assert freed["spec"] == thing["spec"]
    assert told_by(freed) == (3, 17, "t1")


def test_a_switch_that_somebody_else_moved_stays_there() -> None:
    """An autoscaler or a person was later than we."""
    thing = free(DEPLOYMENT, 12)
    hold = Hold(kind="replicas", value=4, before=12, until=NOON, lease_by=NOON)
    held = merged(thing, held_patch(DEPLOYMENT, thing, hold, TICKET))
    held["spec"]["replicas"] = 7
    assert merged(held, freed_patch(DEPLOYMENT, held, hold, None))["spec"]["replicas"] == 7


def test_marks_that_cannot_be_read_let_go() -> None:
    """Damaged by hand or by another program, a restraint is over."""
    thing = {
        "metadata": {
            "labels": {"gridtide.io/held": "true"},
            "annotations": {"gridtide.io/set": "{"},
        },
        "spec": {"suspend": True},
    }
    hold = hold_in(JOB, thing)
    assert hold is not None and hold.until == LONG_AGO and hold.over(NOON)
    assert merged(thing, freed_patch(JOB, thing, hold, None))["spec"] == {"suspend": False}


@given(st.integers(-600, 600), st.integers(-600, 600), st.integers(-600, 600))
def test_only_a_checkpoint_written_after_the_request_counts(
    before_s: int, asked_s: int, written_s: int
) -> None:
    """Not one of before, and not one that has not come."""
    at, asked = NOON + timedelta(seconds=written_s), NOON + timedelta(seconds=asked_s)
    before = Checkpoint(at=NOON + timedelta(seconds=before_s), step=None)
    fresh = why_not_fresh(Checkpoint(at=at, step=None), before, asked, NOON) is None
    assert fresh == (asked_s < written_s <= 5)


def test_a_checkpoint_behind_the_last_one_is_none() -> None:
    """A step that falls is a checkpoint of something else."""
    before, asked = Checkpoint(at=NOON, step=900), NOON + timedelta(seconds=1)
    found = Checkpoint(at=NOON + timedelta(seconds=2), step=800)
    said = why_not_fresh(found, before, asked, NOON + timedelta(seconds=3))
    assert said == "its checkpoint is of step 800, behind step 900"
    assert why_not_fresh(None, None, asked, NOON) == "it says of no checkpoint"


def test_floor_and_ceiling_must_both_be_there_and_not_cross() -> None:
    """What is declared by half is not declared."""
    low, high = "gridtide.io/replicas-min", "gridtide.io/replicas-max"
    for notes in ({}, {low: "2"}, {low: "5", high: "2"}, {low: "2", high: "many"}):
        assert replicas_in({"metadata": {"annotations": notes}}) is None
    found = replicas_in({"metadata": {"annotations": {low: "2", high: "20"}}})
    assert found is not None and (found.least, found.most) == (2, 20)


def test_the_sweeper_counts_as_alive_for_as_long_as_it_says() -> None:
    """Its sign of life goes through JSON."""
    lease = json.loads(json.dumps(sign_of_life(NOON, 180)))
    assert lives_until(lease) == NOON + timedelta(seconds=180)
    lease["spec"]["leaseDurationSeconds"] = 10**9
    assert lives_until(lease) is None
