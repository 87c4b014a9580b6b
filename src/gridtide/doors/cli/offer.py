"""`gridtide offer`: bids for energy and capacity as prices and quantities."""

from pathlib import Path
from typing import Any

import click

from gridtide.doors.cli.page_file import PageFile
from gridtide.doors.cli.telling import tell
from gridtide.doors.cli.words import say_compiling

FILE = click.Path(path_type=Path)
WITH_COURSES = "ridge"


@click.command()
@click.argument("case", type=FILE)
@click.option(
    "--at",
    "when",
    help="Instant of bidding, ISO 8601; by default the first noon a day or more after the start.",
)
@click.option("--courses", type=click.IntRange(1, 64), default=8, show_default=True,
              help="How many courses of what is not published yet.")  # fmt: skip
@click.option("--policy", default="coordinated", show_default=True, help="Whose course and plan.")
@click.option("--csv", "table", type=FILE, help="Write the bids as rows.")
@click.option("--page", type=PageFile(), help="Write a picture of the bids as one HTML page.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def offer(
    case: Path,
    when: str | None,
    courses: int,
    policy: str,
    table: Path | None,
    page: Path | None,
    as_json: bool,
) -> None:
    """The bids of CASE before a gate closes: for the next local day how much energy at which price, and of every
    product of capacity how much from which price on."""
    say_compiling()
    found = _of_case(case, when, courses, policy)
    from gridtide.doors.cli.offer_table import show, write_rows

    if table is not None:
        write_rows(table, found)
    tell(found, "offer.js", page, as_json, show)


def _of_case(case: Path, when: str | None, courses: int, policy: str) -> dict[str, Any]:
    from gridtide.doors.cli.flex import moment, standing
    from gridtide.doors.cli.running import asked_study
    from gridtide.doors.results.offer_document import offer_document
    from gridtide.finding import Gathered
    from gridtide.loop.spread import FORESIGHT
    from gridtide.simulate.offering import noon_after_a_day, offering_at

    faults = Gathered()
    at = faults.of(lambda: moment(when))
    named, study = asked_study(case, policy, faults)
    at = noon_after_a_day(study) if at is None else at
    stands = standing(study, at, named)
    forecaster, said = _with_courses(study.cadence.forecaster)
    known = forecaster == FORESIGHT
    offering = offering_at(stands, forecaster, 0 if known else courses)
    return offer_document(stands, offering, forecaster, said)


def _with_courses(forecaster: str) -> tuple[str, tuple[str, ...]]:
    """The forecaster of a case, or the bundled one that says how far it may miss, with a note."""
    from gridtide.decide.risk import Uncertainty
    from gridtide.loop.spread import spread_faults

    if not spread_faults(forecaster, Uncertainty.CVAR):
        return forecaster, ()
    return WITH_COURSES, (
        f"the forecaster of the case, {forecaster}, says one value for each hour; courses are those of {WITH_COURSES}",
    )
