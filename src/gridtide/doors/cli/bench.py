"""`gridtide bench`: how good and how fast, on this machine, in one run."""

import importlib

import click

BENCHES: dict[str, tuple[str, str]] = {
    "plan": ("gridtide.doors.cli.bench_plan:plan", "A week plan of a fleet, certified."),
    "place": (
        "gridtide.doors.cli.bench_place:place",
        "Millions of single jobs into slots of sites.",
    ),
    "shift": (
        "gridtide.doors.cli.bench_shift:shift",
        "Every reference policy on a year of jobs, beside its plain writing.",
    ),
    "twin": (
        "gridtide.doors.cli.bench_twin:twin",
        "Sites and stores step by step, beside a plain writing.",
    ),
    "facility": (
        "gridtide.doors.cli.bench_facility:facility",
        "All models of many buildings through a year, in float32 beside float64.",
    ),
    "tick": (
        "gridtide.doors.cli.bench_tick:tick",
        "One set-point over the nodes of many gangs, beside its NumPy form.",
    ),
    "flex": (
        "gridtide.doors.cli.bench_flex:flex",
        "The flexibility curve of a planned fleet, borne out in the twin.",
    ),
}
"""Subject -> where it stands, and its one line in the list; nothing is imported to show the list."""


class Benches(click.Group):
    """Loads a subject only when it is called."""

    def list_commands(self, context: click.Context) -> list[str]:
        """Names in the order of the table."""
        return list(BENCHES)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """The command, imported now; None for an unknown name."""
        if name not in BENCHES:
            return None
        module, _, attribute = BENCHES[name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of subjects from the table alone."""
        with formatter.section("Subjects"):
            formatter.write_dl([(name, line) for name, (_, line) in BENCHES.items()])


@click.group(cls=Benches)
def bench() -> None:
    """Measure a part of gridtide on a seeded instance; speeds are ratios of this very run."""
