"""Acts go over a line and come back as they were; what is not one is refused."""

import json
from datetime import UTC, datetime
from math import inf
from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.finding import BadInput
from gridtide.fleet.device import Shares
from gridtide.fleet.rest_act import Needs
from gridtide.fleet.site_act import AnyAct, HoldImport
from gridtide.fleet.ticket import Fate, Outcome, Ticket
from gridtide.wire.acts import ACTS, Order, act_json, act_of, order_json, order_of, outcome_of
from gridtide.wire.nouns import plain

NAME = st.text("abcdefgh-0123456789é中", min_size=1, max_size=30)
INSTANT = st.datetimes(timezones=st.just(UTC))
NUMBER = st.floats(allow_nan=False, allow_infinity=False)
WHOLE = st.integers(0, 2**53)
SHARES = st.lists(st.tuples(NAME, NUMBER), max_size=3).map(tuple)
VALUES: dict[Any, st.SearchStrategy[Any]] = {
    str: NAME,
    float: NUMBER,
    int: WHOLE,
    datetime: INSTANT,
    Shares: SHARES,
    Needs: st.lists(NUMBER, max_size=3).map(tuple),
    tuple[Shares, ...]: st.lists(SHARES, max_size=2).map(tuple),
    float | None: st.none() | NUMBER,
}
ACT = st.sampled_from(sorted(ACTS)).flatmap(
    lambda name: st.builds(
        ACTS[name], **{key: VALUES[kind] for key, kind in get_type_hints(ACTS[name]).items()}
    )
)
TICKET = st.builds(
    Ticket, id=NAME, epoch=WHOLE, sequence=WHOLE, issued_at=INSTANT, expires_at=INSTANT
)
GOOD = {"act": "cap-power", "unit": "gpu-0", "cap_kw": 0.4, "until": "2026-11-30T09:00:00+00:00"}


@given(act=ACT, ticket=TICKET)
def test_an_order_comes_back_as_it_went(act: AnyAct, ticket: Ticket) -> None:
    """Through JSON text, to the last digit."""
    order = Order(device="gpus", ticket=ticket, act=act)
    assert order_of(json.loads(json.dumps(order_json(order)))) == order
    assert act_of(act_json(act)) == act


def test_an_import_that_is_held_below_no_level_goes_as_null() -> None:
    """JSON knows no infinity, and no other act may leave a number out."""
    prices = {"raise_price_per_kw": 1.0, "it_price_per_kwh": 0.5}
    act = HoldImport(
        site="n", most_kw=inf, least_kw=None, **prices, until=datetime(2027, 1, 1, tzinfo=UTC)
    )
    text = json.dumps(act_json(act), allow_nan=False)
    assert act_of(json.loads(text)) == act
    with pytest.raises(BadInput, match="least_kw"):
        act_of({**act_json(act), "least_kw": "none"})


@given(ticket=NAME, fate=st.sampled_from(Fate), at=INSTANT, lost=st.floats(0, 1e6))
def test_an_outcome_comes_back_as_it_went(
    ticket: str, fate: Fate, at: datetime, lost: float
) -> None:
    """With what was lost by it."""
    outcome = Outcome(ticket=ticket, fate=fate, said="done", at=at, lost_accelerator_h=lost)
    assert outcome_of(json.loads(json.dumps(plain(outcome)))) == outcome


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"act": "reboot"}, "one of begin-at"),
        ({"act": ["cap-power"]}, "one of begin-at"),
        ({"cap_kw": "0.4"}, "a number"),
        ({"cap_kw": True}, "a number"),
        ({"cap_kw": float("nan")}, "a finite number"),
        ({"cap_kw": 10**400}, "a finite number"),
        ({"unit": "gpu-0\nrm"}, "on one line"),
        ({"unit": ""}, "a text of 1"),
        ({"until": "2026-11-30T09:00:00"}, "with its offset"),
        ({"until": "0001-01-01T00:00:00+23:00"}, "with its offset"),
        ({"command": "rm"}, "only cap_kw, unit, until"),
    ],
)
def test_what_is_no_act_is_refused_in_words(change: dict[str, object], said: str) -> None:
    """An unknown name, a wrong kind, a key too many: nothing is guessed."""
    with pytest.raises(BadInput, match=said):
        act_of({**GOOD, **change})


def test_every_fault_of_an_order_is_said_at_once() -> None:
    """Of ticket and act together."""
    with pytest.raises(BadInput) as refused:
        order_of({"device": 7, "ticket": {"id": "a"}, "act": {"act": "cap-power"}})
    subjects = {finding.subject for finding in refused.value.findings}
    assert {"order.device", "order.ticket.epoch", "order.act.cap_kw"} <= subjects
