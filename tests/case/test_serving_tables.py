"""A service that names its requests: sized by what replicas answer to them, in plan and twin, and said so."""

from pathlib import Path

import numpy as np
import pytest

from gridtide.case.load import load_case
from gridtide.finding import BadInput
from gridtide.fleet.serving_table import at_load
from gridtide.testing.courses import course_of

EXAMPLE = Path("examples/slower_answers.toml")
STATED = "prompt_tokens = 1155\ntokens_per_request = 211\n"
HALF_DAY = ("end = 2026-03-04T00:00:00+01:00", "end = 2026-03-02T12:00:00+01:00")


def case_with(tmp_path: Path, *changes: tuple[str, str], clump: int = 1) -> Path:
    """The example with requests of its own, so many at each instant, and some of its words changed."""
    chance = np.random.default_rng(7)
    instants = np.cumsum(chance.exponential(0.2 * clump, 4000 // clump))
    prompts = 1 + chance.gamma(1.1, 1050.0, 4000).astype(np.int64)
    answers = 1 + chance.gamma(1.7, 124.0, 4000).astype(np.int64)
    rows = [
        f"{at:.6f},{prompt},{answer}"
        for at, prompt, answer in zip(np.repeat(instants, clump), prompts, answers, strict=True)
    ]
    table = tmp_path / "asked.csv"
    table.write_text("t_s,input_tokens,output_tokens\n" + "\n".join(rows) + "\n")
    text = EXAMPLE.read_text().replace(STATED, 'requests = "asked.csv"\n')
    for before, after in (HALF_DAY, *changes):
        assert before in text
        text = text.replace(before, after)
    path = tmp_path / "case.toml"
    path.write_text(text)
    return path


def test_a_full_replica_answers_within_the_limit_and_the_note_says_by_what(tmp_path: Path) -> None:
    """The p95 first token at the full rate is what the table has there; 64 sequences are not exceeded."""
    study = load_case(case_with(tmp_path))
    (service,) = study.services
    table = service.tables[0]
    assert table is not None
    full = np.asarray(service.requests_per_accelerator_s[0] * 8)
    assert at_load(table, table.sequences, full) <= 64.0 + 1e-6
    first_s = at_load(table, table.first_p95_s, full)
    assert service.time_to_first_token_s[0] == pytest.approx(float(first_s))
    assert service.time_to_first_token_s[0] + 0.008 <= 2.0
    assert service.tokens_per_request == pytest.approx(table.answer_tokens)
    assert any("asked.csv" in note and "estimate" in note for note in study.notes)


def test_a_tighter_limit_means_fewer_requests_on_a_replica(tmp_path: Path) -> None:
    """0.15 s instead of 1 s on the same requests, and less again where they come in pairs."""
    few = ("mean_per_s = 380.0", "mean_per_s = 20.0")
    loose, tight = (
        [few, ("latency_max_s = 2.0", f"latency_max_s = {limit}")] for limit in (1.0, 0.15)
    )
    asked = ((loose, 1), (tight, 1), (tight, 2))
    rates = [
        float(
            load_case(case_with(tmp_path, *changes, clump=clump))
            .services[0]
            .requests_per_accelerator_s[0]
        )
        for changes, clump in asked
    ]
    assert rates[0] > rates[1] > rates[2]


def test_slower_points_are_the_tables_and_hold_more(tmp_path: Path) -> None:
    """Each answers more on an accelerator, its p95 within the limit and half again."""
    (service,) = load_case(case_with(tmp_path)).services
    rates = [float(service.requests_per_accelerator_s[0])]
    rates += [float(point.requests_per_accelerator_s[0]) for point in service.slower]
    assert len(rates) > 1
    assert np.all(np.diff(rates) > 0)
    assert all(point.time_to_first_token_s[0] <= 3.0 for point in service.slower)


def test_the_twin_answers_within_the_limit_by_the_table(tmp_path: Path) -> None:
    """No step later than the limit, medians before the p95, power between an idle and a full replica's."""
    tight = ("latency_max_s = 2.0", "latency_max_s = 0.25")
    without = ("delay_tolerance = 0.5", "delay_tolerance = 0.0")
    study = load_case(case_with(tmp_path, tight, without))
    seen = course_of(study, "run-at-once").telemetry
    assert np.nanmax(seen.latency_p95_s) <= 0.25 + 1e-9
    assert np.nanmax(seen.latency_p50_s) < np.nanmin(seen.latency_p95_s)
    table = study.services[0].tables[0]
    assert table is not None
    drawn_w = (seen.answering_kw[seen.active > 0] * 1000.0 - 73.5) / 1.74
    assert np.all(drawn_w >= table.accelerator_w[0] - 1e-6)
    assert np.all(drawn_w <= table.accelerator_w[-1] + 1e-6)


def test_what_the_requests_tell_is_not_stated_beside_them(tmp_path: Path) -> None:
    """Both at once, and a file that is not there by its name."""
    twice = ('requests = "asked.csv"\n', 'requests = "asked.csv"\n' + STATED)
    with pytest.raises(BadInput, match="stated beside") as caught:
        load_case(case_with(tmp_path, twice))
    assert len(caught.value.findings) == 2
    gone = ('requests = "asked.csv"', 'requests = "gone.csv"')
    with pytest.raises(BadInput, match=r"gone\.csv"):
        load_case(case_with(tmp_path, gone))


def test_a_handful_of_requests_is_no_table(tmp_path: Path) -> None:
    """Twenty of them, and answers of one token, each by its number."""
    path = case_with(tmp_path)
    rows = (tmp_path / "asked.csv").read_text().splitlines()
    (tmp_path / "asked.csv").write_text("\n".join(rows[:21]) + "\n")
    with pytest.raises(BadInput, match="20 requests"):
        load_case(path)
    ones = [rows[0], *(row.rsplit(",", 1)[0] + ",1" for row in rows[1:])]
    (tmp_path / "asked.csv").write_text("\n".join(ones) + "\n")
    with pytest.raises(BadInput, match="0 answers of more than one token"):
        load_case(path)
