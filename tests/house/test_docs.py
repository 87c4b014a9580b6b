"""What the pages say is there."""

import re
import shlex
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic.fields import FieldInfo

from gridtide.case import schema
from gridtide.doors.cli import COMMANDS, exit_code

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def cells(line: str) -> list[str]:
    """The cells of a row of a table, without blanks."""
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def rows_of_the_page() -> dict[tuple[str, str], tuple[str, str]]:
    """Default and meaning by table and key, as docs/case.md tells them; bundled keys share a row."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    table = ""
    for line in (ROOT / "docs" / "case.md").read_text().splitlines():
        if not line.startswith("|") or line.startswith(("|---", "| table")):
            continue
        head, keys, default, meaning = cells(line)
        table = head.strip("`") or table
        names = re.findall(r"`(\w+)[^`]*`", keys)
        parts = default.split(", ")
        for number, name in enumerate(names):
            own = parts[number] if len(parts) == len(names) > 1 else default
            found[table, name] = (own, meaning)
    return found


def keys_of(table: type[schema.Table], label: str) -> list[tuple[str, str, FieldInfo]]:
    """Label, key and field of everything that a case may say below a table."""
    found: list[tuple[str, str, FieldInfo]] = []
    for name, field in table.model_fields.items():
        key = field.alias or name
        inner = [part for part in parts_of(field.annotation) if is_table(part)]
        if not inner:
            found.append((label, key, field))
            continue
        many = str(field.annotation).startswith(("tuple", "typing.Annotated[tuple"))
        path = f"{label.strip('[]')}.{key}" if label else key
        found += keys_of(inner[0], f"[[{path}]]" if many else f"[{path}]")
    return found


def parts_of(kind: Any) -> Iterator[Any]:
    """A type and all types inside it."""
    yield kind
    for part in get_args(kind):
        yield from parts_of(part)


def is_table(kind: Any) -> bool:
    """Whether a type is a table of the case."""
    return isinstance(kind, type) and issubclass(kind, schema.Table)


def spelt(default: Any) -> set[str]:
    """The ways a default may stand on the page."""
    if isinstance(default, bool):
        return {str(default).lower()}
    if isinstance(default, int | float):
        return {f"{default:g}"}
    if isinstance(default, StrEnum | str):
        return {f"`{default}`", str(default)}
    if isinstance(default, tuple):
        inside = ", ".join(
            f"{part:g}" if isinstance(part, float) else str(part) for part in default
        )
        whole_week = {"all"} if default == tuple(range(7)) else set()
        return {inside, f"[{inside}]"} | whole_week if default else {"none", "all", "its home", "–"}
    if isinstance(default, dict):
        return {"none"}
    return {"none", "–", "the zone"} if default is None else {str(default)}


def test_every_key_of_a_case_stands_in_its_table_with_default_and_meaning() -> None:
    """What may be written in a case is told where it is looked for; a default that changed is found."""
    page = rows_of_the_page()
    wrong = []
    for label, key, field in keys_of(schema.CaseFile, ""):
        if label == "" and key == "rates":
            label, key = "[rates]", "AUD"
        if label == "" and key == "approvers":
            label, key = "[approvers]", "li"
        if (label, key) not in page:
            wrong.append(f"{label} {key}: is not there")
            continue
        told, meaning = page[label, key]
        expected = {"needed"} if field.is_required() else spelt(field.default)
        open_ended = field.default is None or told.startswith("as ")
        if not (told in expected or (open_ended and told) or key in ("AUD", "li")):
            wrong.append(f"{label} {key}: default {told!r}, is {sorted(expected)}")
        if len(meaning) < 4:
            wrong.append(f"{label} {key}: says nothing")
    assert "\n".join(wrong) == ""


def test_no_key_on_the_page_is_one_that_a_case_may_not_have() -> None:
    """What was taken away is taken from the page."""
    known = {(label, key) for label, key, _ in keys_of(schema.CaseFile, "")} | {
        ("[rates]", "AUD"),
        ("[approvers]", "li"),
    }
    assert sorted(set(rows_of_the_page()) - known) == []


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


def test_every_forecaster_has_a_row() -> None:
    """A file on the shelf without words in the manual is not finished."""
    page = (ROOT / "docs" / "forecasters.md").read_text()
    shelf = ROOT / "src" / "gridtide" / "signals" / "forecasters"
    names = [path.stem.replace("_", "-") for path in shelf.glob("*.py") if path.stem != "__init__"]
    assert [name for name in names if f"| `{name}` |" not in page] == []


def test_every_file_the_walks_name_is_there() -> None:
    """A room that moved takes its step of the walk with it."""
    page = (ROOT / "docs" / "data-flow.md").read_text()
    named = re.findall(r"\*\*([a-z_/]+(?:\.py|/))\*\*", page)
    assert len(named) > 15
    assert [name for name in named if not (ROOT / "src" / "gridtide" / name).exists()] == []
