"""`gridtide flex`: how many kW up and down, for how long, at what price, at which delay."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gridtide.doors.cli.page_file import PageFile
from gridtide.doors.cli.telling import tell
from gridtide.doors.cli.words import say_compiling
from gridtide.finding import BadInput, Finding

if TYPE_CHECKING:
    from gridtide.simulate.flexing import Standing
    from gridtide.simulate.study import Study

FILE = click.Path(path_type=Path)


@click.command()
@click.argument("case", type=FILE)
@click.option("--at", "when", help="Instant of asking, ISO 8601; a day after the start by default.")
@click.option("--mix", default="all", show_default=True,
              help="What is counted: pre-training, fine-tuning, batch, serving, mixed or all.")  # fmt: skip
@click.option("--policy", default="coordinated", show_default=True, help="Whose course and plan.")
@click.option("--page", type=PageFile(), help="Write a picture of the curves as one HTML page.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def flex(
    case: Path, when: str | None, mix: str, policy: str, page: Path | None, as_json: bool
) -> None:
    """The flexibility curve of CASE: kW up and down at the meters by site, class, duration and delay, with the price
    per kWh from which each step pays, every step delivered in the twin."""
    say_compiling()
    found = _of_case(case, when, mix, policy)
    from gridtide.doors.cli.flex_table import show

    tell(found, "flex.js", page, as_json, show)


def _of_case(case: Path, when: str | None, mix: str, policy: str) -> dict[str, Any]:
    from gridtide.case.load import read_case
    from gridtide.case.longer_answers import longer_answers
    from gridtide.decide.flexibility.curve import curve, moved_in_the_fleet
    from gridtide.decide.flexibility.mix import Mix, guessed_kinds, in_mix, mix_named
    from gridtide.decide.flexibility.outlook import outlook_of
    from gridtide.decide.flexibility.step import DELAYS, DURATIONS_S
    from gridtide.doors.cli.running import asked_study
    from gridtide.doors.results.flex_document import flex_document
    from gridtide.finding import Gathered
    from gridtide.simulate.flex_delivery import delivered, within_sites
    from gridtide.simulate.waiting_longer import if_they_waited

    faults = Gathered()
    at = faults.of(lambda: moment(when))
    kind = faults.of(lambda: mix_named(mix))
    named, study = asked_study(case, policy, faults)
    assert kind is not None
    services, unknown = longer_answers(read_case(case), study, DELAYS)
    stands = if_they_waited(standing(study, at, named), services)
    situation, moves_max = stands.turn.situation, study.objective.moves_max
    outlook = outlook_of(stands.plan, situation, stands.turn.orders.dispatch, moves_max)
    alone = delivered(stands, in_mix(curve(outlook, DURATIONS_S), kind, situation))
    moved = moved_in_the_fleet(outlook, [one.step for one in alone])
    beside = curve(outlook, DURATIONS_S, moves=False, moved=moved)
    together = delivered(stands, in_mix(beside, kind, situation), together=True)
    of_fleet = (*together, *(one for one in alone if one.step in moved))
    guessed = () if kind in (Mix.ALL, Mix.MIXED) else guessed_kinds(situation.jobs.classes)
    said = (*unknown, *guessed)
    return flex_document(stands, policy, mix, alone, within_sites(of_fleet, alone), said)


def standing(study: "Study", at: datetime | None, policy: str) -> "Standing":
    """The course of a policy up to an instant, with the turn it takes there."""
    from gridtide.doors.cli.running import announcer, one_policy
    from gridtide.simulate.flexing import asked_step, standing_at
    from gridtide.simulate.policies import policy_named
    from gridtide.simulate.truth import truth_of

    step = asked_step(study, at)
    named = one_policy(policy)
    truth = truth_of(study)
    way, forecaster, known = policy_named(named, study)
    return standing_at(known, truth, way, forecaster, step, announcer()(named))


def moment(text: str | None) -> datetime | None:
    """An instant as people write it. Raises BadInput for one that is none, or that names no offset from UTC."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise BadInput(
            [
                Finding(
                    subject="--at",
                    value=repr(text),
                    limit="an instant with its offset, like 2026-03-03T00:00:00+08:00",
                    mend="Write date, time and offset.",
                )
            ]
        )
    return moment
