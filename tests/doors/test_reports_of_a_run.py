"""A case that replays a VTN writes the reports it would have handed in: each once, when due, of what was metered."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import yaml

from gridtide.case.load import load_case, read_case
from gridtide.case.openadr import reports_asked
from gridtide.doors.cli import exit_code
from gridtide.doors.results.openadr_reports import write_reports
from gridtide.simulate.compare import Comparison
from gridtide.testing import courses
from gridtide.testing.openadr import event_of, program_of
from gridtide.timeline import epoch_s
from gridtide.wire.openadr.events import Event
from gridtide.wire.openadr.recording import line_of_answer
from gridtide.wire.openadr.reports import ReportRequest

TEXT = (Path(__file__).parents[1] / "fixtures" / "one_day.toml").read_text()
STORE = """
[site.battery]
energy_kwh = 300
charge_max_kw = 100
discharge_max_kw = 100

[[site.pool]]
"""
CALLS = '\n[[openadr]]\nsite = "here"\npath = "vtn.jsonl"\npenalty_per_mwh = 50\n'
MORNING = datetime(2026, 3, 2, 6, tzinfo=UTC)
KINDS = (
    "USAGE",
    "DEMAND",
    "BASELINE",
    "LOAD_SHED_DELTA_AVAILABLE",
    "OPERATING_STATE",
    "DATA_QUALITY",
)


def limit(*kinds: str, modified: str = "2026-03-02T06:00:00Z", hours: int = 3) -> Event:
    """An import limit of 60 kW from noon on, hour by hour, that asks for reports, one an hour."""
    descriptors = [
        {"payloadType": kind, "startInterval": 0, "numIntervals": 1, "frequency": 1, "repeat": -1}
        for kind in kinds
    ]
    values = [60.0] * hours
    return event_of(
        "IMPORT_CAPACITY_LIMIT",
        *values,
        id="limit",
        start="2026-03-02T12:00:00Z",
        modified=modified,
        reportDescriptors=descriptors,
    )


def case_with(folder: Path, *answers: tuple[datetime, list[Event]]) -> Path:
    """The day of a site with a store, and a recording of these answers."""
    lines = [
        line_of_answer(at, [program_of().written()], [event.written() for event in events])
        for at, events in answers
    ]
    (folder / "vtn.jsonl").write_text("\n".join(lines) + "\n")
    path = folder / "case.toml"
    path.write_text(TEXT.replace("[[site.pool]]", STORE, 1) + CALLS)
    return path


def compared(path: Path) -> Comparison:
    """The coordinated course."""
    return courses.compared(load_case(path), "coordinated")


def handed_in(path: Path, comparison: Comparison) -> tuple[list[ReportRequest], tuple[str, ...]]:
    """The reports of the file, and what was left out."""
    asked = reports_asked(read_case(path), path.parent)
    left = write_reports(path.parent / "reports", comparison, asked)
    text = (path.parent / "reports" / "reports-coordinated.jsonl").read_text()
    return [ReportRequest.model_validate(json.loads(line)) for line in text.splitlines()], left


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Comparison]:
    """A limit that asks for every type, and for one that is not reported."""
    folder = tmp_path_factory.mktemp("case")
    path = case_with(folder, (MORNING, [limit(*KINDS, "SETPOINT")]))
    return path, compared(path)


def test_each_report_is_written_once_when_it_is_due(day: tuple[Path, Comparison]) -> None:
    """Three hours of six types; what is not reported is said once."""
    reports, left = handed_in(*day)
    kinds = [one.payload_descriptors[0].payload_type for one in reports if one.payload_descriptors]
    assert {kind: kinds.count(kind) for kind in KINDS} == dict.fromkeys(KINDS, 3)
    assert len({one.report_name for one in reports}) == len(reports) == 18
    assert len(left) == 1 and "SETPOINT is not reported here" in left[0]


def test_figures_are_those_of_the_meter(day: tuple[Path, Comparison]) -> None:
    """kWh of an hour drawn; a state that says that a limit held; a baseline of the same policy without it."""
    path, comparison = day
    reports, _ = handed_in(path, comparison)
    seen = comparison.courses[0].telemetry
    begins = int(np.searchsorted(seen.timeline.starts_s, epoch_s(MORNING + timedelta(hours=6))))
    told = {
        kind: [
            one.resources[0].intervals[0].payloads[0].values[0]
            for one in reports
            if one.payload_descriptors and one.payload_descriptors[0].payload_type == kind
        ]
        for kind in KINDS
    }
    hourly = seen.import_kw[0, begins : begins + 12].reshape(3, 4).mean(axis=1)
    np.testing.assert_allclose(np.asarray(told["USAGE"], dtype=np.float64), hourly)
    assert told["OPERATING_STATE"] == ["RUNNING_CURTAILED"] * 3
    assert told["DATA_QUALITY"] == ["OK"] * 3
    shed = np.asarray(told["LOAD_SHED_DELTA_AVAILABLE"], dtype=np.float64)
    assert ((shed >= 0.0) & (shed <= 100.0 + 1e-9)).all()


def test_an_event_that_is_deleted_asks_for_no_further_report(tmp_path: Path) -> None:
    """Taken back in its second hour: one report of the first."""
    path = case_with(
        tmp_path, (MORNING, [limit("USAGE")]), (MORNING + timedelta(hours=7, minutes=30), [])
    )
    reports, left = handed_in(path, compared(path))
    assert len(reports) == 1 and left == ()


def test_the_command_writes_a_file_of_each_policy(
    day: tuple[Path, Comparison], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Beside the run, whose folder stays as it is; what is not reported is said."""
    runs, folder = tmp_path / "runs", tmp_path / "handed-in"
    asked = ["run", str(day[0]), "--runs", str(runs), "--policy", "coordinated"]
    assert exit_code([*asked, "--reports-to", str(folder)]) == 0
    assert sorted(one.name for one in folder.iterdir()) == [
        "reports-coordinated.jsonl",
        "reports-run-at-once.jsonl",
    ]
    assert "SETPOINT is not reported here" in capsys.readouterr().err


def test_the_command_refuses_a_case_that_replays_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the flag, and how to mend it."""
    path = tmp_path / "case.toml"
    path.write_text(TEXT)
    asked = ["run", str(path), "--runs", str(tmp_path / "runs"), "--reports-to", str(tmp_path)]
    assert exit_code(asked) == 2
    said = capsys.readouterr().err
    assert "--reports-to" in said and "[[openadr]]" in said
    assert not (tmp_path / "runs").exists()


@pytest.mark.real
def test_reports_hold_the_official_schema(day: tuple[Path, Comparison], data_dir: Path) -> None:
    """Each line of the file, by the document that the specification publishes."""
    jsonschema = pytest.importorskip("jsonschema")
    document = yaml.safe_load((data_dir.parent / "openadr" / "openadr3.yaml").read_text())
    schema = {**document, "$ref": "#/components/schemas/reportRequest"}
    handed_in(*day)
    lines = (day[0].parent / "reports" / "reports-coordinated.jsonl").read_text().splitlines()
    assert len(lines) == 18
    for line in lines:
        jsonschema.validate(json.loads(line), schema)


def test_no_baseline_is_told_beside_a_set_point_that_has_none(tmp_path: Path) -> None:
    """The course without calls holds it too: what it drew there is MISSING, and no baseline."""
    asked = {"payloadType": "BASELINE", "startInterval": 0, "numIntervals": 1, "frequency": 1}
    point = event_of(
        "DISPATCH_SETPOINT",
        40.0,
        id="point",
        start="2026-03-02T18:00:00Z",
        modified="2026-03-02T06:00:00Z",
        reportDescriptors=[asked | {"repeat": -1}],
    )
    path = case_with(tmp_path, (MORNING, [limit("BASELINE"), point]))
    reports, _ = handed_in(path, compared(path))
    told: dict[str, list[str]] = {"limit": [], "point": []}
    for one in reports:
        payloads = one.resources[0].intervals[0].payloads
        told[one.event_id] += [
            str(part.values[0]) for part in payloads if part.type == "DATA_QUALITY"
        ]
    assert told == {"limit": ["OK"] * 3, "point": ["MISSING"]}
