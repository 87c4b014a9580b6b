"""Figures of a frame that people act on: how old things are, and how far a site can be moved at once."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from test_control_room import gone_on, opened

from gridtide.loop.control import ControlRoom
from gridtide.loop.shown.frame import site_values
from gridtide.loop.sight import wanted
from gridtide.signals.signal import Kind
from gridtide.timeline import epoch_s


@pytest.fixture(scope="module")
def room() -> ControlRoom:
    """A room five steps after its beginning."""
    return gone_on(opened(), 5)


def test_ages_are_of_what_sources_said_and_not_of_what_is_expected_instead(
    room: ControlRoom,
) -> None:
    """Where prices end a plan expects them anew at every turn; they are as old as their newest issue all the same."""
    history, now = room.mandate.history, room.world.now
    ages = room.newest().values["ages_s"]
    assert isinstance(ages, dict)
    issued = {
        (kind, zone): max(one for one in rows.issued_s[~rows.expected] if one <= epoch_s(now))
        for kind, zone in wanted(room.mandate)
        if (rows := history.of(kind, zone)) is not None
        and (rows.issued_s[~rows.expected] <= epoch_s(now)).any()
    }
    assert issued
    for kind in {kind for kind, _ in issued}:
        oldest = min(at for (of, _), at in issued.items() if of is kind)
        assert ages[kind.value] == epoch_s(now) - oldest


def test_a_zone_that_falls_silent_is_not_hidden_by_another(room: ControlRoom) -> None:
    """The age of a kind is that of the zone which was heard longest ago; a turn of now makes nothing younger."""
    zone = room.mandate.fleet.sites[0].zone
    until = epoch_s(room.mandate.steps.start - timedelta(days=2))
    old = tuple(
        replace(one, issued_s=np.minimum(one.issued_s, until))
        if (one.kind, one.zone) == (Kind.PRICE, zone)
        else one
        for one in room.mandate.history.series
    )
    stood = room.mandate
    room.mandate = replace(stood, history=replace(stood.history, series=old))
    try:
        ages = room.state()["ages_s"]
    finally:
        room.mandate = stood
    assert isinstance(ages, dict)
    assert ages[Kind.PRICE.value] == epoch_s(room.world.now) - until


def test_no_more_can_be_moved_at_once_than_the_meter_can_show(room: ControlRoom) -> None:
    """A store gives what is drawn and may be fed in; it takes what the connection still carries; nobody knows without
    a meter."""
    turn, seen, now = room.turn, room.world.seen, room.world.now
    assert turn is not None and seen is not None
    carbon = room.mandate.objective.carbon
    sites = room.mandate.fleet.sites
    number = next(at for at, one in enumerate(sites) if one.battery is not None)
    limit_kw = sites[number].contract.import_max_kw
    for drawn_kw in (0.0, 1.0, limit_kw - 1.0, limit_kw):
        read = replace(
            seen,
            import_kw=np.full(len(sites), drawn_kw),
            export_kw=np.zeros(len(sites)),
        )
        found = site_values(turn.situation, read, None, carbon, now)[number]
        assert 0.0 <= float(str(found["could_less_kw"])) <= drawn_kw
        assert 0.0 <= float(str(found["could_more_kw"])) <= limit_kw - drawn_kw
    without = site_values(turn.situation, None, None, carbon, now)[number]
    assert without["could_less_kw"] is None and without["could_more_kw"] is None
