"""`gridtide bench twin`: what it prints, that it agrees with the plain writing, and how it refuses."""

import json
from typing import Any

import numpy as np
import pytest

from gridtide.doors.cli import exit_code
from gridtide.testing import plain_twin
from gridtide.testing.instances.renewable_year import carbon_g_per_kwh, coverage, renewable_year

FLEET = ["bench", "twin", "--size", "6x400", "--plain", "200"]
JOBS = ["bench", "twin", "--workload", "jobs", "--size", "5x400x300", "--plain", "150"]
STORE = ["bench", "twin", "--workload", "store", "--size", "240"]
KEYS = {
    "workload",
    "seed",
    "instance",
    "size",
    "seconds",
    "repeats",
    "unit_steps_per_s",
    "ratio_to_plain",
    "largest_difference",
    "found",
    "peak_memory_mib",
    "machine",
}


def document(capsys: pytest.CaptureFixture[str], words: list[str]) -> dict[str, Any]:
    """What the command prints with --json, and nothing else there."""
    assert exit_code([*words, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_a_fleet_is_metered_as_its_plain_writing_meters_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """To 1e-9, sites with and without a ramp rule and of every plant; keys are a contract."""
    found = document(capsys, FLEET)
    assert set(found) == KEYS | {"plain_steps"}
    assert found["largest_difference"] <= 1e-9
    assert found["ratio_to_plain"] > 0.0 and found["plain_steps"] == 200
    assert found["found"]["import_kwh"] > 0.0 and found["found"]["export_kwh"] > 0.0


def test_jobs_of_a_fleet_run_as_their_plain_writing_runs_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Metered to 1e-9, work done and ends to the second; some end, some were told too little; keys are a contract."""
    found = document(capsys, JOBS)
    assert set(found) == KEYS | {"plain_steps"}
    assert found["largest_difference"] <= 1e-9
    assert found["size"] == {"sites": 5, "steps": 400, "jobs": 300}
    assert 0 < found["found"]["jobs_ended"] < 300


def test_a_job_that_runs_otherwise_than_the_plain_one_ends_the_benchmark(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Even where the meter shows the same: work done is compared job by job."""
    from gridtide.testing.plain_jobs import PlainRun

    def run(self: PlainRun, step: int, step_s: int) -> float | None:
        used = before(self, step, step_s)
        self.done_s += 1
        return used

    before = PlainRun.run
    monkeypatch.setattr(PlainRun, "run", run)
    assert exit_code([*JOBS, "--json"]) == 1
    said = capsys.readouterr()
    assert said.out == "" and "differs" in said.err


def test_a_store_is_what_its_plain_writing_is(capsys: pytest.CaptureFixture[str]) -> None:
    """Ten days: what is lacking, the least store, load moved within its day; keys are a contract."""
    found = document(capsys, STORE)
    ratios = {"ratio_to_plain_search", "ratio_to_plain_by_gap", "ratio_to_plain_by_carbon"}
    assert set(found) == KEYS | ratios
    assert found["largest_difference"] <= 1e-9
    alone = found["found"]["coverage"]
    assert (
        alone < found["found"]["coverage_with_store"] and alone < found["found"]["coverage_by_gap"]
    )


def test_medians_are_of_the_repeats_that_were_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    """Stated in the document, of a fleet and of a store; none is refused."""
    for words in (FLEET, JOBS, STORE):
        assert document(capsys, [*words, "--repeats", "2"])["repeats"] == 2
        assert exit_code([*words, "--repeats", "0"]) == 2


def test_the_year_has_its_published_coverage_and_least_store() -> None:
    """85.85 % without a store; 493,090 kWh lack nothing, to ten kWh."""
    from gridtide.kernels.renewable_hours import lacking, least_store

    year = renewable_year()
    alone = lacking(year.load_kw, year.renewable_kw, 0.0, 1)
    assert coverage(year, alone) == pytest.approx(0.8585, abs=5e-5)
    least = least_store(year.load_kw, year.renewable_kw, 20e6, 100.0, 60, 0.1)
    assert least == pytest.approx(493_090, abs=5.0)


def test_the_year_moves_as_much_within_its_days_as_published() -> None:
    """32.1 GWh by gap of supply and 72.5 GWh by carbon, summed over the change of every hour."""
    from gridtide.decide.within_days import Shifting, moved_by_gap, moved_by_signal

    year, shifting = renewable_year(), Shifting(share=0.4, load_max_kw=30_000.0)
    by_gap = moved_by_gap(year.load_kw, year.renewable_kw, shifting)
    by_carbon = moved_by_signal(year.load_kw, carbon_g_per_kwh(year), shifting)
    assert np.abs(by_gap - year.load_kw).sum() / 1e6 == pytest.approx(32.1, abs=0.05)
    assert np.abs(by_carbon - year.load_kw).sum() / 1e6 == pytest.approx(72.5, abs=0.05)


def test_a_store_that_can_never_be_enough_is_not_a_number() -> None:
    """Without any supply no store of the range lasts."""
    from gridtide.kernels.renewable_hours import least_store

    load = np.full(48, 1_000.0)
    assert np.isnan(least_store(load, np.zeros(48), 100.0, 1.0, 60, 0.1))


def test_the_same_command_finds_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    """Seeds in; another seed gives other energies."""
    one, same, other = (
        document(capsys, [*FLEET, "--seed", seed])["found"] for seed in ("0", "0", "1")
    )
    assert one == same
    assert one != other


def test_another_answer_than_the_plain_one_ends_the_benchmark(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No ratio is printed for figures that differ."""
    monkeypatch.setattr(plain_twin, "facility_power_kw", lambda *given: given[0])
    assert exit_code([*FLEET, "--json"]) == 1
    said = capsys.readouterr()
    assert said.out == "" and "differs" in said.err


@pytest.mark.parametrize("words", [FLEET, JOBS, STORE])
def test_a_person_gets_a_table(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """With the rate and the ratio; progress on the other stream."""
    assert exit_code(words) == 0
    said = capsys.readouterr()
    assert "unit-steps a second" in said.out and "times plain" in said.out
    assert "compiled" in said.err


@pytest.mark.parametrize(
    ("workload", "size"),
    [
        ("fleet", "many"),
        ("fleet", "0x400"),
        ("fleet", "5"),
        ("store", "5x5"),
        ("store", "9000"),
        ("jobs", "5x400"),
    ],
)
def test_a_size_that_cannot_be_meant_is_said(
    workload: str, size: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Subject, value, limit and what to write instead, with exit code 2."""
    assert exit_code(["bench", "twin", "--workload", workload, "--size", size]) == 2
    said = capsys.readouterr().err
    assert f"--size {size}" in said and "for example" in said
