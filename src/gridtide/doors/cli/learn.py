"""`gridtide learn`: what a site draws by utilisation, clock and weather, from its own telemetry."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np

from gridtide.doors.cli.numbers import Number
from gridtide.doors.cli.words import mapping_of, say_compiling
from gridtide.finding import Finding, refuse_if_any

if TYPE_CHECKING:
    from gridtide.fleet.learning.telemetry import Telemetry


@click.command()
@click.argument("telemetry", type=click.Path(path_type=Path))
@click.option(
    "--map",
    "pairs",
    multiple=True,
    metavar="NAME=COLUMN",
    help="Which column is NAME; COLUMN=NAME is understood where only one is a name of ours.",
)
@click.option("--site", help="The site to learn; needed where the file holds several.")
@click.option("--it-capacity-kw", type=Number(1.0, 5e6), help="IT power at full load.")
@click.option(
    "--out", type=click.Path(path_type=Path), help="File to write the model to, for a case."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def learn(
    telemetry: Path,
    pairs: tuple[str, ...],
    site: str | None,
    it_capacity_kw: float | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Fit what a site draws to TELEMETRY, and judge it on days that were held out."""
    say_compiling()
    from gridtide.doors.results.learned_document import learned_document
    from gridtide.doors.results.written_whole import write_text
    from gridtide.fleet.learning.doubts_of_map import no_better
    from gridtide.fleet.learning.held_out import learn_site
    from gridtide.fleet.learning.lawful import broken_laws
    from gridtide.fleet.learning.site_model import site_model_of
    from gridtide.sources.site_model import written

    chosen, left_out = _believed(telemetry, pairs, site, it_capacity_kw)
    for finding in left_out:
        click.echo(str(finding), err=True)
    learned = learn_site(chosen, it_capacity_kw, lambda said: click.echo(said, err=True))
    model = site_model_of(chosen, learned, it_capacity_kw is not None)
    refuse_if_any(list(broken_laws(model)))
    doubts = tuple(no_better(model.site, model.judged))
    for finding in doubts:
        click.echo(str(finding), err=True)
    found = learned_document(chosen, learned, model, (*left_out, *doubts))
    if out is not None:
        write_text(out, written(model))
        click.echo(f"wrote {out}", err=True)
    if as_json:
        click.echo(json.dumps(found, indent=2, ensure_ascii=False, allow_nan=False))
        return
    for name in (
        "site",
        "days",
        "mape",
        "bias",
        "coverage",
        "mape_constant_pue",
        "mape_pue_by_temperature",
        "mape_pue_and_straight_it",
    ):
        value = found[name]
        click.echo(f"{name:25} {value:.4f}" if isinstance(value, float) else f"{name:25} {value}")
    click.echo(found["units"])


def _believed(
    path: Path, pairs: tuple[str, ...], site: str | None, it_capacity_kw: float | None
) -> "tuple[Telemetry, tuple[Finding, ...]]":
    """The site's telemetry and what was left out of it. Raises BadInput where it cannot be believed."""
    from gridtide.fleet.learning.changed_level import changed_level
    from gridtide.fleet.learning.doubts import gaps_of, off_by_capacity, swapped_meters
    from gridtide.fleet.learning.doubts_of_drivers import shifted_clock, stuck_drivers
    from gridtide.fleet.learning.lawful import falling_meter
    from gridtide.sources.telemetry_table import TelemetryTable

    sites, left_out = TelemetryTable(path=path, names=_named(pairs)).read()
    refuse_if_any(list(swapped_meters(sites)))
    chosen = _chosen(sites, site)
    stuck, still = stuck_drivers(chosen)
    doubts = [*stuck, *falling_meter(chosen), *shifted_clock(chosen)]
    if it_capacity_kw is not None:
        doubts += off_by_capacity(chosen, it_capacity_kw)
    refuse_if_any(doubts)
    return chosen, (*left_out, *gaps_of(chosen), *still, *changed_level(chosen))


def _named(pairs: tuple[str, ...]) -> dict[str, str]:
    """Columns of the file and what they are called here. Raises BadInput for names nobody knows."""
    from gridtide.sources.telemetry_table import COLUMNS

    found: dict[str, str] = {}
    faults = []
    for name, column in mapping_of(pairs).items():
        ours, theirs = (
            (column, name) if name not in COLUMNS and column in COLUMNS else (name, column)
        )
        if ours not in COLUMNS:
            faults.append(
                Finding(
                    subject=f"--map {name}={column}",
                    value=f"{name} is no column this tool knows",
                    limit="one of " + ", ".join(COLUMNS),
                    mend="Write --map HOUSE_NAME=COLUMN.",
                )
            )
        found[theirs] = ours
    refuse_if_any(faults)
    return found


def _chosen(sites: "tuple[Telemetry, ...]", name: str | None) -> "Telemetry":
    from gridtide.fleet.learning.held_out import LEAST_DAYS
    from gridtide.fleet.learning.telemetry import days_of

    there = ", ".join(one.site for one in sites)
    fitting = [one for one in sites if name is None or one.site == name]
    if len(fitting) != 1:
        refuse_if_any([Finding(subject=f"--site {name or ''}".strip(), value=f"{len(fitting)} sites fit",
                               limit=f"one of {there}", mend="Name one of them.")])  # fmt: skip
    days = len(np.unique(days_of(fitting[0])))
    if days < LEAST_DAYS:
        refuse_if_any([Finding(subject=f"site {fitting[0].site}", value=f"{days} days",
                               limit=f"{LEAST_DAYS} days or more", mend="Give more telemetry.")])  # fmt: skip
    return fitting[0]
