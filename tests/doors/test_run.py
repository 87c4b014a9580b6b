"""`demo`, `run`, `compare`, `check`, `init` and `explain` as strangers use them."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from gridtide.doors.cli import exit_code
from gridtide.finding import Finding, Infeasible
from gridtide.stores.json_lines import JsonLinesStore
from gridtide.trust.audit import broken_link

CASE = (Path(__file__).parents[1] / "fixtures" / "one_day.toml").read_text()


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with case.toml and runs/ of one run."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "case.toml").write_text(CASE)
    assert (
        exit_code(["run", str(folder / "case.toml"), "--runs", str(folder / "runs"), "--json"]) == 0
    )
    return folder


def summary(folder: Path) -> dict[str, Any]:
    """What the run wrote."""
    found: dict[str, Any] = json.loads((folder / "runs" / "0001" / "summary.json").read_text())
    return found


def test_the_document_has_the_keys_of_the_contract(done: Path) -> None:
    """runs and capture_ratio, each run with its thirteen keys."""
    document = summary(done)
    assert [run["policy"] for run in document["runs"]] == [
        "run-at-once",
        "coordinated",
        "perfect-foresight",
    ]
    for run in document["runs"]:
        assert set(run) >= set(
            "policy energy_kwh energy_cost total_cost currency emissions_average_kg curtailment_absorbed_kwh "
            "promised missed_deadlines jobs_done latency_p95_s length_knowledge".split()
        )
        assert run["currency"] == "EUR"
        assert run["missed_deadlines"] == 0
        assert run["jobs_done"] == run["promised"] == 15
        assert run["emissions_marginal_kg"] is None
    assert document["runs"][0]["length_knowledge"] == "declared"
    assert document["runs"][1]["total_cost"] < document["runs"][0]["total_cost"]
    assert 0 < document["capture_ratio"] <= 1
    assert "attribution is not impact" in document["attribution"]


def test_the_folder_holds_case_tables_chain_and_page(done: Path) -> None:
    """Everything a second person needs to check the result."""
    folder = done / "runs" / "0001"
    assert (folder / "case.toml").read_text() == CASE
    page = (folder / "report.html").read_text()
    assert page.startswith("<!doctype html>") and 'src="http' not in page
    power = pl.read_parquet(folder / "power-coordinated.parquet")
    assert float(power["import_kw"].sum()) * 0.25 == pytest.approx(
        summary(done)["runs"][1]["energy_kwh"]
    )
    jobs = pl.read_parquet(folder / "jobs-coordinated.parquet")
    assert (jobs["end"] <= jobs["deadline"]).all()
    assert jobs.filter(~pl.col("movable"))["name"].str.starts_with("odd").all()
    assert broken_link(JsonLinesStore(folder / "audit-coordinated.jsonl").entries()) is None
    assert (done / "runs" / "last").read_text() == "0001\n"


def test_explain_gives_reasons_and_alternatives(
    done: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The newest run by name, one job, at least one sentence with its price."""
    assert exit_code(["explain", "last", "batch-001", "--runs", str(done / "runs"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["job"] == "batch-001"
    assert all(decision["sentence"].startswith("batch-001 ") for decision in found["decisions"])
    assert found["decisions"][0]["alternatives"]
    assert exit_code(["explain", "last", "batch-001", "--runs", str(done / "runs")]) == 0
    out = capsys.readouterr().out
    assert out.startswith(
        "batch-001: batch, 8 accelerators, at home at here/gpus (times in Europe/Berlin)"
    )
    assert "was told: promised" in out and "before its deadline" in out
    assert "newest signal of any kind" in out
    first = found["decisions"][0]
    assert first["price_source"] and first["price_issue"] <= first["as_of"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["last", "bach-001"], "batch-001"),
        (["0007", "batch-001"], "0001"),
        (["last", "batch-001", "--policy", "none"], "coordinated"),
    ],
)
def test_explain_says_what_there_is(
    words: list[str], said: str, done: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An unknown run, policy or job is answered with those that exist."""
    assert exit_code(["explain", *words, "--runs", str(done / "runs")]) == 2
    assert said in capsys.readouterr().err


def test_explain_takes_the_number_of_a_run(done: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """1 is 0001."""
    assert exit_code(["explain", "1", "batch-001", "--runs", str(done / "runs"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["decisions"]


def test_a_damaged_run_is_said_to_be_one(
    done: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2 with the way out."""
    shutil.copytree(done / "runs" / "0001", tmp_path / "0001")
    (tmp_path / "0001" / "reasons-coordinated.parquet").write_bytes(b"cut short")
    assert exit_code(["explain", "1", "batch-001", "--runs", str(tmp_path)]) == 2
    err = capsys.readouterr().err
    assert "cannot be read" in err and "Run the case again" in err


def test_wrong_policies_are_all_said_before_anything_runs(
    done: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Names and settings, of compare as of run."""
    wrong = "nope,threshold(horizon=inf),reserved-first(reserved=-3)"
    for command in ("compare", "run"):
        words = [command, str(done / "case.toml"), "--runs", str(tmp_path / "r"), "--policy", wrong]
        assert exit_code(words) == 2
        err = capsys.readouterr().err
        assert "--policy nope" in err and "horizon=inf" in err and "reserved=-3" in err
        assert exit_code([*words[:-1], ""]) == 2
        capsys.readouterr()
    assert not (tmp_path / "r").exists()


def test_the_same_case_gives_the_same_summary(done: Path, tmp_path: Path) -> None:
    """Only the folder's name differs, and what is proved of all policies where perfect foresight runs as well."""
    case = str(done / "case.toml")
    assert (
        exit_code(["compare", case, "--policy", "coordinated", "--runs", str(tmp_path / "runs")])
        == 0
    )
    again = json.loads((tmp_path / "runs" / "0001" / "summary.json").read_text())
    assert [run.pop("certificate") for run in again["runs"]] == [None, None]
    kept = [{**run} for run in summary(done)["runs"][:2]]
    assert all(run.pop("certificate") is not None for run in kept)
    assert again["runs"] == kept
    assert again["capture_ratio"] is None


def test_check_describes_a_sound_case(done: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Sites, jobs by class, accelerator-hours, assumptions."""
    assert exit_code(["check", str(done / "case.toml"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["ok"] is True and found["findings"] == []
    assert found["summary"]["jobs_by_class"] == {"batch": 15}
    assert exit_code(["check", str(done / "case.toml")]) == 0
    assert "is sound" in capsys.readouterr().out


FAULTS = {
    "unknown key": (("seed = 3", "sead = 3"), "Did you mean seed?"),
    "wrong zone": (('zone = "DE-LU"\nclock', 'zone = "DE-LX"\nclock'), "Did you mean DE-LU?"),
    "negative machines": (
        ("accelerators = 200", "accelerators = -200"),
        "site[1].pool[1].accelerators",
    ),
    "naive start": (("00:00:00+01:00\nend", "00:00:00\nend"), "case.start"),
    "end before start": (("2026-03-03T", "2026-03-01T"), "after case.start"),
    "currency without rate": (
        ('[[signal]]\nzone = "DE-LU"', '[[signal]]\ncurrency = "AUD"\nzone = "DE-LU"'),
        "[rates] AUD",
    ),
    "unknown policy": (('"perfect-foresight"]', '"perfect-hindsight"]'), "perfect-foresight"),
    "home without pool": (
        ('pool = "gpus"\ncount = 12', 'pool = "cpus"\ncount = 12'),
        "Did you mean gpus?",
    ),
    "tariff without hours": (
        ("import_max_kw = 700,", 'import_max_kw = 700, exposure = "time-of-use",'),
        "every hour of the week",
    ),
    "difference without strike": (
        ("import_max_kw = 700,", 'import_max_kw = 700, exposure = "contract-for-difference",'),
        "fixed_price_per_mwh",
    ),
    "two signals": (
        ("price_mean_per_mwh = 80.0", "price_mean_per_mwh = nan"),
        "price_mean_per_mwh",
    ),
    "broken": (("[planning]", "[planning"), "case.toml"),
    "parked load above the limit": (
        ("import_max_kw = 700,", "import_max_kw = 15,"),
        "all machines parked",
    ),
    "mistyped protection": (('protect = ["odd"]', 'protect = ["od"]'), "Did you mean odd?"),
    "policy with a wrong setting": (
        ('"perfect-foresight"]', '"threshold(q=9)"]'),
        "q is a number from 0 to 1",
    ),
    "policy twice": (('"perfect-foresight"]', '"coordinated"]'), "each name once"),
    "no size": (("accelerators = [4]", "accelerators = []"), "an empty list"),
    "hours backwards": (("to_hour = 10.0", "to_hour = 1.0"), "from_hour, 8, or later"),
    "no weather": (("price_mean_per_mwh = 80.0", "temperature_c = nan"), "temperature_c"),
    "cap below floor": (("price_mean_per_mwh = 80.0", "price_cap_per_mwh = -600.0"), "price_floor"),
    "read without a file": (
        ("count = 3\naccelerators = [4]", 'source = "sacct"'),
        "a file, for source sacct",
    ),
    "no clock": (('clock = "Europe/Berlin"\nregion', 'clock = "Europe/Atlantis"\nregion'), "IANA"),
}


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_each_fault_of_a_case_is_named_with_its_mend(
    fault: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Key, value, limit, mend; exit code 2; nothing is written."""
    (before, after), said = FAULTS[fault]
    assert before in CASE
    (tmp_path / "case.toml").write_text(CASE.replace(before, after, 1))
    for command in (["check"], ["run", "--runs", str(tmp_path / "runs")]):
        assert exit_code([command[0], str(tmp_path / "case.toml"), *command[1:]]) == 2
        err = capsys.readouterr().err
        assert said in err and "Traceback" not in err
    assert not (tmp_path / "runs").exists()


def test_faults_of_all_files_of_a_case_show_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A missing log and a missing price are both named."""
    text = CASE.replace("count = 3\n", 'source = "table"\npath = "work.csv"\n')
    text = text.replace("[[signal]]\n", '[[signal]]\nsource = "table"\npath = "prices.csv"\n')
    (tmp_path / "case.toml").write_text(text)
    assert exit_code(["check", str(tmp_path / "case.toml")]) == 2
    err = capsys.readouterr().err
    assert "work.csv: does not exist" in err and "prices.csv: does not exist" in err


@pytest.mark.parametrize("command", ["check", "run", "compare"])
def test_a_signal_that_does_not_cover_the_period_is_said_before_anything_runs(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Half a day of prices and no weather for a day of work: each lacking series once."""
    hours = [
        f"2026-03-{1 + (hour + 23) // 24:02d}T{(hour + 23) % 24:02d}:00Z,50" for hour in range(12)
    ]
    (tmp_path / "prices.csv").write_text("\n".join(["time,price_per_mwh", *hours, ""]))
    read = '[[signal]]\nsource = "table"\npath = "prices.csv"\ncurrency = "EUR"\n'
    (tmp_path / "case.toml").write_text(CASE.replace("[[signal]]\n", read))
    more = [] if command == "check" else ["--runs", str(tmp_path / "runs")]
    more += ["--policy", "run-at-once"] if command == "compare" else []
    assert exit_code([command, str(tmp_path / "case.toml"), *more]) == 2
    err = capsys.readouterr().err
    assert err.count("price_per_mwh of DE-LU: unknown in 48 of 96 steps") == 1
    assert "temperature_c of DE-LU" in err and "relative_humidity of DE-LU" in err
    assert not (tmp_path / "runs").exists()


def test_a_run_that_fails_leaves_no_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half way through, when a policy has found that the program has no solution."""
    fault = Finding(subject="plan", value="none", limit="a solution", mend="Lower the load.")

    def fails(*given: object, **named: object) -> None:
        raise Infeasible([fault])

    monkeypatch.setattr("gridtide.simulate.compare.settle", fails)
    (tmp_path / "case.toml").write_text(CASE)
    assert exit_code(["run", str(tmp_path / "case.toml"), "--runs", str(tmp_path / "runs")]) == 3
    assert "Lower the load." in capsys.readouterr().err
    assert not (tmp_path / "runs").exists()


def test_a_job_no_pool_could_hold_is_infeasible(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 3, the jobs named, with the largest pool."""
    (tmp_path / "case.toml").write_text(CASE.replace("accelerators = [4]", "accelerators = [201]"))
    assert exit_code(["check", str(tmp_path / "case.toml")]) == 3
    err = capsys.readouterr().err
    assert "job odd-" in err and "up to 201 accelerators" in err and "200, the most" in err


SERVICE = """
[network]
origins = ["Hamburg"]

[[network.latency]]
origin = "Hamburg"
site = "here"
ms = 9.0

[[service]]
name = "chat"
latency_max_s = 0.5
value_per_request = 0.01

[[service.place]]
site = "here"
pool = "gpus"
requests_per_accelerator_s = 2.0
time_to_first_token_s = 0.1
home = 1.0

[[demand]]
service = "chat"
origin = "Hamburg"
mean_per_s = 20.0
"""


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("latency_max_s = 0.5", "latency_max_s = 0.1", "0.109 s at the nearest place"),
        ("mean_per_s = 20.0", "mean_per_s = 9000.0", "400 a second, what all machines"),
    ],
)
def test_a_service_nobody_could_keep_up_is_infeasible(
    before: str, after: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Too far for its limit, or more requests than all machines answer: exit code 3."""
    text = CASE.replace("[[site.pool]]", "[[site.pool]]\nfor_services = 50", 1) + SERVICE
    (tmp_path / "case.toml").write_text(text)
    assert exit_code(["check", str(tmp_path / "case.toml")]) == 0
    (tmp_path / "case.toml").write_text(text.replace(before, after))
    capsys.readouterr()
    assert exit_code(["check", str(tmp_path / "case.toml")]) == 3
    assert said in capsys.readouterr().err


def test_all_faults_of_a_case_show_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Three faults, three lines, one object each in JSON."""
    text = CASE.replace("seed = 3", "sead = 3").replace("count = 12", "count = 0")
    (tmp_path / "case.toml").write_text(text.replace("accelerators = 200", 'accelerators = "many"'))
    assert exit_code(["check", str(tmp_path / "case.toml"), "--json"]) == 2
    found = json.loads(capsys.readouterr().out)
    assert found["ok"] is False
    assert len(found["findings"]) == 3
    assert all(set(item) == {"subject", "value", "limit", "mend"} for item in found["findings"])


def test_more_work_than_machines_is_infeasible(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 3, with both sums."""
    (tmp_path / "case.toml").write_text(CASE.replace("count = 12", "count = 4000"))
    assert exit_code(["check", str(tmp_path / "case.toml")]) == 3
    assert "accelerator-hours" in capsys.readouterr().err


def test_a_missing_case_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the way to a first one."""
    assert exit_code(["run", str(tmp_path / "none.toml")]) == 2
    assert "gridtide init demo" in capsys.readouterr().err


def test_init_writes_the_demo_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Into a new folder; never over somebody's work."""
    assert exit_code(["init", "demo", str(tmp_path / "mine")]) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "mine" / "case.toml")
    assert exit_code(["check", str(tmp_path / "mine" / "case.toml")]) == 0
    assert exit_code(["init", "demo", str(tmp_path / "mine")]) == 2
    assert "new or empty" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything runs for long."""
    (tmp_path / "case.toml").write_text(CASE)
    (tmp_path / "file").write_text("")
    assert (
        exit_code(["run", str(tmp_path / "case.toml"), "--runs", str(tmp_path / "file" / "runs")])
        == 2
    )
    assert "--runs" in capsys.readouterr().err


def test_the_demo_shows_what_it_promises(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Serving moves north, training is done by nine, heavy and bound work stays, nothing is missed."""
    assert exit_code(["demo", "--runs", str(tmp_path / "runs")]) == 0
    out = capsys.readouterr().out
    assert out.rstrip().splitlines()[-1] == str(tmp_path / "runs" / "0001" / "report.html")
    folder = tmp_path / "runs" / "0001"
    assert os.path.getsize(folder / "report.html") > 1_000_000
    assert exit_code(["explain", "last", "search", "--runs", str(tmp_path / "runs"), "--json"]) == 0
    flows = json.loads(capsys.readouterr().out)["decisions"]
    assert any("is answered at Zhangbei" in flow["sentence"] for flow in flows)
    assert all(len(flow["alternatives"]) == 2 for flow in flows)
    document = json.loads((folder / "summary.json").read_text())
    reference, coordinated, perfect = document["runs"]
    assert document["bound_total_cost"] <= perfect["total_cost"]
    assert perfect["total_cost"] < coordinated["total_cost"] < reference["total_cost"]
    assert coordinated["curtailment_absorbed_kwh"] > 0 == reference["curtailment_absorbed_kwh"]
    jobs = pl.read_parquet(folder / "jobs-coordinated.parquet")
    kind = pl.col("name").str.extract(r"^(.*)-\d+$")
    stays = jobs.filter(kind.is_in(["region-bound", "data", "unlabelled"]))
    assert stays["place"].str.starts_with("Nantong").all()
    trained = jobs.filter(kind == "training").with_columns(
        pl.col("end").dt.convert_time_zone("Asia/Shanghai")
    )
    assert (trained["end"] <= trained["deadline"].dt.convert_time_zone("Asia/Shanghai")).all()
    assert trained["place"].str.starts_with("Zhangbei").any()
    power = pl.read_parquet(folder / "power-coordinated.parquet").filter(
        pl.col("site") == "Zhangbei"
    )
    before = pl.read_parquet(folder / "power-run-at-once.parquet").filter(
        pl.col("site") == "Zhangbei"
    )
    assert power["service_chat_it_kw"].sum() > 0 == before["service_chat_it_kw"].sum()
