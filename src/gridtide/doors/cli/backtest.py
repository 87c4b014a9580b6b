"""`gridtide backtest`: forecasters and policies replayed on a case that is over, and scored."""

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gridtide.doors.cli.own_shadow import own_store, show_own_shadow
from gridtide.doors.cli.running import DEFAULT_RUNS, announcer, asked_policies
from gridtide.doors.cli.words import say_compiling
from gridtide.finding import BadInput, Finding, refuse_if_any

if TYPE_CHECKING:
    from gridtide.simulate.study import Study

FILE = click.Path(path_type=Path)
POLICIES = "run-at-once,coordinated"
HOUSE = "coordinated"


@click.command()
@click.argument("case")
@click.option("--forecasters", help="Forecasters, divided by commas; the case's own by default.")
@click.option("--policies", default=POLICIES, show_default=True, help="Divided by commas.")
@click.option(
    "--poisoned",
    is_flag=True,
    help="What signals cost that lie throughout, one by one and together.",
)
@click.option(
    "--shadow", is_flag=True, help="What a policy would have saved, and whom it would have harmed."
)
@click.option("--canary", help="A plugin of the case, held against the coordinated policy by day.")
@click.option("--last", help="Of a store with --shadow: only its last 7d, say.")
@click.option(
    "--before", help="Of a store with --shadow: TIME/TIME, instead of until it first acted."
)
@click.option(
    "--after", help="Of a store with --shadow: TIME/TIME, instead of since it first acted."
)
@click.option("--runs", type=FILE, default=DEFAULT_RUNS, help="Folder the results go to.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def backtest(
    case: str,
    forecasters: str | None,
    policies: str,
    poisoned: bool,
    shadow: bool,
    canary: str | None,
    last: str | None,
    before: str | None,
    after: str | None,
    runs: Path,
    as_json: bool,
) -> None:
    """Replay CASE: how good were its forecasts, and how much of the possible saving did each policy take?

    The reference of the case and perfect foresight always run; every other policy runs once a forecaster. With
    --poisoned, each policy runs on honest signals and then on signals turned upside down; with --canary, a plugin runs
    beside the house; with --shadow, waits, restarts and service levels of each policy stand beside those of the
    reference. Nothing is written then.

    CASE may be the store of a service (its file or URL) with --shadow: what it would have saved, did save, and whether
    work was harmed since it acts, from its own records.
    """
    refuse_if_any(
        _several({"--canary": canary is not None, "--shadow": shadow, "--poisoned": poisoned})
    )
    if own_store(case, shadow, {"--last": last, "--before": before, "--after": after}):
        show_own_shadow(case, last, (before, after), as_json)
        return
    say_compiling()
    from gridtide.case.load import load_case_for

    named = () if forecasters is None else _asked_forecasters(forecasters)
    chosen = asked_policies(policies)
    study = load_case_for(Path(case), named)
    if canary is not None:
        _canary(study, canary, as_json)
        return
    if shadow:
        _shadow(study, named, chosen, as_json)
        return
    if poisoned:
        _poisoned(study, named, chosen, as_json)
        return
    document = _replayed(study, named or (study.cadence.forecaster,), chosen, runs)
    if as_json:
        click.echo(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False))
        return
    from gridtide.doors.cli.backtest_table import show

    show(document)
    click.echo(document["picture"])


def _several(asked: Mapping[str, bool]) -> Iterator[Finding]:
    """A fault where more than one thing is asked for."""
    flags = [flag for flag, here in asked.items() if here]
    if len(flags) > 1:
        said = "cannot be asked for at once"
        yield Finding(
            subject=" ".join(flags),
            value=said,
            limit="one of them",
            mend="Run the command once for each.",
        )


def _canary(study: "Study", name: str, as_json: bool) -> None:
    """Shows the days of a plugin beside the house."""
    from gridtide.doors.cli.canary_table import show
    from gridtide.doors.results.canary_document import canary_document
    from gridtide.simulate.canary import canary
    from gridtide.sources.plugin.host import PluginPolicy
    from gridtide.stores.memory import MemoryStore

    plugin = study.plugins.get(name if name.startswith("plugin:") else f"plugin:{name}")
    if not isinstance(plugin, PluginPolicy):
        listed = ", ".join(study.plugins) or "none is listed"
        raise BadInput(
            [
                Finding(
                    subject="--canary",
                    value=name,
                    limit=f"a plugin of the case: {listed}",
                    mend="List it as a [[plugin]] with hash and signature.",
                )
            ]
        )
    found = canary(study, plugin.name, HOUSE, MemoryStore, announcer())
    document = canary_document(study, found, plugin.listed.trial, plugin.listed.canary_days, HOUSE)
    if as_json:
        click.echo(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False))
        return
    show(document)


def _shadow(
    study: "Study", forecasters: tuple[str, ...], policies: tuple[str, ...], as_json: bool
) -> None:
    """Shows what each policy would have done and saved, and what work would have felt of it."""
    from gridtide.doors.cli.shadow_table import show
    from gridtide.doors.results.shadow_document import shadow_document
    from gridtide.simulate.compare import Entrant, compare
    from gridtide.simulate.policies import PERFECT, policy_named
    from gridtide.stores.memory import MemoryStore

    deciding = tuple(name for name in policies if name != study.reference)
    refuse_if_any(_cannot_be_run_alone(forecasters, deciding, PERFECT, "--shadow"))
    named = [policy_named(name, study) for name in (study.reference, *deciding)]
    entrants = tuple(
        Entrant(policy=policy, forecaster=forecaster, study=known, store=MemoryStore())
        for policy, forecaster, known in named
    )
    run = compare(study, entrants, announcer())
    documents = [
        shadow_document(
            study,
            (run.courses[0], run.courses[number]),
            (run.settlements[0], run.settlements[number]),
        )
        for number in range(1, len(run.courses))
    ]
    if as_json:
        click.echo(
            json.dumps({"policies": documents}, indent=2, ensure_ascii=False, allow_nan=False)
        )
        return
    for document in documents:
        show(document)


def _poisoned(
    study: "Study", forecasters: tuple[str, ...], policies: tuple[str, ...], as_json: bool
) -> None:
    """Shows what lies cost each policy that decides by signals."""
    from gridtide.doors.cli.poisoned_table import show
    from gridtide.doors.results.poisoned_document import poisoned_document
    from gridtide.simulate.poisoned import REFERENCE, poisoned
    from gridtide.simulate.policies import PERFECT
    from gridtide.stores.memory import MemoryStore

    deciding = tuple(name for name in policies if name != REFERENCE)
    refuse_if_any(_cannot_be_run_alone(forecasters, deciding, PERFECT, "--poisoned"))
    found = {name: poisoned(study, name, MemoryStore, announcer()) for name in deciding}
    document = poisoned_document(study, found)
    if as_json:
        click.echo(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False))
        return
    show(document)


def _cannot_be_run_alone(
    forecasters: tuple[str, ...], policies: tuple[str, ...], knowing: str, option: str
) -> Iterator[Finding]:
    """Forecasters beside that of the case, and policies that read no signals or know them all."""
    if forecasters:
        yield Finding(
            subject="--forecasters",
            value=", ".join(forecasters),
            limit=f"the forecaster of the case, with {option}",
            mend="Leave it out, or set planning.forecaster in the case.",
        )
    if not policies or knowing in policies:
        yield Finding(
            subject="--policies",
            value=", ".join(policies) or "no policy that reads signals",
            limit=f"policies that decide by what they are told, with {option}",
            mend="Write --policies coordinated.",
        )


def _replayed(
    study: "Study", forecasters: tuple[str, ...], policies: tuple[str, ...], runs: Path
) -> dict[str, object]:
    """The document, its folder written; a replay that fails or is stopped leaves no folder behind."""
    from gridtide.doors.report.sheet import write_sheet
    from gridtide.doors.results.backtest_document import backtest_document
    from gridtide.doors.results.folder import new_folder
    from gridtide.doors.results.written_whole import write_document
    from gridtide.simulate.backtest import backtest as replay
    from gridtide.stores.memory import MemoryStore

    is_new = not runs.exists()
    folder = new_folder(runs)
    picture = folder / "backtest.html"
    try:
        found = replay(study, forecasters, policies, MemoryStore, announcer())
        document = backtest_document(found, str(picture))
        write_sheet(picture, document, "backtest.js")
        write_document(folder / "backtest.json", document)
    except BaseException:
        shutil.rmtree(runs if is_new else folder, ignore_errors=True)
        raise
    return document


def _asked_forecasters(text: str) -> tuple[str, ...]:
    """Forecasters of an option, each once. Raises BadInput with every unknown name."""
    from gridtide.signals.forecaster import forecasters

    known = forecasters()
    names = list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    refuse_if_any(
        Finding(
            subject=f"--forecasters {name}",
            value="is no forecaster that is known",
            limit="one of " + ", ".join(known),
            mend="Write --forecasters name, several divided by commas.",
        )
        for name in (names or ["''"])
        if name not in known
    )
    return tuple(names)
