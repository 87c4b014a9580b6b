"""`gridtide doctor`: is the installation sound, and what is wrong with this file?"""

import json
import sys
from dataclasses import dataclass, fields
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gridtide.doors.cli.words import currency_of
from gridtide.finding import Finding, refuse_if_any

if TYPE_CHECKING:
    from gridtide.signals.check import Check

FILE = click.Path(path_type=Path)
CORE = (
    "numpy numba highspy polars pydantic click rich fastapi uvicorn sqlalchemy httpx2 prometheus-client rfc8785 tzdata"
).split()

Examined = list[tuple[str, "tuple[Check, ...]"]]


@dataclass(frozen=True, kw_only=True)
class Words:
    """What the owner of a file says about it, and what it is to be held against."""

    zone: str | None
    stamp: str | None
    currency: str | None
    against: Path | None
    against_zone: str | None
    against_column: str | None


@click.command()
@click.argument("file", type=FILE, required=False)
@click.option("--zone", help="Only this zone of the file, or the zone of a file that names none.")
@click.option(
    "--stamp",
    type=click.Choice(["start", "end"]),
    help="What times mark, when their name does not say.",
)
@click.option("--currency", help="Currency of prices, when the file does not say.")
@click.option(
    "--against",
    "--reference",
    "against",
    type=FILE,
    help="Hold the file against another: a second copy, a neighbour, the sun.",
)
@click.option(
    "--against-zone", help="Zone of the other series; the same file's when none is given."
)
@click.option(
    "--against-column", help="Column of the other series; one of the same kind if not given."
)
@click.option("--all", "show_all", is_flag=True, help="Also show checks that passed.")
@click.option("--strict", is_flag=True, help="Exit with 2 when something needs a decision.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def doctor(
    file: Path | None,
    zone: str | None,
    stamp: str | None,
    currency: str | None,
    against: Path | None,
    against_zone: str | None,
    against_column: str | None,
    show_all: bool,
    strict: bool,
    as_json: bool,
) -> int:
    """Check the installation, or a FILE of signals, jobs or measurements, or the signals of a CASE."""
    words = Words(
        zone=zone,
        stamp=stamp,
        currency=currency_of(currency),
        against=against or (file if against_zone or against_column else None),
        against_zone=against_zone,
        against_column=against_column,
    )
    if file is None or file.suffix == ".toml":
        _refuse(words)
    if file is None:
        return _installation(as_json)
    found = _of_case(file) if file.suffix == ".toml" else _of_file(file, words)
    _show(file, found, show_all, as_json)
    decide = any(check.verdict == "needs a decision" for _, checks in found for check in checks)
    return 2 if strict and decide else 0


def _refuse(words: Words) -> None:
    """Words about a file, where a case or the installation is asked about. Raises BadInput with every one."""
    refuse_if_any(
        Finding(
            subject=f"--{field.name.replace('_', '-')} {said}",
            value="is said of a file, and none is named",
            limit="a CSV or Parquet file",
            mend="Name the file itself; a case states zone, stamp and currency of each signal.",
        )
        for field in fields(words)
        if (said := getattr(words, field.name)) is not None
    )


def _of_file(file: Path, words: Words) -> Examined:
    from gridtide.doors.held_against import others_of, partner
    from gridtide.doors.raw_table import frame_of, has_times, is_log, separator_check, series_of
    from gridtide.doors.table_checks import checks_of_log, checks_of_measurements, is_measurements
    from gridtide.signals.doctor import examined

    frame = frame_of(file)
    written = separator_check(file)
    if is_log(frame):
        name = "jobs" if "duration_s" in frame.columns else "requests"
        return [(name, (*written, *checks_of_log(frame)))]
    if not has_times(frame) and is_measurements(frame):
        return [("measurements", (*written, *checks_of_measurements(frame)))]
    series = series_of(frame, file, words.zone, words.stamp, words.currency)
    others = []
    if words.against is not None:
        others = others_of(
            words.against,
            words.zone,
            words.against_zone,
            words.against_column,
            words.stamp if words.against == file else None,
            words.currency if words.against == file else None,
        )
    return [
        (raw.name, (*written, *examined(raw, partner(raw, others, words.against_column))))
        for raw in series
    ]


def _of_case(file: Path) -> Examined:
    from gridtide.case.load import load_case
    from gridtide.doors.case_series import checks_of

    study = load_case(file)
    return [
        (f"{rows.kind} of {rows.zone}", checks_of(study, rows)) for rows in study.history.series
    ]


def _show(file: Path, found: Examined, show_all: bool, as_json: bool) -> None:
    if as_json:
        document = {
            "file": str(file),
            "series": [
                {
                    "name": name,
                    "checks": [
                        {
                            "check": check.check,
                            "verdict": str(check.verdict),
                            "rows": list(check.rows),
                            "count": check.count,
                            "sentence": check.sentence,
                            "mend": check.mend,
                        }
                        for check in checks
                    ],
                }
                for name, checks in found
            ],
        }
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
        return
    for name, checks in found:
        told = [check for check in checks if show_all or check.verdict != "passed"]
        click.echo(f"{name}: {'nothing to decide' if not told else ''}".rstrip())
        for check in told:
            rows = f" (rows {', '.join(map(str, check.rows))}{' …' if check.count > len(check.rows) else ''})"
            click.echo(
                f"  {check.verdict}: {check.check}: {check.sentence}{rows if check.rows else ''}"
            )
            if check.mend:
                click.echo(f"      {check.mend}")


def _installation(as_json: bool) -> int:
    from gridtide.kernels import compiles_first_time

    lines: list[dict[str, str]] = [
        {
            "part": "python",
            "state": sys.version.split()[0],
            "mend": "" if sys.version_info >= (3, 11) else "Install 3.11.",
        }
    ]
    for package in CORE:
        try:
            lines.append({"part": package, "state": version(package), "mend": ""})
        except PackageNotFoundError:
            lines.append({"part": package, "state": "missing", "mend": f"pip install {package}"})
    compiled = "will be compiled at the first run" if compiles_first_time() else "compiled"
    lines.append({"part": "kernels", "state": compiled, "mend": ""})
    if as_json:
        click.echo(json.dumps({"installation": lines}, indent=2))
    else:
        for line in lines:
            click.echo(
                f"{line['part']:20s} {line['state']}"
                + (f"  → {line['mend']}" if line["mend"] else "")
            )
    return 1 if any(line["mend"] for line in lines) else 0
