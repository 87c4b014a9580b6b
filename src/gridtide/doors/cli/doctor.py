"""`gridtide doctor`: is the installation sound, and what is wrong with this file?"""

import json
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    import polars as pl

    from gridtide.signals.doctor import Check, Raw

ESTIMATED_MOST = 0.01
FILE = click.Path(path_type=Path)
CORE = (
    "numpy numba highspy polars pydantic click rich fastapi uvicorn sqlalchemy httpx2 prometheus-client rfc8785 tzdata"
).split()


@click.command()
@click.argument("file", type=FILE, required=False)
@click.option("--zone", help="Only this zone of the file.")
@click.option(
    "--stamp",
    type=click.Choice(["start", "end"]),
    help="What times mark, when their name does not say.",
)
@click.option("--currency", help="Currency of prices, when the file does not say.")
@click.option(
    "--reference", type=FILE, help="A file that is known to be right, for a scan of lags."
)
@click.option("--all", "show_all", is_flag=True, help="Also show checks that passed.")
@click.option("--strict", is_flag=True, help="Exit with 2 when something needs a decision.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def doctor(
    file: Path | None,
    zone: str | None,
    stamp: str | None,
    currency: str | None,
    reference: Path | None,
    show_all: bool,
    strict: bool,
    as_json: bool,
) -> int:
    """Check the installation, or a FILE of signals or jobs, or the signals of a CASE."""
    if file is None:
        return _installation(as_json)
    if file.suffix == ".toml":
        from gridtide.case.load import load_case

        study = load_case(file)
        found = [
            (f"{rows.kind} of {rows.zone}", _of_history(study, rows))
            for rows in study.history.series
        ]
    else:
        found = _of_file(file, zone, stamp, currency, reference)
    _show(file, found, show_all, as_json)
    decide = any(check.verdict == "needs a decision" for _, checks in found for check in checks)
    return 2 if strict and decide else 0


def _of_file(
    file: Path, zone: str | None, stamp: str | None, currency: str | None, reference: Path | None
) -> "list[tuple[str, tuple[Check, ...]]]":
    from gridtide.doors.raw_table import frame_of, is_jobs, series_of
    from gridtide.signals.doctor import examined

    frame = frame_of(file)
    if is_jobs(frame):
        return [("jobs", _of_jobs(frame))]
    others: list[Raw] = []
    if reference is not None:
        others = series_of(frame_of(reference), reference, zone, stamp, currency)
    extra = _estimated(frame, zone)
    found = []
    for raw in series_of(frame, file, zone, stamp, currency):
        twin = next(
            (other for other in others if other.kind is raw.kind and raw.kind is not None), None
        )
        more = extra if "ci_" in raw.name or "carbon" in raw.name else ()
        found.append((raw.name, (*examined(raw, twin), *more)))
    return found


def _estimated(frame: "pl.DataFrame", zone: str | None) -> "tuple[Check, ...]":
    """How much of the carbon a file marks as estimated."""
    import polars as pl

    from gridtide.signals.doctor import Check, Verdict

    if "ci_estimated" not in frame.columns:
        return ()
    part = frame.filter(pl.col("zone") == zone) if zone and "zone" in frame.columns else frame
    known = part["ci_estimated"].drop_nulls()
    share = int(known.sum()) / len(known) if len(known) else 0.0
    if share == 0:
        return (
            Check(
                check="estimated",
                verdict=Verdict.PASSED,
                sentence="no value is marked as estimated",
            ),
        )
    return (
        Check(
            check="estimated",
            verdict=Verdict.DECIDE,
            count=int(known.sum()),
            sentence=f"{share:.0%} of the carbon intensities are estimates",
            mend="Say so beside every result, and leave them out of accuracy figures.",
        ),
    )


def _of_jobs(frame: "pl.DataFrame") -> "tuple[Check, ...]":
    import polars as pl

    from gridtide.signals.doctor import Check, Verdict

    twice = frame.is_duplicated()
    extra = frame.height - frame.unique().height
    seconds = frame["duration_s"].cast(pl.Float64, strict=False)
    ran = ((seconds > 0) & seconds.is_finite()).fill_null(False)
    wrong = frame["duration_s"].is_not_null() & ~ran
    running = frame.filter(pl.col("phase") == "Running").height if "phase" in frame.columns else 0
    rows = tuple(int(row) + 1 for row in twice.arg_true().to_list()[:5])
    found = [
        (
            "duplicates",
            extra,
            rows,
            f"{extra} rows repeat another row exactly",
            "Equal jobs can be real; they are kept.",
        ),
        (
            "run time",
            int(wrong.sum()),
            tuple(int(row) + 1 for row in wrong.arg_true().to_list()[:5]),
            f"{int(wrong.sum())} jobs ran for no positive number of seconds",
            "Leave them out, or correct them.",
        ),
        (
            "still running",
            running,
            (),
            f"{running} jobs were running when the log ended",
            "Leave them out, or say so.",
        ),
    ]
    return tuple(
        Check(
            check=name,
            verdict=Verdict.DECIDE if count else Verdict.PASSED,
            rows=where,
            count=count,
            sentence=said,
            mend=mend if count else "",
        )
        for name, count, where, said, mend in found
    )


def _of_history(study: Any, rows: Any) -> "tuple[Check, ...]":
    """Whether a signal of a case covers its period."""
    import numpy as np

    from gridtide.signals.doctor import Check, Verdict
    from gridtide.signals.history import truth

    values = truth(study.history, rows.kind, rows.zone, study.timeline).values
    lacking = int(np.isnan(values).sum())
    return (
        Check(
            check="coverage",
            verdict=Verdict.DECIDE if lacking else Verdict.PASSED,
            count=lacking,
            sentence=f"{lacking} of {len(values)} steps have no value"
            if lacking
            else "every step has a value",
            mend="Give a signal that covers the period." if lacking else "",
        ),
    )


def _show(
    file: Path, found: "list[tuple[str, tuple[Check, ...]]]", show_all: bool, as_json: bool
) -> None:
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
