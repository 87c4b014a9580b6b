"""`gridtide bench plan`: a seeded week plan of a fleet, its bound and gap, beside HiGHS in the same run."""

import json
import resource
import time
from dataclasses import dataclass
from typing import Any

import click

from gridtide.decide.interior_point import Progress
from gridtide.decide.program import Matrix, Solution, matrix_of, solve
from gridtide.decide.proof import Proof, proof_of
from gridtide.decide.solving import structured
from gridtide.doors.cli.bench import machine
from gridtide.kernels import compiles_first_time
from gridtide.testing.instances.at_once import run_at_once_cost
from gridtide.testing.instances.week_plan import (
    TRAITS,
    VERSION,
    WeekPlan,
    program_of,
    week_plan,
)

SMALL = (4, 24, 4)


class Size(click.ParamType[tuple[int, int, int]]):
    """Three whole numbers divided by x: sites, steps of a quarter of an hour, buckets of work."""

    name = "SITESxSTEPSxBUCKETS"

    def convert(
        self, value: Any, param: click.Parameter | None, context: click.Context | None
    ) -> tuple[int, int, int]:
        """The three numbers; says what is wrong with any other text."""
        if isinstance(value, tuple):
            return value
        try:
            sites, steps, buckets = (int(part) for part in str(value).lower().split("x"))
        except ValueError:
            self.fail(f"{value!r} is not three whole numbers like 20x672x50", param, context)
        if sites < 1 or steps < 12 or buckets < 1:
            self.fail(
                f"{value!r}: a plan needs 1 site, 12 steps and 1 bucket at least", param, context
            )
        return sites, steps, buckets


@dataclass(frozen=True, kw_only=True, eq=False)
class Measured:
    """A solution with its proof, and what building and solving took."""

    matrix: Matrix
    solution: Solution
    proof: Proof
    build_s: float
    solve_s: float

    @property
    def seconds(self) -> float:
        """From the arrays of the instance to the solution."""
        return self.build_s + self.solve_s


@click.command()
@click.option("--size", type=Size(), default="20x672x50", show_default=True, help="Of the plan.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the instance.")
@click.option(
    "--gap", type=click.FloatRange(1e-8, 0.5), default=1e-4, show_default=True,
    help="Asked for, as a share of the cost.",
)  # fmt: skip
@click.option(
    "--variant", type=click.Choice(sorted(TRAITS)), default="usual", show_default=True,
    help="What is unusual about the instance.",
)  # fmt: skip
@click.option("--ipx/--no-ipx", default=True, help="Solve the same program by HiGHS ipx as well.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def plan(
    size: tuple[int, int, int], seed: int, gap: float, variant: str, ipx: bool, as_json: bool
) -> None:
    """Plan a seeded fleet within a certified gap; ratios are those of this run, one thread each."""
    if compiles_first_time():
        click.echo("compiling for the first time, about a minute", err=True)
    structured(matrix_of(program_of(week_plan(*SMALL, 0, TRAITS["usual"]))), 1e-2)
    instance = week_plan(*size, seed, TRAITS[variant])
    ours = _measured(instance, gap)
    other = None
    if ipx:
        click.echo("the same program by HiGHS ipx, without crossover", err=True)
        start = time.perf_counter()
        exact = solve(ours.matrix, "ipx", crossover=False)
        other = (exact, time.perf_counter() - start + ours.build_s)
    found = _document(instance, ours, other, size, seed, variant)
    if as_json:
        click.echo(json.dumps(found, indent=2))
    else:
        _show(found)


def _measured(instance: WeekPlan, gap: float) -> Measured:
    start = time.perf_counter()
    matrix = matrix_of(program_of(instance))
    built = time.perf_counter()
    solution = structured(matrix, gap, _tell)
    solved = time.perf_counter()
    return Measured(
        matrix=matrix,
        solution=solution,
        proof=proof_of(matrix, solution),
        build_s=built - start,
        solve_s=solved - built,
    )


def _tell(turn: Progress) -> None:
    off = (turn.objective - turn.bound) / max(abs(turn.objective), 1e-300)
    click.echo(
        f"cost {turn.objective:,.0f}, bound {turn.bound:,.0f}, apart {off:.1e}, "
        f"{turn.cg_rounds} rounds of conjugate gradients",
        err=True,
    )


def _document(
    instance: WeekPlan,
    ours: Measured,
    other: tuple[Solution, float] | None,
    size: tuple[int, int, int],
    seed: int,
    variant: str,
) -> dict[str, Any]:
    """Money in the instance's currency; gap as a share of the cost, gap_of_saving of the saving possible."""
    at_once = run_at_once_cost(instance)
    proof = ours.proof
    saving = at_once - proof.lower_bound
    return {
        "instance": {
            "version": VERSION, "sites": size[0], "steps": size[1], "buckets": size[2],
            "seed": seed, "variant": variant,
        },
        "lower_bound": proof.lower_bound,
        "cost": proof.cost,
        "gap": proof.gap / abs(proof.cost) if proof.cost else None,
        "gap_money": proof.gap,
        "gap_of_saving": proof.gap / saving if saving > 1e-9 * abs(at_once) else None,
        "run_at_once_cost": at_once,
        "violation_kw": proof.violation,
        "method": ours.solution.solver,
        "seconds": ours.seconds,
        "build_seconds": ours.build_s,
        "ipx_seconds": other[1] if other else None,
        "ipx_cost": other[0].objective if other else None,
        "ipx_status": other[0].status if other else None,
        "ratio_to_ipx": other[1] / ours.seconds if other and other[0].feasible else None,
        "columns": len(ours.matrix.cost),
        "rows": len(ours.matrix.row_lower),
        "entries": len(ours.matrix.value),
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0,
        **machine(),
    }  # fmt: skip


def _show(found: dict[str, Any]) -> None:
    size = found["instance"]
    click.echo(
        f"{size['sites']} sites, {size['steps']} quarters of an hour, {size['buckets']} buckets, "
        f"{size['variant']}: {found['columns']:,} columns, {found['rows']:,} rows"
    )
    click.echo(f"cost {found['cost']:,.2f}, no plan below {found['lower_bound']:,.2f}")
    click.echo(
        f"gap {_share(found['gap'])} of the cost, {_share(found['gap_of_saving'])} of the saving "
        f"possible against {found['run_at_once_cost']:,.2f} at once"
    )
    click.echo(f"{found['method']}; rows hold to {found['violation_kw']:.1e} kW")
    if found["ratio_to_ipx"] is not None:
        click.echo(f"{found['ratio_to_ipx']:.1f} times as fast as HiGHS ipx in this run")


def _share(value: float | None) -> str:
    return "n/a" if value is None else f"{100.0 * value:.4f} %"
