"""What `run`, `demo` and `compare` share: a study through its policies, with progress, into a folder."""

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gridtide.doors.cli.words import say_compiling, split_policies
from gridtide.finding import BadInput, Finding, Gathered

if TYPE_CHECKING:
    from gridtide.simulate.compare import Comparison
    from gridtide.simulate.study import Study
    from gridtide.wire.openadr.outstanding import Asked

DEFAULT_RUNS = Path("runs")
LONG = 2_000


def run_case(
    case: Path, runs: Path, policies: str | None, as_json: bool, reports_to: Path | None = None
) -> None:
    """Load, run, settle, write, show; the last line is the path of the report."""
    say_compiling()
    from gridtide.case.load import load_case

    chosen = () if policies is None else asked_policies(policies)
    study = load_case(case)
    if chosen:
        others = tuple(name for name in chosen if name != study.reference)
        study = replace(study, policies=(study.reference, *others))
    asked = None if reports_to is None else _asked(case)
    comparison, folder, document = run_study(study, runs, case)
    if reports_to is not None and asked is not None:
        from gridtide.doors.results.openadr_reports import write_reports

        for left in write_reports(reports_to, comparison, asked):
            click.echo(left, err=True)
    if as_json:
        click.echo(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False))
        return
    from gridtide.doors.cli.run_table import show

    show(comparison)
    click.echo(str(folder / "report.html"))


def _asked(case: Path) -> "tuple[tuple[str, Asked], ...]":
    """Reports that the recordings of a case asked for. Raises BadInput where it replays none."""
    from gridtide.case.load import read_case
    from gridtide.case.openadr import reports_asked

    file = read_case(case)
    if not file.openadr:
        raise BadInput(
            [
                Finding(
                    subject="--reports-to",
                    value=f"is given, and {case} replays no VTN",
                    limit="a case with an [[openadr]] table",
                    mend="Leave it out, or name a recording in the case.",
                )
            ]
        )
    return reports_asked(file, Path(case).resolve().parent)


def asked_policies(text: str) -> tuple[str, ...]:
    """Policies of an option. Raises BadInput with every unknown name and every wrong setting."""
    from gridtide.decide.policy_names import POLICIES, checked
    from gridtide.simulate.policies import names_known

    faults = Gathered()
    chosen = split_policies(text)
    for policy in chosen:
        name = policy.partition("(")[0]
        if name.startswith("plugin:"):
            continue
        if name not in names_known():
            faults.findings.append(_unknown(policy))
        elif name in POLICIES:
            faults.of(partial(checked, policy))
    if not chosen:
        faults.findings.append(_unknown("''"))
    faults.refuse_if_any()
    return tuple(chosen)


def one_policy(text: str) -> str:
    """The first policy of an option. Raises BadInput as `asked_policies`."""
    return asked_policies(text)[0]


def asked_study(case: Path, policy: str, faults: Gathered) -> tuple[str, "Study"]:
    """The first policy of an option and the study of a case file.

    Raises BadInput with the faults of both beside those that were gathered before.
    """
    from gridtide.case.load import load_case

    named = faults.of(lambda: one_policy(policy))
    study = faults.of(lambda: load_case(case))
    faults.refuse_if_any()
    assert named is not None and study is not None
    return named, study


def _unknown(policy: str) -> Finding:
    from gridtide.simulate.policies import names_known

    return Finding(
        subject=f"--policy {policy}",
        value="is no policy that is known",
        limit="one of " + ", ".join(names_known()),
        mend="Write --policy name or name(key=value), several divided by commas.",
    )


def run_study(
    study: "Study", runs: Path, case: Path | None
) -> "tuple[Comparison, Path, dict[str, Any]]":
    """The comparison, the folder it was written to, and its document.

    A run that fails or is stopped leaves no folder behind.
    """
    from gridtide.doors.report.page import write_report
    from gridtide.doors.results.document import document_of
    from gridtide.doors.results.folder import new_folder, write_results
    from gridtide.doors.results.maker import begun
    from gridtide.simulate.compare import Entrant, compare
    from gridtide.simulate.policies import policy_named
    from gridtide.simulate.truth import truth_of
    from gridtide.stores.json_lines import JsonLinesStore

    truth_of(study)
    chosen = [(name, policy_named(name, study)) for name in study.policies]
    is_new = not runs.exists()
    folder = new_folder(runs)
    try:
        entrants = tuple(
            Entrant(
                policy=policy,
                forecaster=forecaster,
                study=known,
                store=begun(JsonLinesStore(folder / f"audit-{name}.jsonl", written_through=False)),
            )
            for name, (policy, forecaster, known) in chosen
        )
        comparison = compare(study, entrants, announce=announcer())
        document = document_of(comparison, str(folder / "report.html"))
        write_report(folder / "report.html", comparison, document)
        write_results(folder, comparison, document, case)
    except BaseException:
        shutil.rmtree(runs if is_new else folder, ignore_errors=True)
        raise
    return comparison, folder, document


def announcer() -> Callable[[str], Callable[[int, int], None]]:
    """Progress on stderr: a bar on a terminal; elsewhere a line a policy, and one for each tenth of a long course."""

    def announce(policy: str) -> Callable[[int, int], None]:
        if not sys.stderr.isatty():
            click.echo(f"running {policy}", err=True)
            return _tenths(policy)

        def show(done: int, whole: int) -> None:
            filled = round(30 * done / whole)
            bar = "#" * filled + "." * (30 - filled)
            click.echo(f"\r{policy:20s} [{bar}] {done}/{whole}", err=True, nl=done == whole)

        return show

    return announce


def _tenths(policy: str) -> Callable[[int, int], None]:
    """A line for each tenth of a course of LONG steps or more."""
    said = 0

    def say(done: int, whole: int) -> None:
        nonlocal said
        tenth = 10 * done // whole
        if whole >= LONG and said < tenth < 10:
            said = tenth
            click.echo(f"running {policy}: {10 * tenth} %", err=True)

    return say
