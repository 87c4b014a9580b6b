"""The folder of a run: case, audit chain, Parquet tables, summary.json, report.html; written whole or not."""

import re
import shutil
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np

from gridtide.decide.dispatch import Binding, Reason
from gridtide.decide.limits import export_max_kw, import_max_kw
from gridtide.decide.made_terms import made_at_sites
from gridtide.doors.results.called_table import called_table
from gridtide.doors.results.names import accelerators_told, place_names, point_names
from gridtide.doors.results.price_basis import basis_at, basis_of, carbon_of
from gridtide.doors.results.record import write_record
from gridtide.doors.results.routes import Route, routes_of
from gridtide.doors.results.written_whole import write_document
from gridtide.finding import BadInput, Finding
from gridtide.fleet.jobs import NO_DEADLINE_S
from gridtide.fleet.ways import slower_ways
from gridtide.loop.sight import sale_kind
from gridtide.loop.world import Telemetry
from gridtide.signals.signal import Kind
from gridtide.simulate.compare import Comparison
from gridtide.simulate.course import Course
from gridtide.simulate.settlement import produced_kw, requests_refused, requests_slower
from gridtide.simulate.study import Study, binding_events

CASE_FOLDER = "case-folder.txt"
"""Folder and name of the case when it was run: paths in it are relative to that folder."""


def new_folder(root: Path) -> Path:
    """An empty folder `runs/<number>` that is not `last` yet. Raises BadInput when it cannot be made."""
    try:
        root.mkdir(parents=True, exist_ok=True)
        taken = [int(path.name) for path in root.iterdir() if path.name.isdigit()]
        folder = root / f"{max(taken, default=0) + 1:04d}"
        folder.mkdir()
    except OSError as error:
        raise BadInput(
            [
                Finding(
                    subject=str(root),
                    value=error.strerror or "cannot be written",
                    limit="a folder that can be written",
                    mend="Give another with --runs FOLDER.",
                )
            ]
        ) from error
    return folder


def write_results(
    folder: Path, comparison: Comparison, document: dict[str, Any], case: Path | None
) -> None:
    """Tables, summary and their record into the folder, then point `last` at it."""
    if case is not None:
        shutil.copyfile(case, folder / "case.toml")
        stood = case.resolve()
        (folder / CASE_FOLDER).write_text(f"{stood.parent}\n{stood.name}\n", encoding="utf-8")
    for course in comparison.courses:
        _power(comparison, course).write_parquet(folder / f"power-{course.policy}.parquet")
        _jobs(comparison.study, course).write_parquet(folder / f"jobs-{course.policy}.parquet")
        _runs(comparison.study, course).write_parquet(folder / f"runs-{course.policy}.parquet")
        _transfers(comparison.study, course).write_parquet(
            folder / f"transfers-{course.policy}.parquet"
        )
        _answers(comparison.study, course).write_parquet(
            folder / f"answers-{course.policy}.parquet"
        )
        called = called_table(comparison.study, course)
        if called is not None:
            called.write_parquet(folder / f"called-{course.policy}.parquet")
        _reasons(comparison, course).write_parquet(folder / f"reasons-{course.policy}.parquet")
        _flows(comparison.study, course).write_parquet(folder / f"flows-{course.policy}.parquet")
        _routes(comparison, course).write_parquet(folder / f"routes-{course.policy}.parquet")
    write_document(folder / "summary.json", document)
    write_record(folder)
    (folder.parent / "last").write_text(folder.name + "\n", encoding="utf-8")


def folder_of(root: Path, run: str) -> Path:
    """The folder of a run by its number, or of the newest by `last`. Raises BadInput when there is none."""
    name = run.zfill(4) if run.isdecimal() else run
    if run == "last":
        pointer = root / "last"
        name = pointer.read_text(encoding="utf-8").strip() if pointer.is_file() else ""
    folder = root / name if name else root / "none"
    if not (folder / "summary.json").is_file():
        there = (
            sorted(path.name for path in root.iterdir() if path.name.isdigit())
            if root.is_dir()
            else []
        )
        raise BadInput(
            [
                Finding(
                    subject=f"run {run}",
                    value=f"is not in {root}",
                    limit="one of " + (", ".join(there[-8:]) or "none, for nothing was run"),
                    mend="Run a case first, or name its folder with --runs FOLDER.",
                )
            ]
        )
    return folder


def _power(comparison: Comparison, course: Course):  # type: ignore[no-untyped-def]
    """What the meters of each site saw, and the prices, carbon and curtailment it is settled by."""
    import polars as pl

    study, truth = comparison.study, comparison.truth
    seen, steps = course.telemetry, len(study.timeline)
    frames = []
    for index, site in enumerate(study.fleet.sites):
        columns: dict[str, Any] = {
            "time_utc": study.timeline.starts_s * 1000,
            "site": [site.name] * steps,
        }
        for name in (
            "it_kw facility_kw import_kw export_kw charge_kw discharge_kw supply_kw unused_supply_kw soc_kwh"
        ).split():
            columns[name] = getattr(seen, name)[index]
        columns |= _cold(seen, index)
        if seen.genset.size:
            for row, name in enumerate(("genset_kw", "genset_fuel_l", "genset_running")):
                columns[name] = seen.genset[row, index]
        if seen.made_kw.size:
            plants_kw = made_at_sites(study.fleet, seen.made_kw, steps)
            columns["plant_kw"], columns["led_past_kw"] = plants_kw[index], seen.led_past_kw[index]
        if seen.water_kw.size:
            columns["inflow_kw"], columns["spilt_kw"] = seen.water_kw[:, index]
        columns["position_kw"] = course.position_kw[index]
        if any(one.contract.deviation_price_per_mwh for one in study.fleet.sites):
            columns["positioned"] = course.positioned[index].astype(np.float64)
        for name in (
            "price_per_mwh real_time_price_per_mwh carbon_average_g_per_kwh curtailment_kw".split()
        ):
            columns[name] = getattr(truth, name)[index]
        if any(sale_kind(study.history, one) is Kind.EXPORT_PRICE for one in study.fleet.sites):
            columns[str(Kind.EXPORT_PRICE)] = truth.export_price_per_mwh[index]
        if study.objective.carbon is Kind.CARBON_MARGINAL:
            columns["carbon_marginal_g_per_kwh"] = truth.carbon_marginal_g_per_kwh[index]
        columns |= _offered(comparison, course, index)
        if seen.carried_kw.size:
            columns["work_less_kw"], columns["work_more_kw"] = seen.carried_kw[:, index]
        columns |= _produced(comparison, index)
        for number, kind in enumerate(study.jobs.classes):
            columns[f"class_{kind.name}_it_kw"] = seen.class_kw[number, index]
        for number, service in enumerate(study.services):
            columns[f"service_{service.name}_it_kw"] = seen.service_kw[number, index]
        frames.append(pl.DataFrame(columns))
    return pl.concat(frames).with_columns(pl.col("time_utc").cast(pl.Datetime("ms", "UTC")))


def _cold(seen: Telemetry, index: int) -> dict[str, Any]:
    """Heat carried out early or late, and what halls and stores of cold came to, where some site has either."""
    if not seen.air_c.size:
        return {}
    return {
        "hall_extra_cooling_kw": seen.extra_cooling_kw[0, index],
        "air_c": seen.air_c[index],
        "cold_store_kw": seen.extra_cooling_kw[1, index],
        "cold_kwh": seen.cold_kwh[index],
    }


def _produced(comparison: Comparison, index: int) -> dict[str, Any]:
    """What the plant of each agreement of a site made, as many columns as the site with most has, unknown beyond."""
    study = comparison.study
    most = max(len(site.contract.agreements) for site in study.fleet.sites)
    unknown = np.full(len(study.timeline), np.nan)
    columns = {f"agreement_{number + 1}_made_kw": unknown for number in range(most)}
    produced = enumerate(produced_kw(study, comparison.truth, index), start=1)
    return columns | {f"agreement_{number}_made_kw": made_kw for number, made_kw in produced}


def _offered(comparison: Comparison, course: Course, index: int) -> dict[str, Any]:
    """Capacity a site had offered and its price, columns for every product that some site may offer, unknown at
    others; and the limits of import and export, with calls of the grid, that it is held within."""
    columns: dict[str, Any] = {}
    study, prices = comparison.study, comparison.truth.capacity_price_per_mw_h
    for row, (number, product) in enumerate(study.fleet.products):
        kind = product.name.replace(" ", "_")
        for name, values in (
            (f"offered_{kind}_kw", course.offered_kw),
            (f"price_{kind}_per_mw_h", prices),
        ):
            columns.setdefault(name, np.full(len(study.timeline), np.nan))
            if number == index:
                columns[name] = values[row]
    if columns:
        most_kw = import_max_kw(study.fleet, binding_events(study), study.timeline)
        columns["import_max_kw"] = most_kw[index]
        feed_in_kw = export_max_kw(study.fleet, binding_events(study), study.timeline)
        columns["export_max_kw"] = feed_in_kw[index]
    return columns


def _times(frame, names: tuple[str, ...]):  # type: ignore[no-untyped-def]
    """Seconds since 1970 as times; -1 and a deadline nobody set as empty."""
    import polars as pl

    return frame.with_columns(
        [
            pl.when((pl.col(name) >= 0) & (pl.col(name) < NO_DEADLINE_S))
            .then(pl.col(name) * 1000)
            .otherwise(None)
            .cast(pl.Datetime("ms", "UTC"))
            .alias(name)
            for name in names
        ]
    )


def _jobs(study: Study, course: Course):  # type: ignore[no-untyped-def]
    import polars as pl

    jobs = study.jobs
    names = np.asarray([*place_names(study), ""])
    said = answers_of(course)
    frame = pl.DataFrame(
        {
            "name": jobs.name.tolist(),
            "class": [jobs.classes[kind].name for kind in jobs.work_class],
            "home": names[jobs.home].tolist(),
            "place": names[course.place].tolist(),
            "point": _last_points(study, course),
            "release": jobs.release_s,
            "deadline": jobs.deadline_s,
            "first_start": course.first_s,
            "end": course.ended_s,
            "accelerators": jobs.accelerators,
            "declared_s": jobs.declared_s,
            "true_s": study.true_s,
            "done_s": course.done_s,
            "data_gb": jobs.data_gb,
            "sensitivity": jobs.sensitivity,
            "promised": course.promised,
            "answer": [said.get(name, "") for name in jobs.name.tolist()],
            "complete": course.complete,
            "movable": jobs.movable,
            "moves": course.moves,
            "exposure": course.exposure,
        }
    )
    return _times(frame, ("release", "deadline", "first_start", "end"))


def _last_points(study: Study, course: Course) -> list[str]:
    """The operating point each job ran at last, empty for jobs that never ran."""
    found = [""] * len(study.jobs)
    ran = course.executed
    for job, name in zip(ran.job.tolist(), point_names(study, ran.place, ran.point), strict=True):
        found[job] = name
    return found


def _runs(study: Study, course: Course):  # type: ignore[no-untyped-def]
    import polars as pl

    ran, menu = course.executed, study.fleet.menu
    names = np.asarray([*place_names(study), ""])
    frame = pl.DataFrame(
        {
            "job": ran.job,
            "name": study.jobs.name[ran.job].tolist(),
            "place": names[ran.place].tolist(),
            "point": point_names(study, ran.place, ran.point),
            "speed": menu.speed[menu.entry(ran.place, ran.point)],
            "behind_s": ran.behind_s,
            **accelerators_told(study, ran.job, ran.place, ran.point),
            "start": ran.start_s,
            "end": ran.end_s,
        }
    )
    return _times(frame, ("start", "end"))


def _transfers(study: Study, course: Course):  # type: ignore[no-untyped-def]
    """Data of jobs that changed its site, in order."""
    import polars as pl

    sent = course.transfers
    names = np.asarray([site.name for site in study.fleet.sites])
    frame = pl.DataFrame(
        {
            "time_utc": sent.at_s,
            "name": study.jobs.name[sent.job].tolist(),
            "from": names[sent.here].tolist(),
            "to": names[sent.there].tolist(),
            "gb": sent.gb,
        },
        schema_overrides={"name": pl.String, "from": pl.String, "to": pl.String},
    )
    return _times(frame, ("time_utc",))


def _answers(study: Study, course: Course):  # type: ignore[no-untyped-def]
    """Requests that were refused, and those answered at each slower point, by service and step; none without any."""
    import polars as pl

    slower, refused = requests_slower(study, course), requests_refused(study, course)
    rows = [(service.name, "refused", refused[at]) for at, service in enumerate(study.services)]
    rows += [
        (study.services[number].name, f"slower {way + 1}", slower[way])
        for way, (number, _) in enumerate(slower_ways(study.services))
    ]
    steps = len(study.timeline)
    frame = pl.DataFrame(
        {
            "time_utc": np.tile(study.timeline.starts_s, len(rows)),
            "service": [name for name, _, _ in rows for _ in range(steps)],
            "answer": [what for _, what, _ in rows for _ in range(steps)],
            "requests": np.concatenate([np.zeros(0), *(values for _, _, values in rows)]),
        },
        schema_overrides={"service": pl.String, "answer": pl.String},
    )
    return _times(frame, ("time_utc",))


def _reasons(comparison: Comparison, course: Course):  # type: ignore[no-untyped-def]
    import polars as pl

    study = comparison.study
    carbon = carbon_of(study, comparison.truth, course.reasons)
    why, price = course.reasons, basis_of(study, course.reasons)
    names = np.asarray([*place_names(study), ""])
    frame = pl.DataFrame(
        {
            "as_of": why.as_of_s,
            "name": study.jobs.name[why.job].tolist(),
            "place": names[why.place].tolist(),
            "point": point_names(study, why.place, why.point),
            **accelerators_told(study, why.job, why.place, why.point),
            "start": why.start_s,
            "reason": [Reason(code).name for code in why.reason],
            "binding": [Binding(code).name for code in why.binding],
            "cost": why.cost,
            "cost_at_once": why.cost_at_once,
            "alternative_place": names[why.alternative_place].tolist(),
            "alternative_cost": why.alternative_cost,
            "issue": why.issue_s,
            "price_source": pl.Series(price.source, dtype=pl.String),
            "price_issue": price.issued_s,
            "price_published": price.published,
            "carbon_average_g_per_kwh": carbon.there_g_per_kwh,
            "carbon_average_home_g_per_kwh": carbon.home_g_per_kwh,
        }
    )
    return _times(frame, ("as_of", "start", "issue", "price_issue"))


def _flows(study: Study, course: Course):  # type: ignore[no-untyped-def]
    import polars as pl

    why = course.flows
    there = basis_at(study, why.place, why.as_of_s, why.as_of_s)
    home = basis_at(study, why.home, why.as_of_s, why.as_of_s)
    names = np.asarray([*place_names(study), ""])
    services = np.asarray([service.name for service in study.services] + [""])
    origins = np.asarray([*study.fleet.network.origins, ""])
    frame = pl.DataFrame(
        {
            "as_of": why.as_of_s,
            "service": services[why.service].tolist(),
            "origin": origins[why.origin].tolist(),
            "place": names[why.place].tolist(),
            "home": names[why.home].tolist(),
            "share": why.share,
            "slower": why.slower,
            "cost_per_1000": why.cost,
            "cost_home_per_1000": why.cost_home,
            "late_s": why.late_s,
            "late_home_s": why.late_home_s,
            "late_max_s": why.late_max_s,
            "price_source": pl.Series(there.source, dtype=pl.String),
            "price_issue": there.issued_s,
            "price_published": there.published,
            "price_home_source": pl.Series(home.source, dtype=pl.String),
            "price_home_issue": home.issued_s,
            "price_home_published": home.published,
        }
    )
    return _times(frame, ("as_of", "price_issue", "price_home_issue"))


def _routes(comparison: Comparison, course: Course):  # type: ignore[no-untyped-def]
    """Where requests went over the whole course, one row a service, origin and place."""
    import polars as pl

    routes = routes_of(comparison.study, course, comparison.courses[0])
    types = {field.name: pl.Float64 for field in fields(Route)}
    texts = ("service", "origin", "place", "home", "why")
    return pl.DataFrame(
        [asdict(route) for route in routes], schema=types | dict.fromkeys(texts, pl.String)
    )


ANSWER = re.compile(r"(.*?): ((?:promised|at risk), .*)", re.DOTALL)


def answers_of(course: Course) -> dict[str, str]:
    """What each job was told last about its deadline, by name; a job that was told nothing is missing."""
    found = (ANSWER.fullmatch(answer) for answer in course.answers)
    return {answer[1]: answer[2] for answer in found if answer}
