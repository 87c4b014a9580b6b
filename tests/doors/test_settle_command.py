"""`gridtide settle`: a stranger's meter, its JSON keys and its exit codes."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from gridtide.case.baselines import programmes
from gridtide.case.markets import market_rules
from gridtide.doors.cli import exit_code

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "settle"
OWN = [
    "settle",
    *("--meter", str(EXAMPLE / "meter.csv"), "--events", str(EXAMPLE / "events.csv")),
    *("--clock", "America/Los_Angeles"),
]


def settled(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    """The document of a call that must succeed."""
    assert exit_code([*OWN, *arguments, "--json"]) == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def test_the_keys_of_a_settled_meter_are_a_contract(capsys: pytest.CaptureFixture[str]) -> None:
    """Document, call, interval and line."""
    found = settled(capsys, "--programme", "caiso-10-in-10")
    assert list(found) == [
        "meter", "clock", "currency", "programme", "calls", "lines", "totals", "total", "notes",
    ]  # fmt: skip
    call = found["calls"][0]
    assert list(call) == [
        "start", "end", "direction", "committed_kw", "days", "adjustment_asked", "adjustment_used",
        "window_kw", "usual_window_kw", "flags", "accuracy", "intervals", "credited_kwh", "delivered_share",
    ]  # fmt: skip
    assert list(call["intervals"][0]) == ["start", "baseline_kw", "metered_kw", "credited_kwh"]
    assert list(found["lines"][0]) == [
        "what", "site", "amount", "formula", "version", "inputs", "source", "mark",
    ]  # fmt: skip
    assert found["total"] == sum(line["amount"] for line in found["lines"])


def test_a_settlement_has_a_page_that_holds_its_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same document, laid out by its own script."""
    page = tmp_path / "settled.html"
    found = settled(capsys, "--programme", "caiso-10-in-10", "--page", str(page))
    text = page.read_text()
    assert "A settlement: what it comes to by kind" in text
    assert repr(found["calls"][0]["credited_kwh"]) in text


def test_every_line_can_be_reckoned_again_from_its_inputs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Energy is credit times price; capacity what was promised times its price times the share that is paid."""
    for line in settled(capsys, "--programme", "caiso-10-in-10")["lines"]:
        given = line["inputs"]
        if line["formula"] == "dr-energy":
            expected = given["credited_kwh"] * given["price_per_mwh"] / 1000.0
        else:
            share = 1.0 if given["delivered_share"] >= 0.9 else given["delivered_share"]
            expected = given["committed_kw"] * given["price_per_kw"] * share
        assert -line["amount"] == pytest.approx(expected, rel=1e-12)


def test_what_no_programme_at_hand_says_is_marked_assumed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Capacity below the band is paid by a form of ours, so its line is never marked as the programme's own."""
    lines = settled(capsys, "--programme", "caiso-10-in-10")["lines"]
    assert {(line["formula"], line["mark"]) for line in lines} == {
        ("dr-energy", "quoted"),
        ("dr-capacity", "assumed"),
    }
    assert all("assumed" in line["source"] for line in lines if line["formula"] == "dr-capacity")


def test_settling_twice_gives_the_same_bytes(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing but the files decides."""
    texts = []
    for _ in range(2):
        assert exit_code([*OWN, "--programme", "pjm-match-day", "--json"]) == 0
        texts.append(capsys.readouterr().out)
    assert texts[0] == texts[1]


@pytest.mark.parametrize(
    "name", ["nyiso-cbl", "pjm-economic", "pjm-match-day", "korea-mid-4-of-6", "high-5-of-10"]
)
def test_every_programme_credits_about_what_was_taken_off(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """6,500 and 5,800 kW for three hours: within a tenth under every bundled baseline."""
    first, second = settled(capsys, "--programme", name)["calls"]
    assert first["credited_kwh"] == pytest.approx(19_500, rel=0.1)
    assert second["credited_kwh"] == pytest.approx(17_400, rel=0.1)


def test_all_faults_of_all_options_are_said_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody mends one fault to meet the next."""
    wrong = ["settle", "--meter", "none.csv", "--events", "nothing.csv", "--programme", "guess"]
    assert exit_code([*wrong, "--clock", "Moon", "--holiday", "today"]) == 2
    told = capsys.readouterr().err
    for part in ("none.csv", "nothing.csv", "--programme guess", "--clock Moon", "--holiday today"):
        assert part in told


def test_calls_outside_the_meter_or_between_its_readings_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each with its own words and its instant on the clock of the site, with its offset; nothing is settled."""
    shutil.copy(EXAMPLE / "meter.csv", tmp_path / "meter.csv")
    (tmp_path / "events.csv").write_text(
        "start,end\n2026-06-24T17:30:00-07:00,2026-06-24T20:00:00-07:00\n"
        "2027-01-01T00:00:00Z,2027-01-01T01:00:00Z\n"
    )
    arguments = ["settle", "--meter", str(tmp_path / "meter.csv"), "--events"]
    arguments += [str(tmp_path / "events.csv"), "--programme", "caiso-10-in-10"]
    assert exit_code([*arguments, "--clock", "America/Los_Angeles"]) == 2
    told = capsys.readouterr().err
    assert "within an interval of the meter" in told and "outside the meter" in told
    for local in ("2026-06-24T17:30:00-07:00", "2026-12-31T16:00:00-08:00"):
        assert f"call from {local}" in told


def test_a_file_of_programmes_of_ones_own_is_read_or_refused_with_every_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A programme nobody bundled is one table."""
    mine = tmp_path / "mine.toml"
    record = (
        'title = "Ours"\nmarket = "Ours"\nstatus = "in force"\nedition = "2026-01-01"\n'
        'source = "us"\nprimary = true\nmark = "checked"\n'
    )
    mine.write_text(f'[ours]\n{record}select = "last"\npool_days = 5\nkept_days = 5\n')
    found = settled(capsys, "--programme", "ours", "--programmes", str(mine))
    assert len(found["calls"][0]["days"]) == 5
    mine.write_text(f'[ours]\n{record}select = "best"\npool_days = 0\n')
    assert exit_code([*OWN, "--programme", "ours", "--programmes", str(mine)]) == 2
    told = capsys.readouterr().err
    assert "ours.select" in told and "ours.pool_days" in told


def test_awards_are_settled_by_the_version_of_their_day(capsys: pytest.CaptureFixture[str]) -> None:
    """The last five minutes of September by the first version, October's by the second, one of them forfeited."""
    awards = str(Path(__file__).parents[1] / "fixtures" / "awards.csv")
    assert exit_code(["settle", "--awards", awards, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    before, after = document["lines"]
    assert document["clock"] == "America/New_York"
    assert (before["amount"], after["amount"]) == (-18.75, -18.75)
    assert before["version"].startswith("pjm-regulation-v1")
    assert after["version"].startswith("pjm-regulation-v2") and after["inputs"]["forfeited"] == 1.0


def test_a_clock_that_is_given_stands_before_the_markets_own(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The same awards lie on the first of October by universal time, and under its version alone."""
    awards = str(Path(__file__).parents[1] / "fixtures" / "awards.csv")
    assert exit_code(["settle", "--awards", awards, "--clock", "UTC", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    (line,) = found["lines"]
    assert found["clock"] == "UTC" and line["version"].startswith("pjm-regulation-v2")
    assert "days of pjm-regulation begin at midnight of UTC" in found["notes"]


def test_a_programme_settles_on_the_clock_of_its_market(capsys: pytest.CaptureFixture[str]) -> None:
    """California's without being told; one of no market takes universal time for a meter, and --clock stands before."""
    plain = [word for word in OWN if word not in ("--clock", "America/Los_Angeles")]
    assert exit_code([*plain, "--programme", "caiso-10-in-10", "--json"]) == 0
    own = json.loads(capsys.readouterr().out)
    assert exit_code([*OWN, "--programme", "caiso-10-in-10", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == own and own["clock"] == "America/Los_Angeles"
    assert exit_code([*plain, "--programme", "high-5-of-10", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["clock"] == "UTC"


def test_a_market_without_a_clock_and_one_with_two_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whose days begin nowhere cannot be settled by the day; nor can versions that begin on different clocks."""
    mine = tmp_path / "mine.toml"
    record = (
        'market = "ours"\ntitle = "Ours"\nformula = "x"\nstatus = "in force"\nedition = "2026-01-01"\n'
        'source = "us"\nprimary = true\nmark = "checked"\npjm = { forfeit_below = 0.25, by_hour = false }\n'
    )
    awards = str(Path(__file__).parents[1] / "fixtures" / "awards.csv")
    words = ["settle", "--awards", awards, "--market", "ours", "--markets", str(mine)]
    mine.write_text(f"[a]\n{record}")
    assert exit_code(words) == 2
    assert "a.clock" in capsys.readouterr().err
    mine.write_text(f'[a]\nclock = "UTC"\n{record}[b]\nclock = "Moon"\n{record}')
    assert exit_code(words) == 2
    told = capsys.readouterr().err
    assert "versions of ours stand on Moon, UTC" in told and "'Moon' is not known" in told


def test_coincident_peaks_of_a_meter_are_charged_by_their_mean(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A quarter inside an hour of the meter; one the meter does not know is refused."""
    peaks = tmp_path / "peaks.csv"
    peaks.write_text("start,end\n2026-06-15T17:00:00-05:00,2026-06-15T17:15:00-05:00\n")
    meter = ["settle", "--meter", str(EXAMPLE / "meter.csv"), "--peaks", str(peaks)]
    assert exit_code([*meter, "--peak-price", "60", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    (line,) = found["lines"]
    assert line["amount"] == line["inputs"]["charged_kw"] * 60.0
    assert any("1 of the 4 peaks of ercot-4cp" in note for note in found["notes"])
    peaks.write_text("start,end\n2027-06-15T17:00:00-05:00,2027-06-15T17:15:00-05:00\n")
    assert exit_code([*meter, "--peak-price", "60"]) == 2
    told = capsys.readouterr().err
    assert "the meter says nothing of it" in told
    assert "peak from 2027-06-15T17:00:00-05:00" in told


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            [("06-15T17:00", "06-15T17:15"), ("06-16T17:00", "06-16T17:15")],
            "the second of its month",
        ),
        ([("06-15T17:00", "06-15T18:00")], "does not last 15 minutes"),
        ([("05-31T20:00", "05-31T20:15")], "month 5 does not count"),
    ],
)
def test_peaks_that_a_rule_never_charges_are_refused(
    rows: list[tuple[str, str]], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two peaks of June once passed for a year's four; months are those of the market's clock."""
    peaks = tmp_path / "peaks.csv"
    lines = [f"2026-{start}:00-05:00,2026-{end}:00-05:00" for start, end in rows]
    peaks.write_text("start,end\n" + "\n".join(lines) + "\n")
    words = ["settle", "--meter", str(EXAMPLE / "meter.csv"), "--peaks", str(peaks)]
    assert exit_code([*words, "--peak-price", "60"]) == 2
    assert said in capsys.readouterr().err


def test_peaks_without_a_price_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """They once came to 0, as if they cost nothing."""
    peaks = tmp_path / "peaks.csv"
    peaks.write_text("start,end\n2026-06-15T17:00:00-05:00,2026-06-15T17:15:00-05:00\n")
    words = ["settle", "--meter", str(EXAMPLE / "meter.csv"), "--peaks", str(peaks)]
    assert exit_code(words) == 2
    assert "--peak-price: is not given" in capsys.readouterr().err


def test_a_market_of_another_kind_and_nothing_at_all_are_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """With what to do."""
    awards = str(Path(__file__).parents[1] / "fixtures" / "awards.csv")
    assert exit_code(["settle", "--awards", awards, "--market", "ercot-transmission"]) == 2
    assert "of another kind" in capsys.readouterr().err
    assert exit_code(["settle"]) == 2
    assert "neither a run nor files" in capsys.readouterr().err


def test_every_formula_on_the_page_is_the_one_that_is_reckoned_with() -> None:
    """The table of the page is made from the data; whoever changes a rule changes the page."""
    page = (Path(__file__).parents[2] / "docs" / "settlement.md").read_text()
    rows = [
        f"| `{rule.name}` | {rule.holds_from or ''} | {rule.holds_to or ''} | {rule.formula} | {rule.status} "
        f"| {rule.mark}"
        f"{': ' if rule.unverified else ''}{', '.join(rule.unverified)} |"
        for rule in market_rules()
    ]
    rows += [
        f"| `{one.name}` | {one.title} | {one.mark}{': ' if one.unverified else ''}{', '.join(one.unverified)} |"
        for one in programmes().values()
    ]
    assert "\n".join(row for row in rows if row not in page) == ""


def test_the_list_of_formulas_says_what_is_not_verified(capsys: pytest.CaptureFixture[str]) -> None:
    """In words and as JSON."""
    assert exit_code(["settle", "--formulas", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found) == ["programmes", "rules"]
    assert list(found["rules"][0]) == [
        "name", "market", "clock", "title", "formula", "holds_from", "holds_to", "status", "edition", "source",
        "primary", "mark", "unverified", "terms",
    ]  # fmt: skip
    assert exit_code(["settle", "--formulas"]) == 0
    assert "unverified: floor" in capsys.readouterr().out


def test_a_followed_signal_is_settled_at_the_prices_of_its_blocks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Eleven blocks of 10,000 kW at 0.9 and one forfeited; a block without a price is refused, one file alone too."""
    fixtures = Path(__file__).parents[1] / "fixtures"
    followed = ["settle", "--followed", str(fixtures / "followed.json")]
    assert exit_code([*followed, "--clearing", str(fixtures / "clearing.csv"), "--json"]) == 0
    (line,) = json.loads(capsys.readouterr().out)["lines"]
    assert line["amount"] == pytest.approx(-11 * 18.75)
    assert line["site"] == "here" and line["inputs"]["forfeited"] == 1.0
    assert exit_code(followed) == 2
    assert "--clearing: is not given" in capsys.readouterr().err
    half = tmp_path / "half.csv"
    half.write_text("\n".join((fixtures / "clearing.csv").read_text().splitlines()[:2]) + "\n")
    assert exit_code([*followed, "--clearing", str(half)]) == 2
    assert "6 blocks have no clearing price" in capsys.readouterr().err


def test_calls_are_told_on_the_clock_of_their_days(capsys: pytest.CaptureFixture[str]) -> None:
    """A call of Monday evening in California was once told as one of Tuesday, beside days of Monday."""
    assert exit_code([*OWN, "--programme", "caiso-10-in-10"]) == 0
    assert (
        "reduce from 2026-06-22T17:00:00-07:00 to 2026-06-22T20:00:00-07:00"
        in capsys.readouterr().out
    )
