"""`gridtide worth`: who draws less in called hours at which incentive, what it brings and what it costs."""

import math
import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gridtide.doors.cli.page_file import PageFile
from gridtide.doors.cli.telling import tell
from gridtide.doors.cli.words import say_compiling
from gridtide.finding import BadInput, Finding, Gathered

if TYPE_CHECKING:
    from gridtide.simulate.course import Course
    from gridtide.simulate.study import Study

FILE = click.Path(path_type=Path)
SPAN = re.compile(r"(\d{1,2})-(\d{1,2})")
DEAREST_PER_MWH = 1e6


@click.command()
@click.argument("case", type=FILE)
@click.option(
    "--incentive",
    "incentives",
    multiple=True,
    required=True,
    help="Money of the case for a MWh drawn less in called hours; several, or divided by commas.",
)
@click.option("--hours", help="Called hours on the clock of the first site, such as 17-21.")
@click.option("--day", help="The day of the call, such as 2026-03-05.")
@click.option("--page", type=PageFile(), help="Write a picture as one HTML page.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def worth(
    case: Path,
    incentives: tuple[str, ...],
    hours: str | None,
    day: str | None,
    page: Path | None,
    as_json: bool,
) -> None:
    """Who would draw less in called hours of CASE at which incentive, what it brings and costs, and from which
    incentive on each class of jobs, service and store answers at all."""
    faults = Gathered()
    prices = faults.of(lambda: incentives_of(incentives))
    span = faults.of(lambda: hours_of(hours))
    asked_day = faults.of(lambda: day_of(day))
    faults.refuse_if_any()
    say_compiling()
    found = _found(case, prices or (), span, asked_day)
    from gridtide.doors.cli.worth_words import show

    tell(found, "worth.js", page, as_json, show)


def _found(
    case: Path, incentives: tuple[float, ...], hours: tuple[int, int] | None, day: date | None
) -> dict[str, Any]:
    from gridtide.case.load import load_case
    from gridtide.decide.break_even import break_evens_of
    from gridtide.decide.called_hours import called_share
    from gridtide.decide.relaxed import relaxed_course
    from gridtide.doors.results.worth_document import worth_document
    from gridtide.simulate.bound import known_course
    from gridtide.simulate.called_window import called_window
    from gridtide.simulate.incentive import answer_of, called
    from gridtide.simulate.truth import truth_of

    study = load_case(case)
    truth = truth_of(study)
    baseline = _course(study, "the baseline")
    window = called_window(study, baseline, day, hours)
    answers = tuple(answer_of(study, truth, baseline, window, one, _course) for one in incentives)
    click.echo("break-even of each source, by solving again", err=True)
    known = relaxed_course(known_course(study, truth), study.objective)
    share = called_share(study.timeline, called(window, 0.0))
    return worth_document(study, window, answers, break_evens_of(known, share, incentives))


def _course(study: "Study", what: str) -> "Course":
    """The coordinated course of a study."""
    from gridtide.doors.cli.running import announcer
    from gridtide.simulate.course import run_course
    from gridtide.simulate.policies import policy_named
    from gridtide.simulate.truth import truth_of
    from gridtide.stores.memory import MemoryStore

    way, forecaster, known = policy_named("coordinated", study)
    progress = announcer()(f"coordinated, {what}")
    return run_course(known, truth_of(study), way, forecaster, MemoryStore(), progress)


def incentives_of(texts: tuple[str, ...]) -> tuple[float, ...]:
    """Incentives, lowest first, each once. Raises BadInput with every one that is none."""
    parts = [part.strip() for text in texts for part in text.split(",")]
    found, faults = [], []
    for part in parts:
        try:
            value = float(part)
        except ValueError:
            value = math.nan
        if 0.0 < value <= DEAREST_PER_MWH:
            found.append(value)
            continue
        faults.append(
            Finding(
                subject=f"--incentive {part}",
                value="is no incentive",
                limit=f"money per MWh above 0, at most {DEAREST_PER_MWH:,.0f}",
                mend="Write --incentive 300, or --incentive 100,300,1000.",
            )
        )
    if faults:
        raise BadInput(faults)
    return tuple(sorted(set(found)))


def hours_of(text: str | None) -> tuple[int, int] | None:
    """`17-21` as two whole hours of a day. Raises BadInput for anything else."""
    match = SPAN.fullmatch(text.strip()) if text else None
    if text is None or (match and int(match[1]) < int(match[2]) <= 24):
        return (int(match[1]), int(match[2])) if match else None
    raise BadInput(
        [
            Finding(
                subject=f"--hours {text}",
                value="are no hours of a day",
                limit="two whole hours, the first before the second, 24 at most",
                mend="Write --hours 17-21, for example.",
            )
        ]
    )


def day_of(text: str | None) -> date | None:
    """A day. Raises BadInput for anything else."""
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise BadInput(
            [
                Finding(
                    subject=f"--day {text}",
                    value="is no day",
                    limit="a date",
                    mend="Write --day 2026-03-05, for example.",
                )
            ]
        ) from None
