"""[[setpoint]]: what a case says of the line of a dispatch centre, and every fault of it at once."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from gridtide.case.checks import faults_of
from gridtide.case.live_room import room_of_case
from gridtide.case.schema import CaseFile
from gridtide.case.setpoint_lines import lines_of
from gridtide.finding import BadInput
from gridtide.stores.memory import MemoryStore

FIXTURE = Path(__file__).parents[1] / "fixtures" / "one_day.toml"
BATTERY = {"energy_kwh": 400.0, "charge_max_kw": 200.0, "discharge_max_kw": 200.0}


def case_with(*lines: dict[str, Any]) -> CaseFile:
    """The small case whose first site has a store, with these lines."""
    case = tomllib.loads(FIXTURE.read_text())
    case["site"][0]["battery"] = BATTERY
    name = case["site"][0]["name"]
    case["setpoint"] = [
        {"site": name, "line": "iec104", "port": 0, "offer_kw": 100.0, **one} for one in lines
    ]
    return CaseFile.model_validate(case)


def subjects(*lines: dict[str, Any]) -> list[str]:
    """What is at fault of these lines."""
    return [one.subject for one in faults_of(case_with(*lines))]


def test_a_line_beyond_this_machine_names_its_centres_and_modbus_stays_behind_a_gateway() -> None:
    """Whoever is heard leads the site; nothing is opened to everybody."""
    assert subjects({}) == []
    assert subjects({"host": "10.0.0.7"}) == ["setpoint[1].centres"]
    assert subjects({"host": "10.0.0.7", "centres": ["10.0.0.1"]}) == []
    assert subjects({"host": "10.0.0.7", "line": "modbus"}) == ["setpoint[1].host"]
    assert subjects({"host": "here", "centres": ["x"]}) == [
        "setpoint[1].host",
        "setpoint[1].centres",
    ]


def test_a_line_leads_one_site_that_has_a_store_and_an_offer() -> None:
    """Two lines of one site, a site that is not there, and no offer are all said at once."""
    assert subjects({}, {}, {"site": "nowhere"}, {"offer_kw": None}) == [
        "setpoint[2].site",
        "setpoint[3].site",
        "setpoint[4].site",
        "setpoint[4].offer_kw",
    ]


def test_a_site_without_a_store_is_led_where_a_device_tells_its_boards_points() -> None:
    """One with neither is refused by name."""
    case = tomllib.loads(FIXTURE.read_text())
    site = case["site"][0]
    site.pop("battery", None)
    case["setpoint"] = [{"site": site["name"], "line": "iec104", "port": 0, "offer_kw": 9.0}]
    place = f"{site['name']}/{site['pool'][0]['name']}"
    cards = {"name": "cards", "kind": "power-agent", "points": place, "path": "power.sock"}

    def of_the_line() -> list[str]:
        faults = faults_of(CaseFile.model_validate(case))
        return [one.value for one in faults if one.subject.startswith("setpoint")]

    assert of_the_line() == [f"{site['name']} has nothing that can be told"]
    case["device"] = [cards]
    assert of_the_line() == []


def test_a_line_is_held_to_the_connection_and_its_ramp() -> None:
    """The band is what the connection imports and exports; the whole of it within a cycle where no ramp is agreed."""
    case = case_with({"cycle_s": 2.0})
    (line,) = lines_of(case)
    contract = case.site[0].contract
    assert (line.rules.p_min_kw, line.rules.p_max_kw) == (
        -contract.export_max_kw,
        contract.import_max_kw,
    )
    assert line.rules.cycle_s == 2.0 and (line.up_kw, line.down_kw) == (100.0, 100.0)


def test_a_course_that_goes_faster_than_the_wall_follows_no_line(tmp_path: Path) -> None:
    """It is refused by name, with the speed at which it would."""
    text = FIXTURE.read_text()
    one = f'[[setpoint]]\nsite = "{tomllib.loads(text)["site"][0]["name"]}"\nline = "modbus"\nport = 0\noffer_kw = 10\n'
    store = "battery = { energy_kwh = 400, charge_max_kw = 200, discharge_max_kw = 200 }\n"
    path = tmp_path / "case.toml"
    path.write_text(text.replace("[[site]]\n", f"[[site]]\n{store}", 1) + "\n" + one)
    with pytest.raises(BadInput, match="--speed 1"):
        room_of_case(path, 600.0, MemoryStore())
