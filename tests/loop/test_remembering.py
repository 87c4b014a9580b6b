"""What turns hand on goes through plain values and back without a digit lost."""

import json
from datetime import timedelta

import numpy as np
import rfc8785

from gridtide.decide.bid import Bid
from gridtide.decide.event import EventKind
from gridtide.decide.leaning import Leaning
from gridtide.decide.situation import Commitment, OfferedCapacity
from gridtide.digest import digest
from gridtide.loop.remembering import memory_of, remembered
from gridtide.loop.turn import Memory
from gridtide.testing.calls import NOON, answer_to, call

HOUR = timedelta(hours=1)
SPAN = {"start": NOON, "end": NOON + HOUR}
CALL = call(EventKind.DEMAND_RESPONSE, reduce_kw=40.0, answer_by=NOON, name="evening")
LEANING = Leaning(
    kw=np.asarray([[0.1] * 24]),
    starts_s=np.asarray([0, 900]),
    position_kw=np.asarray([[np.nan, 7.5]]),
)
MEMORY = Memory(
    commitments=(
        Commitment(site="here", **SPAN, position_kw=1 / 3),
        OfferedCapacity(site="here", product="fast", **SPAN, offered_kw=2.0, by_work=True),
        Bid(site="here", **SPAN, up_to_price_per_mwh=(-5.0, 40.0), quantity_kw=(9.0, 4.0, 0.0)),
        answer_to(CALL, 80.0, share=0.5),
    ),
    at_risk=frozenset({"b", "a"}),
    passed=frozenset({CALL}),
    leaning=LEANING,
)


def through_a_store(memory: Memory) -> Memory:
    """Written as a store writes it, and read again."""
    return memory_of(json.loads(rfc8785.dumps(remembered(memory, NOON))))  # type: ignore[arg-type]


def test_every_kind_of_commitment_comes_back_as_it_was() -> None:
    """Limits without end and unknown values too."""
    again = through_a_store(MEMORY)
    assert digest(again.commitments) == digest(MEMORY.commitments)
    assert (again.at_risk, again.passed) == (MEMORY.at_risk, MEMORY.passed)
    assert digest(again.leaning) == digest(MEMORY.leaning)
    assert through_a_store(Memory()).commitments == ()


def test_what_is_over_is_not_carried_on() -> None:
    """Only what still binds is kept, so that it does not grow for ever."""
    over = remembered(MEMORY, NOON + timedelta(days=2))
    assert (over["commitments"], over["passed"]) == ([], [])
