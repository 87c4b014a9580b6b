"""Lines of a settlement that jobs and requests make, from the tables of a run: transfer, delay, what was lost."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gridtide.case.build import network_of
from gridtide.doors.results.run_tables import RunTables
from gridtide.finding import BadInput, Finding
from gridtide.settle.job_costs import (
    lost_accelerator_h,
    refused_cost,
    slower_cost,
    transfer_cost,
    waited_cost,
)
from gridtide.settle.line import Inputs, Line
from gridtide.settle.site_lines import OF_CASE

if TYPE_CHECKING:
    import polars as pl

Real = NDArray[np.float64]


def job_lines(folder: Path, policy: str, tables: RunTables) -> dict[str, Line]:
    """By the part of the run's cost: what data sent between sites, waits, lost work and refused requests came to.

    Raises BadInput for tables of a version that did not write all of this down.
    """
    jobs = _table(folder / f"jobs-{policy}.parquet", ("done_s",))
    runs = _table(folder / f"runs-{policy}.parquet", ("job", "speed", "behind_s"))
    sent = _table(folder / f"transfers-{policy}.parquet", ("gb",))
    answers = _table(folder / f"answers-{policy}.parquet", ("requests",))
    return {
        "transfer": _transfer(sent, tables),
        "delay": _delay(jobs, runs, answers, tables),
        "lost compute": _lost(jobs, tables),
        "refused requests": _refused(answers, tables),
    }


def _transfer(sent: "pl.DataFrame", tables: RunTables) -> Line:
    names = [site.name for site in tables.case.site]
    rates = network_of(tables.case).transfer_cost_per_gb
    between = zip(sent["from"].to_list(), sent["to"].to_list(), strict=True)
    per_gb = [float(rates[names.index(here), names.index(there)]) for here, there in between]
    gb = sent["gb"].to_list()
    given: Inputs = (("transfers", float(len(gb))), ("gb", float(sum(gb))))
    return _line("transfer", transfer_cost(gb, per_gb), "gb-by-link", given)


def _delay(
    jobs: "pl.DataFrame", runs: "pl.DataFrame", answers: "pl.DataFrame", tables: RunTables
) -> Line:
    of_job = _whole(runs, "job")
    accelerators = _whole(jobs, "accelerators")[of_job]
    per_h = _of_class(jobs, tables, "delay_cost_per_accelerator_h")[of_job]
    span_s = (_seconds(runs, "start"), _seconds(runs, "end"))
    release_s = _seconds(jobs, "release")[of_job]
    step_s = int(tables.timeline.step_s or 0)
    work_per_h = accelerators * runs["speed"].to_numpy()
    behind_s = runs["behind_s"].to_numpy()
    waited = float(waited_cost(work_per_h, per_h, span_s, behind_s, release_s, step_s).sum())
    slower = [one for one in _kinds(answers) if one[1] != "refused"]
    cost_of = {one.name: one.delay_cost_per_request for one in tables.case.service}
    per_request = np.asarray([cost_of[service] for service, _ in slower])
    by_service: dict[str, float] = dict.fromkeys(cost_of, 0.0)
    money = slower_cost(_requests(answers, slower, len(tables.timeline)), per_request)
    for one, (service, _) in zip(money, slower, strict=True):
        by_service[service] += float(one)
    of_slower = float(np.asarray(list(by_service.values())).sum())
    given: Inputs = (("runs", float(len(runs))), ("jobs", waited), ("slower_answers", of_slower))
    return _line("delay", waited + of_slower, "hours-after-release", given)


def _lost(jobs: "pl.DataFrame", tables: RunTables) -> Line:
    deadline_s = _seconds(jobs, "deadline")
    due = (deadline_s >= 0) & (deadline_s <= tables.timeline.edges_s[-1])
    lost_h = lost_accelerator_h(
        _whole(jobs, "accelerators"), _whole(jobs, "true_s"), _whole(jobs, "done_s"), due
    )
    value = _of_class(jobs, tables, "value_per_accelerator_h")
    given: Inputs = (("lost_accelerator_h", float(lost_h.sum())),)
    return _line("lost compute", float((lost_h * value).sum()), "due-and-not-done", given)


def _refused(answers: "pl.DataFrame", tables: RunTables) -> Line:
    kinds = [one for one in _kinds(answers) if one[1] == "refused"]
    value_of = {one.name: one.value_per_request for one in tables.case.service}
    requests = _requests(answers, kinds, len(tables.timeline))
    value = np.asarray([value_of[service] for service, _ in kinds])
    given: Inputs = (("refused", float(requests.sum())),)
    return _line("refused requests", refused_cost(requests, value), "requests-by-value", given)


def _of_class(jobs: "pl.DataFrame", tables: RunTables, name: str) -> Real:
    """A money of the class of each job, (n,)."""
    of = {kind.name: float(getattr(kind, name)) for kind in tables.case.work_class}
    return np.asarray([of[one] for one in jobs["class"].to_list()], dtype=np.float64)


def _kinds(answers: "pl.DataFrame") -> list[tuple[str, str]]:
    """Services and answers in the order of the table."""
    pairs = zip(answers["service"].to_list(), answers["answer"].to_list(), strict=True)
    return list(dict.fromkeys(pairs))


def _requests(answers: "pl.DataFrame", kinds: list[tuple[str, str]], steps: int) -> Real:
    """By kind and step, (n, T)."""
    import polars as pl

    rows = [
        answers.filter((pl.col("service") == service) & (pl.col("answer") == answer))["requests"]
        for service, answer in kinds
    ]
    return np.reshape([one.to_numpy() for one in rows], (len(rows), steps)).astype(np.float64)


def _whole(table: "pl.DataFrame", name: str) -> NDArray[np.int64]:
    return table[name].to_numpy().astype(np.int64)


def _seconds(table: "pl.DataFrame", name: str) -> NDArray[np.int64]:
    """Seconds since 1970, -1 where there is no time."""
    return table[name].dt.epoch("s").fill_null(-1).to_numpy().astype(np.int64)


def _table(path: Path, names: tuple[str, ...]) -> "pl.DataFrame":
    """A table with these columns among its own."""
    import polars as pl

    found = pl.read_parquet(path) if path.is_file() else pl.DataFrame()
    missing = [name for name in names if name not in found.columns]
    if missing:
        raise BadInput(
            [
                Finding(
                    subject=str(path),
                    value="is not there" if not path.is_file() else f"has no {', '.join(missing)}",
                    limit="a run whose tables say what was sent, waited and was lost",
                    mend="Run the case again; an earlier version did not write this down.",
                )
            ]
        )
    return found


def _line(what: str, amount: float, formula: str, given: Inputs) -> Line:
    return Line(
        what=what,
        site="all",
        amount=amount,
        formula=formula,
        version=OF_CASE,
        inputs=given,
        source="the run's tables and its case",
        mark="checked",
    )
