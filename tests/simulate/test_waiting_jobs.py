"""Jobs that wait are started, nodes that rest are woken for a signal that asks for more, and no promise is broken."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from gridtide.case.load import load_case
from gridtide.decide.regulate import Resting
from gridtide.decide.regulators.merit_order import MeritOrder
from gridtide.decide.state import Status
from gridtide.signals.agc import AgcSignal
from gridtide.simulate import following
from gridtide.simulate.flexing import Standing, standing_at
from gridtide.simulate.following import Followed, follow, site_in
from gridtide.simulate.hour_ahead import Offer
from gridtide.simulate.policies import policy_named
from gridtide.simulate.truth import truth_of

EXAMPLES = Path(__file__).parents[2] / "examples"
MORE = AgcSignal(every_s=4, less=np.full(1800, -1.0), source="more")
SHORTER = {
    "count = 260": "count = 420",
    "hours = 12.0": "hours = 5.0",
    "longest_h = 36.0": "longest_h = 12.0",
    "slack_h = 8.0": "slack_h = 12.0",
    "declared_h = [16, 36]": "declared_h = [8, 16]",
    "price_swing_per_mwh = 10.0": "price_swing_per_mwh = 25.0",
    "demand_charge_per_kw_month = 5": "demand_charge_per_kw_month = 0.01",
}
"""More and shorter jobs than in the example, with more time to wait in, and prices worth waiting for."""
STORE = (
    "[site.battery]\nenergy_kwh = 4\ncharge_max_kw = 100\ndischarge_max_kw = 100\nsoc_start = 0.5\n"
)


def standing(folder: Path, name: str, text: str, step: int) -> Standing:
    """The course of a case written so."""
    path = folder / name
    path.write_text(text)
    study = load_case(path)
    way, forecaster, known = policy_named("coordinated", study)
    return standing_at(known, truth_of(study), way, forecaster, step, lambda done, steps: None)


def followed(stands: Standing, offer: Offer, signal: AgcSignal = MORE) -> Followed:
    """Two hours at the rail that asks for more, or another signal."""
    return follow(site_in(stands, signal), 0, signal, offer, MeritOrder())


@cache
def training(folder: Path) -> Standing:
    """Jobs of a site without a store, some of which wait for cheaper hours."""
    text = (EXAMPLES / "regulating.toml").read_text()
    for known, other in SHORTER.items():
        assert known in text
        text = text.replace(known, other)
    store, rest = text.index("[site.battery]"), text.index("[[class]]")
    return standing(folder, "waiting.toml", text[:store] + text[rest:], 100)


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> Standing:
    """As above."""
    return training(tmp_path_factory.mktemp("waiting"))


OFFER = Offer(up_kw=1_200.0, down_kw=1_200.0)
"""More than gangs hold by themselves, with the menu of the example."""


def test_waiting_jobs_replace_those_that_end_while_more_is_asked_for(
    waiting: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Started jobs were waiting, and less of the request lies beyond reach than without them; nothing is missed."""
    found = followed(waiting, OFFER)
    begun = found.running.begun
    assert begun.any()
    status = waiting.turn.situation.state.status[found.running.row]
    assert (status[begun] == int(Status.WAITING)).all()
    monkeypatch.setattr(
        following, "may_begin", lambda window, site, running, answering, minutes: running.begun
    )
    alone = followed(waiting, OFFER)
    assert not alone.running.begun.any()
    assert found.exhausted_s < alone.exhausted_s
    assert found.mean(found.scores.score) > alone.mean(alone.scores.score)
    assert (found.missed, alone.missed) == (0, 0)


def test_started_jobs_find_their_machines_free_and_end_no_later_than_planned(
    waiting: Standing,
) -> None:
    """Accelerators held in each minute stay within the pool, and each started job runs earlier than planned."""
    found = followed(waiting, OFFER)
    running, fleet = found.running, waiting.study.fleet
    held = (running.slots * running.accelerators[:, None]).sum(axis=0)
    assert held.max() <= fleet.accelerators[0]
    placement = waiting.turn.orders.dispatch.placement
    for number in np.flatnonzero(running.begun):
        row = running.row[number]
        first = placement.slots[placement.offsets[row]]
        planned_s = placement.horizon.edges_s[first] - placement.horizon.edges_s[0]
        assert 60 * running.slots[number].argmax() < planned_s
    assert (found.lost_s <= running.slack_s + 1e-6).all()


def test_nodes_at_rest_widen_what_can_be_drawn_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A site that only answers requests offers more with the nodes its case lets rest, and delivers it all."""
    text = (EXAMPLES / "resting_sites.toml").read_text()
    rests = "parking = { idle_kw_per_accelerator = 0.3 }\n"
    slowly = "parking = { idle_kw_per_accelerator = 0.3, least_off_min = 1440 }\n"
    stands = standing(tmp_path, "rest.toml", text.replace(rests, slowly + "\n" + STORE, 1), 96)
    offer = Offer(up_kw=0.0, down_kw=60.0, symmetric=False)
    quarter = AgcSignal(every_s=4, less=np.full(225, -1.0), source="a quarter of an hour of more")
    found = followed(stands, offer, quarter)
    assert found.hours[0].hour.resting.most > 0
    assert (found.missed, found.exhausted_s) == (0, 0)
    monkeypatch.setattr(following, "resting_at", lambda window, site, seen, minute: Resting())
    alone = followed(stands, offer, quarter)
    assert found.hours[0].band.down_kw > 1.1 * alone.hours[0].band.down_kw
    assert found.stored_kwh[-1] < alone.stored_kwh[-1]
