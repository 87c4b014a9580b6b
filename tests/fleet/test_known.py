"""Where a map has data, and which holes lie between data."""

import numpy as np

from gridtide.fleet.learning.known import Known, bridged, enclosed_of, holes_of, known_of, within
from gridtide.fleet.learning.telemetry import Drivers


def drivers(utilisation: list[float], wet_c: list[float]) -> Drivers:
    """Rows at full clock, every pair of them ten times."""
    load, wet = (one.ravel() for one in np.meshgrid(utilisation, wet_c))
    rows = 10 * len(load)
    return Drivers(
        utilisation=np.repeat(load, 10),
        clock=np.ones(rows),
        wet_c=np.repeat(wet, 10),
        dry_c=np.repeat(wet, 10),
        humidity=np.full(rows, 0.5),
        gap_s=np.full(rows, 300.0),
    )


def known(told: Drivers) -> Known:
    return known_of(told, np.ones(len(told.clock), dtype=bool))


def test_a_winter_and_a_summer_leave_a_spring_between_them() -> None:
    """Told as one range of wet bulbs over the loads of both."""
    found = known(drivers([0.45, 0.55, 0.65], [1.0, 2.5, 4.0, 19.0, 20.5]))
    (hole,) = enclosed_of(found)
    assert hole.wet_c == (6.0, 18.0)
    assert hole.utilisation == (0.4, 0.7)


def test_a_site_that_is_idle_or_full_has_no_data_between() -> None:
    """Six tenths of its load are too far to be interpolated; two tenths are not."""
    (hole,) = enclosed_of(known(drivers([0.15, 0.85], [1.0, 2.5, 4.0])))
    assert hole.utilisation == (0.2, 0.8)
    assert enclosed_of(known(drivers([0.45, 0.75], [1.0, 2.5, 4.0]))) == ()


def test_corners_are_holes_but_not_between_data() -> None:
    """Full load was never seen in the cold: that is outside, and not enclosed."""
    cold = drivers([0.25, 0.35], [1.0, 2.0])
    warm = drivers([0.25, 0.35, 0.45, 0.55], [4.0, 5.0])
    both = Drivers(
        **{
            name: np.concatenate([getattr(cold, name), getattr(warm, name)])
            for name in ("utilisation", "clock", "wet_c", "dry_c", "humidity", "gap_s")
        }
    )
    found = known(both)
    assert enclosed_of(found) == ()
    assert any(one.wet_c == (0.0, 3.0) and one.clock[1] == 1.0 for one in holes_of(found))
    assert within(found, both).all()


def test_short_stretches_are_bridged_and_long_ones_stay() -> None:
    """Along either axis; ends stay as they are."""
    line = np.asarray([[True, False, False, True, False, False, False, True, False]])
    assert bridged(line, 1, 2)[0].tolist() == [True] * 4 + [False] * 3 + [True, False]
    assert bridged(line.T, 0, 2)[:, 0].tolist() == bridged(line, 1, 2)[0].tolist()
