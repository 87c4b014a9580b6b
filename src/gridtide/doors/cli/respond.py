"""`gridtide respond`: what a cluster does when the grid calls for less power, and what each job loses by it."""

from pathlib import Path
from typing import Any

import click

from gridtide.doors.cli.page_file import PageFile
from gridtide.doors.cli.telling import tell
from gridtide.finding import Finding, Infeasible

FILE = click.Path(path_type=Path)


@click.command()
@click.argument("cluster", type=FILE)
@click.option("--event", help="Which event of the file; the first by default.")
@click.option("--page", type=PageFile(), help="Write a picture as one HTML page.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def respond(cluster: Path, event: str | None, page: Path | None, as_json: bool) -> None:
    """How the jobs of CLUSTER answer a call for less power, minute by minute, each within what its tier lets it lose;
    how close that comes to the best possible, and how deep a call could go."""
    from gridtide.doors.cli.respond_table import show

    found = _found(cluster, event)
    tell(found, "respond.js", page, as_json, show)
    if not found["met"]:
        raise Infeasible([*_lacking(found), *_too_steep(found)])


def _found(path: Path, event: str | None) -> dict[str, Any]:
    from gridtide.case.called_cluster import load_called
    from gridtide.decide.response.best_course import best_course
    from gridtide.doors.results.response_document import response_document
    from gridtide.simulate.response import answer, marks_of
    from gridtide.simulate.response_depth import deepest_kept_kw

    called = load_called(path, event)
    cluster, call = called.cluster, called.call
    lived = answer(cluster, call, margin=called.margin)
    return response_document(
        called,
        lived,
        marks_of(cluster, call, lived),
        best_course(cluster, call),
        deepest_kept_kw(cluster, call, called.margin),
    )


def _lacking(found: dict[str, Any]) -> list[Finding]:
    if not (found["minutes_above_own_limit"] or found["tiers_broken"]):
        return []
    deepest = found["deepest_kw"]
    said = (
        "no limit over these hours keeps every tier by caps and parking"
        if deepest is None
        else f"{deepest:,.2f} kW, {deepest / found['baseline_kw']:.1%} of the baseline, is the deepest with every tier"
        " by caps, parking and pauses"
    )
    return [
        Finding(
            subject=f"event {found['event']}",
            value=f"{found['asked_kw']:,.2f} kW are passed in {found['minutes_above_own_limit']} minutes,"
            f" {found['tiers_broken']} tiers broken",
            limit=said,
            mend="Offer no less than that, or let jobs lose more, pause, or be answered elsewhere.",
        )
    ]


def _too_steep(found: dict[str, Any]) -> list[Finding]:
    if found["ramps_kept"]:
        return []
    return [
        Finding(
            subject=f"event {found['event']}",
            value=f"power falls by up to {found['largest_fall_share']:.1%} of the baseline in a minute and rises by up"
            f" to {found['largest_rise_share']:.1%}, told {found['notice_min']} minutes ahead",
            limit=f"{found['fall_share']:.1%} down, {found['rise_share']:.1%} up",
            mend="Ask for a longer notice or a higher limit, or declare a fall and rise that the grid bears.",
        )
    ]
