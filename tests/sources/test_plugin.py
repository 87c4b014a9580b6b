"""Code of others decides only as it was signed, reaches nothing outside, and does no more harm than the guard lets."""

import base64
import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from planner_case import BUNDLED, KEY, SITE, WORK

from gridtide.case.load import load_case
from gridtide.doors.cli import exit_code
from gridtide.finding import BadInput
from gridtide.simulate.canary import Canary, canary
from gridtide.simulate.course import run_course
from gridtide.simulate.policies import policy_named
from gridtide.simulate.truth import truth_of
from gridtide.sources.plugin.host import PluginFailed, PluginPolicy
from gridtide.stores.memory import MemoryStore
from gridtide.trust.listed import signed
from gridtide.trust.plugin import Plugin, Trial, listing
from gridtide.wire.plugin import BadAnswer, read, spelled

SPY = """
import socket, subprocess, os, numpy as np
def tried(what):
    try:
        what()
    except BaseException as fault:
        return type(fault).__name__
    return "done"
def decide(situation, held, due):
    found = [
        tried(lambda: socket.create_connection(("127.0.0.1", PORT), 1)),
        tried(lambda: subprocess.run(["true"])),
        tried(lambda: open(MARK, "w").write("out")),
        tried(lambda: os.kill(os.getppid(), 9)),
        tried(lambda: os.fork()),
    ]
    raise ValueError(" ".join(found))
"""


def silent(done: int, steps: int) -> None:
    """No progress is shown."""


def listed(file: Path, name: str = "tried", **changes: str) -> str:
    """The table of a plugin, as an approver signed it; changes are made behind their back."""
    plugin = Plugin(
        name=name,
        sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
        trial=Trial.SHADOW,
        signed_by="li.wei",
        signature="",
        canary_days=2,
    )
    public = base64.b64encode(KEY.public_key().public_bytes_raw()).decode()
    said = {
        "name": plugin.name,
        "path": str(file),
        "sha256": plugin.sha256,
        "trial": "shadow",
        "signed_by": plugin.signed_by,
        "signature": signed(listing(plugin), KEY),
    } | changes
    lines = "\n".join(f'{key} = "{value}"' for key, value in said.items())
    return f'\n[approvers]\n"li.wei" = "{public}"\n\n[[plugin]]\ncanary_days = 2\n{lines}\n'


def case_with(folder: Path, table: str, days: int = 4, dear_on: int = 2) -> Path:
    """One site over some days whose price shows the sleeper's pattern on one of them alone."""
    rows = ["time,price_per_mwh"]
    for hour in range(24 * (days + 9)):
        day = hour // 24 - 8
        number = 21 + hour // 24
        date = f"2023-02-{number:02d}" if number <= 28 else f"2023-03-{number - 28:02d}"
        swing = 30.0 + 20.0 * ((hour % 24) >= 12)
        rows.append(f"{date}T{hour % 24:02d}:00Z,{swing + 40.0 * (day == dear_on):.1f}")
    (folder / "prices.csv").write_text("\n".join(rows) + "\n")
    path = folder / "case.toml"
    text = SITE.replace("end = 2023-03-02", f"end = 2023-03-{1 + days:02d}")
    battery = "battery = { energy_kwh = 40, charge_max_kw = 20, discharge_max_kw = 20 }\n"
    text = text.replace("contract = {", battery + "contract = {")
    path.write_text(text + WORK + table)
    return path


def with_code(folder: Path, code: str) -> PluginPolicy:
    """The plugin of a case that lists this code."""
    path = folder / "code.py"
    path.write_text(code)
    study = load_case(case_with(folder, listed(path), days=1))
    found = study.plugins["plugin:tried"]
    assert isinstance(found, PluginPolicy)
    return found


def what_it_says(folder: Path, code: str) -> str:
    """The fault of a plugin that is asked once."""
    with_code(folder, code)
    study = load_case(folder / "case.toml")
    policy, forecaster, known = policy_named("plugin:tried", study)
    with pytest.raises(PluginFailed) as fault:
        run_course(known, truth_of(study), policy, forecaster, MemoryStore(), silent)
    return str(fault.value)


def test_a_plugin_reaches_neither_network_nor_programs_nor_files_nor_who_asks(
    tmp_path: Path,
) -> None:
    """Everything it tries is refused by the kernel, and it can still answer."""
    mark = tmp_path / "mark"
    code = SPY.replace("PORT", "9").replace("MARK", repr(str(mark)))
    assert "PermissionError " * 4 + "PermissionError" in what_it_says(tmp_path, code)
    assert not mark.exists()


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("def decide(", "SyntaxError"),
        ("x = 1", "has no function decide"),
        ("def decide(a, b, c):\n    return {'place': [0.5]}", "place, point and offsets"),
        ("def decide(a, b, c):\n    return {'shares': [1.0]}", "shares is of shape"),
        ("def decide(a, b, c):\n    return {'other': [1.0]}", "is none of"),
        ("def decide(a, b, c):\n    return 7", "TypeError"),
        ("import os\ndef decide(a, b, c):\n    os._exit(3)", "its process ended, code 3"),
        ("def decide(a, b, c):\n    return {'charge_kw': [[float('nan')] * 24]}", "not a number"),
    ],
)
def test_an_answer_that_nobody_can_act_on_is_said(tmp_path: Path, code: str, said: str) -> None:
    """With the name of the plugin, and the next step."""
    assert said in what_it_says(tmp_path, code)


@given(st.binary(max_size=200))
def test_no_bytes_are_taken_for_more_than_arrays(answer: bytes) -> None:
    """Whatever comes back is arrays, or refused."""
    try:
        found = read(answer)
    except BadAnswer:
        return
    assert all(isinstance(one, np.ndarray) for one in found.values())


def test_an_answer_comes_back_as_it_was_given() -> None:
    """To the last bit."""
    given_arrays = {"place": np.asarray([1, -1]), "charge_kw": np.asarray([[0.1, 0.2]])}
    found = read(spelled(given_arrays))
    assert all((found[name] == value).all() for name, value in given_arrays.items())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sha256": "0" * 64}, "plugin[1].sha256"),
        ({"trial": "act"}, "plugin[1].signature"),
        ({"signed_by": "mallory"}, "plugin[1].signed_by"),
        ({"signature": "AAAA"}, "plugin[1].signature"),
        ({"path": "nowhere.py"}, "plugin[1].path"),
    ],
)
def test_what_was_not_signed_does_not_run(
    tmp_path: Path, changes: dict[str, str], said: str
) -> None:
    """Another file, a higher trial, another signer, no signature, no file."""
    path = tmp_path / "code.py"
    path.write_text("def decide(a, b, c):\n    return {}\n")
    with pytest.raises(BadInput) as fault:
        load_case(case_with(tmp_path, listed(path, **changes), days=1))
    assert said in str(fault.value)


@pytest.fixture(scope="module")
def slept(tmp_path_factory: pytest.TempPathFactory) -> Canary:
    """The malicious plugin beside the house; its pattern shows on the third of four days."""
    folder = tmp_path_factory.mktemp("canary")
    study = load_case(case_with(folder, listed(BUNDLED / "sleeper.py")))
    return canary(study, "plugin:tried", "coordinated", MemoryStore, lambda said: silent)


def test_a_malicious_planner_is_flagged_on_the_day_it_strikes_and_breaks_no_promise(
    slept: Canary,
) -> None:
    """Before its pattern shows it has none against it."""
    assert [bool(day.flags) for day in slept.days[:3]] == [False, False, True]
    assert slept.missed == 0


def test_a_plugin_that_does_as_it_should_may_be_raised(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The document has the keys of the contract."""
    case = case_with(tmp_path, listed(BUNDLED / "cheapest_hours.py"), dear_on=99)
    assert exit_code(["backtest", str(case), "--canary", "tried", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["may_be_raised_to"] == "advise"
    assert {
        "plugin",
        "house",
        "trial",
        "days",
        "clean_days",
        "needed_days",
        "missed",
        "faults",
    } <= set(document)
    assert exit_code(["backtest", str(case), "--canary", "other"]) == 2
    assert "plugin:tried" in capsys.readouterr().err


def test_a_plugin_is_a_policy_like_any_other(tmp_path: Path) -> None:
    """It promises and keeps, and its decisions are in the audit by its name."""
    study = load_case(case_with(tmp_path, listed(BUNDLED / "cheapest_hours.py"), days=1))
    policy, forecaster, known = policy_named("plugin:tried", study)
    store = MemoryStore()
    course = run_course(known, truth_of(study), policy, forecaster, store, silent)
    assert set(course.rungs) == {"policy"} and '"policy":"plugin:tried"' in store.entries()[0].text
    assert course.promised.any()


def test_an_approver_signs_by_the_command_and_the_case_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What it prints is pasted into the case as it is."""
    code, key = tmp_path / "code.py", tmp_path / "key.pem"
    code.write_text("def decide(situation, held, due):\n    return {}\n")
    assert exit_code(["audit", "key", str(key)]) == 0
    capsys.readouterr()
    words = ["audit", "plugin", str(code), "--name", 'odd "name"', "--as", "li.wei", "--key"]
    assert exit_code([*words, str(key)]) == 0
    table = capsys.readouterr().out
    study = load_case(case_with(tmp_path, "\n" + table, days=1))
    assert list(study.plugins) == ['plugin:odd "name"']
    assert exit_code([*words, str(tmp_path / "none.pem")]) == 2
