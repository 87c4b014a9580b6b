"""`gridtide check`: every fault of a case at once, or what it holds."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gridtide.doors.cli.words import say_compiling
from gridtide.finding import Finding, Infeasible, InputError

if TYPE_CHECKING:
    from gridtide.simulate.study import Study
    from gridtide.simulate.truth import Truth


@click.command()
@click.argument("case", type=click.Path(path_type=Path))
@click.option(
    "--together",
    is_flag=True,
    help="Also ask whether all promises and limits can hold together, and what would have to give.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def check(case: Path, together: bool, as_json: bool) -> None:
    """Say every fault of CASE with its key and its mend; exit 2 for faults, 3 when work cannot fit."""
    say_compiling()
    from gridtide.case.device_faults import names_devices
    from gridtide.case.load import load_case
    from gridtide.simulate.together import overfull
    from gridtide.simulate.truth import truth_of

    try:
        study = load_case(case)
        if names_devices(case):
            _refuse_unfit_devices(case)
        truth = truth_of(study)
    except InputError as error:
        if as_json:
            findings = [vars(finding) for finding in error.findings]
            click.echo(
                json.dumps(
                    {"ok": False, "findings": findings, "summary": None},
                    indent=2,
                    ensure_ascii=False,
                )
            )
        raise
    if together:
        _refuse_conflict(study, truth, as_json)
    full = [] if together else overfull(study, truth)
    summary = _summary(study)
    if as_json:
        sound: dict[str, Any] = {"ok": True, "findings": [], "summary": summary}
        sound["overfull"] = [vars(finding) for finding in full]
        if together:
            sound["conflict"] = None
        click.echo(json.dumps(sound, indent=2, ensure_ascii=False))
        return
    click.echo(f"{case} is sound: {summary['case']}, {summary['start']} to {summary['end']}")
    for site in summary["sites"]:
        click.echo(
            f"  {site['name']}: {site['accelerators']:,} accelerators, {site['it_capacity_kw']:,.0f} kW IT, "
            f"{site['import_max_kw']:,.0f} kW import"
        )
    click.echo(
        f"  {summary['jobs']:,} jobs, {summary['accelerator_h_declared']:,.0f} of "
        f"{summary['accelerator_h_available']:,.0f} accelerator-hours"
    )
    for kind, count in summary["jobs_by_class"].items():
        click.echo(f"    {kind}: {count:,}")
    if together:
        click.echo("  all promises and limits can hold together, with jobs in fractions")
    else:
        _say_overfull(case, full)
    for told in summary["setpoints"]:
        click.echo(f"  set-point {told}")
    for note in summary["notes"]:
        click.echo(f"  - {note}")


def _refuse_unfit_devices(case: Path) -> None:
    """Raise BadInput where a live room cannot stand on the devices of a case; none of them is asked anything."""
    from gridtide.case.real_room import read_real
    from gridtide.loop.clock import WallClock

    read_real(case, WallClock().now)


def _say_overfull(case: Path, full: list[Finding]) -> None:
    """What counting shows cannot be held, and where to ask for the rest."""
    for finding in full:
        click.echo(f"  cannot all be held: {finding}")
    if not full:
        click.echo(f"  whether all of it can be held together: gridtide check {case} --together")


def _refuse_conflict(study: "Study", truth: "Truth", as_json: bool) -> None:
    """Raise Infeasible where promises and limits cannot hold together, the document on stdout first."""
    from gridtide.decide.conflict.wording import findings_of
    from gridtide.doors.results.conflict_document import conflict_document
    from gridtide.simulate.together import conflict_in_study, overfull

    conflict = conflict_in_study(study, truth)
    findings = overfull(study, truth) if conflict is None else findings_of(conflict)
    if not findings:
        return
    if as_json:
        document = {
            "ok": False,
            "findings": [vars(finding) for finding in findings],
            "summary": None,
            "conflict": None if conflict is None else conflict_document(conflict),
        }
        click.echo(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False))
    raise Infeasible(findings)


def _summary(study: "Study") -> dict[str, Any]:
    from gridtide.doors.results.calls import setpoints_said

    jobs, pools = study.jobs, study.fleet.pools
    free = sum(pool.accelerators - pool.for_services for pool in pools)
    return {
        "case": study.name,
        "start": study.timeline.start.isoformat(),
        "end": study.timeline.end.isoformat(),
        "currency": study.currency,
        "sites": [
            {
                "name": site.name,
                "zone": site.zone,
                "accelerators": sum(pool.accelerators for pool in site.pools),
                "it_capacity_kw": site.facility.it_capacity_kw,
                "import_max_kw": site.contract.import_max_kw,
            }
            for site in study.fleet.sites
        ],
        "jobs": len(jobs),
        "jobs_by_class": {
            kind.name: int((jobs.work_class == index).sum())
            for index, kind in enumerate(jobs.classes)
        },
        "accelerator_h_declared": float((jobs.accelerators * jobs.declared_s).sum()) / 3600.0,
        "accelerator_h_available": free * float(study.timeline.hours.sum()),
        "services": [service.name for service in study.services],
        "signals": [f"{rows.kind} of {rows.zone}" for rows in study.history.series],
        "setpoints": list(setpoints_said(study.events)),
        "notes": list(study.notes),
    }
