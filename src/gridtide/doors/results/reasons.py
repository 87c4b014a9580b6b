"""Reasons of a run read back from its folder: what became of a job or a service, and why."""

import difflib
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from gridtide.decide.dispatch import Binding, Reason
from gridtide.doors.results.folder import folder_of
from gridtide.doors.results.names import FULL, resized
from gridtide.finding import BadInput, Finding
from gridtide.simulate.by_the_minute import FLEET
from gridtide.trust.explain import (
    CarbonWeighed,
    PriceBasis,
    Routed,
    Weighed,
    alternatives,
    basis,
    flow_sentence,
    sentence,
)

CHOSEN = ("place", "point", "start")
"""What a decision about a job chooses."""


def reasons_of(runs: Path, run: str, policy: str, job: str) -> dict[str, Any]:
    """What became of a job or service under `about`, and every decision that changed it, oldest first.

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
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    jobs = pl.read_parquet(folder / f"jobs-{policy}.parquet")
    if not {"answer", "point"} <= set(jobs.columns) or "routes" not in _settled(summary, policy):
        raise BadInput([_older(run, folder)])
    row = jobs.filter(pl.col("name") == job)
    services: list[str] = list(summary.get("services", []))
    if row.is_empty() and job not in services:
        near = difflib.get_close_matches(job, [*jobs["name"].to_list(), *services], n=5, cutoff=0.3)
        some = near or [*services, *jobs["name"].to_list()][:5]
        raise BadInput([_unknown(f"job or service {job}", folder, some)])
    if row.is_empty():
        flows = pl.read_parquet(folder / f"flows-{policy}.parquet")
        chosen = flows.filter(pl.col("service") == job)
        routes = [route for route in _settled(summary, policy)["routes"] if route["service"] == job]
        home = routes[0]["home"] if routes else ""
        return {
            "about": {"kind": "service", "routes": routes},
            "decisions": _routed(chosen, summary),
            **_words_of(summary, home),
        }
    about = row.row(0, named=True)
    ran = pl.read_parquet(folder / f"runs-{policy}.parquet").filter(pl.col("name") == job)
    found = pl.read_parquet(path).filter(pl.col("name") == job).sort("as_of")
    return {
        "about": _about(about, list(ran.sort("start").iter_rows(named=True)), summary),
        "decisions": _decisions(
            list(found.iter_rows(named=True)),
            list(ran.iter_rows(named=True)),
            about,
            {
                **summary,
                "responses": _settled(summary, policy).get("responses", []),
                "calls": _settled(summary, policy).get("calls", []),
            },
        ),
        **_words_of(summary, about["home"]),
    }


def _words_of(summary: dict[str, Any], home: str) -> dict[str, str]:
    """The clock and the currency everything is said in."""
    return {"clock": _clock(summary, home), "currency": str(summary["runs"][0]["currency"])}


def _settled(summary: dict[str, Any], policy: str) -> dict[str, Any]:
    return next(run for run in summary["runs"] if run["policy"] == policy)


def _clock(summary: dict[str, Any], place: str) -> str:
    """The clock of the site of a place."""
    site = place.rpartition("/")[0]
    clocks = {known["name"]: str(known["clock"]) for known in summary.get("sites", [])}
    return clocks.get(site, "UTC")


def _about(
    job: dict[str, Any], ran: list[dict[str, Any]], summary: dict[str, Any]
) -> dict[str, Any]:
    """What a job asked for and what became of it; times as ISO text, empty as null."""
    times = ("release", "deadline", "first_start", "end")
    return {
        "kind": "job",
        "clock": _clock(summary, job["home"]),
        **{name: job[name] for name in ("class", "home", "place", "accelerators", "promised")},
        **{name: job[name].isoformat() if job[name] else None for name in times},
        "declared_h": job["declared_s"] / 3600.0,
        "answer": job["answer"],
        "movable": job["movable"],
        "complete": job["complete"],
        "moves": job["moves"],
        "exposure": job["exposure"],
        "data_gb": job["data_gb"],
        "runs": [
            {
                "place": row["place"],
                "point": row["point"],
                "start": row["start"].isoformat(),
                "end": row["end"].isoformat(),
            }
            for row in ran
        ],
    }


def _decisions(
    rows: list[dict[str, Any]],
    ran: list[dict[str, Any]],
    about: dict[str, Any],
    summary: dict[str, Any],
) -> list[dict[str, Any]]:
    """Those that chose another place or start than the one before; a job that just runs on is no news."""
    changed = [
        row
        for before, row in zip([None, *rows], rows, strict=False)
        if before is None
        or (
            tuple(row[key] for key in CHOSEN) != tuple(before[key] for key in CHOSEN)
            and not any(_runs_on(row, run) for run in ran)
        )
    ]
    return [_decision(reason, about, summary) for reason in changed]


def _runs_on(decision: dict[str, Any], run: dict[str, Any]) -> bool:
    """Whether an unbroken run at the place was under way and went on when it was decided."""
    begun: bool = run["start"] < decision["as_of"] < run["end"]
    same = (run["place"], run["point"]) == (decision["place"], decision["point"])
    return begun and same and decision["start"] == decision["as_of"]


def _routed(flows: Any, summary: dict[str, Any]) -> list[dict[str, Any]]:
    """What each plan sent elsewhere, and why."""
    currency = str(summary["runs"][0]["currency"])
    return [
        {
            "as_of": row["as_of"].isoformat(),
            "clock": _clock(summary, row["home"]),
            "sentence": flow_sentence(_routed_of(row, currency)) + _bases(row, summary),
            "reason": "ROUTED",
            "origin": row["origin"],
            "place": row["place"],
            "share": row["share"],
            "slower": row["slower"],
            "alternatives": [
                {"what": f"1,000 requests at {row['place']}", "cost": row["cost_per_1000"]},
                {"what": f"1,000 requests at {row['home']}", "cost": row["cost_home_per_1000"]},
            ],
            "currency": currency,
            **{
                name: row[name].isoformat() if row[name] else None
                for name in ("price_issue", "price_home_issue")
            },
            "price_source": row["price_source"],
            "price_home_source": row["price_home_source"],
        }
        for row in flows.sort("as_of", "origin", "place").iter_rows(named=True)
    ]


def _bases(row: dict[str, Any], summary: dict[str, Any]) -> str:
    """The prices of both places when the plan began, as sentences."""
    said = ""
    for where, mark in (("there", "price"), ("at home", "price_home")):
        price = PriceBasis(
            source=row[f"{mark}_source"],
            issued=row[f"{mark}_issue"],
            published=row[f"{mark}_published"],
        )
        said += f" Price {where}: {basis(price, row['as_of'], _clock(summary, row['home']))}."
    return said


def _routed_of(row: dict[str, Any], currency: str) -> Routed:
    return Routed(
        service=row["service"],
        origin=row["origin"],
        as_of=row["as_of"],
        place=row["place"],
        home=row["home"],
        share=row["share"],
        slower=row["slower"],
        cost=row["cost_per_1000"],
        cost_home=row["cost_home_per_1000"],
        late_s=row["late_s"],
        late_home_s=row["late_home_s"],
        late_max_s=row["late_max_s"],
        currency=currency,
    )


def _decision(
    reason: dict[str, Any], about: dict[str, Any], summary: dict[str, Any]
) -> dict[str, Any]:
    weighed = weighed_of(reason, about, summary)
    price = weighed.price
    return {
        "as_of": reason["as_of"].isoformat(),
        "clock": weighed.clock,
        "sentence": sentence(weighed),
        "reason": reason["reason"],
        "binding": reason["binding"],
        "place": reason["place"],
        "start": reason["start"].isoformat() if reason["start"] else None,
        "cost": _known(reason["cost"]),
        "alternatives": [{"what": what, "cost": cost} for what, cost in alternatives(weighed)],
        "currency": weighed.currency,
        "slack_h": weighed.slack_h,
        "issue": reason["issue"].isoformat() if reason["issue"] else None,
        "price_source": price.source if price else None,
        "price_issue": price.issued.isoformat() if price and price.issued else None,
        "price_published": price.published if price else None,
    }


def _known(amount: float) -> float | None:
    return None if amount != amount or abs(amount) == float("inf") else amount


def weighed_of(reason: dict[str, Any], about: dict[str, Any], summary: dict[str, Any]) -> Weighed:
    """One row of reasons and the job it is about, ready to be said on the clock of its home."""
    slack_h = None
    if about["deadline"] is not None:
        slack_s = (about["deadline"] - about["release"]).total_seconds() - about["declared_s"]
        slack_h = slack_s / 3600.0
    source, gang = reason.get("price_source"), int(about["accelerators"])
    carbon_price = float(summary.get("carbon_price_per_t", 0.0))
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
        alternative_cost=_known(reason["alternative_cost"]),
        slack_h=slack_h,
        currency=str(summary["runs"][0]["currency"]),
        issue=reason["issue"],
        clock=_clock(summary, about["home"]),
        deadline=about["deadline"],
        price=PriceBasis(
            source=source, issued=reason["price_issue"], published=reason["price_published"]
        )
        if source
        else None,
        point="" if reason["point"] == FULL else reason["point"],
        accelerators=resized(int(reason.get("accelerators", gang)), gang),
        response=_response(reason, summary),
        setpoints=_setpoints(reason, about, summary),
        carbon=CarbonWeighed(
            price_per_t=carbon_price,
            there_g_per_kwh=reason["carbon_average_g_per_kwh"],
            home_g_per_kwh=reason["carbon_average_home_g_per_kwh"],
        )
        if carbon_price > 0.0
        else None,
    )


def _response(reason: dict[str, Any], summary: dict[str, Any]) -> tuple[float, float] | None:
    """The fleet's cap that held a job back, and the most that one more kW per minute would have saved in a step between
    the decision and its start."""
    caps = [one for one in summary.get("responses", []) if one["subject"] == FLEET]
    if reason["binding"] != Binding.RESPONSE.name or not caps or not reason["start"]:
        return None
    prices = [
        float(said["price_per_kw_per_min"])
        for said in caps[0]["prices"]
        if reason["as_of"] <= datetime.fromisoformat(said["start"]) <= reason["start"]
    ]
    return float(caps[0]["most_kw_per_min"]), max(prices, default=0.0)


def _setpoints(
    reason: dict[str, Any], about: dict[str, Any], summary: dict[str, Any]
) -> tuple[str, ...]:
    """Set-points of the grid that were known to a decision and hold at its site until the job has run, each as name and
    what it asks."""
    if not reason["start"]:
        return ()
    site, ends = reason["place"].rpartition("/")[0], reason["start"]
    ends += timedelta(seconds=float(about["declared_s"]))
    return tuple(
        f"{one['call']} (the site {one['asks']})"
        for one in summary.get("calls", [])
        if "asks" in one
        and one["site"] == site
        and datetime.fromisoformat(one["issued_at"]) <= reason["as_of"]
        and datetime.fromisoformat(one["start"]) < ends
        and (one["end"] is None or datetime.fromisoformat(one["end"]) > reason["as_of"])
    )


def _older(run: str, folder: Path) -> Finding:
    return Finding(
        subject=f"run {run}",
        value=f"{folder} was written by an earlier version",
        limit="a run of this version, whose tables say what jobs were told and which prices held",
        mend="Run its case again.",
    )


def _unknown(subject: str, folder: Path, there: list[str]) -> Finding:
    return Finding(
        subject=subject,
        value=f"is not in {folder}",
        limit="such as " + (", ".join(there) or "none"),
        mend="Name one of them.",
    )
