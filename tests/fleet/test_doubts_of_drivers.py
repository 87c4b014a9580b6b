"""What telemetry says against itself: named where it is so, silent where it is not."""

from dataclasses import replace

import numpy as np
import pytest

from gridtide.fleet.learning.changed_level import changed_level
from gridtide.fleet.learning.doubts_of_drivers import shifted_clock, stuck_drivers
from gridtide.fleet.learning.doubts_of_map import no_better
from gridtide.fleet.learning.telemetry import Telemetry
from gridtide.testing.learned_sites import plain_model
from gridtide.testing.plant_telemetry import telemetry_of

HIDDEN = ("staged_water", "dry_economiser", "warm_loop")


@pytest.fixture(scope="module", params=HIDDEN)
def lived(request: pytest.FixtureRequest) -> Telemetry:
    """Fourteen days of a hidden plant."""
    return telemetry_of(request.param, 14, 2)


def test_sound_telemetry_is_not_doubted(lived: Telemetry) -> None:
    """Not its clock, not its level, not its sensors."""
    assert list(shifted_clock(lived)) == []
    assert list(changed_level(lived)) == []
    assert stuck_drivers(lived) == ([], [])


@pytest.mark.parametrize("hours", [-2, 1, 8])
def test_a_meter_on_another_clock_is_named_with_its_hours(lived: Telemetry, hours: int) -> None:
    """As when one source writes local time."""
    later = replace(lived, facility_kw=np.roll(lived.facility_kw, 12 * hours))
    (said,) = shifted_clock(later)
    way = "before" if hours > 0 else "after"
    assert f"of {abs(hours)}.00 h {way}" in str(said)


def test_a_meter_that_reads_another_level_is_named_with_its_day(lived: Telemetry) -> None:
    """A quarter more from the tenth day on."""
    power = lived.facility_kw.copy()
    power[9 * 288 :] *= 1.25
    (said,) = changed_level(replace(lived, facility_kw=power))
    assert "2026-04-10" in str(said)


def test_sensors_that_stand_still_are_refused_and_told_when_few(lived: Telemetry) -> None:
    """More than a twentieth of the rows is refused; a day and a half of forty is told."""
    for name in ("utilisation", "outdoor_c", "humidity"):
        still = getattr(lived, name).copy()
        still[288:1300] = still[288]
        refused, told = stuck_drivers(replace(lived, **{name: still}))
        assert len(refused) == 1 and told == []
    longer = telemetry_of(lived.site, 40, 2)
    still = longer.outdoor_c.copy()
    still[288:720] = still[288]
    refused, told = stuck_drivers(replace(longer, outdoor_c=still))
    assert refused == [] and len(told) == 1


def test_idle_machines_may_stand_still(lived: Telemetry) -> None:
    """Two days with nothing to do."""
    idle = lived.utilisation.copy()
    idle[288:864] = 0.0
    assert stuck_drivers(replace(lived, utilisation=idle)) == ([], [])


def test_a_map_no_better_than_one_number_is_named() -> None:
    """And a better one is not."""
    judged = plain_model(400.0).judged
    assert list(no_better("a", judged)) == []
    (said,) = no_better("a", replace(judged, mape=judged.mape_constant_pue))
    assert "constant PUE" in str(said)
