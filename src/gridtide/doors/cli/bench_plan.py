"""`gridtide bench plan`: a seeded week plan of a fleet, its bound and gap, beside HiGHS in the same run."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import click

from gridtide.decide.decomposition.method import Round
from gridtide.decide.decomposition.split import Unsplit
from gridtide.decide.program import Matrix, Solution, matrix_of, solve
from gridtide.decide.proof import Proof, proof_of
from gridtide.decide.queues.merging import Unqueued
from gridtide.decide.queues.method import by_queues
from gridtide.decide.solving import by_sites, solution_of, structured
from gridtide.decide.structured.interior_point import Progress
from gridtide.decide.structured.newton import Refused
from gridtide.decide.structured.shape import Unshaped
from gridtide.doors.cli.measuring import Part, how_good, measured_on, share, size_of, timed
from gridtide.doors.cli.numbers import Number
from gridtide.doors.cli.words import say_compiling
from gridtide.finding import BadInput, Finding
from gridtide.testing.instances.at_once import run_at_once_cost
from gridtide.testing.instances.week_plan import (
    TRAITS,
    VERSION,
    WeekPlan,
    program_of,
    week_plan,
)

SMALL = (4, 24, 4)
USUAL = "20x672x50"
PARTS = (
    Part(name="sites", most=10_000),
    Part(name="quarters of an hour", least=12, most=100_000),
    Part(name="buckets of work", most=5_000),
)
METHODS: dict[str, Callable[[Matrix, float], Solution]] = {
    "structured": lambda matrix, gap: structured(matrix, gap, _tell),
    "decomposition": lambda matrix, gap: by_sites(matrix, gap, _tell_round),
    "queues": lambda matrix, gap: by_queues(matrix, solve),
    "highs": lambda matrix, gap: solve(matrix),
    "auto": solution_of,
}


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
@click.option("--size", default=USUAL, show_default=True, metavar="SITESxSTEPSxBUCKETS")
@click.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the instance."
)
@click.option(
    "--gap", type=Number(1e-8, 0.5), default=1e-4, show_default=True,
    help="Asked for, as a share of the cost.",
)  # fmt: skip
@click.option(
    "--variant", type=click.Choice(sorted(TRAITS)), default="usual", show_default=True,
    help="What is unusual about the instance.",
)  # fmt: skip
@click.option(
    "--method", type=click.Choice(list(METHODS)), default="structured", show_default=True,
    help="By its shape, site by site at prices, by queues of work, by HiGHS, or what a plan of this size would take.",
)  # fmt: skip
@click.option("--ipx/--no-ipx", default=True, help="Solve the same program by HiGHS ipx as well.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def plan(
    size: str, seed: int, gap: float, variant: str, method: str, ipx: bool, as_json: bool
) -> None:
    """Plan a seeded fleet within a certified gap; ratios are those of this run, one thread each."""
    sites, steps, buckets = size_of(size, PARTS, USUAL)
    say_compiling()
    structured(matrix_of(program_of(week_plan(*SMALL, 0, TRAITS["usual"]))), 1e-2)
    instance = week_plan(sites, steps, buckets, seed, TRAITS[variant])
    ours = _measured(instance, gap, method)
    other = None
    if ipx:
        click.echo("the same program by HiGHS ipx, without crossover", err=True)
        seconds, exact = timed(lambda: solve(ours.matrix, "ipx", crossover=False))
        other = (exact, seconds + ours.build_s)
    found = {
        "instance": f"week-plan {VERSION}, {variant}",
        "size": {"sites": sites, "steps": steps, "buckets": buckets},
        "seed": seed,
        **_document(ours, run_at_once_cost(instance), other),
    }
    if as_json:
        click.echo(json.dumps(found, indent=2))
    else:
        _show(found)


def _measured(instance: WeekPlan, gap: float, method: str) -> Measured:
    build_s, matrix = timed(lambda: matrix_of(program_of(instance)))
    try:
        solve_s, solution = timed(lambda: METHODS[method](matrix, gap))
    except (Unshaped, Unsplit, Unqueued, Refused) as reason:
        raise BadInput([_refusal(method, gap, str(reason))]) from None
    return Measured(
        matrix=matrix,
        solution=solution,
        proof=proof_of(matrix, solution),
        build_s=build_s,
        solve_s=solve_s,
    )


def _refusal(method: str, gap: float, reason: str) -> Finding:
    return Finding(
        subject=f"--method {method}",
        value=f"refused this instance: {reason}",
        limit=f"a plan proved within {gap:.0e} of its cost",
        mend="Ask for a wider --gap, or for --method auto, which takes another method and says why.",
    )


def _tell_round(turn: Round) -> None:
    off = (turn.cost - turn.bound) / max(abs(turn.cost), 1e-300)
    click.echo(
        f"cost {turn.cost:,.0f}, bound {turn.bound:,.0f}, apart {off:.1e}, "
        f"{turn.steps} first-order steps",
        err=True,
    )


def _tell(turn: Progress) -> None:
    off = (turn.objective - turn.bound) / max(abs(turn.objective), 1e-300)
    click.echo(
        f"cost {turn.objective:,.0f}, bound {turn.bound:,.0f}, apart {off:.1e}, "
        f"{turn.cg_rounds} rounds of conjugate gradients",
        err=True,
    )


def _document(
    ours: Measured, at_once: float, other: tuple[Solution, float] | None
) -> dict[str, Any]:
    """Money in the instance's currency. violation_kw: the worst miss of a row of the plain program."""
    proof = ours.proof
    return {
        **how_good(proof.cost, proof.lower_bound, at_once, ours.solution.solver),
        "violation_kw": proof.violation,
        "seconds": ours.seconds,
        "build_seconds": ours.build_s,
        "ipx_seconds": other[1] if other else None,
        "ipx_cost": other[0].objective if other else None,
        "ipx_status": other[0].status if other else None,
        "ratio_to_ipx": other[1] / ours.seconds if other and other[0].feasible else None,
        "columns": len(ours.matrix.cost),
        "rows": len(ours.matrix.row_lower),
        "entries": len(ours.matrix.value),
        **measured_on(),
    }


def _show(found: dict[str, Any]) -> None:
    size = found["size"]
    click.echo(
        f"{size['sites']} sites, {size['steps']} quarters of an hour, {size['buckets']} buckets "
        f"({found['instance']}, seed {found['seed']}): {found['columns']:,} columns, {found['rows']:,} rows"
    )
    click.echo(f"cost {found['cost']:,.2f}, no plan below {found['lower_bound']:,.2f}")
    click.echo(
        f"gap {share(found['gap'])} of the cost, {share(found['gap_of_saving'])} of the saving "
        f"possible against {found['run_at_once_cost']:,.2f} at once"
    )
    click.echo(f"{found['method']}; rows hold to {found['violation_kw']:.1e} kW")
    click.echo(f"{found['seconds']:.2f} s, {found['build_seconds']:.2f} of it to write the program")
    if found["ratio_to_ipx"] is not None:
        click.echo(f"{found['ratio_to_ipx']:.1f} times as fast as HiGHS ipx in this run")
