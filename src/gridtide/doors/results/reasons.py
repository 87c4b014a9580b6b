"""Reasons of a run read back from its folder, as sentences."""

import difflib
import json
from pathlib import Path
from typing import Any

from gridtide.decide.dispatch import Binding, Reason
from gridtide.doors.results.folder import folder_of
from gridtide.finding import BadInput, Finding
from gridtide.trust.explain import Weighed, alternatives, sentence


def reasons_of(runs: Path, run: str, policy: str, job: str) -> list[dict[str, Any]]:
    """Every decision that changed where or when a job runs, oldest first.

    Raises BadInput for an unknown run, policy or job.
    """
    import polars as pl

    folder = folder_of(runs, run)
    path = folder / f"reasons-{policy}.parquet"
    if not path.is_file():
        there = sorted(
            found.stem.removeprefix("reasons-") for found in folder.glob("reasons-*.parquet")
        )
        raise BadInput([_unknown(f"policy {policy}", folder, there)])
    jobs = pl.read_parquet(folder / f"jobs-{policy}.parquet")
    row = jobs.filter(pl.col("name") == job)
    if row.is_empty():
        near = difflib.get_close_matches(job, jobs["name"].to_list(), n=5, cutoff=0.3)
        raise BadInput([_unknown(f"job {job}", folder, near or jobs["name"].to_list()[:5])])
    currency = json.loads((folder / "summary.json").read_text(encoding="utf-8"))["runs"][0][
        "currency"
    ]
    about = row.row(0, named=True)
    found = pl.read_parquet(path).filter(pl.col("name") == job).sort("as_of")
    rows = list(found.iter_rows(named=True))
    changed = [
        row
        for before, row in zip([None, *rows], rows, strict=False)
        if before is None or (row["place"], row["start"]) != (before["place"], before["start"])
    ]
    return [_decision(reason, about, currency) for reason in changed]


def _decision(reason: dict[str, Any], about: dict[str, Any], currency: str) -> dict[str, Any]:
    weighed = weighed_of(reason, about, currency)
    return {
        "as_of": reason["as_of"].isoformat(),
        "sentence": sentence(weighed),
        "reason": reason["reason"],
        "binding": reason["binding"],
        "place": reason["place"],
        "start": reason["start"].isoformat() if reason["start"] else None,
        "cost": reason["cost"],
        "alternatives": [{"what": what, "cost": cost} for what, cost in alternatives(weighed)],
        "currency": currency,
        "issue": reason["issue"].isoformat() if reason["issue"] else None,
    }


def weighed_of(reason: dict[str, Any], about: dict[str, Any], currency: str) -> Weighed:
    """One row of reasons and the job it is about, ready to be said."""
    slack_s = (about["deadline"] - about["release"]).total_seconds() - about["declared_s"]
    other = reason["alternative_cost"]
    return Weighed(
        job=reason["name"],
        as_of=reason["as_of"],
        reason=Reason[reason["reason"]],
        binding=Binding[reason["binding"]],
        place=reason["place"],
        home=about["home"],
        start=reason["start"],
        cost=reason["cost"],
        cost_at_once=reason["cost_at_once"],
        alternative=reason["alternative_place"],
        alternative_cost=None if other != other else other,
        slack_h=slack_s / 3600.0,
        currency=currency,
        issue=reason["issue"],
    )


def _unknown(subject: str, folder: Path, there: list[str]) -> Finding:
    return Finding(
        subject=subject,
        value=f"is not in {folder}",
        limit="such as " + (", ".join(there) or "none"),
        mend="Name one of them.",
    )
