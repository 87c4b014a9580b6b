"""`gridtide agent`: a site's own agent, and the console of the one that runs."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from gridtide.finding import BadInput, Finding


@click.command()
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--status", "verb", flag_value="status", help="What the agent that runs here says.")
@click.option("--freeze", "verb", flag_value="freeze", help="Begin nothing new from now on.")
@click.option("--release", "verb", flag_value="release", help="Let go of everything that is held.")
@click.option("--thaw", "verb", flag_value="thaw", help="Begin acts again; takes two people.")
@click.option("--narrow", metavar="DEVICE:BOUND=VALUE", help="Allow less from now on.")
@click.option("--reason", default="", help="Why, as it is written down.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def agent(config: Path, verb: str | None, narrow: str | None, reason: str, as_json: bool) -> int:
    """Be the agent of the site in CONFIG until a signal ends it; or, with one of the flags, speak to the one that runs.

    The agent dials out and opens no port. --freeze, --release and --narrow work whether or not there is a brain, and
    whether or not the agent runs.
    """
    import os

    from gridtide.doors.agent.config import console_of, read_config
    from gridtide.doors.agent.console import ask
    from gridtide.doors.agent.opening import run, without_a_running_agent

    question = _question(verb, narrow, reason)
    if question is None:
        run(read_config(config, os.getuid()), click.echo)
        return 0
    answer = ask(console_of(config), question)
    if answer is None:
        site = read_config(config, os.getuid())
        answer = without_a_running_agent(site, question, os.getuid())
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        _show(answer)
    return 2 if "refused" in answer else 0


def _question(verb: str | None, narrow: str | None, reason: str) -> dict[str, object] | None:
    """What is asked of the agent that runs; None where one shall be. Raises BadInput."""
    if narrow is None:
        return None if verb is None else {"do": verb, "reason": reason}
    device, _, rest = narrow.partition(":")
    bound, _, value = rest.partition("=")
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    if verb is not None or not device or not bound or number != number:
        raise BadInput([_no_narrowing(narrow, verb)])
    return {"do": "narrow", "device": device, "bound": bound, "value": number, "reason": reason}


def _show(answer: Mapping[str, Any]) -> None:
    for key in ("refused", "done"):
        if key in answer:
            click.echo(str(answer[key]), err=key == "refused")
            return
    click.echo(f"leads: {answer['leads']}")
    click.echo(f"frozen: {answer['frozen'] or 'no'}")
    click.echo(f"outcomes the brain has not acknowledged: {answer['unreported']}")
    for one in answer["readings"]:
        drawn = "unknown" if one["kw"] is None else f"{one['kw']:.3f} kW"
        click.echo(f"  {one['device']} {one['of']} draws {drawn}")
    for one in answer["restraints"]:
        click.echo(
            f"  {one['device']} {one['subject']}: {one['kind']} {one['value']} until {one['until']}"
        )
    for name in answer["unreachable"]:
        click.echo(f"  {name} does not answer")


def _no_narrowing(narrow: str, verb: str | None) -> Finding:
    beside = f" beside --{verb}" if verb else ""
    return Finding(
        subject=f"--narrow {narrow}{beside}",
        value="is no bound of a device" if not verb else "asks for two things at once",
        limit="DEVICE:BOUND=VALUE, as gpus:cap_min_kw=0.5, and nothing else",
        mend="Correct it; the bounds stand in the page on agents.",
    )
