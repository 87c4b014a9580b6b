"""Jobs in the steps they were told: the compiled loop does what the plain writing does."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.kernels.twin import run_jobs
from gridtide.testing.plain_jobs import PlainHall, PlainRun, plain_it_kw

STEPS, STEP_S, SITES = 12, 100, 2

jobs = st.lists(
    st.tuples(
        st.fixed_dictionaries(
            {
                "site": st.integers(0, SITES - 1),
                "gang": st.integers(1, 4),
                "true_s": st.integers(1, 500),
                "declared_s": st.integers(1, 500),
                "restart_s": st.integers(0, 150),
                "available_s": st.integers(0, 600),
                "work_class": st.integers(0, 1),
            }
        ),
        st.sets(st.integers(0, STEPS - 1), max_size=STEPS).map(sorted),
    ),
    min_size=1,
    max_size=8,
)


@given(told=jobs)
def test_jobs_do_what_their_plain_writing_does(
    told: list[tuple[dict[str, int], list[int]]],
) -> None:
    """Work done and ends to the second, machines in use of both sites; pauses, late arrivals, restarts past a step."""
    runs = [PlainRun(**known) for known, _ in told]
    halls = [PlainHall(accelerators=0, full_kw=1.0, parked_kw=0.0) for _ in range(SITES)]
    used = plain_it_kw(runs, [slots for _, slots in told], halls, STEPS, STEP_S)
    column = {name: np.array([known[name] for known, _ in told]) for name in told[0][0]}
    done, ended = np.zeros(len(told), dtype=np.int64), np.full(len(told), -1)
    busy = np.zeros((2, SITES, STEPS))
    counts = [len(slots) for _, slots in told]
    run_jobs(
        (
            np.concatenate([[0], np.cumsum(counts)]),
            np.array([slot for _, slots in told for slot in slots], dtype=np.int64),
        ),
        (column["site"], column["site"], np.ones(len(told))),
        column["gang"],
        (column["true_s"], column["declared_s"], column["restart_s"]),
        (done, np.full(len(told), -2), ended, column["available_s"]),
        column["work_class"],
        (0, STEPS, STEP_S, 0),
        busy,
        np.zeros((SITES, STEPS), dtype=np.int64),
    )
    assert done.tolist() == [run.done_s for run in runs]
    assert ended.tolist() == [-1 if run.ended_s is None else run.ended_s for run in runs]
    assert busy.sum(axis=0) == pytest.approx(np.asarray(used))
