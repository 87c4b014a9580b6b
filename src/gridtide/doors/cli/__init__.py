"""Which commands are there? The table, and the one place where faults become exit codes."""

import importlib
import os
import sys
from collections.abc import Sequence

import click

from gridtide import __version__
from gridtide.finding import BadInput, Infeasible, InputError, Stale
from gridtide.trust.record import NotLeadingError, StoreFullError, StoreLostError

SHOWN_FAULTS = 20
THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")
"""Threads of linear algebra: on small matrices they wait for each other, and their number can change last digits."""

COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("gridtide.doors.cli.demo:demo", "Run the bundled two-site week."),
    "init": ("gridtide.doors.cli.init:init", "Write a case to begin with."),
    "check": ("gridtide.doors.cli.check:check", "Every fault of a case at once, or what it holds."),
    "run": ("gridtide.doors.cli.run:run", "Run a case, its policies side by side, with a report."),
    "compare": ("gridtide.doors.cli.compare:compare", "Run named policies on a case."),
    "explain": ("gridtide.doors.cli.explain:explain", "Why a job runs where and when it does."),
    "shift": ("gridtide.doors.cli.shift:shift", "When should these jobs have run?"),
    "backtest": (
        "gridtide.doors.cli.backtest:backtest",
        "How good were forecasts and policies on a case that is over?",
    ),
    "bound": (
        "gridtide.doors.cli.bound:bound",
        "The best anyone could do, and what each limit is worth.",
    ),
    "energy": (
        "gridtide.doors.cli.energy:energy",
        "Where energy goes, from the grid to the chip, and how far the limits are.",
    ),
    "flex": (
        "gridtide.doors.cli.flex:flex",
        "How many kW up and down, for how long, at what price, at which delay.",
    ),
    "offer": (
        "gridtide.doors.cli.offer:offer",
        "Bids before a gate closes: how much energy and capacity at which price.",
    ),
    "declare": (
        "gridtide.doors.cli.declare:declare",
        "The load of tomorrow, P10, P50 and P90, as a dispatch centre asks for it.",
    ),
    "follow": (
        "gridtide.doors.cli.follow:follow",
        "How well a site follows a regulation signal, second by second.",
    ),
    "swing": (
        "gridtide.doors.cli.swing:swing",
        "Does a load keep the grid's rules on ramps and swings, and what would.",
    ),
    "study": (
        "gridtide.doors.cli.study:study",
        "What an outage does to a network, and how much load a bus takes.",
    ),
    "site": (
        "gridtide.doors.cli.site:site",
        "Where the next data centre should stand, and what would turn the choice.",
    ),
    "pathway": (
        "gridtide.doors.cli.pathway:pathway",
        "How much of the world's electricity computing draws until 2060, and what holds it.",
    ),
    "size": (
        "gridtide.doors.cli.size:size",
        "What to build beside a load, at least cost or least carbon, and how clean it gets.",
    ),
    "market": (
        "gridtide.doors.cli.market:market",
        "What happens to a market when fleets are a large part of its load.",
    ),
    "worth": (
        "gridtide.doors.cli.worth:worth",
        "Who draws less in called hours at which incentive, and what it brings.",
    ),
    "tiers": (
        "gridtide.doors.cli.tiers:tiers",
        "What users pay by how long they wait, and whom a course was for.",
    ),
    "respond": (
        "gridtide.doors.cli.respond:respond",
        "How a cluster answers a call for less power, and what each job loses by it.",
    ),
    "settle": (
        "gridtide.doors.cli.settle:settle",
        "What was delivered and what is owed, line by line.",
    ),
    "aggregate": (
        "gridtide.doors.cli.aggregate:aggregate",
        "Split a call over many members, again where some fail, and score them.",
    ),
    "learn": (
        "gridtide.doors.cli.learn:learn",
        "What a site draws, learned from its own telemetry.",
    ),
    "ven": ("gridtide.doors.cli.ven:ven", "What does a VTN ask of my site now, over OpenADR 3.1?"),
    "vtn": (
        "gridtide.doors.cli.vtn:vtn",
        "Tell end nodes of programs and events, and take their reports (OpenADR 3.1).",
    ),
    "serve": ("gridtide.doors.cli.serve:serve", "The control room, live, with people in charge."),
    "audit": (
        "gridtide.doors.cli.audit:audit",
        "Is the record whole, and does a decision come out of it again?",
    ),
    "mcp": (
        "gridtide.doors.cli.mcp:mcp",
        "Let an assistant ask a running control room; it cannot act (MCP).",
    ),
    "sweep": (
        "gridtide.doors.cli.sweep:sweep",
        "One study over parameters, years, seeds and policies.",
    ),
    "sweeper": (
        "gridtide.doors.cli.sweeper:sweeper",
        "End in a Kubernetes cluster what is held beyond its time.",
    ),
    "agent": (
        "gridtide.doors.cli.agent:agent",
        "Be a site's own agent, or speak to the one that runs.",
    ),
    "store": ("gridtide.doors.cli.store:store", "Look after what a service keeps."),
    "bench": ("gridtide.doors.cli.bench:bench", "Measure a part of gridtide: how good, how fast."),
    "doctor": (
        "gridtide.doors.cli.doctor:doctor",
        "Is the installation sound; what is wrong with a file?",
    ),
}
"""Command -> where it stands, and its one line in the list; nothing is imported to show the list."""


class Commands(click.Group):
    """Loads a command only when it is called."""

    def list_commands(self, context: click.Context) -> list[str]:
        """Names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """The command, imported now; None for an unknown name."""
        if name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="gridtide", message="%(prog)s %(version)s")
def gridtide() -> None:
    """Plan, run, simulate and settle a fleet of data centres together with the grid."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code.

    0 ok, 1 our failure, 2 usage or input that cannot be used, 3 well-formed but infeasible, 4 stale. Linear
    algebra runs on one thread unless the environment says otherwise.
    """
    for name in THREADS:
        os.environ.setdefault(name, "1")
    sys.exit(exit_code(arguments))


def exit_code(arguments: Sequence[str] | None = None) -> int:
    """What `main` leaves with; every fault is said on stderr."""
    try:
        answer = gridtide.main(args=arguments, prog_name="gridtide", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except SystemExit:  # how rich tells that nobody reads on
        return 0
    except InputError as error:
        _say(error)
        return {BadInput: 2, Infeasible: 3, Stale: 4}.get(type(error), 2)
    except (NotLeadingError, StoreFullError, StoreLostError) as error:
        click.echo(str(error), err=True)
        return 2
    except Exception as error:
        if os.environ.get("GRIDTIDE_DEBUG") == "1":
            raise
        name = type(error).__name__
        click.echo(f"gridtide failed ({name}: {error}); this is our fault, not yours.", err=True)
        click.echo("Run it again with GRIDTIDE_DEBUG=1 and report what it prints.", err=True)
        return 1
    return answer if isinstance(answer, int) else 0


def _say(error: InputError) -> None:
    for finding in error.findings[:SHOWN_FAULTS]:
        click.echo(str(finding), err=True)
    more = len(error.findings) - SHOWN_FAULTS
    if more > 0:
        click.echo(f"and {more} more faults", err=True)
