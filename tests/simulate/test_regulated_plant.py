"""Set-points over a real line aim simulated devices cycle by cycle; the twin takes the same course in one block."""

from datetime import datetime

import numpy as np
import pytest

from gridtide.decide.regulate import Band, Means, Outside, RegulatorState, band_for, standing_still
from gridtide.decide.regulators.merit_order import MeritOrder
from gridtide.devices.iec104_setpoint import Iec104Setpoint
from gridtide.devices.recorded_setpoint import RecordedSetpoint
from gridtide.digest import digest
from gridtide.finding import BadInput
from gridtide.loop.clock import DrivenClock
from gridtide.loop.fast import FastCourse, FastLine, beginning, fast_course
from gridtide.signals.setpoint_channel import SetpointChannel
from gridtide.simulate.regulated_plant import RegulatedPlant
from gridtide.testing.iec104_centre import Iec104Centre
from gridtide.testing.regulators import ENDLESS_S, EVERY_S, OTHER_KW, regulating_site
from gridtide.testing.setpoint_channels import MORNING
from gridtide.trust.setpoint_rules import SetpointRules
from gridtide.wire.iec104.time_tag import tag_of

CYCLES = 300
REGULATOR = MeritOrder()


def site() -> tuple[Means, Band, RegulatorState, Outside]:
    """A site of 10 MW, its band for an hour, its state at the base point, a meter with noise of a per cent, and power
    beside it that wanders from second to second."""
    means = regulating_site(11)
    stored_kwh = 0.5 * (means.store.least_kwh + means.store.most_kwh)
    left_s = np.full(len(means.gangs), ENDLESS_S)
    state = standing_still(means, stored_kwh, OTHER_KW, left_s)
    band = band_for(means, REGULATOR.law, stored_kwh, OTHER_KW, 1.0, (2_500.0, 2_500.0))
    seconds = CYCLES * EVERY_S
    noise = np.random.default_rng(3).normal(0.0, 0.01, seconds)
    walk = np.cumsum(np.random.default_rng(4).normal(0.0, 0.5, seconds))
    return (
        means,
        band,
        state,
        Outside(other_kw=OTHER_KW + walk, planned_kw=np.full(seconds, OTHER_KW), noise=noise),
    )


BAND = site()[1]


def plant_of() -> RegulatedPlant:
    """The site as devices that can be aimed."""
    means, band, state, outside = site()
    return RegulatedPlant(
        regulator=REGULATOR,
        means=means,
        base_kw=np.full(CYCLES, band.base_kw),
        reach_kw=(band.up_kw, band.down_kw),
        state=state,
        outside=outside,
        every_s=EVERY_S,
    )


def rules_of(band: Band) -> SetpointRules:
    """The band, its whole width within a cycle, back to the base point within five minutes."""
    width_kw = band.highest_kw - band.lowest_kw
    return SetpointRules(
        p_min_kw=band.lowest_kw,
        p_max_kw=band.highest_kw,
        ramp_kw_per_s=width_kw / EVERY_S,
        return_kw_per_s=width_kw / 300.0,
        cycle_s=EVERY_S,
    )


def run(
    channel: SetpointChannel, clock: DrivenClock, cycles: int = CYCLES
) -> tuple[FastCourse, RegulatedPlant]:
    """Cycles of the plant over a line."""
    plant, band = plant_of(), site()[1]
    line = FastLine(name="north", rules=rules_of(band), channel=channel, plant=plant)
    state = beginning(line.rules, band.base_kw, MORNING)
    schedule_kw = np.full(cycles, band.base_kw)
    return fast_course(line, state, clock, MORNING, schedule_kw), plant


class CentreClock(DrivenClock):
    """A driven clock at whose instants a centre commands, but for a minute and a half of silence."""

    centre: Iec104Centre
    number = 0

    def wait_until(self, moment: datetime) -> None:
        """Jump, and command."""
        super().wait_until(moment)
        if not 150 <= self.number < 172:
            share = np.sin(self.number / 11.0)
            kw = BAND.base_kw - share * (BAND.up_kw if share > 0 else BAND.down_kw) * 0.999
            assert self.centre.set(kw, tag_of(self.now()))
        self.number += 1


@pytest.fixture(scope="module")
def live() -> tuple[FastCourse, RegulatedPlant]:
    """Twenty minutes over IEC 104 on loopback, as fast as it goes; compiled before the line opens."""
    plant_of().aim(BAND.base_kw, MORNING)
    clock = CentreClock(MORNING)
    channel = Iec104Setpoint(clock=clock)
    clock.centre = Iec104Centre(channel.port)
    found = run(channel, clock)
    clock.centre.close()
    channel.close()
    return found


def test_one_cycle_at_a_time_is_the_block_to_the_byte(
    live: tuple[FastCourse, RegulatedPlant],
) -> None:
    """The same compiled function: devices aimed live and the twin's block show the same meter, second by second."""
    course, plant = live
    means, band, state, outside = site()
    base_kw = np.full(CYCLES, band.base_kw)
    request_kw = base_kw - course.target_kw
    block = REGULATOR.respond(request_kw, base_kw, EVERY_S, means, state, outside)
    assert digest(plant.seen()) == digest(block)


def test_the_telegrams_of_a_live_run_give_the_twin_the_same_targets(
    live: tuple[FastCourse, RegulatedPlant],
) -> None:
    """Told again by a record, with a plant of its own."""
    course, plant = live
    clock = DrivenClock(MORNING)
    twin, again = run(RecordedSetpoint(clock=clock, record=course.telegrams), clock)
    assert digest(twin.target_kw) == digest(course.target_kw)
    assert digest(again.seen()) == digest(plant.seen())
    assert twin.notes == course.notes


def test_the_meter_follows_and_silence_leads_back_to_the_base_point(
    live: tuple[FastCourse, RegulatedPlant],
) -> None:
    """Within a per cent of the base but for the seconds of lag; held, left, followed again."""
    course, plant = live
    by_cycle = plant.seen().meter_kw.reshape(CYCLES, EVERY_S)[:, -1]
    beside = np.abs(by_cycle - course.target_kw)
    assert np.median(beside[10:140]) < 0.01 * BAND.base_kw
    named = [note.what for note in course.notes]
    assert named == [
        "set-points are fresh again",
        "set-points stay away",
        "set-points are lost",
        "set-points are fresh again",
    ]
    assert not course.led[170]
    assert course.led[180]


def test_a_simulated_plant_ends_where_its_surroundings_end() -> None:
    """Said, not made up."""
    clock = DrivenClock(MORNING)
    plant = plant_of()
    for _ in range(CYCLES):
        plant.aim(BAND.base_kw, clock.now())
    with pytest.raises(BadInput, match="300 cycles"):
        plant.aim(BAND.base_kw, clock.now())
