"""Terms beside a run's own contract: agreements, a two-part tariff, movements under K, certificates."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from gridtide.doors.cli import exit_code

CASE = (Path(__file__).parents[1] / "fixtures" / "one_day.toml").read_text()
HOURS = [f"2026-03-01T{23:02d}:00:00Z"] + [f"2026-03-02T{hour:02d}:00:00Z" for hour in range(23)]
TERMS = """
[[ppa]]
name = "wind"
site = "here"
delivery = "virtual"
volume = "pay-as-produced"
strike_per_mwh = 50
output = "wind.csv"

[[ppa]]
name = "band"
site = "here"
delivery = "physical"
volume = "baseload"
strike_per_mwh = 60
baseload_kw = 100

[[tariff]]
site = "here"
market = "china-two-part-kva"
transformer_kva = 1000

[[movements]]
site = "here"
market = "hunan-regulation"
path = "movements.csv"
standards = { ramp_kw_per_min = 10000, deviation_kw = 2000 }

[certificates]
path = "ledger.csv"
matching = "hourly"
"""
LEDGER = """id,vintage,technology,kwh,retired_at,purpose,directly_used,generated
a,2026-03,wind,1000,2026-04-01,March,false,2026-03-02T08:00:00Z
b,2026-03,wind,1000,,,,2026-03-02T09:00:00Z
"""


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run, and beside it the files that its terms name."""
    folder = tmp_path_factory.mktemp("terms")
    (folder / "case.toml").write_text(CASE)
    run = ["run", str(folder / "case.toml"), "--runs", str(folder / "runs"), "--json"]
    assert exit_code([*run, "--policy", "run-at-once"]) == 0
    (folder / "terms.toml").write_text(TERMS)
    made = [f"{hour},200" for hour in HOURS]
    (folder / "wind.csv").write_text("\n".join(["time_utc,import_kw", *made]) + "\n")
    (folder / "movements.csv").write_text(
        "period,mileage,price,ramp_kw_per_min,delay_s,deviation_kw\n"
        "2026-03-02T08:00:00Z,200,10,30000,6,500\n"
    )
    (folder / "ledger.csv").write_text(LEDGER)
    return folder


def settled(done: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """The document under the terms."""
    arguments = [
        "settle",
        "last",
        "--runs",
        str(done / "runs"),
        "--policy",
        "run-at-once",
        "--json",
    ]
    assert exit_code([*arguments, "--terms", str(done / "terms.toml")]) == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def test_terms_beside_a_run_are_settled_by_hand(
    done: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From the run's own table of power; K rounded to two decimals as Hunan does; its own total stays bit-equal."""
    found = settled(done, capsys)
    wind, band, part, k = found["services"]["lines"]
    power = pl.read_parquet(done / "runs" / "0001" / "power-run-at-once.parquet")
    price, drawn_kw = power["price_per_mwh"].to_numpy(), power["import_kw"].to_numpy()
    assert wind["amount"] == pytest.approx(float((200 * 0.25 * (50 - price)).sum()) / 1000.0)
    assert band["amount"] == pytest.approx(float((100 * 0.25 * (60 - price)).sum()) / 1000.0)
    assert wind["inputs"]["volume_kwh"] == pytest.approx(4800.0)
    assert part["amount"] == 30.0 * 1000.0
    assert part["inputs"]["peak_kw"] == drawn_kw.max()
    assert k["amount"] == pytest.approx(-200 * 10 * 1.7)
    assert k["inputs"]["mean_k"] == 1.7
    assert found["bit_equal"]


def test_certificates_cover_by_the_interval_and_only_when_retired(
    done: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """1,000 kWh of a quarter of an hour cover what was drawn in it; the one not retired covers nothing."""
    told = settled(done, capsys)["certificates"]
    power = pl.read_parquet(done / "runs" / "0001" / "power-run-at-once.parquet")
    at = power.filter(pl.col("time_utc").dt.strftime("%Y-%m-%dT%H:%M") == "2026-03-02T08:00")
    assert told["covered_kwh"] == pytest.approx(min(1000.0, float(at["facility_kw"][0]) * 0.25))
    assert (told["retired"], told["not_retired"]) == (1, 1)
    assert told["covered_share"] == pytest.approx(told["covered_kwh"] / told["load_kwh"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('site = "here"\ndelivery = "virtual"', 'site = "there"\ndelivery = "virtual"'), "there"),
        (("deviation_kw = 2000", "other = 1"), "standards.deviation_kw"),
        (("china-two-part-kva", "ercot-transmission"), "of another kind"),
        (("strike_per_mwh = 50", 'strike_per_mwh = "cheap"'), "strike_per_mwh"),
        (('output = "wind.csv"', ""), "says no output"),
        (("ledger.csv", "none.csv"), "none.csv"),
        (('name = "band"', 'name = "wind"'), "stands 2 times"),
    ],
)
def test_terms_that_cannot_be_settled_are_said(
    change: tuple[str, str], said: str, done: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each fault with what to do, exit code 2."""
    assert change[0] in TERMS
    wrong = done / "wrong.toml"
    wrong.write_text(TERMS.replace(*change, 1))
    arguments = ["settle", "last", "--runs", str(done / "runs"), "--policy", "run-at-once"]
    assert exit_code([*arguments, "--terms", str(wrong)]) == 2
    assert said in capsys.readouterr().err


def test_yearly_certificates_cover_the_year_of_their_vintage_and_what_is_carried(
    done: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One of May 2025 covered a day of March 2026 once; only where the terms say so does it now, never back."""
    terms = (done / "terms.toml").read_text()
    told = {}
    for vintage, carried in (("2026-05", 0), ("2025-05", 0), ("2025-05", 1), ("2027-01", 1)):
        more = f'"yearly"\ncarried_years = {carried}'
        (done / "terms.toml").write_text(terms.replace('"hourly"', more))
        (done / "ledger.csv").write_text(LEDGER.replace("2026-03", vintage))
        told[vintage, carried] = settled(done, capsys)["certificates"]["covered_kwh"]
    (done / "terms.toml").write_text(terms)
    (done / "ledger.csv").write_text(LEDGER)
    assert told["2026-05", 0] > 0.0 and told["2025-05", 1] == told["2026-05", 0]
    assert told["2025-05", 0] == told["2027-01", 1] == 0.0


def test_a_certificate_claimed_twice_is_refused(
    done: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Over a direct connection and as a certificate; an id that stands twice as well."""
    arguments = ["settle", "last", "--runs", str(done / "runs"), "--policy", "run-at-once"]
    arguments += ["--terms", str(done / "terms.toml")]
    (done / "ledger.csv").write_text(LEDGER.replace("March,false", "March,true"))
    assert exit_code(arguments) == 2
    assert "claimed through a direct connection" in capsys.readouterr().err
    (done / "ledger.csv").write_text(LEDGER.replace("\nb,", "\na,"))
    assert exit_code(arguments) == 2
    assert "an id of its own" in capsys.readouterr().err
    (done / "ledger.csv").write_text(LEDGER)
