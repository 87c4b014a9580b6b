"""A case reads prices and calls from a recording of a VTN, and nothing of it is known before it was heard."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from gridtide.case.load import load_case
from gridtide.decide.event import EventKind
from gridtide.finding import BadInput
from gridtide.fleet.alerted import alerted
from gridtide.loop.sight import events_known
from gridtide.signals.history import known, truth
from gridtide.signals.signal import Kind
from gridtide.simulate.study import Study, binding_events
from gridtide.simulate.truth import truth_of
from gridtide.testing.courses import course_of
from gridtide.testing.openadr import event_of, program_of
from gridtide.wire.openadr.events import Event
from gridtide.wire.openadr.recording import line_of_answer, line_of_silence

TEXT = (Path(__file__).parents[1] / "fixtures" / "one_day.toml").read_text()
EVE = datetime(2026, 3, 1, 12, tzinfo=UTC)
MORNING = datetime(2026, 3, 2, 6, tzinfo=UTC)
EUR = [
    {
        "objectType": "EVENT_PAYLOAD_DESCRIPTOR",
        "payloadType": "PRICE",
        "units": "KWH",
        "currency": "EUR",
    }
]
PRICES = [0.05 + 0.01 * (hour % 24) for hour in range(48)]
SUN = """[[site.supply]]
kind = "solar"
capacity_kw = 900

[[site.pool]]"""
CALLS = """
[[openadr]]
site = "here"
path = "vtn.jsonl"
"""


def limit(kw: float, modified: str = "2026-03-01T12:00:00Z") -> Event:
    """An import limit from 12:00 to 14:00 UTC."""
    return event_of(
        "IMPORT_CAPACITY_LIMIT",
        kw,
        id="limit",
        start="2026-03-02T12:00:00Z",
        duration="PT2H",
        modified=modified,
    )


def recorded(folder: Path, *answers: tuple[datetime, list[Event]]) -> None:
    """A recording of these answers."""
    lines = [
        line_of_answer(at, [program_of().written()], [event.written() for event in events])
        for at, events in answers
    ]
    (folder / "vtn.jsonl").write_text("\n".join(lines) + "\n")


def test_calls_of_a_recording_bind_from_their_line_on_and_until_they_are_taken_back(
    tmp_path: Path,
) -> None:
    """Known in the morning, loosened at 13:00 UTC; a decision before sees the old limit to its end."""
    looser = limit(650, modified="2026-03-02T13:00:00Z")
    recorded(tmp_path, (MORNING, [limit(300)]), (MORNING + timedelta(hours=7), [looser]))
    (tmp_path / "case.toml").write_text(TEXT + CALLS)
    study = load_case(tmp_path / "case.toml")
    noon, one = MORNING + timedelta(hours=6), MORNING + timedelta(hours=7)
    assert events_known(study.events, MORNING - timedelta(minutes=15)) == ()
    (before,) = events_known(study.events, noon)
    assert (before.import_max_kw, before.end) == (300, noon + timedelta(hours=2))
    (after,) = events_known(study.events, one)
    assert after.import_max_kw == 650
    first, second = binding_events(study)
    assert (first.start, first.end) == (noon, one)
    assert (second.start, second.end) == (one, noon + timedelta(hours=2))


def test_the_twin_keeps_a_recorded_limit_until_it_is_taken_back(tmp_path: Path) -> None:
    """No step of the course draws more than the limit of its time."""
    recorded(tmp_path, (MORNING, [limit(60)]), (MORNING + timedelta(hours=7), []))
    (tmp_path / "case.toml").write_text(TEXT + CALLS)
    study = load_case(tmp_path / "case.toml")
    drawn = course_of(study, "coordinated").telemetry.import_kw[0]
    free = course_of(replace(study, events=()), "coordinated").telemetry.import_kw[0]
    noon_s = int((MORNING + timedelta(hours=6)).timestamp())
    start_s = study.timeline.starts_s
    held = (start_s >= noon_s) & (start_s < noon_s + 3600)
    assert (drawn[held] <= 60 + 1e-6).all()
    assert (free[held] > 60).any()


def test_a_vtn_that_falls_silent_in_the_middle_of_an_event_changes_nothing_in_the_twin(
    tmp_path: Path,
) -> None:
    """Lines without an answer, and lines that repeat it, leave every power as it was."""
    recorded(tmp_path, (MORNING, [limit(60)]))
    (tmp_path / "case.toml").write_text(TEXT + CALLS)
    spoken = course_of(load_case(tmp_path / "case.toml"), "coordinated").telemetry.import_kw
    with (tmp_path / "vtn.jsonl").open("a") as file:
        for minutes in range(0, 120, 10):
            at = MORNING + timedelta(hours=6, minutes=30 + minutes)
            file.write(line_of_silence(at, "HTTP 503") + "\n")
    silent = load_case(tmp_path / "case.toml")
    assert any("12 polls were not answered" in note for note in silent.notes)
    np.testing.assert_array_equal(course_of(silent, "coordinated").telemetry.import_kw, spoken)


def test_what_a_site_feeds_in_is_bounded_by_a_recorded_limit_of_export(tmp_path: Path) -> None:
    """In the twin, as plans know from its line on; sun that may not be fed in is left unused, and no job is late."""
    feed_in = event_of(
        "EXPORT_CAPACITY_LIMIT", 15, id="feed-in", start="2026-03-02T11:00:00Z", duration="PT2H"
    )
    recorded(tmp_path, (MORNING, [feed_in]))
    sunny = TEXT.replace("import_max_kw = 700,", "import_max_kw = 700, export_max_kw = 200,")
    sunny = sunny.replace("[[site.pool]]", SUN, 1)
    (tmp_path / "case.toml").write_text(sunny + CALLS + "penalty_per_mwh = 50\n")
    study = load_case(tmp_path / "case.toml")
    (call,) = study.events
    assert (call.kind, call.export_max_kw, call.mandatory) == (EventKind.EXPORT_LIMIT, 15, True)
    assert call.penalty_per_mwh == 0.0, "it holds; nothing of it is settled"
    course = course_of(study, "coordinated")
    free = course_of(replace(study, events=()), "coordinated").telemetry
    begins_s = int((MORNING + timedelta(hours=5)).timestamp())
    start_s = study.timeline.starts_s
    held = (start_s >= begins_s) & (start_s < begins_s + 7200)
    fed_in_kw = course.telemetry.export_kw[0]
    assert (fed_in_kw[held] <= 15 + 1e-6).all()
    assert (free.export_kw[0][held] > 15).any() and (fed_in_kw[~held] > 15).any()
    assert (course.telemetry.unused_supply_kw[0][held] > 1.0).any()


def test_prices_of_a_recording_are_known_when_they_were_heard(tmp_path: Path) -> None:
    """Per MWh in the settlement currency, issued with their line."""
    price = event_of(
        "PRICE", *PRICES, id="price", start="2026-03-01T23:00:00Z", payloadDescriptors=EUR
    )
    recorded(tmp_path, (EVE, [price]))
    kinds = '["carbon_average_g_per_kwh", "temperature_c", "relative_humidity"]'
    text = TEXT.replace("price_mean", f"kinds = {kinds}\nprice_mean", 1)
    source = '[[signal]]\nzone = "DE-LU"\nsource = "openadr"\npath = "vtn.jsonl"\n'
    (tmp_path / "case.toml").write_text(text + "\n" + source)
    study = load_case(tmp_path / "case.toml")
    heard = truth(study.history, Kind.PRICE, "DE-LU", study.timeline)
    np.testing.assert_allclose(heard.values[::4], 1000 * np.asarray(PRICES[:24]))
    before = known(study.history, Kind.PRICE, "DE-LU", study.timeline, EVE - timedelta(minutes=1))
    assert np.isnan(before.values).all()
    after = known(study.history, Kind.PRICE, "DE-LU", study.timeline, EVE)
    assert not np.isnan(after.values).any()


def test_prices_of_export_of_a_recording_are_a_signal_of_their_own(tmp_path: Path) -> None:
    """Per MWh in the settlement currency, beside the zone's price; a site that may sell is paid by it."""
    descriptor = [{**EUR[0], "payloadType": "EXPORT_PRICE"}]
    price = event_of(
        "EXPORT_PRICE", *PRICES, id="s", start="2026-03-01T23:00:00Z", payloadDescriptors=descriptor
    )
    recorded(tmp_path, (EVE, [price]))
    source = '[[signal]]\nzone = "DE-LU"\nsource = "openadr"\npath = "vtn.jsonl"\n'
    selling = TEXT.replace("import_max_kw = 700,", "import_max_kw = 700, export_max_kw = 200,")
    (tmp_path / "case.toml").write_text(selling + "\n" + source)
    study = load_case(tmp_path / "case.toml")
    told = truth_of(study)
    np.testing.assert_allclose(told.export_price_per_mwh[0, ::4], 1000 * np.asarray(PRICES[:24]))
    assert (told.export_price_per_mwh != told.price_per_mwh).any()


def test_what_was_not_agreed_is_noted_and_terms_make_it_a_call(tmp_path: Path) -> None:
    """A level without kW is a note; with kW, payment and a baseline it is a call."""
    level = event_of("SIMPLE", 2, id="level", start="2026-03-02T12:00:00Z")
    recorded(tmp_path, (MORNING, [level]))
    (tmp_path / "case.toml").write_text(TEXT + CALLS)
    study = load_case(tmp_path / "case.toml")
    assert study.events == ()
    assert any("level 2" in note for note in study.notes)
    (tmp_path / "case.toml").write_text(
        TEXT + CALLS + "level_kw = [0, 20, 50, 90]\npayment_per_mwh = 300\nbaseline_kw = 400\n"
    )
    (call,) = load_case(tmp_path / "case.toml").events
    assert (call.reduce_kw, call.baseline_kw, call.payment_per_mwh) == (50, 400, 300)
    assert call.may_be_declined


@pytest.mark.parametrize(
    "text", ['site = "nowhere"\npath = "vtn.jsonl"\n', 'site = "here"\npath = "none"\n']
)
def test_a_recording_that_is_not_there_or_of_no_site_is_refused(tmp_path: Path, text: str) -> None:
    """With the key or the path."""
    recorded(tmp_path, (MORNING, []))
    (tmp_path / "case.toml").write_text(TEXT + "\n[[openadr]]\n" + text)
    with pytest.raises(BadInput):
        load_case(tmp_path / "case.toml")


def test_a_call_outside_the_period_is_left_out(tmp_path: Path) -> None:
    """A recording may be longer than the case."""
    recorded(
        tmp_path, (MORNING - timedelta(days=9), [limit(300)]), (MORNING - timedelta(days=8), [])
    )
    (tmp_path / "case.toml").write_text(TEXT + CALLS)
    assert all(not call.is_known(MORNING) for call in load_case(tmp_path / "case.toml").events)


CONTRACT = "contract = { import_max_kw = 700, demand_charge_per_kw_month = 5 }"
PEAK = """
[site.contract]
import_max_kw = 700

[[site.contract.peak]]
start = 2026-03-02T16:00:00Z
end = 2026-03-02T17:00:00Z
charge_per_kw = 50
likelihood = 0.1
"""
ANNOUNCES = 'peak_alerts = ["ALERT_FLEX_ALERT", "SIMPLE"]\npeak_likelihood = 0.8\n'


def announced(kind: str, value: object, hour: int = 16) -> Event:
    """An event of an hour."""
    return event_of(kind, value, id=kind, start=f"2026-03-02T{hour:02d}:00:00Z", duration="PT1H")


def with_peak(folder: Path) -> Study:
    """The day with a peak that its contract names, and alerts that may announce it."""
    text = TEXT.replace(CONTRACT, "").replace("[[site.pool]]", PEAK + "\n[[site.pool]]", 1)
    (folder / "case.toml").write_text(text + CALLS + ANNOUNCES)
    return load_case(folder / "case.toml")


@pytest.mark.parametrize(("kind", "value"), [("ALERT_FLEX_ALERT", "scarce"), ("SIMPLE", 2)])
def test_an_alert_that_announces_a_peak_makes_it_likely_until_it_is_taken_back(
    tmp_path: Path, kind: str, value: object
) -> None:
    """From the line that told it on; a decision before knows the contract's word, one after again."""
    noon = MORNING + timedelta(hours=6)
    recorded(tmp_path, (MORNING, [announced(kind, value)]), (noon, []))
    study = with_peak(tmp_path)
    found = [
        alerted(study.fleet, at).sites[0].contract.peaks[0].likelihood
        for at in (MORNING - timedelta(minutes=1), MORNING, noon, noon + timedelta(hours=1))
    ]
    assert found == [0.1, 0.8, 0.1, 0.1]
    assert all(call.kind is EventKind.ALERT for call in study.events)


def test_a_level_of_nothing_and_an_alert_of_another_time_make_no_peak_likely(
    tmp_path: Path,
) -> None:
    """The second is said: no peak of the contract says what it costs."""
    recorded(tmp_path, (MORNING, [announced("SIMPLE", 0), announced("ALERT_FLEX_ALERT", "x", 10)]))
    study = with_peak(tmp_path)
    assert alerted(study.fleet, MORNING).sites[0].contract.peaks[0].likelihood == 0.1
    assert [note for note in study.notes if "announces a peak" in note]


def test_a_plan_draws_less_in_a_peak_that_was_announced(tmp_path: Path) -> None:
    """Than where the same recording announces none."""
    recorded(tmp_path, (MORNING - timedelta(hours=7), [announced("ALERT_FLEX_ALERT", "scarce")]))
    study = with_peak(tmp_path)
    text = (tmp_path / "case.toml").read_text().replace(ANNOUNCES, "")
    (tmp_path / "case.toml").write_text(text.replace("likelihood = 0.1", "likelihood = 0.0"))
    unsaid = load_case(tmp_path / "case.toml")
    hour = slice(17 * 4, 18 * 4)
    drawn = [
        course_of(one, "coordinated").telemetry.import_kw[0, hour].mean() for one in (study, unsaid)
    ]
    assert drawn[0] <= drawn[1]


def test_a_type_that_announces_nothing_is_refused(tmp_path: Path) -> None:
    """With its key; so is a likelihood above 1."""
    recorded(tmp_path, (MORNING, []))
    for wrong in ('peak_alerts = ["PRICE"]\n', "peak_likelihood = 1.5\n"):
        (tmp_path / "case.toml").write_text(TEXT + CALLS + wrong)
        with pytest.raises(BadInput, match=r"openadr\[1\]\.peak_"):
            load_case(tmp_path / "case.toml")
