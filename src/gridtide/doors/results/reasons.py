"""Reasons of a run read back from its folder, as sentences."""

import difflib
import json
from pathlib import Path
from typing import Any

from gridtide.decide.dispatch import Binding, Reason
from gridtide.doors.results.folder import folder_of
from gridtide.finding import BadInput, Finding
from gridtide.trust.explain import Routed, Weighed, alternatives, flow_sentence, sentence


def reasons_of(runs: Path, run: str, policy: str, job: str) -> list[dict[str, Any]]:
    """Every decision that changed where or when a job runs, or where a service is answered, oldest first.

    Raises BadInput for an unknown run, policy, or job and service.
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
        flows = pl.read_parquet(folder / f"flows-{policy}.parquet")
        if job in _services(folder):
            return _routed(flows.filter(pl.col("service") == job), _currency(folder))
        near = difflib.get_close_matches(
            job, [*jobs["name"].to_list(), *_services(folder)], n=5, cutoff=0.3
        )
        raise BadInput(
            [_unknown(f"job or service {job}", folder, near or jobs["name"].to_list()[:5])]
        )
    currency = _currency(folder)
    about = row.row(0, named=True)
    found = pl.read_parquet(path).filter(pl.col("name") == job).sort("as_of")
    rows = list(found.iter_rows(named=True))
    changed = [
        row
        for before, row in zip([None, *rows], rows, strict=False)
        if before is None or (row["place"], row["start"]) != (before["place"], before["start"])
    ]
    return [_decision(reason, about, currency) for reason in changed]


def _currency(folder: Path) -> str:
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    return str(summary["runs"][0]["currency"])


def _services(folder: Path) -> list[str]:
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    return list(summary.get("services", []))


def _routed(flows: Any, currency: str) -> list[dict[str, Any]]:
    """What each plan sent elsewhere, and why."""
    return [
        {
            "as_of": row["as_of"].isoformat(),
            "sentence": flow_sentence(_routed_of(row, currency)),
            "reason": "ROUTED",
            "place": row["place"],
            "share": row["share"],
            "alternatives": [
                {"what": f"1,000 requests at {row['place']}", "cost": row["cost_per_1000"]},
                {"what": f"1,000 requests at {row['home']}", "cost": row["cost_home_per_1000"]},
            ],
            "currency": currency,
            "issue": row["as_of"].isoformat(),
        }
        for row in flows.sort("as_of", "origin", "place").iter_rows(named=True)
    ]


def _routed_of(row: dict[str, Any], currency: str) -> Routed:
    return Routed(
        service=row["service"],
        origin=row["origin"],
        as_of=row["as_of"],
        place=row["place"],
        home=row["home"],
        share=row["share"],
        cost=row["cost_per_1000"],
        cost_home=row["cost_home_per_1000"],
        late_s=row["late_s"],
        late_home_s=row["late_home_s"],
        late_max_s=row["late_max_s"],
        currency=currency,
    )


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
