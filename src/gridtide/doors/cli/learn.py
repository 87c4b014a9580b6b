"""`gridtide learn`: what a site draws by utilisation, clock and weather, from its own telemetry."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from gridtide.doors.cli.words import mapping_of, say_compiling
from gridtide.finding import Finding, refuse_if_any

if TYPE_CHECKING:
    from gridtide.fleet.learning.held_out import Learned
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
@click.option("--it-capacity-kw", type=click.FloatRange(1.0, 5e6), help="IT power at full load.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def learn(
    telemetry: Path,
    pairs: tuple[str, ...],
    site: str | None,
    it_capacity_kw: float | None,
    as_json: bool,
) -> None:
    """Fit what a site draws to TELEMETRY, and judge it on days that were held out."""
    say_compiling()
    from gridtide.fleet.learning.doubts import gaps_of, off_by_capacity, swapped_meters
    from gridtide.fleet.learning.held_out import learn_site
    from gridtide.sources.telemetry_table import TelemetryTable

    sites, left_out = TelemetryTable(path=telemetry, names=_named(pairs)).read()
    refuse_if_any(list(swapped_meters(sites)))
    chosen = _chosen(sites, site)
    if it_capacity_kw is not None:
        refuse_if_any(list(off_by_capacity(chosen, it_capacity_kw)))
    left_out = (*left_out, *gaps_of(chosen))
    for finding in left_out:
        click.echo(str(finding), err=True)
    learned = learn_site(chosen, it_capacity_kw, lambda said: click.echo(said, err=True))
    found = {**_document(chosen, learned), "left_out": [str(one) for one in left_out]}
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
    ):
        value = found[name]
        click.echo(f"{name:24} {value:.4f}" if isinstance(value, float) else f"{name:24} {value}")


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


def _document(telemetry: "Telemetry", learned: "Learned") -> dict[str, Any]:
    """mape, bias, coverage: of held-out days, fractions of the meter. daily_mape: one a day. share_inside: of rows."""
    from gridtide.digest import digest
    from gridtide.fleet.learning.coefficients import COEFFICIENTS
    from gridtide.fleet.learning.telemetry import DAY_S, days_of

    held, measured = learned.held_out, telemetry.facility_kw
    error = held.facility_kw / measured - 1.0
    day = days_of(telemetry)
    names = [one.name for one in COEFFICIENTS]
    return {
        "site": telemetry.site,
        "days": len(np.unique(day)),
        "mape": float(np.abs(error).mean()),
        "bias": float(error.mean()),
        "coverage": float(((measured >= held.lower_kw) & (measured <= held.upper_kw)).mean()),
        "mape_constant_pue": float(np.abs(held.constant_pue_kw / measured - 1.0).mean()),
        "mape_pue_by_temperature": float(
            np.abs(held.pue_by_temperature_kw / measured - 1.0).mean()
        ),
        "share_inside": float(held.inside.mean()),
        "daily_mape": [
            {
                "date": datetime.fromtimestamp(int(one) * DAY_S, UTC).date().isoformat(),
                "mape": float(np.abs(error[day == one]).mean()),
            }
            for one in np.unique(day)
        ],
        "coefficients": dict(zip(names, learned.site_map.coefficients.tolist(), strict=True)),
        "input_digest": digest(telemetry),
    }
