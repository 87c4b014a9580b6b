"""How much a dispatch may move: never more than those machines that answer requests, jobs and stores can."""

from dataclasses import replace

import numpy as np
import pytest

from gridtide.loop.turn import Memory, Turn, take_turn
from gridtide.simulate.course import mandate_of
from gridtide.simulate.policies import policy_named
from gridtide.simulate.truth import truth_of
from gridtide.simulate.twin import Twin
from gridtide.testing.studies import small_study
from gridtide.trust.touch import requests_kw, touched


@pytest.fixture(scope="module")
def turn() -> Turn:
    """A first turn of a small study, whose services answer at some of its places."""
    study = small_study(3, hours=24, jobs=30, accelerators=32)
    policy, forecaster, known = policy_named("coordinated", study)
    twin = Twin.of(known, truth_of(known))
    return take_turn(mandate_of(known, forecaster), policy, twin, Memory(), twin.now)


def test_a_held_meter_moves_requests_only_where_a_service_can_answer(turn: Turn) -> None:
    """Machines for jobs alone answer nothing, whatever level a meter is held at."""
    situation, standing = turn.situation, turn.standing
    hosts = np.any([one.resident for one in situation.services], axis=0)
    assert hosts.any() and not hosts.all()
    sites = len(situation.fleet.sites)
    held = replace(standing, import_held_kw=np.full(sites, 1.0))
    moved_kw = requests_kw(held, standing, situation)
    assert (moved_kw[hosts] > 0.0).all() and not moved_kw[~hosts].any()
    found = dict(touched(held, standing, situation).moved_kw)
    for number, site in enumerate(situation.fleet.sites):
        battery = site.battery
        store_kw = max(battery.charge_max_kw, battery.discharge_max_kw) if battery else 0.0
        here = situation.fleet.site_of_place == number
        assert found[site.name] <= store_kw + moved_kw[here].sum(axis=0).max() + 1e-9
