"""Every code block of every page is run, read or compared by some test; commands with the demo cut to two days."""

import csv
import io
import math
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from gridtide.case import load as loading
from gridtide.doors.cli import exit_code
from gridtide.doors.cli.run_table import show
from gridtide.simulate.study import Study
from gridtide.testing.emulated_kubernetes import EmulatedKubernetes
from gridtide.testing.plant_days import plant_days
from gridtide.testing.plants import warm_loop
from gridtide.testing.tiny_vtn import TinyVtn

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    *(ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
DOCTESTED = {
    "docs/sources.md": "test_sources_page.py",
    "docs/how-to-add.md": "test_how_to_add.py",
    "docs/forecasters.md": "test_forecasters_page.py",
    "docs/pathway.md": "test_pathway_page.py",
    "docs/study.md": "test_study_page.py",
    "docs/sweep.md": "test_sweep_page.py",
    "docs/adequacy.md": "test_adequacy_pages.py",
    "docs/accidents.md": "test_adequacy_pages.py",
    "docs/operation-modes.md": "test_operation_modes_page.py",
    "docs/size.md": "test_size_page.py",
    "docs/hosting.md": "test_hosting_page.py",
    "docs/market.md": "test_market_page.py",
}
FOREIGN = ("sacct",)
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)


def blocks(kinds: set[str]) -> Iterator[tuple[str, str]]:
    """Page and text of each block of some kinds."""
    for page in PAGES:
        for kind, text in BLOCK.findall(page.read_text()):
            if kind in kinds:
                yield str(page.relative_to(ROOT)), text


def commands(page: str) -> list[str]:
    """The lines of a page's shell blocks, without prompt and without the words beside them."""
    lines = []
    for name, text in blocks({"", "console", "sh", "bash"}):
        if name == page:
            lines += [re.split(r"\s{3,}|\s+# ", line)[0] for line in text.splitlines() if line]
    return [line.removeprefix("$ ") for line in lines]


def test_no_block_is_of_a_kind_that_nothing_tests() -> None:
    """Whoever writes a new kind of block writes its test."""
    tested = {"", "console", "csv", "text", "toml", "python", "yaml"}
    assert {kind for page in PAGES for kind, _ in BLOCK.findall(page.read_text())} <= tested
    for page, _ in blocks({"python"}):
        suite = DOCTESTED[page]
        assert any(
            f'"{Path(page).name}"' in path.read_text() for path in ROOT.rglob(f"tests/**/{suite}")
        )


@pytest.mark.parametrize(("page", "text"), [*blocks({"toml"})])
def test_every_toml_block_is_toml(page: str, text: str) -> None:
    """As it stands there."""
    assert tomllib.loads(text)


@pytest.mark.parametrize(("page", "text"), [*blocks({"yaml"})])
def test_every_yaml_block_is_yaml(page: str, text: str) -> None:
    """As it stands there, every document of it."""
    assert all(yaml.safe_load_all(text))


@pytest.mark.parametrize(("page", "text"), [*blocks({"csv"})])
def test_every_csv_block_has_as_many_cells_in_every_row(page: str, text: str) -> None:
    """As its header says."""
    assert len({len(row) for row in csv.reader(io.StringIO(text))}) == 1


@pytest.fixture
def two_days(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The demo ends after two days wherever a command reads it."""
    whole: Callable[[Path], Study] = loading.load_case

    def shortened(path: Path) -> Study:
        text = path.read_text()
        cut = text.replace("end = 2026-03-09T", "end = 2026-03-04T")
        if cut == text:
            return whole(path)
        (tmp_path / "cut.toml").write_text(cut)
        return whole(tmp_path / "cut.toml")

    monkeypatch.setattr(loading, "load_case", shortened)


def files_for_commands(folder: Path, page: str) -> None:
    """The files that pages name: those of the start page, and small ones in the real formats."""
    start = (ROOT / "docs" / "start.md").read_text()
    jobs, carbon = [text for kind, text in BLOCK.findall(start) if kind == "csv"]
    (folder / "jobs.csv").write_text(jobs)
    days = [
        (f"2023-01-{1 + hour // 24:02d}T{hour % 24:02d}:00+00:00", 60 + hour % 24)
        for hour in range(96)
    ]
    for name, kind in (
        ("prices.csv", "price_per_mwh"),
        ("other.csv", "price_per_mwh"),
        ("price.csv", "price_per_mwh"),
        ("carbon.csv", "carbon_average_g_per_kwh"),
    ):
        rows = [f"{time},{value}" for time, value in days]
        (folder / name).write_text(f"time,{kind}\n" + "\n".join(rows) + "\n")
    if page == "docs/start.md":
        (folder / "carbon.csv").write_text(carbon)
    openadr = (ROOT / "docs" / "openadr.md").read_text()
    tables = [text for kind, text in BLOCK.findall(openadr) if kind == "toml"]
    (folder / "clients.toml").write_text(tables[0])
    log = ["JobID|Partition|State|Submit|Start|End|Elapsed|Timelimit|AllocTRES"]
    for number in range(40):
        day, hour = 1 + number // 8, 8 + number % 8
        log.append(
            f"{number}|train|COMPLETED|2026-01-{day:02d}T{hour:02d}:00:00|2026-01-{day:02d}T{hour:02d}:30:00"
            f"|2026-01-{day:02d}T{hour + 2:02d}:30:00|02:00:00|04:00:00|cpu=8,gres/gpu=4"
        )
    (folder / "examples").mkdir()
    for path in sorted((ROOT / "examples").iterdir()):
        for place in (folder, folder / "examples"):
            if path.is_file():
                shutil.copy(path, place / path.name)
    (folder / "secret").write_text("hush")
    agent = [
        text
        for kind, text in BLOCK.findall((ROOT / "docs" / "agent.md").read_text())
        if kind == "toml"
    ]
    (folder / "agent.toml").write_text(agent[0])
    (folder / "token").write_text("hush")
    for name in ("settle", "nine_buses_year", "six_buses"):
        shutil.copytree(ROOT / "examples" / name, folder / "examples" / name)
    (folder / "log").write_text("\n".join(log) + "\n")
    power = [
        f"2026-01-{1 + hour // 24:02d}T{hour % 24:02d}:00+00:00,{5 + 2 * (8 <= hour % 24 < 18)}"
        for hour in range(7 * 24)
    ]
    (folder / "kw.csv").write_text("time,power_kw\n" + "\n".join(power) + "\n")
    wave = [
        f"{k / 200:g},{150_000 + 4_000 * math.sin(math.pi * k / 100):.1f}" for k in range(120 * 200)
    ]
    (folder / "wave.csv").write_text("t_s,power_kw\n" + "\n".join(wave) + "\n")
    golden = ROOT / "tests" / "cases" / "virginia_2024"
    (folder / "sags.csv").write_text((golden / "sags.csv").read_text())
    (folder / "loads.toml").write_text(
        "[[load]]" + (golden / "loads.toml").read_text().split("[[load]]")[1]
    )
    if page in ("README.md", "docs/learn.md"):
        (folder / "telemetry.csv").write_text(telemetry_csv(days=12))


def telemetry_csv(days: int) -> str:
    """Days of a made-up plant, in the columns of `gridtide learn`."""
    lived = plant_days(days, warm_loop.MEAN_C, 3)
    facility_kw = warm_loop.plant_kw(lived, 3)
    rows = [
        f"{datetime.fromtimestamp(int(lived.time_s[k]), UTC).isoformat()},north,{lived.utilisation[k]:.5f},"
        f"{lived.clock_mhz[k]:.0f},{lived.outdoor_c[k]:.3f},{lived.humidity[k]:.4f},{facility_kw[k]:.3f}"
        for k in range(len(lived.time_s))
    ]
    head = "time_utc,site,it_utilisation,clock_mhz,outdoor_temp_c,rel_humidity,facility_kw"
    return head + "\n" + "\n".join(rows) + "\n"


def code_of(words: list[str]) -> int:
    """What a command leaves with; one that asks a VTN or a cluster asks an empty one here."""
    if words[0] == "sweeper":
        cluster = EmulatedKubernetes()
        try:
            return exit_code([word if "://" not in word else cluster.url for word in words])
        finally:
            cluster.close()
    if words[0] != "ven":
        return exit_code(words)
    with TinyVtn({}) as vtn:
        return exit_code(["ven", vtn.url, *words[2:], "--plain-http"])


def serves(words: list[str]) -> bool:
    """Whether a command that serves says its address, and ends well when it is asked to."""
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "gridtide", *words], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process, process.stdout as said:
        address = said.readline()
        process.terminate()
        return " http" in f" {address}" and process.wait(timeout=60) == 0


def hears_nobody(words: list[str]) -> bool:
    """Whether a command that speaks with whoever started it ends well when nobody says anything."""
    Path("token").write_text("secret-of-a-viewer")
    command = [sys.executable, "-m", "gridtide", *words]
    return subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode == 0


@pytest.mark.usefixtures("two_days")
@pytest.mark.parametrize("page", sorted({name for name, _ in blocks({"", "console"})}))
def test_every_command_of_a_page_runs_in_its_order(
    page: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In an empty folder that holds the files the page speaks of, each with exit code 0."""
    makefile = (ROOT / "Makefile").read_text()
    work = tmp_path / "work"
    work.mkdir()
    files_for_commands(work, page)
    monkeypatch.chdir(work)
    ran = 0
    for command in commands(page):
        words = shlex.split(command)
        if words[0] == "make":
            assert re.search(rf"^{words[1]}:", makefile, re.MULTILINE), command
        elif words[1] in ("vtn", "serve") and "--new-token" not in words:
            assert serves([*words[1:], "--port", "0"]), command
            ran += 1
        elif words[:2] == ["gridtide", "mcp"]:
            assert hears_nobody(words[1:]), command
            ran += 1
        elif words == ["gridtide", "agent", "agent.toml"]:
            assert serves(words[1:]), command
            ran += 1
        elif words[0] not in FOREIGN:
            assert words[0] == "gridtide", command
            assert code_of(words[1:]) == 0, f"{command}\n{capsys.readouterr().err}"
            ran += 1
    assert ran or page != "README.md"
    shutil.rmtree(work / "runs", ignore_errors=True)


def test_the_table_of_the_readme_has_rows_that_a_run_prints() -> None:
    """Figures change with the model; a row that is printed no more, or under another name, is found."""
    readme = (ROOT / "README.md").read_text()
    (table,) = [text for kind, text in BLOCK.findall(readme) if kind == "text"]
    titles = [
        re.split(r"\s{2,}", line.strip())[0].replace(", CNY", ", {currency}")
        for line in table.splitlines()[2:]
    ]
    source = Path(show.__code__.co_filename).read_text()
    assert [title for title in titles if f'"{title}"' not in source] == []
