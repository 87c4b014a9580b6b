"""The flexibility of services if their users waited longer than the case says: there, delivered, and marked."""

from pathlib import Path

import numpy as np
import pytest

from gridtide.case.load import load_case, read_case
from gridtide.case.longer_answers import longer_answers
from gridtide.decide.flexibility.curve import curve
from gridtide.decide.flexibility.outlook import outlook_of
from gridtide.decide.flexibility.step import DELAYS, Direction, Source
from gridtide.simulate.flex_delivery import Delivered, delivered
from gridtide.simulate.flexing import Standing, Window, asked_step, standing_at
from gridtide.simulate.policies import policy_named
from gridtide.simulate.truth import truth_of
from gridtide.simulate.waiting_longer import if_they_waited

EXAMPLE = Path(__file__).parents[2] / "examples" / "slower_answers.toml"


def asked(tolerance: float, folder: Path) -> tuple[Standing, Standing]:
    """The example with a tolerance after its first hours, as it stands and as if users waited longer."""
    path = folder / f"tolerance_{tolerance:g}.toml"
    text = EXAMPLE.read_text().replace("delay_tolerance = 0.5", f"delay_tolerance = {tolerance:g}")
    path.write_text(text.replace("end = 2026-03-04T", "end = 2026-03-03T"))
    study = load_case(path)
    policy, forecaster, known = policy_named("coordinated", study)
    step = asked_step(known, None)
    standing = standing_at(known, truth_of(known), policy, forecaster, step, lambda one, all: None)
    services, unknown = longer_answers(read_case(path), study, DELAYS)
    assert unknown == ()
    return standing, if_they_waited(standing, services)


def found_in(standing: Standing) -> tuple[Delivered, ...]:
    """What is delivered for a quarter of an hour."""
    outlook = outlook_of(standing.plan, standing.turn.situation, standing.turn.orders.dispatch)
    return delivered(standing, curve(outlook, (900,)))


def packed_kw(found: tuple[Delivered, ...]) -> list[float]:
    """kW of fuller batches at each delay."""
    steps = [one.step for one in found if one.step.source is Source.PACKING]
    down = [step for step in steps if step.direction is Direction.DOWN]
    return [sum(step.kw for step in down if step.delay <= delay) for delay in DELAYS]


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> tuple[Standing, Standing]:
    """Users who tolerate nothing, and the same if they did."""
    return asked(0.0, tmp_path_factory.mktemp("impatient"))


def test_what_users_do_not_tolerate_now_is_answered_all_the_same(
    impatient: tuple[Standing, Standing],
) -> None:
    """Nothing as the case stands; kW at half and at twice as long, growing, delivered, and said to be untolerated."""
    now, longer = impatient
    assert packed_kw(found_in(now)) == [0.0, 0.0, 0.0]
    found = found_in(longer)
    none, half, twice = packed_kw(found)
    assert none == 0.0 < half < twice
    assert all(one.share >= 0.95 for one in found)
    assert not any(one.step.tolerated for one in found if one.step.source is Source.PACKING)


def test_answers_come_no_later_than_the_delay_they_are_printed_for(
    impatient: tuple[Standing, Standing],
) -> None:
    """By the twin's p95, with every step up to a delay given."""
    longer = impatient[1]
    window = Window.of(longer, 900)
    today_s = window.seen(()).late_s
    for delay in DELAYS[1:]:
        given = tuple(one.step for one in found_in(longer) if one.step.delay <= delay)
        assert (window.seen(given).late_s <= (1.0 + delay) * today_s * (1.0 + 1e-6)).all()


def test_nothing_changes_while_nobody_asks(impatient: tuple[Standing, Standing]) -> None:
    """Meters and answers of a window are those of the case as it stands."""
    one, other = (Window.of(standing, 900).seen(()) for standing in impatient)
    assert np.array_equal(one.drawn_kw, other.drawn_kw)
    assert np.array_equal(one.late_s, other.late_s)


def test_what_is_tolerated_already_is_told_apart(tmp_path: Path) -> None:
    """With half as long again tolerated and used, only what lies beyond is left, and it is marked."""
    found = found_in(asked(0.5, tmp_path)[1])
    beyond = [one.step for one in found if one.step.direction is Direction.DOWN]
    assert beyond and all(step.delay == 1.0 and not step.tolerated for step in beyond)
