"""`gridtide energy`: where the energy of a case goes, from the grid to the chip, and how far from the limits it is."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gridtide.doors.cli.energy_trace import of_trace
from gridtide.doors.cli.energy_words import show
from gridtide.doors.cli.numbers import Number
from gridtide.doors.cli.page_file import PageFile
from gridtide.doors.cli.telling import tell
from gridtide.doors.cli.words import say_compiling

if TYPE_CHECKING:
    from gridtide.fleet.energy_facts import EnergyFacts
    from gridtide.simulate.course import Course
    from gridtide.simulate.study import Study
    from gridtide.simulate.truth import Truth

FILE = click.Path(path_type=Path)
NOT_AGAIN: dict[str, float | None] = {
    "again_kwh": None,
    "again_money": None,
    "again_refused": None,
}


@click.command()
@click.argument("case", type=FILE)
@click.option(
    "--policy", default="coordinated", show_default=True, help="Whose course is looked at."
)
@click.option(
    "--model", default="Llama-3.1-8B", show_default=True, help="Of a trace: what answers."
)
@click.option("--accelerator", default="H100", show_default=True, help="Of a trace: on what.")
@click.option("--sequences", type=Number(), default=32.0, show_default=True,
              help="Of a trace: in flight per replica in its fullest window.")  # fmt: skip
@click.option("--outdoor", type=Number(-40, 40), default=15.0, show_default=True,
              help="Of a trace: wet bulb outside, °C.")  # fmt: skip
@click.option("--facts", type=FILE, help="Facts in the form of energy.toml instead of the bundled.")
@click.option("--again", is_flag=True,
              help="Of a case: run measures that change the plan as courses of their own.")  # fmt: skip
@click.option("--page", type=PageFile(), help="Write a picture of the flows as one HTML page.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def energy(
    case: Path,
    policy: str,
    model: str,
    accelerator: str,
    sequences: float,
    outdoor: float,
    facts: Path | None,
    again: bool,
    page: Path | None,
    as_json: bool,
) -> None:
    """Where the energy of CASE, or of a trace of requests (any file but TOML), goes: grid, building, servers,
    accelerators, moving data against computing; joules a token, the ladder down to physics, public claims."""
    say_compiling()
    from gridtide.case.energy_facts import energy_facts

    known = energy_facts(facts)
    if case.suffix == ".toml":
        found = _of_case(case, policy, known, again)
    else:
        found = of_trace(case, (model, accelerator), sequences, outdoor, known)
    tell(found, "energy.js", page, as_json, show)


def _of_case(case: Path, policy: str, facts: "EnergyFacts", again: bool) -> dict[str, Any]:
    from gridtide.case import load
    from gridtide.doors.cli.running import announcer, asked_study
    from gridtide.doors.results.energy_document import answers_document, flows_document
    from gridtide.finding import Gathered
    from gridtide.simulate.answer_energy import answers_of
    from gridtide.simulate.course import run_course
    from gridtide.simulate.energy import energy_of
    from gridtide.simulate.energy_measures import measures_of, rows
    from gridtide.simulate.policies import policy_named
    from gridtide.simulate.truth import truth_of
    from gridtide.stores.memory import MemoryStore

    named, study = asked_study(case, policy, Gathered())
    tables = load.read_case(case).service
    prompts = {table.name: table.prompt_tokens for table in tables if table.prompt_tokens}
    prompts |= {
        service.name: by_load.prompt_tokens
        for service in study.services
        for by_load in service.tables
        if by_load is not None
    }
    truth = truth_of(study)
    way, forecaster, known = policy_named(named, study)
    course = run_course(known, truth, way, forecaster, MemoryStore(), announcer()(named))
    whole = energy_of(study, truth, course.telemetry, facts, prompts)
    measures, together = measures_of(study, truth, course)
    anew = _again(study, truth, course, named) if again else {}
    imported = sum(flow.kwh for flow in whole.flows if flow.source == "grid")
    return {
        "of": study.name,
        "policy": named,
        "hours": float(study.timeline.hours.sum()),
        **flows_document(whole.flows),
        **answers_document(answers_of(study, course.telemetry, facts), facts),
        "currency": study.currency,
        "measures": [{**row, **anew.get(str(row["measure"]), NOT_AGAIN)} for row in rows(measures)],
        "together": {**next(rows((together,))), **anew.get(together.measure, NOT_AGAIN)},
        "avoidable_share": together.kwh / imported if imported > 0 else None,
        "notes": [*study.notes, *whole.notes],
    }


def _again(
    study: "Study", truth: "Truth", course: "Course", policy: str
) -> dict[str, dict[str, float | None]]:
    """What measures save by a course of their own, by name."""
    from gridtide.doors.cli.running import announcer
    from gridtide.simulate.course import run_course
    from gridtide.simulate.energy_again import solved_again
    from gridtide.simulate.policies import policy_named
    from gridtide.simulate.truth import truth_of
    from gridtide.stores.memory import MemoryStore

    def run(changed: "Study") -> tuple["Truth", "Course"]:
        its_truth = truth_of(changed)
        way, forecaster, known = policy_named(policy, changed)
        tell = announcer()(f"{policy}, again")
        return its_truth, run_course(known, its_truth, way, forecaster, MemoryStore(), tell)

    return {
        name: {"again_kwh": one.kwh, "again_money": one.money, "again_refused": one.refused}
        for name, one in solved_again(study, truth, course, run).items()
    }
