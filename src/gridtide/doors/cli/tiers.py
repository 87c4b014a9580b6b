"""`gridtide tiers`: a price menu for users of computing by how long they wait, and who the course was for."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gridtide.doors.cli.numbers import Number
from gridtide.doors.cli.page_file import PageFile
from gridtide.doors.cli.team_table import teams_in
from gridtide.doors.cli.telling import tell
from gridtide.doors.cli.words import mapping_of, say_compiling
from gridtide.finding import BadInput, Finding

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from gridtide.fleet.service import Service
    from gridtide.simulate.showback import Share
    from gridtide.simulate.study import Study
    from gridtide.simulate.tiers import Menu, Terms
    from gridtide.simulate.truth import Truth

FILE = click.Path(path_type=Path)


@click.command()
@click.argument("case", type=FILE)
@click.option(
    "--class", "work_class", help="Class of jobs the menu is for; the largest by default."
)
@click.option("--share", type=Number(0, 1), default=0.5, show_default=True,
              help="Of what waiting saves, what users get; the rest stays with the operator.")  # fmt: skip
@click.option("--sensitivity", type=Number(0, 100), default=5.0, show_default=True,
              help="A tier a tenth cheaper is chosen exp(this/10) times as often; assumed.")  # fmt: skip
@click.option("--teams", type=FILE, help="Table of job and team; without it, teams of the case.")
@click.option("--map", "pairs", multiple=True, metavar="NAME=COLUMN", help="Its columns.")
@click.option("--page", type=PageFile(), help="Write a picture as one HTML page.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def tiers(
    case: Path,
    work_class: str | None,
    share: float,
    sensitivity: float,
    teams: Path | None,
    pairs: tuple[str, ...],
    page: Path | None,
    as_json: bool,
) -> None:
    """What users of CASE would pay for computing now, within 1, 8 or 24 hours, and for answers as they are or slower;
    whom the coordinated course was for."""
    names = mapping_of(pairs)
    say_compiling()
    from gridtide.simulate.tiers import Terms

    terms = Terms(passed_on=share, sensitivity=sensitivity)
    found = _found(case, work_class, terms, teams, names)
    from gridtide.doors.cli.tiers_words import show

    tell(found, "tiers.js", page, as_json, show)


def _found(
    case: Path, work_class: str | None, terms: "Terms", teams: Path | None, names: dict[str, str]
) -> dict[str, Any]:
    from gridtide.case import load
    from gridtide.doors.results.tiers_document import tiers_document
    from gridtide.simulate.showback import teams_of
    from gridtide.simulate.truth import truth_of

    study = load.load_case(case)
    chosen = _class(study, work_class)
    of_job = teams_of(study) if teams is None else teams_in(study, teams, names)
    truth = truth_of(study)
    menus = _menus(case, study, truth, chosen, terms)
    return tiers_document(study, terms, menus, _shares(study, truth, of_job))


def _menus(
    case: Path, study: "Study", truth: "Truth", work_class: int | None, terms: "Terms"
) -> "tuple[Menu, ...]":
    from gridtide.case import load
    from gridtide.case.services import service_of
    from gridtide.case.serving_tables import tables_of
    from gridtide.simulate.tiers import menus_of

    read = load.read_case(case)
    by_load = tables_of(read, case.resolve().parent)

    def slower(number: int, tolerance: float) -> "Service":
        table = read.service[number].model_copy(update={"delay_tolerance": tolerance})
        return service_of(table, study.fleet, study.fleet.network.origins, by_load)

    return menus_of(
        study,
        truth,
        work_class,
        slower,
        terms,
        lambda what: click.echo(f"solving: {what}", err=True),
    )


def _shares(study: "Study", truth: "Truth", of_job: "NDArray[np.str_]") -> "tuple[Share, ...]":
    from gridtide.doors.cli.running import announcer
    from gridtide.simulate.course import run_course
    from gridtide.simulate.policies import policy_named
    from gridtide.simulate.settlement import settle
    from gridtide.simulate.showback import showback
    from gridtide.stores.memory import MemoryStore

    way, forecaster, known = policy_named("coordinated", study)
    course = run_course(known, truth, way, forecaster, MemoryStore(), announcer()("coordinated"))
    return showback(study, truth, course, settle(study, truth, course, 0.0), of_job)


def _class(study: "Study", named: str | None) -> int | None:
    """The class asked for, else the largest. Raises BadInput for one the case has no jobs of."""
    from gridtide.simulate.tiers import largest_class

    if named is None:
        return largest_class(study)
    there = [
        kind.name
        for number, kind in enumerate(study.jobs.classes)
        if (study.jobs.work_class == number).any()
    ]
    if named not in there:
        raise BadInput(
            [
                Finding(
                    subject=f"--class {named}",
                    value="is no class of jobs of the case",
                    limit="one of " + ", ".join(there),
                    mend="Choose one of them, or leave it out.",
                )
            ]
        )
    return [kind.name for kind in study.jobs.classes].index(named)
