"""Rules of grids as data: every row whole, a user's own beside them, and the page as the data."""

import re
import runpy
from dataclasses import replace
from pathlib import Path

import pytest

from gridtide.case.grid_rules import bundled_rules, named_rules, rules_with
from gridtide.case.protection import protected_loads
from gridtide.finding import BadInput
from gridtide.grid.connection import Connection
from gridtide.grid.rule import limit_of

ROOT = Path(__file__).parents[2]
RULES = bundled_rules()


def test_every_rule_says_where_it_is_from() -> None:
    """Status, date, source, mark; a rule that leaves something open says how it is read."""
    origins = [one.provenance for one in RULES.rules.values()]
    for origin in (*origins, *(one.provenance for one in RULES.ride_through.values())):
        assert origin.status and origin.status_date and origin.source and origin.citation
        assert origin.mark in ("quoted", "unverified")
    assert RULES.ride_through["itic-2000"].provenance.mark == "unverified"


def test_limits_that_are_shares_follow_the_load() -> None:
    """5 % of the peak, or 20 MW a minute where that is less."""
    rule = RULES.rules["ercot-nprr1191-down"]
    assert limit_of(rule, 100_000.0, 100_000.0) == 5_000.0
    assert limit_of(rule, 1e6, 1e6) == 20_000.0
    assert limit_of(RULES.rules["ieso-oscillation"], 1.0, 200_000.0) == 1_000.0


def test_a_rule_is_found_by_its_name_or_its_authority() -> None:
    """Any case; each once."""
    found = named_rules(RULES, ("IESO", "ieso-15s", "CAISO-ramp"))
    assert [one.name for one in found] == [
        "ieso-ramp",
        "ieso-15s",
        "ieso-oscillation",
        "caiso-ramp",
    ]
    assert [one.name for one in named_rules(RULES, ("lipa", "Southern Company"))] == [
        "lipa-low", "lipa-high", "southern-ramp", "southern-ramp-75", "southern-6s"
    ]  # fmt: skip
    with pytest.raises(BadInput, match="nobody"):
        named_rules(RULES, ("nobody",))


def test_without_names_examples_and_what_cannot_be_seen_are_left_out() -> None:
    """Rules on voltage need a connection; an example of a paper needs to be named."""
    found = {one.name for one in named_rules(RULES, ())}
    assert "ercot-band" in found and not found & {
        "example-band-share",
        "dominion-voltage",
        "ieee1453-flicker",
    }
    declared = replace(RULES, connection=Connection(short_circuit_kva=1e6, x_over_r=10.0))
    assert "dominion-voltage" in {one.name for one in named_rules(declared, ())}


def test_own_rules_stand_beside_the_bundled_ones_or_in_their_place(tmp_path: Path) -> None:
    """With modes of the grid and the connection."""
    own = tmp_path / "own.toml"
    own.write_text(
        '[[rule]]\nname = "ours"\nquantity = "step"\nwindow_s = 2.0\nlimit = 100.0\nunit = "kW"\n'
        '[[rule]]\nname = "ieso-15s"\nquantity = "step"\nwindow_s = 15.0\nlimit = 1.0\nunit = "kW"\n'
        '[[mode]]\nname = "north-south"\nmode_hz = 0.5\ndamping = 0.05\nlimit_hz = 0.01\ninertia_s = 4.0\n'
        "system_kva = 3e7\n[connection]\nshort_circuit_kva = 1e6\nx_over_r = 10\n"
    )
    found = rules_with(own)
    assert found.rules["ours"].provenance.mark == "own"
    assert found.rules["ieso-15s"].limit == 1.0
    assert found.modes[0].mode_hz == 0.5 and found.connection is not None
    assert rules_with(None).modes == ()


def test_every_fault_of_own_rules_is_said_at_once(tmp_path: Path) -> None:
    """Each with the rule it stands in."""
    own = tmp_path / "own.toml"
    own.write_text(
        '[[rule]]\nname = "a"\nquantity = "step"\nlimit = 100.0\nunit = "MW"\n'
        '[[rule]]\nname = "a"\nquantity = "band-swing"\nlimit = 1.0\nunit = "kW"\nband_hz = [5.0, 1.0]\n'
        '[[ride_through]]\nname = "b"\nvoltage = [[0.9, 0.5, 1.0]]\n'
    )
    with pytest.raises(BadInput) as error:
        rules_with(own)
    said = str(error.value)
    for part in (
        "unit MW",
        "no window_s",
        "band_hz (5.0, 1.0)",
        "[0.9, 0.5, 1.0]",
        "more than once",
    ):
        assert part in said
    own.write_text(
        '[[rule]]\nname = "a"\nquantity = "sway"\nlimit = -1.0\nunit = "kW"\ncolour = "red"\n'
    )
    with pytest.raises(BadInput) as error:
        rules_with(own)
    assert len(error.value.findings) == 3
    with pytest.raises(BadInput, match="No such file"):
        rules_with(tmp_path / "nowhere.toml")


def test_what_the_page_shows_can_be_used(tmp_path: Path) -> None:
    """Each of its TOML blocks, as it stands there."""
    page = (ROOT / "docs" / "swing.md").read_text()
    blocks = re.findall(r"^```toml\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    assert len(blocks) == 3
    for number, text in enumerate(blocks):
        path = tmp_path / f"{number}.toml"
        path.write_text(text)
        if "[[load]]" in text:
            assert protected_loads(path)[0].counting is not None
        else:
            found = rules_with(path)
            assert found.iterations or "our-code" in found.ride_through


def test_faults_of_protected_loads_are_said_at_once(tmp_path: Path) -> None:
    """Each by its place; a file without any is none."""
    path = tmp_path / "loads.toml"
    path.write_text(
        '[[load]]\nname = "a"\nload_kw = -1.0\nunder = [[0.9]]\ncounting = { sags = 0 }\n'
    )
    with pytest.raises(BadInput) as error:
        protected_loads(path)
    said = str(error.value)
    assert all(part in said for part in ("load_kw", "under", "counting.sags", "counting.within_s"))
    path.write_text("")
    with pytest.raises(BadInput, match="load"):
        protected_loads(path)


def test_the_tables_of_the_page_are_the_data() -> None:
    """`python benchmarks/swing_rules.py` writes them."""
    made = runpy.run_path(str(ROOT / "benchmarks" / "swing_rules.py"))
    page = (ROOT / "docs" / "swing.md").read_text()
    for rows in (made["rule_rows"](), made["table_rows"]()):
        assert "\n".join(rows) in page
