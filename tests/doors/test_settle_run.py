"""`gridtide settle RUN`: from the folder alone, to the last bit, and never from a folder that was changed."""

import json
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from gridtide.doors.cli import exit_code
from gridtide.doors.results.record import write_record

CASE = (Path(__file__).parents[1] / "fixtures" / "one_day.toml").read_text()
OFFER = """
[site.battery]
energy_kwh = 200
charge_max_kw = 100
discharge_max_kw = 100

[[site.offer]]
product = "regulation"
price_per_mw_h = 18.0
offered_max_kw = 100
hold_h = 0.5
"""


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the runs of one case."""
    folder = tmp_path_factory.mktemp("settled")
    (folder / "case.toml").write_text(CASE)
    arguments = ["run", str(folder / "case.toml"), "--runs", str(folder / "runs")]
    assert exit_code([*arguments, "--policy", "coordinated", "--json"]) == 0
    return folder / "runs"


def settled(capsys: pytest.CaptureFixture[str], runs: Path, *more: str) -> dict[str, Any]:
    """The document of a run that settles."""
    assert exit_code(["settle", "last", "--runs", str(runs), "--json", *more]) == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def copied(done: Path, tmp_path: Path) -> Path:
    """A copy that may be spoilt."""
    shutil.copytree(done, tmp_path / "runs")
    return tmp_path / "runs"


def test_the_keys_of_a_settled_run_are_a_contract(
    done: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Document and line."""
    found = settled(capsys, done)
    assert list(found) == [
        "run", "case", "policy", "currency", "record", "lines", "totals", "total", "live_total",
        "reckoned_again", "different", "bit_equal", "clock", "programme", "calls", "services", "green",
        "certificates", "notes",
    ]  # fmt: skip
    assert {line["what"] for line in found["lines"]} == set(found["totals"])


@pytest.mark.parametrize("policy", ["run-at-once", "coordinated"])
def test_aud_1_the_settlement_is_that_of_the_live_run_to_the_last_bit(
    policy: str, done: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every part that is reckoned again, and the total."""
    summary = json.loads((done / "0001" / "summary.json").read_text())
    (live,) = [run for run in summary["runs"] if run["policy"] == policy]
    found = settled(capsys, done, "--policy", policy)
    assert found["bit_equal"] and found["total"] == live["total_cost"]
    assert found["totals"] == live["cost_parts"]
    assert {"energy", "demand charge", "wear"} <= set(found["reckoned_again"])


def test_settling_a_run_twice_gives_the_same_bytes(
    done: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And leaves the folder as it was."""
    before = {path.name: path.read_bytes() for path in (done / "0001").iterdir()}
    texts = []
    for _ in range(2):
        assert exit_code(["settle", "last", "--runs", str(done), "--json"]) == 0
        texts.append(capsys.readouterr().out)
    assert texts[0] == texts[1]
    assert {path.name: path.read_bytes() for path in (done / "0001").iterdir()} == before


@pytest.mark.parametrize("name", ["power-coordinated.parquet", "jobs-coordinated.parquet", "case.toml",
                                  "summary.json", "audit-coordinated.jsonl"])  # fmt: skip
def test_aud_1_one_flipped_byte_of_any_file_is_located(
    name: str, done: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """File and block; of a chain the entry as well; nothing is settled."""
    runs = copied(done, tmp_path)
    path = runs / "0001" / name
    content = bytearray(path.read_bytes())
    at = len(content) // 2
    content[at] ^= 0x01
    path.write_bytes(bytes(content))
    assert exit_code(["settle", "last", "--runs", str(runs)]) == 2
    told = capsys.readouterr().err
    first = at // 4096 * 4096
    assert f"{name}: was changed in bytes {first:,} to" in told
    assert name != "audit-coordinated.jsonl" or "entry" in told or "line" in told


def test_a_changed_record_and_a_run_without_one_are_refused(
    done: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A digest exchanged beside its file does not help, for the seal covers it."""
    runs = copied(done, tmp_path)
    path = runs / "0001" / "record.json"
    record = json.loads(path.read_text())
    record["files"]["case.toml"]["bytes"] += 1
    path.write_text(json.dumps(record))
    assert exit_code(["settle", "last", "--runs", str(runs)]) == 2
    assert "does not bear its own seal" in capsys.readouterr().err
    path.unlink()
    assert exit_code(["settle", "last", "--runs", str(runs)]) == 2
    assert "is not there" in capsys.readouterr().err


def test_an_unknown_policy_or_run_is_said(done: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With those that ran."""
    assert exit_code(["settle", "last", "--runs", str(done), "--policy", "magic"]) == 2
    assert "coordinated" in capsys.readouterr().err
    assert exit_code(["settle", "77", "--runs", str(done)]) == 2


def test_capacity_kept_ready_is_settled_again_from_the_tables(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Offers, their prices and the limit they are held within stand in the table of power."""
    at = CASE.index("[[class]]")
    (tmp_path / "case.toml").write_text(CASE[:at] + OFFER + "\n" + CASE[at:])
    runs = tmp_path / "runs"
    arguments = ["run", str(tmp_path / "case.toml"), "--runs", str(runs), "--json"]
    assert exit_code([*arguments, "--policy", "coordinated"]) == 0
    capsys.readouterr()
    found = settled(capsys, runs)
    assert found["totals"]["capacity revenue"] < 0.0
    assert "capacity revenue" in found["reckoned_again"] and found["bit_equal"]


def test_services_beside_a_run_are_settled_apart_from_its_own_total(
    done: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Awards and peaks stand under their own key; what the run settled live stays bit-equal."""
    awards = str(Path(__file__).parents[1] / "fixtures" / "awards.csv")
    found = settled(capsys, done, "--awards", awards)
    assert found["services"]["total"] == -37.5 and found["bit_equal"]


def test_green_ratios_of_a_site_with_generation_name_their_denominators(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Consumption is what the building drew, whoever made it."""
    at = CASE.index("[[class]]")
    solar = '[[site.supply]]\nkind = "solar"\ncapacity_kw = 100\n\n'
    (tmp_path / "case.toml").write_text(CASE[:at] + solar + CASE[at:])
    runs = tmp_path / "runs"
    arguments = ["run", str(tmp_path / "case.toml"), "--runs", str(runs), "--json"]
    assert exit_code([*arguments, "--policy", "run-at-once"]) == 0
    capsys.readouterr()
    found = settled(capsys, runs, "--green", "china-green-direct", "--policy", "run-at-once")
    (site,) = found["green"]
    by_name = {ratio["name"]: ratio for ratio in site["ratios"]}
    assert by_name["export"]["value"] == 0.0
    assert by_name["green share"]["over"] == "consumption"
    used = by_name["green share"]
    assert 0.0 < used["value"] == used["part_kwh"] / used["over_kwh"]


def test_peaks_and_least_demand_of_a_contract_are_settled_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """To the last bit, and the line says what each peak was charged."""
    old = "contract = { import_max_kw = 700, demand_charge_per_kw_month = 5 }"
    assert old in CASE
    peak = "{ start = 2026-03-02T11:00:00Z, end = 2026-03-02T12:00:00Z, charge_per_kw = 3 }"
    keys = f"import_max_kw = 700, demand_charge_per_kw_month = 5, demand_least_kw = 300, peak = [{peak}]"
    (tmp_path / "case.toml").write_text(CASE.replace(old, f"contract = {{ {keys} }}"))
    runs = tmp_path / "runs"
    arguments = ["run", str(tmp_path / "case.toml"), "--runs", str(runs), "--json"]
    assert exit_code([*arguments, "--policy", "coordinated"]) == 0
    capsys.readouterr()
    found = settled(capsys, runs)
    assert found["bit_equal"] and found["totals"]["coincident peaks"] > 0.0
    assert found["totals"]["demand charge"] >= 5 * 300


def test_what_leaving_a_declaration_costs_is_settled_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """To the last bit, from the positions in the run's tables; steps without one are charged nothing."""
    old = "contract = { import_max_kw = 700, demand_charge_per_kw_month = 5 }"
    keys = "import_max_kw = 700, deviation_price_per_mwh = 60, deviation_free_share = 0.01, gate_closure_h = 4"
    (tmp_path / "case.toml").write_text(CASE.replace(old, f"contract = {{ {keys} }}"))
    runs = tmp_path / "runs"
    arguments = ["run", str(tmp_path / "case.toml"), "--runs", str(runs), "--json"]
    assert exit_code([*arguments, "--policy", "coordinated"]) == 0
    capsys.readouterr()
    found = settled(capsys, runs)
    assert found["bit_equal"] and found["totals"]["deviation"] > 0.0
    assert "deviation" in found["reckoned_again"]


@pytest.mark.parametrize("part", ["transfer", "delay", "lost compute", "refused requests"])
def test_what_jobs_cost_is_reckoned_again_and_a_figure_that_was_changed_is_named(
    part: str, done: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever writes another figure into the summary, and the seal anew, is found out by the tables."""
    assert part in settled(capsys, done)["reckoned_again"]
    runs = copied(done, tmp_path)
    folder = runs / "0001"
    summary = json.loads((folder / "summary.json").read_text())
    (run,) = [one for one in summary["runs"] if one["policy"] == "coordinated"]
    run["cost_parts"][part] += 1.0
    run["total_cost"] += 1.0
    (folder / "summary.json").write_text(json.dumps(summary))
    write_record(folder)
    assert exit_code(["settle", "last", "--runs", str(runs), "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["different"] == [part]


def test_a_run_of_an_earlier_version_is_not_settled_by_guesses(
    done: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A table without the column that delay is reckoned from is named."""
    runs = copied(done, tmp_path)
    table = runs / "0001" / "runs-coordinated.parquet"
    ran = pl.read_parquet(table)
    ran.drop("speed").write_parquet(table)
    write_record(runs / "0001")
    assert exit_code(["settle", "last", "--runs", str(runs)]) == 2
    assert "has no speed" in capsys.readouterr().err


def test_the_delay_of_starts_that_took_turns_is_settled_to_the_last_bit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run's table says how long each start waited for its turn, and what that waiting cost is reckoned from it."""
    case = tmp_path / "case.toml"
    dear = CASE.replace("[[class]]", "[[class]]\ndelay_cost_per_accelerator_h = 0.5", 1)
    case.write_text(dear.replace("[[site]]", "[fleet]\nresponse_max_kw_per_min = 6\n\n[[site]]", 1))
    runs = tmp_path / "runs"
    asked = ["run", str(case), "--runs", str(runs), "--policy", "run-at-once"]
    assert exit_code([*asked, "--json"]) == 0
    capsys.readouterr()
    ran = pl.read_parquet(runs / "0001" / "runs-run-at-once.parquet")
    assert float(ran["behind_s"].to_numpy().max()) > 0.0
    found = settled(capsys, runs, "--policy", "run-at-once")
    assert found["bit_equal"] and found["totals"]["delay"] > 0.0


def test_transfers_and_delay_of_two_sites_are_settled_to_the_last_bit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Jobs whose data moves, some of it twice, and who wait at a cost."""
    there = CASE[CASE.index("[[site]]") : CASE.index("[[class]]")]
    there = there.replace('"here"', '"there"').replace('zone = "DE-LU"', 'zone = "FR"')
    link = """
[network]
transfer_failure_share = 0.3

[[network.link]]
between = ["here", "there"]
cost_per_gb = 0.0123
gb_per_s = 1.0
"""
    cheap = CASE[CASE.index("[[signal]]") :].replace("DE-LU", "FR").replace("80.0", "41.0")
    case = CASE.replace("[[class]]", f"{there}{link}\n[[class]]")
    case = case.replace("value_per_accelerator_h = 2.0", "value_per_accelerator_h = 2.0\n"
                        "delay_cost_per_accelerator_h = 0.0037")  # fmt: skip
    case = case.replace("slack_h = 6.0", 'slack_h = 6.0\nsites = ["here", "there"]\ndata_gb = 13.7')
    case = case.replace(", demand_charge_per_kw_month = 5", "")
    (tmp_path / "case.toml").write_text(case + cheap)
    runs = tmp_path / "runs"
    arguments = ["run", str(tmp_path / "case.toml"), "--runs", str(runs), "--json"]
    assert exit_code([*arguments, "--policy", "coordinated"]) == 0
    capsys.readouterr()
    found = settled(capsys, runs)
    assert found["bit_equal"] and found["totals"]["transfer"] > 0.0 < found["totals"]["delay"]
    (line,) = [one for one in found["lines"] if one["what"] == "transfer"]
    assert line["inputs"]["gb"] > 13.7 * line["inputs"]["transfers"], "what failed was sent again"


def test_agreements_and_transformers_are_settled_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """To the last bit, from what the plant made by the run's own tables; each agreement says its volume."""
    old = "contract = { import_max_kw = 700, demand_charge_per_kw_month = 5 }"
    new = """
[site.contract]
import_max_kw = 700
demand_charge_per_kw_month = 5
resale_price_share = 0.3
transformers = { kva = 800, charge_per_kva_month = 4.2, well_used_kwh_per_kva = 2, well_used_factor = 0.9 }

[[site.contract.ppa]]
name = "wind"
delivery = "physical"
volume = "pay-as-produced"
share = 0.3
strike_per_mwh = 61.7
output = "wind_kw"
output_zone = "farm"

[[site.contract.ppa]]
name = "band"
delivery = "virtual"
volume = "baseload"
baseload_kw = 70
strike_per_mwh = 59.3
below_zero = false
"""
    farm = '\n[[signal]]\nzone = "farm"\nclock = "UTC"\nsource = "table"\npath = "farm.csv"\n'
    days = ("2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02")
    rows = [f"{day}T{hour:02d}:00:00Z,{90 + 17.3 * hour}" for day in days for hour in range(24)]
    (tmp_path / "farm.csv").write_text("time_utc,wind_kw\n" + "\n".join(rows) + "\n")
    case = CASE.replace(old, "").replace("[[site.pool]]", f"{new}\n[[site.pool]]") + farm
    (tmp_path / "case.toml").write_text(case)
    runs = tmp_path / "runs"
    arguments = ["run", str(tmp_path / "case.toml"), "--runs", str(runs), "--json"]
    assert exit_code([*arguments, "--policy", "coordinated"]) == 0
    capsys.readouterr()
    found = settled(capsys, runs)
    assert found["bit_equal"] and found["totals"]["transformers"] > 0.0
    assert {"agreements", "transformers"} <= set(found["reckoned_again"])
    (line,) = [one for one in found["lines"] if one["what"] == "agreements"]
    assert line["inputs"]["wind: physical, pay-as-produced, kWh at 61.7"] > 0.0


def test_sites_whose_contracts_differ_are_run_and_settled_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One has an agreement on energy, the other none but a price on leaving what it declared: columns of one alone."""
    there = CASE[CASE.index("[[site]]") : CASE.index("[[class]]")]
    there = there.replace('"here"', '"there"')
    there = there.replace("import_max_kw", "deviation_price_per_mwh = 31.7, import_max_kw")
    band = """
[[site.contract.ppa]]
name = "band"
delivery = "physical"
volume = "baseload"
baseload_kw = 70
strike_per_mwh = 59.3
"""
    old = "contract = { import_max_kw = 700, demand_charge_per_kw_month = 5 }"
    new = f"[site.contract]\nimport_max_kw = 700\n{band}"
    here = CASE.replace(old, "").replace("[[site.pool]]", f"{new}\n[[site.pool]]")
    (tmp_path / "case.toml").write_text(
        here.replace("[[class]]", f"{there}\n[network]\n\n[[class]]")
    )
    runs = tmp_path / "runs"
    arguments = ["run", str(tmp_path / "case.toml"), "--runs", str(runs), "--json"]
    assert exit_code([*arguments, "--policy", "coordinated"]) == 0
    capsys.readouterr()
    found = settled(capsys, runs)
    assert found["bit_equal"] and {"agreements", "deviation"} <= set(found["reckoned_again"])
    power = pl.read_parquet(runs / "0001" / "power-coordinated.parquet")
    (unknown,) = power.filter(pl.col("site") == "there")["agreement_1_made_kw"].unique()
    assert unknown != unknown, "a site without agreements has no plant"


def test_calls_are_settled_by_the_meter_of_a_run_on_the_programmes_clock(
    done: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Same-day baselines need one day; what was drawn is the run's own table. A programme of no market takes the clock
    of the site, and --clock stands before both."""
    calls = tmp_path / "calls.csv"
    calls.write_text("start,end,price_per_mwh\n2026-03-02T09:00:00Z,2026-03-02T10:00:00Z,100\n")
    found = settled(capsys, done, "--events", str(calls), "--programme", "pjm-same-day")
    (call,) = found["calls"]
    assert found["clock"] == "America/New_York"
    asked = ("--events", str(calls), "--programme", "pjm-same-day", "--clock", "Asia/Shanghai")
    assert settled(capsys, done, *asked)["clock"] == "Asia/Shanghai"
    own = tmp_path / "own.toml"
    own.write_text(
        '[ours]\ntitle = "Ours"\nmarket = "none"\nstatus = "in force"\nedition = "2026-01-01"\nsource = "us"\n'
        'primary = true\nmark = "checked"\nselect = "same-day"\n'
    )
    asked = ("--events", str(calls), "--programme", "ours", "--programmes", str(own))
    assert settled(capsys, done, *asked)["clock"] == "Europe/Berlin"
    assert found["programme"]["name"] == "pjm-same-day" and len(call["intervals"]) == 4
    assert found["services"]["total"] == pytest.approx(-call["credited_kwh"] / 10.0)
    wrong = ["settle", "last", "--runs", str(done), "--events", str(calls), "--programme"]
    assert exit_code([*wrong, "pjm-same-day", "--site", "there"]) == 2
    assert "one of here" in capsys.readouterr().err
    assert exit_code([*wrong, "caiso-10-in-10"]) == 2
    assert "like days" in capsys.readouterr().err


def test_no_option_is_passed_over_in_silence(
    done: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What only a run has without a run, and a meter beside one."""
    assert exit_code(["settle", "--green", "china-green-direct", "--terms", "x.toml"]) == 2
    told = capsys.readouterr().err
    assert "--green china-green-direct" in told and "--terms x.toml" in told
    assert exit_code(["settle", "last", "--runs", str(done), "--meter", "mine.csv"]) == 2
    assert "one meter" in capsys.readouterr().err


def test_plants_generators_and_their_carbon_are_settled_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a price of carbon, in a call that leaves the site less than its machines at rest draw."""
    own = """[site.reactor]
capacity_kw = 10
cost_per_mwh = 70
emissions_g_per_kwh = 12

[site.genset]
rated_kw = 300
fuel_l = 2000
fuel_price_per_l = 1.5

"""
    call = """
[[event]]
site = "here"
start = 2026-03-02T05:00:00+01:00
end = 2026-03-02T06:00:00+01:00
import_max_kw = 0
"""
    at = CASE.index("[[site.pool]]")
    price = "[objective]\ncarbon_price_per_t = 80\n\n"
    text = CASE[:at] + own + CASE[at:] + call
    text = text.replace("[planning]", price + "[planning]")
    (tmp_path / "case.toml").write_text(text)
    runs = tmp_path / "runs"
    arguments = ["run", str(tmp_path / "case.toml"), "--runs", str(runs), "--json"]
    assert exit_code([*arguments, "--policy", "coordinated"]) == 0
    capsys.readouterr()
    found = settled(capsys, runs)
    assert found["bit_equal"]
    assert {"plants", "generator fuel", "carbon"} <= set(found["reckoned_again"])
    assert found["totals"]["generator fuel"] > 0 and found["totals"]["plants"] > 0
    assert found["totals"]["carbon"] > 0


CALLED = """
[[event]]
name = "evening"
site = "here"
kind = "demand-response"
start = 2026-03-02T17:00:00+01:00
end = 2026-03-02T19:30:00+01:00
issued_at = 2026-03-02T10:00:00+01:00
reduce_kw = 40
baseline_kw = 200
mandatory = false
payment_per_mwh = 900
penalty_per_mwh = 300
recover_h = 1

[[event]]
name = "rank two"
site = "here"
kind = "orderly-use"
start = 2026-03-02T12:00:00+01:00
end = 2026-03-02T14:00:00+01:00
issued_at = 2026-03-02T11:30:00+01:00
import_max_kw = 60
payment_per_mwh = 200
penalty_per_mwh = 500
"""


def test_what_calls_paid_is_settled_again_from_the_tables(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One that was answered and one that was mandatory, to the last bit; a meter changed under a new seal comes out
    otherwise, and is named."""
    (tmp_path / "case.toml").write_text(CASE + CALLED)
    runs = tmp_path / "runs"
    arguments = ["run", str(tmp_path / "case.toml"), "--runs", str(runs), "--json"]
    assert exit_code([*arguments, "--policy", "coordinated"]) == 0
    capsys.readouterr()
    found = settled(capsys, runs)
    assert found["bit_equal"] and "calls of the grid" in found["reckoned_again"]
    of_calls = [line for line in found["lines"] if line["what"] == "calls of the grid"]
    assert [line["formula"] for line in of_calls] == ["call-agreed", "call-mandatory"]
    assert max(line["amount"] for line in of_calls) < 0.0
    assert {line["formula"] for line in found["lines"]}.isdisjoint({"as-run"})

    folder = runs / "0001"
    power = pl.read_parquet(folder / "power-coordinated.parquet")
    power.with_columns(pl.col("import_kw") + 30.0).write_parquet(
        folder / "power-coordinated.parquet"
    )
    (folder / "record.json").unlink()
    write_record(folder)
    assert exit_code(["settle", "last", "--runs", str(runs), "--json"]) == 3
    assert "calls of the grid" in json.loads(capsys.readouterr().out)["different"]
