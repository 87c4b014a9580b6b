"""A campus sized over a year, beside PyPSA: `make peers`, then `python benchmarks/size.py`.

The seeded campus of `testing/instances/campus_year.py`: eight technologies, a grid, work that waits, by the hour. CPU
seconds of one process. Targets: the year within 30 s; PyPSA's program, the same in every entry, written and handed over
5 times as fast or more, from the same arrays to a model inside HiGHS; solved no slower, least costs within 1e-6; queues
as good as windows to 1e-7. `--solved 8760` has HiGHS solve the whole year in PyPSA's rows, which takes it many minutes.
"""

import argparse
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from gridtide.decide.program import Matrix, handed_over, lower_bound, solve
from gridtide.doors.results.size_document import stored_kwh
from gridtide.invest.interior import solved_by_hours
from gridtide.invest.pareto import without_waiting
from gridtide.invest.size import solved, written
from gridtide.invest.sizing import sizing_of
from gridtide.invest.targets import Targets
from gridtide.testing.instances.campus_year import campus_year

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "parts"))
ASKED = 0.95
Given = TypeVar("Given")


def main() -> None:
    """Prints every ratio beside its target."""
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=int, default=8760)
    parser.add_argument("--solved", type=int, default=1344, help="hours that both solve")
    parser.add_argument("--queues", type=int, default=504, help="hours of queues beside windows")
    asked = parser.parse_args()
    solved(written(campus_year(504)))
    whole_year(asked.hours)
    beside_pypsa(asked.hours, asked.solved)
    for slack_h in (24, 48):
        queues(asked.queues, slack_h)


def whole_year(hours: int) -> None:
    """The campus with and without work that waits."""
    campus = campus_year(hours)
    targets = Targets(hourly_clean_share=ASKED)
    written_s, program = timed(lambda: written(campus, targets))
    solved_s, found = timed(lambda: solved(program))
    sizing = sizing_of(program, found)
    bound = lower_bound(program.matrix, found.row_dual)
    print(
        f"{hours:,} hours, {size(program.matrix)}: written in {written_s:.2f} s, solved in {solved_s:.1f} s"
        f" ({found.solver}), together {written_s + solved_s:.1f} s, target 30; cost {found.objective:,.0f},"
        f" proved within {(found.objective - bound) / found.objective:.1e}"
    )
    still = written(without_waiting(campus), targets)
    other = sizing_of(still, solved(still))
    print(
        f"30 % of the load waits up to 24 h: {stored_kwh(sizing):,.0f} kWh of storage instead of"
        f" {stored_kwh(other):,.0f}, {sizing.cost:,.0f} a year instead of {other.cost:,.0f}"
    )


def beside_pypsa(hours: int, both: int) -> None:
    """Writing and handing over the whole year's program in PyPSA's own form, entry for entry; solving a part of it."""
    from size_in_pypsa import network_of, size_of, written_by_pypsa
    from size_in_pypsa_form import in_pypsas_form, is_the_same

    campus = campus_year(hours)
    our_s, matrix = timed(lambda: in_pypsas_form(campus, ASKED))
    over_s, _ = timed(lambda: handed_over(matrix, "ipx", False))
    added_s, net = timed(lambda: network_of(campus))
    model_s, model = timed(lambda: written_by_pypsa(net, campus, ASKED))
    there_s, _ = timed(model.to_highspy)
    rows, columns, entries = size_of(model)
    ours, theirs = our_s + over_s, model_s + there_s
    print(
        f"the identical program written and handed to HiGHS: {ours:.2f} s for {size(matrix)}; PyPSA {theirs:.2f} s for"
        f" {rows:,} rows, {columns:,} columns, {entries:,} entries, after {added_s:.2f} s in which its components are"
        f" added: {theirs / ours:.1f} times as fast, target 5; every entry, limit and cost equal:"
        f" {is_the_same(model, matrix)}"
    )
    part = campus_year(both)
    matrix = in_pypsas_form(part, ASKED)
    solved_s, found = timed(lambda: solved_by_hours(matrix, float(part.load_kw.mean())))
    shorter_s, shorter = timed(lambda: solved(written(part, Targets(hourly_clean_share=ASKED))))
    model = written_by_pypsa(network_of(part), part, ASKED)
    their_s, _ = timed(lambda: solved_by_highs(model))
    cost = float(model.objective.value)
    proved = (found.objective - lower_bound(matrix, found.row_dual)) / found.objective
    print(
        f"the identical program solved, {both:,} hours: {solved_s:.1f} s, proved within {proved:.1e} on PyPSA's rows;"
        f" by HiGHS as PyPSA calls it {their_s:.1f} s: {their_s / solved_s:.1f} times as fast, target 1; costs"
        f" {abs(found.objective / cost - 1.0):.1e} apart, target 1e-6; in our own rows {shorter_s:.1f} s, costs"
        f" {abs(found.objective / shorter.objective - 1.0):.1e} apart"
    )


def solved_by_highs(model: Any) -> None:
    """The model of PyPSA by the same method and threads as ours by HiGHS."""
    model.solve(
        solver_name="highs", io_api="direct", progress=False, output_flag=False, solver="ipx",
        run_crossover="off", threads=1, parallel="off",
    )  # fmt: skip


def queues(hours: int, slack_h: int) -> None:
    """One queue of work beside a window for each hour of arrival, both solved exactly."""
    campus = campus_year(hours, slack_h=slack_h)
    together, apart = (written(campus, windows=windows) for windows in (False, True))
    queue_s, queue = timed(lambda: solve(together.matrix, "simplex"))
    window_s, window = timed(lambda: solve(apart.matrix, "simplex"))
    off = abs(queue.objective / window.objective - 1.0)
    print(
        f"work of up to {slack_h} h in queues, {hours:,} hours: {size(together.matrix)}, {queue_s:.1f} s; in windows"
        f" {size(apart.matrix)}, {window_s:.1f} s: {window_s / queue_s:.1f} times as fast with"
        f" {len(apart.matrix.cost) / len(together.matrix.cost):.1f} times fewer columns;"
        f" costs {off:.1e} apart, target 1e-7"
    )


def size(matrix: Matrix) -> str:
    """Rows, columns and entries."""
    return f"{len(matrix.row_lower):,} rows, {len(matrix.cost):,} columns, {len(matrix.value):,} entries"


def timed(work: Callable[[], Given]) -> tuple[float, Given]:
    """CPU seconds of some work, and what it gives."""
    began = time.process_time()
    given = work()
    return time.process_time() - began, given


if __name__ == "__main__":
    main()
