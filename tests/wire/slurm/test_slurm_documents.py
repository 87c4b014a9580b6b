"""Documents of Slurm of every version read the same, and what cannot be read is said and left out."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.fleet.device import Pause, Standing
from gridtide.wire.slurm.jobs import decode_jobs, queued
from gridtide.wire.slurm.nodes import usable_nodes
from gridtide.wire.slurm.numbers import INFINITE, UNSET, instant, number

SUBMITTED = 1_796_002_018
OLD: dict[str, Any] = {
    "job_id": 7,
    "array_job_id": 0,
    "array_task_id": None,
    "array_task_string": "",
    "het_job_id": 0,
    "name": "train",
    "user_name": "ada",
    "account": "science",
    "partition": "low",
    "comment": "class=train;deadline=2026-12-01T09:00+08:00;pause=checkpoint;checkpoint=/ck;seed=3",
    "admin_comment": "",
    "job_state": "RUNNING",
    "state_reason": "None",
    "submit_time": SUBMITTED,
    "eligible_time": SUBMITTED,
    "start_time": SUBMITTED + 60,
    "end_time": SUBMITTED + 3660,
    "time_limit": 60,
    "node_count": 2,
    "tasks": 4,
    "gres_detail": ["gpu:a100:2(IDX:0-1)", "gpu:a100:2(IDX:2,5)"],
    "tres_per_node": "gres:gpu:2",
    "requeue": True,
    "restart_cnt": 1,
    "batch_flag": True,
}
WRAPPED = (
    "submit_time",
    "eligible_time",
    "start_time",
    "end_time",
    "time_limit",
    "node_count",
    "tasks",
)


def wrapped(value: object) -> object:
    """A number as versions from 23.02 on write it."""
    return {"set": value is not None, "infinite": False, "number": value or 0}


def one(**changes: object) -> Any:
    """The job of a document with changes."""
    decoded = decode_jobs({"jobs": [{**OLD, **changes}]})
    assert decoded.findings == ()
    return decoded.jobs[0]


def test_old_and_new_shapes_give_the_same_job() -> None:
    """Plain numbers and states as text; numbers that say whether they are set and states as lists."""
    new = {key: wrapped(value) if key in WRAPPED else value for key, value in OLD.items()}
    new |= {"job_state": ["RUNNING"], "array_task_id": wrapped(None), "array_job_id": wrapped(0)}
    assert decode_jobs({"jobs": [new]}) == decode_jobs({"jobs": [OLD]})
    job = queued(one())
    assert (job.id, job.standing, job.accelerators, job.nodes) == ("7", Standing.RUNNING, 4, 2)
    assert (job.work_class, job.pause, job.checkpoint) == ("train", Pause.CHECKPOINT, "/ck")
    assert job.deadline == datetime(2026, 12, 1, 1, tzinfo=UTC)
    assert job.run_limit_s == 3600
    assert job.begin_at is None


@given(st.integers(min_value=0, max_value=2**62))
def test_a_number_is_the_same_in_each_shape(value: int) -> None:
    """Plain, as text, or with a note that it is set; constants for unset and endless are nothing."""
    expected = None if value in UNSET | INFINITE else value
    assert number(value) == number(str(value)) == number(wrapped(value)) == expected
    assert number({"set": False, "infinite": False, "number": value}) is None
    assert number({"set": True, "infinite": True, "number": value}) is None


@pytest.mark.parametrize("raw", [True, [], "soon", {"set": True, "number": "soon"}])
def test_what_is_no_number_is_no_number(raw: object) -> None:
    """Nothing is guessed."""
    with pytest.raises(ValueError):
        number(raw)


def test_an_instant_beyond_all_calendars_is_a_fault_of_its_record_alone() -> None:
    """The other jobs are read."""
    with pytest.raises(ValueError):
        instant(2**60)
    broken = [{**OLD, "job_id": 9, "submit_time": 2**60}, "no record", {**OLD, "job_state": []}]
    decoded = decode_jobs({"jobs": [OLD, *broken, {"job_id": 4}]})
    assert [job.id for job in decoded.jobs] == ["7"]
    assert len(decoded.findings) == 4
    assert "job 9 of Slurm" in str(decoded.findings[0])


@pytest.mark.parametrize("document", [None, [], {}, {"jobs": None}, {"jobs": {"7": OLD}}])
def test_a_document_without_jobs_is_none(document: object) -> None:
    """An error page of a server is not an empty queue."""
    with pytest.raises(ValueError):
        decode_jobs(document)


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ("PENDING", Standing.QUEUED),
        (["PENDING", "COMPLETING"], Standing.RUNNING),
        ("COMPLETING", Standing.RUNNING),
        (["CONFIGURING", "RUNNING"], Standing.RUNNING),
        ("SUSPENDED", Standing.STOPPED),
        ("COMPLETED", Standing.DONE),
        (["TIMEOUT"], Standing.LOST),
        ("NODE_FAIL", Standing.LOST),
    ],
)
def test_states_in_words_of_the_fleet(states: object, expected: Standing) -> None:
    """A job that is ending still draws power: it runs."""
    assert queued(one(job_state=states)).standing is expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"tres_alloc_str": "cpu=8,gres/gpu=4,gres/gpu:a100=4,node=2"}, 4),
        ({"tres_alloc_str": "cpu=8,gres/gpu:a100=3"}, 3),
        ({"tres_per_job": "gres:gpu:6"}, 6),
        ({"tres_per_node": "gres/gpu:a100:2"}, 4),
        ({"tres_per_node": "gpu"}, 2),
        ({"tres_per_task": "gres/gpu=1"}, 4),
        ({"tres_per_node": "gres:shard:2"}, 0),
        ({}, 0),
    ],
)
def test_accelerators_of_a_job_as_each_field_says_them(
    fields: dict[str, str], expected: int
) -> None:
    """Per job, node and task; typed ones are part of the whole; other resources do not count."""
    assert one(gres_detail=[], **{"tres_per_node": "", **fields}).accelerators == expected


def test_tasks_of_an_array_have_names_of_their_own() -> None:
    """The record that stands for all waiting ones is told apart."""
    task = one(job_id=12, array_job_id=10, array_task_id=3)
    waiting = one(job_id=10, array_job_id=10, array_task_string="4-9%2", job_state="PENDING")
    assert (task.id, task.whole_array) == ("10_3", False)
    assert (waiting.id, waiting.whole_array) == ("10", True)


@pytest.mark.parametrize(
    ("fields", "held"),
    [
        ({"state_reason": "JobHeldUser"}, True),
        ({"hold": True}, True),
        ({"priority": 0}, True),
        ({"priority": wrapped(0)}, True),
        ({"priority": wrapped(1234), "hold": False, "state_reason": "Dependency"}, False),
        ({}, False),
    ],
)
def test_a_hold_is_known_by_each_of_its_signs(fields: dict[str, object], held: bool) -> None:
    """Its reason, its flag in new versions, a priority of 0."""
    assert one(job_state="PENDING", **fields).held is held
    assert not one(priority=0, job_state="SUSPENDED").held


def test_nodes_of_a_partition_that_take_jobs() -> None:
    """Those that are down or drained do not count, in the shape of either version."""
    old = [
        {"partitions": ["low", "wake"], "state": "mixed", "state_flags": []},
        {"partitions": ["wake"], "state": "idle", "state_flags": ["DRAIN"]},
        {"partitions": ["wake"], "state": "down", "state_flags": []},
        {"partitions": ["low"], "state": "idle", "state_flags": []},
    ]
    new = [
        {"partition": {"name": "wake"}, "nodes": {"total": 3}, "node": {"state": ["IDLE"]}},
        {
            "partition": {"name": "wake"},
            "nodes": {"total": 2},
            "node": {"state": ["IDLE", "NOT_RESPONDING"]},
        },
        {"partition": {"name": "low"}, "nodes": {"total": 5}, "node": {"state": ["ALLOCATED"]}},
    ]
    assert usable_nodes({"nodes": old}, "wake") == 1
    assert usable_nodes({"sinfo": new}, "wake") == 3
    assert usable_nodes({"sinfo": new}, "none") == 0
    documents: list[object] = [None, {}, {"sinfo": [{}]}, {"nodes": [3]}]
    for document in documents:
        with pytest.raises(ValueError):
            usable_nodes(document, "wake")
