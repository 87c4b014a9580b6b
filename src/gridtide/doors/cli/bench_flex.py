"""`gridtide bench flex`: how long the flexibility curve of a fleet takes, and how much of it the twin bears out."""

import json
from typing import TYPE_CHECKING, Any

import click

from gridtide.doors.cli.measuring import Part, measured_on, median_worked, size_of, worked
from gridtide.doors.cli.words import say_compiling
from gridtide.finding import BadInput, Finding

if TYPE_CHECKING:
    from gridtide.decide.flexibility.step import Step
    from gridtide.simulate.flexing import Standing

USUAL = "20x2000"
SITES = Part(name="sites", least=2, most=200)
JOBS = Part(name="jobs", most=1_000_000)
Told = list[tuple[object, ...]]


@click.command()
@click.option(
    "--size", metavar="SITESxJOBS", default=USUAL, show_default=True,
    help="Sites, an even number, and jobs of their day.",
)  # fmt: skip
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0))
@click.option("--repeats", default=5, show_default=True, type=click.IntRange(1, 100))
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def flex(size: str, seed: int, repeats: int, as_json: bool) -> None:
    """Ask a planned fleet how far it bends: the curve of each site, and that of the fleet, for every duration.

    Seconds are CPU seconds: of the first call in this process, then the median of --repeats. Plan and situation are
    given. Asked again it must answer the same; the twin then dispatches every step, which is timed apart.
    """
    sites, jobs = size_of(size, (SITES, JOBS), USUAL)
    if sites % 2:
        raise BadInput([_odd(size, sites)])
    say_compiling()
    document = {
        "workload": "flex",
        "seed": seed,
        **measured_flex(sites, jobs, seed, repeats),
        **measured_on(),
    }
    click.echo(json.dumps(document, indent=2) if as_json else _table(document))


def measured_flex(sites: int, jobs: int, seed: int, repeats: int) -> dict[str, Any]:
    """Everything one run tells. Raises RuntimeError where the same question is answered otherwise."""
    from gridtide.simulate.flex_delivery import delivered
    from gridtide.testing.instances import asked_fleet as shelf

    plan_s, standing = worked(lambda: _standing(sites, jobs, seed))
    click.echo(f"planned and driven to the instant: {plan_s:.2f} s", err=True)
    first_s, (alone, together) = worked(lambda: curves(standing))
    again_s, again = median_worked(lambda: curves(standing), repeats)
    if told(alone) != told(again[0]) or told(together) != told(again[1]):
        raise RuntimeError("the same fleet asked again answers otherwise")
    proof_s, kept = worked(
        lambda: (*delivered(standing, alone), *delivered(standing, together, together=True))
    )
    return {
        "instance": shelf.VERSION,
        "size": {"sites": sites, "jobs": jobs},
        "repeats": repeats,
        "active_jobs": len(standing.turn.situation.jobs),
        "steps": {"of_sites": len(alone), "of_fleet": len(together), "borne_out": len(kept)},
        "seconds": {"first_call": first_s, "curve": again_s, "proof_in_the_twin": proof_s},
        "steps_per_s": (len(alone) + len(together)) / again_s,
    }


def curves(standing: "Standing") -> tuple[tuple["Step", ...], tuple["Step", ...]]:
    """What every site gives asked alone, and what all give asked together, for every duration."""
    from gridtide.decide.flexibility.curve import curve
    from gridtide.decide.flexibility.outlook import outlook_of
    from gridtide.decide.flexibility.step import DURATIONS_S

    outlook = outlook_of(standing.plan, standing.turn.situation, standing.turn.orders.dispatch)
    return curve(outlook, DURATIONS_S), curve(outlook, DURATIONS_S, moves=False)


def told(steps: tuple["Step", ...]) -> Told:
    """What a document would say of steps, in their order."""
    return [
        (
            step.site,
            step.work,
            step.source,
            step.direction,
            step.delay,
            step.duration_s,
            step.kw,
            step.price_per_kwh,
            step.rebound_kwh,
        )
        for step in steps
    ]


def _standing(sites: int, jobs: int, seed: int) -> "Standing":
    from gridtide.simulate.flexing import standing_at
    from gridtide.simulate.policies import policy_named
    from gridtide.simulate.truth import truth_of
    from gridtide.testing.instances.asked_fleet import ASKED_STEP, asked_fleet

    policy, forecaster, known = policy_named("coordinated", asked_fleet(sites, jobs, seed))
    return standing_at(
        known, truth_of(known), policy, forecaster, ASKED_STEP, lambda done, whole: None
    )


def _odd(size: str, sites: int) -> Finding:
    return Finding(
        subject=f"--size {size}",
        value=f"{sites} sites cannot stand in pairs",
        limit="an even number of sites",
        mend=f"Write --size {USUAL}, for example.",
    )


def _table(document: dict[str, Any]) -> str:
    """The figures a person looks for first."""
    size = ", ".join(f"{count:,} {name}" for name, count in document["size"].items())
    rows = [
        ("jobs active when asked", f"{document['active_jobs']:,}"),
        *((f"steps {name.replace('_', ' ')}", f"{n:,}") for name, n in document["steps"].items()),
        *(
            (f"{name.replace('_', ' ')}, s", f"{taken:,.3f}")
            for name, taken in document["seconds"].items()
        ),
        ("steps a second", f"{document['steps_per_s']:,.0f}"),
    ]
    return "\n".join([f"{size}, seed {document['seed']}", *(f"{a:26s} {b}" for a, b in rows)])
