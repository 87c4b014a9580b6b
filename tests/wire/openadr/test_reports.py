"""Reports are due when descriptors say, on the intervals they name, and what is not known is never a number."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from gridtide.signals.signal import Kind, Signal
from gridtide.testing.openadr import AGREEMENT, event_of
from gridtide.timeline import epoch_s, regular
from gridtide.wire.openadr.events import Event
from gridtide.wire.openadr.known import Heard, Known, answered
from gridtide.wire.openadr.report_times import Due, Slot, reports_due
from gridtide.wire.openadr.reporting import Figures, States, counts_as, report_of
from gridtide.wire.openadr.values import ReportDescriptor

MIDNIGHT = datetime(2026, 11, 22, tzinfo=UTC)
START_S = epoch_s(MIDNIGHT)
FAR_S = START_S + 30 * 86_400


def heard(event: Event) -> Heard:
    """An event as it is followed."""
    known, news = answered(Known(), [event], (), START_S, AGREEMENT)
    assert news.faults == ()
    return known.events[0]


def due(event: Event, until_s: int = FAR_S, **said: object) -> list[tuple[float | None, list[int]]]:
    """Hour of each report and the hours at which its intervals start."""
    descriptor = ReportDescriptor.model_validate({"payloadType": "USAGE", **said})
    return [
        (
            None if one.at_s is None else (one.at_s - START_S) / 3600,
            [(slot.start_s - START_S) // 3600 for slot in one.slots],
        )
        for one in reports_due(heard(event), descriptor, until_s)
    ]


FOUR = event_of("PRICE", 1, 2, 3, 4, start="2026-11-22T00:00:00Z", payloadDescriptors=None)
SIX = event_of("SIMPLE", *[1] * 6, start="2026-11-22T00:00:00Z")


def test_by_default_one_report_on_all_intervals_is_due_at_the_end_of_the_last() -> None:
    """And a forecast of all of them before the first."""
    assert due(FOUR) == [(4, [0, 1, 2, 3])]
    assert due(FOUR, historical=False) == [(0, [0, 1, 2, 3])]


def test_periodic_reports_as_the_user_guide_draws_them() -> None:
    """startInterval 1, numIntervals 2, frequency 2, repeat 3: reports on 0-1, 2-3, 4-5, each at its end."""
    asked = {"startInterval": 1, "numIntervals": 2, "frequency": 2, "repeat": 3}
    assert due(SIX, **asked) == [(2, [0, 1]), (4, [2, 3]), (6, [4, 5])]


def test_rolling_forecasts_overlap() -> None:
    """startInterval 0, numIntervals 3, frequency 1, repeat 3, not historical."""
    asked = {
        "startInterval": 0,
        "numIntervals": 3,
        "frequency": 1,
        "repeat": 3,
        "historical": False,
    }
    assert due(SIX, **asked) == [(0, [0, 1, 2]), (1, [1, 2, 3]), (2, [2, 3, 4])]


def test_an_event_that_repeats_for_ever_is_reported_on_each_round() -> None:
    """As long as one looks."""
    loop = FOUR.model_copy(update={"duration": "P9999Y"})
    found = due(loop, until_s=START_S + 12 * 3600, repeat=-1)
    assert [at for at, _ in found] == [4, 8, 12]
    assert found[1][1] == [4, 5, 6, 7]


def test_reports_of_years_ago_are_not_reckoned_to_find_those_of_now() -> None:
    """An event of one minute repeated for ever; a hundred thousand reports once were the last there were."""
    minute = event_of("PRICE", 1, start="2026-11-22T00:00:00Z", duration="PT1M")
    loop = heard(minute.model_copy(update={"duration": "P9999Y"}))
    descriptor = ReportDescriptor(payload_type="USAGE", repeat=-1)
    from_s = START_S + 4 * 365 * 86_400
    found = list(reports_due(loop, descriptor, from_s + 120, from_s))
    assert [one.at_s for one in found] == [from_s, from_s + 60, from_s + 120]


def test_a_report_at_any_time_and_intervals_that_are_only_implied() -> None:
    """frequency 0, and an event of a period alone."""
    assert due(FOUR, frequency=0) == [(None, [0, 1, 2, 3])]
    bare = event_of("X", start="2026-11-22T00:00:00Z", duration="PT1H").model_copy(
        update={"intervals": None, "duration": "PT3H"}
    )
    assert due(bare, numIntervals=1, startInterval=0, repeat=-1) == [(1, [0]), (2, [1]), (3, [2])]
    nothing = event_of("X", start="2026-11-22T00:00:00Z", duration=None).model_copy(
        update={"intervals": None}
    )
    assert due(nothing) == []


def power(values: list[float], minutes: int = 30) -> Signal:
    """Power from midnight on."""
    return Signal(
        kind=Kind.DEMAND,
        zone="north",
        timeline=regular(MIDNIGHT, timedelta(minutes=minutes), len(values)),
        values=np.asarray(values),
        source="meter",
    )


HOURS = Due(
    at_s=START_S + 7200,
    slots=(
        Slot(id=7, start_s=START_S, end_s=START_S + 3600),
        Slot(id=9, start_s=START_S + 3600, end_s=START_S + 7200),
    ),
)


def told(payload_type: str, *figures: Figures | States, **said: object) -> list[list[object]]:
    """Type and value of all payloads of each resource."""
    descriptor = ReportDescriptor.model_validate({"payloadType": payload_type, **said})
    report = report_of("event-1", "ven-1", descriptor, HOURS, figures)
    return [
        [(one.type, *one.values) for interval in resource.intervals for one in interval.payloads]
        for resource in report.resources
    ]


def test_usage_is_energy_and_what_is_not_known_throughout_is_missing() -> None:
    """60 kW and 100 kW for half an hour each are 80 kWh; a hole is no zero."""
    meter = Figures(resource="north", payload_type="USAGE", signal=power([60, 100, 40, np.nan]))
    assert told("USAGE", meter) == [
        [("USAGE", 80.0), ("DATA_QUALITY", "OK"), ("DATA_QUALITY", "MISSING")]
    ]


@pytest.mark.parametrize(
    "kind", ["LOAD_SHED_DELTA_AVAILABLE", "UP_REGULATION_AVAILABLE", "DOWN_REGULATION_AVAILABLE"]
)
def test_what_is_offered_is_what_is_there_throughout(kind: str) -> None:
    """The least of an interval, kW."""
    offer = Figures(resource="north", payload_type=kind, signal=power([60, 100, 40, 50]))
    assert [one for one in told(kind, offer)[0] if one[0] == kind] == [(kind, 60.0), (kind, 40.0)]  # type: ignore[index]


def test_a_baseline_is_energy_or_power_as_asked_and_an_estimate_says_so() -> None:
    """KWH by default, KW when the descriptor says so."""
    base = Figures(
        resource="north", payload_type="BASELINE", signal=power([60, 100, 40, 40]), estimated=True
    )
    assert told("BASELINE", base)[0][:2] == [("BASELINE", 80.0), ("DATA_QUALITY", "ESTIMATED")]
    half = told("BASELINE", base, units="KW")[0][2]
    assert half == ("BASELINE", 40.0)


def test_several_resources_are_told_apart_or_together() -> None:
    """Together under the name of the specification, unknown when one of them is."""
    north = Figures(resource="north", payload_type="USAGE", signal=power([60, 60, 60, 60]))
    south = Figures(resource="south", payload_type="USAGE", signal=power([10, 10, np.nan, 10]))
    assert len(told("USAGE", north, south)) == 2
    (both,) = told("USAGE", north, south, aggregate=True)
    assert both == [("USAGE", 70.0), ("DATA_QUALITY", "OK"), ("DATA_QUALITY", "MISSING")]


def test_states_are_told_in_the_words_of_the_specification() -> None:
    """Each once an interval; unknown where nothing was recorded."""
    states = States(
        resource="north",
        spans=(
            (START_S, START_S + 1800, "RUNNING_NORMAL"),
            (START_S + 1800, START_S + 3600, "RUNNING_CURTAILED"),
        ),
    )
    assert told("OPERATING_STATE", states) == [
        [("OPERATING_STATE", "RUNNING_NORMAL", "RUNNING_CURTAILED"), ("DATA_QUALITY", "MISSING")]
    ]


def test_what_the_house_does_not_report_is_refused() -> None:
    """Not answered with something else."""
    for said in (
        {"payloadType": "STORAGE_CHARGE_LEVEL"},
        {"payloadType": "USAGE", "units": "THERMS"},
    ):
        with pytest.raises(ValueError, match=r"not"):
            counts_as(ReportDescriptor.model_validate(said))


def test_reports_carry_the_labels_and_times_of_the_intervals_they_answer() -> None:
    """So that both sides mean the same hour."""
    meter = Figures(resource="north", payload_type="USAGE", signal=power([1, 2, 3, 4]))
    descriptor = ReportDescriptor(payload_type="USAGE")
    report = report_of("event-1", "ven-1", descriptor, HOURS, [meter])
    first, second = report.resources[0].intervals
    assert (first.id, second.id) == (7, 9)
    assert second.interval_period is not None
    assert second.interval_period.start == "2026-11-22T01:00:00Z"
    assert report.payload_descriptors is not None
    assert report.payload_descriptors[0].units == "KWH"


def test_quality_alone_may_be_asked_for() -> None:
    """Of the meter, without its figures."""
    meter = Figures(resource="north", payload_type="USAGE", signal=power([60, 100, 40, np.nan]))
    assert told("DATA_QUALITY", meter) == [[("DATA_QUALITY", "OK"), ("DATA_QUALITY", "MISSING")]]
