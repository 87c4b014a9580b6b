"""`gridtide bench place`: what it prints, and how it refuses."""

import json
from pathlib import Path

import pytest

from gridtide.doors.cli import exit_code

SMALL = ["bench", "place", "--size", "3000x384x3"]
KEYS = {
    "instance",
    "size",
    "utilisation",
    "seed",
    "accelerators_per_site",
    "largest_gang",
    "longest_run_slots",
    "lower_bound",
    "cost",
    "gap",
    "gap_of_run_at_once",
    "gap_of_saving",
    "gap_money",
    "run_at_once_cost",
    "pieces_per_job",
    "unplaced",
    "seconds",
    "processor_seconds",
    "jobs_per_s",
    "peak_memory_mib",
    "digest",
    "method",
    "passes",
    "crowding",
    "machine",
}


def document(capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, object]:
    """What the command prints with --json."""
    assert exit_code([*SMALL, "--json", *options]) == 0
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_the_document_has_its_keys_and_its_gap(capsys: pytest.CaptureFixture[str]) -> None:
    """Keys are a contract; the cost is never below the bound."""
    found = document(capsys)
    assert set(found) == KEYS
    lower, cost, gap = found["lower_bound"], found["cost"], found["gap"]
    assert isinstance(lower, float) and isinstance(cost, float) and isinstance(gap, float)
    assert lower <= cost
    assert gap == pytest.approx((cost - lower) / abs(cost))
    assert found["gap_money"] == pytest.approx(cost - lower)


def test_the_same_command_gives_the_same_placement(capsys: pytest.CaptureFixture[str]) -> None:
    """Digest, bound and cost; another seed gives others."""
    options = ("--restart", "0.25", "--elastic", "0.5", "--transfer", "2", "--shortest-run", "2")
    first, second, other = (
        document(capsys, *options),
        document(capsys, *options),
        document(capsys, *options, "--seed", "1"),
    )
    for name in ("digest", "lower_bound", "cost", "unplaced"):
        assert first[name] == second[name]
    assert first["digest"] != other["digest"]


def test_jobs_of_few_kinds_are_priced_by_kind(capsys: pytest.CaptureFixture[str]) -> None:
    """The document says how many kinds there are, and how prices were found."""
    found = document(capsys, "--kinds", "5")
    assert set(found) == KEYS | {"kinds"}
    assert found["kinds"] == 5
    assert "kinds of jobs" in str(found["method"])
    assert "kinds of jobs" not in str(document(capsys)["method"])
    assert exit_code([*SMALL, "--kinds", "0"]) == 2


def test_a_person_gets_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    """With the bound, the cost, the gap and what was left out."""
    assert exit_code(SMALL) == 0
    said = capsys.readouterr().out
    for word in ("lower bound", "cost", "gap", "left out", "seconds", "processor", "peak memory"):
        assert word in said


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--size", "many"], "--size many"),
        (["--size", "0x10x1"], "--size 0x10x1"),
        (["--crowding", "a,b"], "--crowding a,b"),
        (["--size", "3000x384x3", "--gangs", "512"], "gangs up to 512"),
        (["--trace", "pai", "--gangs", "64"], "--gangs 64"),
    ],
)
def test_what_cannot_be_meant_is_said(
    options: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Subject, value, limit and what to write instead, with exit code 2."""
    assert exit_code(["bench", "place", *options]) == 2
    assert told in capsys.readouterr().err


def test_large_gangs_run_longer_until_their_sites_hold_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A quarter of a site holds the largest gang, at the utilisation asked."""
    usual = document(capsys, "--size", "20000x2976x3")
    large = document(capsys, "--size", "20000x2976x3", "--gangs", "256")
    assert isinstance(usual["largest_gang"], int) and usual["largest_gang"] < 256
    assert large["largest_gang"] == 256
    room, longest = large["accelerators_per_site"], large["longest_run_slots"]
    assert isinstance(room, int) and room >= 4 * 256
    assert isinstance(longest, int) and isinstance(usual["longest_run_slots"], int)
    assert longest > usual["longest_run_slots"]


def test_sites_hold_what_is_asked_and_the_share_of_work_is_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As many as the utilisation asked for give the same placement; a few more, a smaller share."""
    usual = document(capsys)
    room = usual["accelerators_per_site"]
    assert isinstance(room, int)
    same = document(capsys, "--sites-hold", str(room))
    more = document(capsys, "--sites-hold", str(room + 1))
    assert same["digest"] == usual["digest"]
    assert same["utilisation"] == pytest.approx(0.65, rel=1.0 / room)
    assert isinstance(more["utilisation"], float) and isinstance(same["utilisation"], float)
    assert more["utilisation"] < same["utilisation"]


def test_a_trace_without_its_folder_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The variable that names it is told."""
    monkeypatch.delenv("GRIDTIDE_DATA", raising=False)
    assert exit_code([*SMALL, "--trace", "philly"]) == 2
    assert "GRIDTIDE_DATA" in capsys.readouterr().err


@pytest.mark.real
@pytest.mark.parametrize("trace", ["philly", "pai", "openb"])
def test_real_traces_are_placed_within_their_rules(
    trace: str,
    data_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Twenty thousand of their jobs over two weeks at real prices; every note is told."""
    monkeypatch.setenv("GRIDTIDE_DATA", str(data_dir))
    assert exit_code(["bench", "place", "--json", "--trace", trace, "--size", "20000x1344x4"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["instance"].endswith(trace)
    assert found["lower_bound"] <= found["cost"] <= 1.2 * found["lower_bound"]
    assert found["notes"]


@pytest.mark.real
def test_a_trace_is_refused_beyond_its_data(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ten zones and the hours of 2022 are what there is."""
    monkeypatch.setenv("GRIDTIDE_DATA", str(data_dir))
    assert exit_code(["bench", "place", "--trace", "pai", "--size", "100x96x11"]) == 2
    assert "10 sites" in capsys.readouterr().err
