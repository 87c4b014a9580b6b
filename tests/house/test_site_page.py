"""The page of sitings: every key of the file stands in its table, and its figures are those the commands print."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from gridtide.case.schema import Table
from gridtide.case.siting import load_siting
from gridtide.case.siting_schema import SitingFile
from gridtide.doors.cli import exit_code

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "site.md").read_text()


def parts_of(kind: Any) -> Iterator[Any]:
    """A type and all types inside it."""
    yield kind
    for part in get_args(kind):
        yield from parts_of(part)


def keys_of(table: type[Table], label: str) -> Iterator[tuple[str, str]]:
    """Table and key of everything a siting file may say."""
    for name, field in table.model_fields.items():
        key = field.alias or name
        inner = [
            part
            for part in parts_of(field.annotation)
            if isinstance(part, type) and issubclass(part, Table)
        ]
        if inner:
            yield from keys_of(inner[0], f"{label}.{key}" if label else key)
        else:
            yield label, key


def test_every_key_of_a_siting_stands_in_the_row_of_its_table() -> None:
    """And no row names a key that is not there."""
    rows = dict(re.findall(r"^\| `\[+([a-z.]+)\]+` \| (.*) \|$", PAGE, re.MULTILINE))
    known: dict[str, set[str]] = {}
    for label, key in keys_of(SitingFile, ""):
        known.setdefault(label, set()).add(key)
    assert set(rows) == set(known)
    for label, keys in known.items():
        assert {key for key in keys if f"`{key}`" not in rows[label]} == set(), label


def lines_under(title: str) -> list[str]:
    """The lines of the printed block under a heading."""
    (part,) = re.findall(rf"^## {title}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    (block,) = re.findall(r"```text\n(.*?)```", part, re.DOTALL)
    return [line.strip() for line in block.splitlines()]


def test_the_figures_of_the_worked_case_are_printed_by_its_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """East data, west compute, and one large site or many small ones."""
    assert exit_code(["site", str(ROOT / "examples" / "east_west.toml")]) == 0
    said = [line.strip() for line in capsys.readouterr().out.splitlines()]
    for title in ("East data, west compute", "One large site or many small ones"):
        assert [line for line in lines_under(title) if line not in said] == []


@pytest.mark.real
def test_the_figures_of_eleven_zones_are_printed_by_their_command(
    data_dir: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three real years of price, carbon and weather; what was mended in reading is told."""
    monkeypatch.setenv("GRIDTIDE_DATA", str(data_dir))
    path = ROOT / "examples" / "real" / "eleven_zones.toml"
    assert any("hours taken from the day before" in note for note in load_siting(path).notes)
    assert exit_code(["site", str(path)]) == 0
    said = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert [line for line in lines_under("Real years") if line not in said] == []
