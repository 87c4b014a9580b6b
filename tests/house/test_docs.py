"""What the pages say is there."""

import re
import shlex
from pathlib import Path

import pytest

from gridtide.case import schema
from gridtide.doors.cli import COMMANDS, exit_code

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_every_key_of_a_case_is_on_its_page() -> None:
    """A key that can be written is explained."""
    page = (ROOT / "docs" / "case.md").read_text()
    tables = [
        found
        for found in vars(schema).values()
        if isinstance(found, type) and issubclass(found, schema.Table)
    ]
    names = {
        field.alias or name
        for table in tables
        if table not in (schema.Table, schema.CaseFile)
        for name, field in table.model_fields.items()
    }
    nested = {
        "facility",
        "contract",
        "battery",
        "pool",
        "supply",
        "band",
        "latency",
        "link",
        "place",
    }
    assert sorted(name for name in names - nested if f"`{name}`" not in page) == []


def test_every_command_a_page_shows_exists() -> None:
    """And every command is shown in the README."""
    shown = set()
    for page in PAGES:
        for block in re.findall(r"```\n(.*?)```", page.read_text(), re.DOTALL):
            shown.update(re.findall(r"^gridtide ([a-z]+)", block, re.MULTILINE))
    assert shown <= set(COMMANDS)
    readme = (ROOT / "README.md").read_text()
    assert [name for name in COMMANDS if f"gridtide {name}" not in readme] == []


def test_links_between_pages_lead_somewhere() -> None:
    """No page points at nothing."""
    lost = []
    for page in PAGES:
        for target in re.findall(r"\]\((?!http)([^)#]+)\)", page.read_text()):
            if not (page.parent / target).exists():
                lost.append(f"{page.name}: {target}")
    assert lost == []


def test_the_first_lines_of_the_start_page_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its two files and its command, as they stand there."""
    page = (ROOT / "docs" / "start.md").read_text()
    jobs, signal = re.findall(r"```csv\n(.*?)```", page, re.DOTALL)
    (command,) = re.findall(r"^gridtide (shift .*)$", page, re.MULTILINE)
    (tmp_path / "jobs.csv").write_text(jobs)
    (tmp_path / "carbon.csv").write_text(signal)
    monkeypatch.chdir(tmp_path)
    assert exit_code(shlex.split(command)) == 0
    assert "run-at-once" in capsys.readouterr().out


def test_every_source_has_a_section() -> None:
    """What can be read is explained."""
    page = (ROOT / "docs" / "sources.md").read_text()
    shelf = ROOT / "src" / "gridtide" / "sources"
    names = [path.stem for path in shelf.glob("*.py") if path.stem != "__init__"]
    assert [name for name in names if name not in page] == []
