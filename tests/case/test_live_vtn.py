"""[[openadr]] url: what a table must say to be asked, and what of the answers is written down."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from gridtide.case.live_vtn import AskedVtn, asked_vtn, vtn_faults
from gridtide.case.load import read_case
from gridtide.finding import BadInput, Finding
from gridtide.loop.clock import WallClock
from gridtide.sources.openadr.recorder import Recorder
from gridtide.sources.openadr.ven import Poll
from gridtide.wire.openadr.known import News

TEXT = (Path(__file__).parents[1] / "fixtures" / "one_day.toml").read_text()
SILENT = Finding(subject="vtn", value="HTTP 503", limit="an answer", mend="Wait.")


def case_with(folder: Path, keys: str) -> Path:
    """The small case with one VTN."""
    (folder / "vtn.jsonl").write_text("")
    path = folder / "case.toml"
    path.write_text(f'{TEXT}\n[[openadr]]\nsite = "here"\npath = "vtn.jsonl"\n{keys}')
    return path


def subjects(folder: Path, keys: str) -> list[str]:
    """What is at fault of a table."""
    try:
        found = list(vtn_faults(read_case(case_with(folder, keys))))
    except BadInput as fault:
        found = list(fault.findings)
    return [one.subject for one in found]


def test_a_vtn_is_asked_with_a_client_and_one_secret_over_https_or_on_this_machine(
    tmp_path: Path,
) -> None:
    """A secret stands in no case and goes nowhere in plain; keys without an address are named."""
    good = 'client_id = "ven"\nsecret_file = "secret"\n'
    assert subjects(tmp_path, f'url = "https://vtn.example/openadr3"\n{good}') == []
    assert subjects(tmp_path, f'url = "http://127.0.0.1:8080"\n{good}') == []
    assert subjects(tmp_path, f'url = "http://vtn.example"\n{good}') == ["openadr[1].url"]
    assert subjects(
        tmp_path, 'url = "https://vtn.example"\nsecret_env = "A"\nsecret_file = "b"\n'
    ) == [
        "openadr[1].client_id",
        "openadr[1].secret_file",
    ]
    assert subjects(tmp_path, good) == ["openadr[1].client_id", "openadr[1].secret_file"]
    case = read_case(case_with(tmp_path, f'url = "https://vtn.example"\n{good}'))
    with pytest.raises(BadInput, match=r"openadr\[1\].secret_file"):
        asked_vtn(case, tmp_path, 1)


@dataclass
class Answers:
    """A VEN whose polls are at hand."""

    polls: list[Poll] = field(default_factory=list)

    def poll(self) -> Poll:
        return self.polls.pop(0)


def test_only_what_is_new_takes_a_line_and_a_silence_takes_one(tmp_path: Path) -> None:
    """However often it is asked; who asks hears of each poll that was not answered."""
    told, other = Poll(news=News(), events=({"id": "a"},)), Poll(news=News(), events=({"id": "b"},))
    silent = Poll(news=News(), unanswered=(SILENT,))
    ven: Any = Answers([silent, told, told, silent, silent, told, told, other])
    path = tmp_path / "vtn.jsonl"
    asked = AskedVtn(ven=ven, recorder=Recorder(path), path=path, clock=WallClock())
    fell = 0
    while ven.polls:
        try:
            asked.fetch(lambda _: None)
        except BadInput:
            fell += 1
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    said = [next(key for key in one if key != "heard_at") for one in lines]
    assert fell == 3
    assert said == ["events", "unanswered", "unchanged", "events"]
