"""The files of a site agent: every fault at once, and what people said outlives every restart."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from math import inf
from pathlib import Path

import pytest

from gridtide.case.devices import device_kinds
from gridtide.devices.power_agent import PowerAgent
from gridtide.doors.agent.config import console_of, read_config
from gridtide.doors.agent.memory import MemoryFile
from gridtide.doors.cli import exit_code
from gridtide.finding import BadInput
from gridtide.fleet.ticket import Fate, Gate, Outcome
from gridtide.loop.site_agent import AgentMemory
from gridtide.trust.bounds import Bounds

GOOD = """
name = "hohhot"
zone = "Asia/Shanghai"
[brain]
url = "https://brain.example"
token_file = "token"
[[device]]
name = "gpus"
kind = "power-agent"
path = "power.sock"
[device.bounds]
cap_min_kw = 0.3
[[default]]
device = "gpus"
begins = "17:00:00"
ends = "20:00:00"
act = { act = "cap-power", unit = "gpu-0", cap_kw = 0.5 }
"""


def written(folder: Path, text: str) -> Path:
    """A file of an agent with its token."""
    (folder / "token").write_text("a secret\n")
    path = folder / "agent.toml"
    path.write_text(text)
    return path


def test_a_good_file_makes_devices_bounds_and_schedule(tmp_path: Path) -> None:
    """Paths count from its folder."""
    config = read_config(written(tmp_path, GOOD), own_uid=7)
    assert isinstance(config.terms.devices["gpus"], PowerAgent)
    assert config.token == "a secret"
    assert config.console_uids == frozenset({7})
    assert config.bounds["gpus"].cap_min_kw == 0.3
    assert config.terms.schedule[0].zone == "Asia/Shanghai"
    assert config.state == tmp_path / "agent-state.json"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('zone = "Asia/Shanghai"', 'zone = "Shanghai"', "zone: Shanghai"),
        ("https://", "http://", "begins with https"),
        (
            'kind = "power-agent"',
            'kind = "toaster"',
            "toaster; one of " + ", ".join(sorted(device_kinds())),
        ),
        ('path = "power.sock"', "path = 7", "a value of kind Path"),
        ('path = "power.sock"', 'path = "a"\ncolour = "red"', "is no key of this kind"),
        ('path = "power.sock"', "", "path: is missing"),
        ("cap_min_kw = 0.3", "cap_least_kw = 0.3", "is no key of this table"),
        ("cap_min_kw = 0.3", "cap_min_kw = nan", "finite number"),
        ("cap_kw = 0.5", "cap_mw = 0.5", "is no key of this"),
        ("cap_kw = 0.5", 'cap_kw = 0.5, until = "x"', "it ends with its hour"),
        ('device = "gpus"', 'device = "ovens"', "default[1].device"),
        ('ends = "20:00:00"', 'ends = "17:00:00"', "two hours of the site's clock"),
        ('"token"', '"nothing"', "holds the token"),
        ('"token"', '"token"\nca = "nothing.pem"', "certificates to trust, in PEM"),
        ('"token"', '"token"\nca = "token"', "certificates to trust, in PEM"),
        ('name = "hohhot"', 'name = "../hohhot"', "name"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_in_words(
    tmp_path: Path, before: str, after: str, said: str
) -> None:
    """With its place and what would be right."""
    assert before in GOOD
    with pytest.raises(BadInput) as refused:
        read_config(written(tmp_path, GOOD.replace(before, after)), own_uid=0)
    assert said in str(refused.value)


def test_faults_of_several_tables_are_said_at_once(tmp_path: Path) -> None:
    """Zone, address, token and device."""
    text = GOOD.replace("Asia/", "").replace("https", "ftp").replace("power-agent", "toaster")
    path = written(tmp_path, text)
    (tmp_path / "token").unlink()
    with pytest.raises(BadInput) as refused:
        read_config(path, own_uid=0)
    assert len(refused.value.findings) == 4
    assert console_of(path) == tmp_path / "agent.sock"


def test_what_an_agent_must_not_forget_comes_back_as_it_was(tmp_path: Path) -> None:
    """Gate, outcomes, freeze, narrowed bounds; of bounds the narrower of file and memory."""
    disk = MemoryFile(tmp_path / "state.json")
    bounds = {"gpus": Bounds(cap_min_kw=0.5, hold_max_h=2.0)}
    now = datetime(2026, 11, 30, 8, tzinfo=UTC)
    outcome = Outcome(ticket="a", fate=Fate.DONE, said="done", at=now)
    memory = AgentMemory(
        gate=Gate(epoch=3, newest={"gpus/gpu-0": 9}, outcomes={"a": outcome}, ends={"a": now}),
        begun={"b": "gpus/gpu-0"},
        pending={"a": outcome},
        frozen="ada: smoke",
        bounds=bounds,
    )
    disk.write(memory)
    file = {"gpus": Bounds(cap_min_kw=0.3, hold_max_h=1.0)}
    both = {"gpus": Bounds(cap_min_kw=0.5, hold_max_h=1.0, charge_max_kw=inf)}
    assert disk.read(file) == replace(memory, bounds=both)


@pytest.mark.parametrize("text", ["", "[]", '{"gate": 7}', "{"])
def test_a_memory_that_cannot_be_read_stops_the_start(tmp_path: Path, text: str) -> None:
    """A freeze is not forgotten because a file is broken."""
    (tmp_path / "state.json").write_text(text)
    with pytest.raises(BadInput, match="as the agent wrote it"):
        MemoryFile(tmp_path / "state.json").read({})


def test_people_act_at_a_site_whose_agent_does_not_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Freeze and narrow hold when it starts; a release that cannot be done is said."""
    path = written(tmp_path, GOOD)
    assert exit_code(["agent", str(path), "--freeze", "--reason", "smoke"]) == 0
    assert exit_code(["agent", str(path), "--narrow", "gpus:cap_min_kw=0.4"]) == 0
    kept = json.loads((tmp_path / "agent-state.json").read_text())
    assert "smoke" in kept["frozen"]
    assert kept["bounds"]["gpus"]["cap_min_kw"] == 0.4
    assert exit_code(["agent", str(path), "--status"]) == 2
    assert "no agent runs here" in capsys.readouterr().err
    for words in (["--narrow", "gpus=1"], ["--narrow", "gpus:cap_min_kw=1", "--freeze"]):
        assert exit_code(["agent", str(path), *words]) == 2


@pytest.mark.parametrize("named", ["", 'console = "desk.sock"\n'])
def test_people_are_heard_though_the_file_was_broken_since(tmp_path: Path, named: str) -> None:
    """The agent that runs is found by the line that names its console, or where consoles are."""
    path = written(tmp_path, named + GOOD + "\nzone = bad [")
    assert console_of(path) == tmp_path / ("desk.sock" if named else "agent.sock")
    with pytest.raises(BadInput):
        read_config(path, own_uid=0)
