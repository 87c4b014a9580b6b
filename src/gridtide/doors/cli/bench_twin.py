"""`gridtide bench twin`: unit-steps a second of compiled loops, held against a plain step-by-step writing."""

import json
from typing import Any

import click

from gridtide.doors.cli.bench_fleet import measured_fleet
from gridtide.doors.cli.bench_jobs import measured_jobs
from gridtide.doors.cli.bench_store import measured_store
from gridtide.doors.cli.measuring import Part, measured_on, size_of
from gridtide.doors.cli.words import say_compiling

USUAL = {"fleet": "20x35040", "jobs": "20x35040x200000", "store": "8760"}
LEAST_STEPS, SITES_MOST, STEPS_MOST, JOBS_MOST = 24, 10_000, 1_000_000, 10_000_000


@click.command()
@click.option(
    "--workload", type=click.Choice(list(USUAL)), default="fleet", show_default=True,
    help="Buildings and stores of a fleet; the same with jobs; or a store for a year of sun and wind.",
)  # fmt: skip
@click.option(
    "--size", metavar="SITESxSTEPS",
    help="[default: 20x35040; SITESxSTEPSxJOBS, 20x35040x200000, of jobs; HOURS, 8760, of a store]",
)  # fmt: skip
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0))
@click.option(
    "--plain", default=672, show_default=True, type=click.IntRange(1),
    help="Steps of the plain writing of a fleet or of jobs; that of a store runs whole.",
)  # fmt: skip
@click.option("--repeats", default=5, show_default=True, type=click.IntRange(1, 100))
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def twin(
    workload: str, size: str | None, seed: int, plain: int, repeats: int, as_json: bool
) -> None:
    """Step a seeded fleet, with or without jobs, or a store through a year; the plain writing must find the same.

    Seconds are CPU seconds without compiling, medians of --repeats; the plain writing runs once. The ratio is seconds
    per unit-step of the plain writing over those of the compiled loops; a unit is a site, or the store.
    """
    sizes = _sizes_of(workload, size)
    say_compiling()
    if workload == "fleet":
        measured = measured_fleet(sizes[0], sizes[1], seed, plain, repeats)
    elif workload == "jobs":
        measured = measured_jobs((sizes[0], sizes[1], sizes[2]), seed, plain, repeats)
    else:
        measured = measured_store(sizes[0], seed, repeats)
    document = {"workload": workload, "seed": seed, **measured, **measured_on()}
    click.echo(json.dumps(document, indent=2) if as_json else _table(document))


def _sizes_of(workload: str, text: str | None) -> tuple[int, ...]:
    """Sites and steps, with jobs or without, or hours. Raises BadInput for anything else."""
    from gridtide.testing.instances.renewable_year import HOURS

    fleet = (
        Part(name="sites", most=SITES_MOST),
        Part(name="steps", least=LEAST_STEPS, most=STEPS_MOST),
    )
    parts = {
        "fleet": fleet,
        "jobs": (*fleet, Part(name="jobs", most=JOBS_MOST)),
        "store": (Part(name="hours", least=LEAST_STEPS, most=HOURS),),
    }
    return size_of(text or USUAL[workload], parts[workload], USUAL[workload])


def _table(document: dict[str, Any]) -> str:
    """The figures a person looks for first."""
    size = ", ".join(f"{count:,} {name}" for name, count in document["size"].items())
    lines = [
        f"{size}, seed {document['seed']}; plain writing apart by {document['largest_difference']:.1e}",
        *(
            f"{name:22s} {value:,}" if isinstance(value, int) else f"{name:22s} {value:,.4f}"
            for name, value in document["found"].items()
            if value is not None
        ),
        *(f"{name + ', s':22s} {value:,.5f}" for name, value in document["seconds"].items()),
        f"{'unit-steps a second':22s} {document['unit_steps_per_s']:,.0f}",
        *(
            f"{_told(name):22s} {value:,.0f}"
            for name, value in document.items()
            if name.startswith("ratio_to_plain")
        ),
    ]
    return "\n".join(lines)


def _told(key: str) -> str:
    """times plain, and of what where a document has several ratios."""
    what = key.removeprefix("ratio_to_plain").strip("_").replace("_", " ")
    return f"times plain, {what}" if what else "times plain"
