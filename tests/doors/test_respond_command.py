"""The command `gridtide respond`: one document, a picture, exit codes, and every fault with its mend."""

import json
from pathlib import Path

import pytest

from gridtide.doors.cli import exit_code

EXAMPLE = Path(__file__).parents[2] / "examples" / "called_cluster.toml"
KEYS = {
    "cluster", "event", "simulated", "from", "to", "notice_min", "baseline_kw", "other_kw", "asked_kw", "asked_share",
    "met", "minutes_over", "minutes_above_own_limit", "tiers_broken", "weighted_work", "bound", "of_bound",
    "mean_share", "most_share", "highest_after_share", "largest_fall_share", "largest_rise_share", "avoided_kwh",
    "fall_share", "rise_share", "ramps_kept", "deepest_kw", "deepest_share", "jobs", "course", "notes",
}  # fmt: skip
JOB = {"name", "accelerators", "pausing", "at_least", "share", "kept", "mean_kw", "parked_accelerators"}  # fmt: skip
SMALL = """
[cluster]
name = "small"
start = 2026-03-02T08:00:00+01:00
minutes = 60
[[curve]]
name = "work"
power_w = [100, 200, 300]
speed = [2.0, 8.0, 10.0]
idle_w = 50
[[job]]
name = "train"
curve = "work"
accelerators = 100
tier = "flex 2"
[[event]]
name = "dip"
start = 2026-03-02T08:20:00+01:00
end = 2026-03-02T08:40:00+01:00
limit_share = 0.7
"""


def written(folder: Path, text: str) -> str:
    """A file with this text."""
    (folder / "cluster.toml").write_text(text)
    return str(folder / "cluster.toml")


def test_the_document_and_the_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its keys are a contract."""
    page = tmp_path / "call.html"
    assert exit_code(["respond", str(EXAMPLE), "--page", str(page), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found) == KEYS
    assert all(set(job) == JOB for job in found["jobs"])
    assert set(found["course"]) == {"start", "limit_kw", "meter_kw", "jobs_kw"}
    assert len(found["course"]["meter_kw"]) == len(found["course"]["limit_kw"]) == 400
    assert "What each job did" in page.read_text()


def test_a_person_reads_what_each_job_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By hand: 21 of 30 kW are 210 W each, or 82 % speed; nineteen minutes of it, and ramps of two, of sixty."""
    assert exit_code(["respond", written(tmp_path, SMALL)]) == 0
    said = capsys.readouterr().out
    assert "SIMULATED" in said and "asked 21.00 kW (70.0% of 30.00 kW)" in said
    assert "train" in said and "kept" in said


def test_a_call_too_deep_says_the_deepest_and_leaves_with_three(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The document stands all the same."""
    deep = SMALL.replace("limit_share = 0.7", "limit_share = 0.35").replace("flex 2", "flex 1")
    assert exit_code(["respond", written(tmp_path, deep), "--json"]) == 3
    out = capsys.readouterr()
    found = json.loads(out.out)
    assert not found["met"] and found["tiers_broken"] == 1
    assert 0.5 < found["deepest_share"] < 0.7
    assert "is the deepest with every tier" in out.err


def test_every_fault_is_said_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A curve that falls, a job without tier and with a curve nobody wrote, an event outside of the span."""
    bad = SMALL.replace("[2.0, 8.0, 10.0]", "[2.0, 12.0, 10.0]").replace('tier = "flex 2"', "")
    bad = bad.replace('curve = "work"', 'curve = "play"').replace("08:40", "10:40")
    assert exit_code(["respond", written(tmp_path, bad), "--event", "flood"]) == 2
    said = capsys.readouterr().err
    for named in ("curve work", "job train curve", "job train:", "event dip", "--event flood"):
        assert named in said


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ("minutes = 60", "minutes = 1", "cluster.minutes"),
        ("idle_w = 50", "idle_w = 150", "idle_w"),
        ("minutes = 60", "minutes = 60\nbaseline_kw = 20", "cluster.baseline_kw"),
        ("minutes = 60", "minutes = 60\nbaseline_kw = 900\nfit_to_meter = true", "cluster.baseline_kw"),
        ("[cluster]", "[cluster", "TOML"),
        ("accelerators = 100", "accelerator = 100", "job[1].accelerator"),
        ("limit_share = 0.7", 'limit_share = 0.7\nlimits = "none.csv"', "none.csv"),
        ("idle_w = 50", 'idle_w = 50\nfile = "none.csv"', "none.csv"),
        ("limit_share = 0.7", "limit_share = nan", "limit_share"),
    ],
)  # fmt: skip
def test_bad_values_are_named(
    before: str, after: str, named: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each with exit code 2."""
    assert exit_code(["respond", written(tmp_path, SMALL.replace(before, after))]) == 2
    assert named in capsys.readouterr().err


def test_limits_of_a_table_are_followed_minute_by_minute(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From the minute of the day that its first row names; and curves of a table of one's own are read."""
    (tmp_path / "limits.csv").write_text("time,power_kw\n08:25,20\n08:26,18\n08:27,25\n")
    (tmp_path / "knobs.csv").write_text(
        "accelerator,workload,cap_w,speed,power_w,mark,source\n"
        "A,work,100,2,100,measured,bench\nA,work,200,8,200,measured,bench\nA,work,300,10,300,measured,bench\n"
    )
    text = SMALL.replace("limit_share = 0.7", 'limit_share = 0.7\nlimits = "limits.csv"')
    text = text.replace("power_w = [100, 200, 300]\nspeed = [2.0, 8.0, 10.0]", 'file = "knobs.csv"')
    assert exit_code(["respond", written(tmp_path, text), "--json"]) == 0
    course = json.loads(capsys.readouterr().out)["course"]
    assert course["limit_kw"][24:29] == [21.0, 20.0, 18.0, 25.0, 21.0]
    assert course["meter_kw"][26] == pytest.approx(18.0)


def test_times_without_a_zone_are_each_said_once_and_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No words of a library, and no list that is short only of the tables whose faults are said."""
    file = tmp_path / "cluster.toml"
    file.write_text(SMALL.replace("+01:00", ""))
    assert exit_code(["respond", str(file)]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(":")[0] for line in lines] == [
        "cluster.start",
        "event[1].start",
        "event[1].end",
    ]
    assert all(" has no zone; a time with its zone, as " in line for line in lines)


def test_a_notice_too_short_for_the_declared_ramp_is_a_promise_at_risk(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Power once fell twenty times as fast as declared, and nothing was said."""
    file = tmp_path / "cluster.toml"
    slow = SMALL.replace("minutes = 60", "minutes = 60\nfall = 0.01\nrise = 0.1")
    file.write_text(slow.replace("limit_share = 0.7", "limit_share = 0.7\nnotice_min = 5"))
    assert exit_code(["respond", str(file), "--json"]) == 3
    told = capsys.readouterr()
    found = json.loads(told.out)
    assert not found["ramps_kept"] and not found["met"] and found["minutes_over"] == 0
    assert "told 5 minutes ahead; 1.0% down" in told.err
    file.write_text(SMALL.replace("minutes = 60", "minutes = 60\nfall = 0.04\nrise = 0.1"))
    assert exit_code(["respond", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["ramps_kept"]
