"""`gridtide shift`: when should these jobs have run?"""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gridtide.doors.cli.numbers import Number
from gridtide.doors.cli.words import (
    currency_of,
    duration_s,
    instant_of,
    mapping_of,
    say_compiling,
    split_policies,
)
from gridtide.finding import BadInput, Finding, Gathered

if TYPE_CHECKING:
    from gridtide.decide.policy_names import Choice
    from gridtide.decide.shift import Patience, Shift
    from gridtide.fleet.trace import JobTrace
    from gridtide.signals.signal import Signal
    from gridtide.timeline import Timeline

DEFAULT_POLICIES = (
    "run-at-once,all-wait,lowest-slot,lowest-window,lowest-window-oracle,carbon-time,carbon-time-oracle,"
    "threshold,wait-awhile,wait-awhile-interruptible"
)
DEFAULT_WAIT_S = 24 * 3600


FILE = click.Path(path_type=Path)
RULES = click.Choice(["next-workday", "semi-weekly", "next-monday"])


@click.command()
@click.option("--jobs", "jobs_file", type=FILE, required=True, help="CSV or Parquet of jobs.")
@click.option(
    "--signal", "signal_file", type=FILE, required=True, help="CSV or Parquet of one signal."
)
@click.option("--map", "maps", multiple=True, metavar="NAME=COLUMN", help="Which column is NAME.")
@click.option("--policy", "policies", default=DEFAULT_POLICIES, help="Policies, divided by commas.")
@click.option("--step", help="Length of a slot, 5s or longer; the signal's own by default.")
@click.option(
    "--capacity", type=click.IntRange(1, 10**9), help="Units there are; endless by default."
)
@click.option("--max-wait", help="How long any job may wait, e.g. 6h.")
@click.option(
    "--queues", metavar="SHORTxLONG", help="Hours that short and long jobs may wait: 6x24."
)
@click.option("--rule", type=RULES, help="A deadline rule for jobs without a deadline.")
@click.option("--clock", default="UTC", help="IANA zone of the deadline rule.")
@click.option(
    "--quirks",
    type=click.Choice(["lwa", "gaia"]),
    help="As in published code: deadline rules (lwa), run times cut to whole slots (gaia).",
)
@click.option("--start", help="The time at which t_submit_s is 0, with its zone.")
@click.option("--currency", help="Currency of a price, e.g. EUR.")
@click.option("--past-end", type=click.Choice(["refuse", "drop", "hold"]), default="refuse")
@click.option(
    "--forecast-error",
    type=Number(0, 2),
    default=0.0,
    help="Policies see the signal with normal errors of this share of its mean, e.g. 0.05.",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, help="Seed of the forecast error.")
@click.option(
    "--seeds",
    type=click.IntRange(1, 1000),
    default=1,
    help="Seeds from --seed on; means over them.",
)
@click.option("--plan", "plan_file", type=FILE, help="Write the chosen runs (CSV or Parquet).")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def shift(
    jobs_file: Path,
    signal_file: Path,
    maps: tuple[str, ...],
    policies: str,
    step: str | None,
    capacity: int | None,
    max_wait: str | None,
    queues: str | None,
    rule: str | None,
    clock: str,
    quirks: str | None,
    start: str | None,
    currency: str | None,
    past_end: str,
    forecast_error: float,
    seed: int,
    seeds: int,
    plan_file: Path | None,
    as_json: bool,
) -> None:
    """When should I have run it? Every policy on the same jobs and signal, against run-at-once."""
    say_compiling()
    from gridtide.decide.shift import ForecastError, PastEnd
    from gridtide.decide.shift import shift as run

    faults = Gathered()
    columns = faults.of(lambda: mapping_of(maps)) or {}
    began = faults.of(lambda: instant_of(start, "--start"))
    unit = faults.of(lambda: currency_of(currency))
    patience = faults.of(lambda: _patience(max_wait, queues, (rule, clock, quirks == "lwa")))
    step_s = faults.of(lambda: duration_s(step, "--step", least_s=5) if step else None)
    names = split_policies(policies)
    choices = [faults.of(partial(_choice, name)) for name in _reference_first(names)]
    read = faults.of(
        lambda: _read(jobs_file, signal_file, columns, unit or currency, (start, began))
    )
    faults.refuse_if_any()
    assert read is not None and patience is not None
    trace, signal = read
    said = _assumed(trace, patience, max_wait or queues or rule)
    shifted = run(
        trace,
        signal,
        grid=_grid(signal, step_s),
        choices=tuple(choice for choice in choices if choice is not None),
        patience=patience,
        capacity=capacity,
        past_end=PastEnd(past_end),
        error=ForecastError(share=forecast_error, seed=seed, seeds=seeds),
        truncated=quirks == "gaia",
    )
    shifted = replace(shifted, notes=(*said, *shifted.notes))
    if plan_file is not None:
        from gridtide.doors.cli.shift_plan import write_plan

        write_plan(plan_file, shifted, trace)
    wanted = set(names)
    if as_json:
        click.echo(
            json.dumps(_document(shifted, wanted), indent=2, ensure_ascii=False, allow_nan=False)
        )
    else:
        from gridtide.doors.cli.shift_table import show

        show(shifted, wanted)


def _read(
    jobs_file: Path,
    signal_file: Path,
    columns: dict[str, str],
    currency: str | None,
    start: tuple[str | None, datetime | None],
) -> "tuple[JobTrace, Signal]":
    """Both files, with the faults of both shown at once."""
    from gridtide.fleet.trace import anchored_at
    from gridtide.signals.signal import Kind
    from gridtide.sources.job_table import KNOWN, JobTable
    from gridtide.sources.signal_table import SignalTable, only
    from gridtide.timeline import epoch_s

    of_signals = {
        "time",
        "end",
        "zone",
        "issued_at",
        "quantity",
        "value",
        *(str(kind) for kind in Kind),
    }
    faults: list[Finding] = [
        Finding(
            subject=f"--map {name}={column}",
            value=f"{name} is no column this tool knows",
            limit="one of " + ", ".join([*KNOWN, *sorted(of_signals)]),
            mend="Write --map HOUSE_NAME=COLUMN.",
        )
        for name, column in columns.items()
        if name not in KNOWN and name not in of_signals
    ]
    trace, signal = None, None
    written, began = start
    try:
        trace = JobTable(
            path=jobs_file,
            columns=_part(columns, set(KNOWN)),
            start_s=None if began is None else epoch_s(began),
        ).read()
    except BadInput as error:
        faults += error.findings
    try:
        table = SignalTable(path=signal_file, currency=currency, columns=_part(columns, of_signals))
        signal = only(table.read(), signal_file)
    except BadInput as error:
        faults += error.findings
    if trace is not None and not trace.anchored and written is None:
        faults.append(
            Finding(
                subject=str(jobs_file),
                value="t_submit_s counts from the start of the trace",
                limit="a date for that start",
                mend="Give it with --start, e.g. --start 2023-01-01T00:00+00:00.",
            )
        )
    if faults or trace is None or signal is None:
        raise BadInput(faults)
    if began is None:
        return trace, signal
    if trace.anchored:
        notes = (*trace.notes, "--start is not used: the jobs have dates")
        return replace(trace, notes=notes), signal
    return anchored_at(trace, began), signal


def _part(columns: dict[str, str], names: set[str]) -> dict[str, str]:
    return {name: column for name, column in columns.items() if name in names}


def _reference_first(names: list[str]) -> list[str]:
    return ["run-at-once", *(name for name in names if name != "run-at-once")]


def _choice(name: str) -> "Choice":
    from gridtide.decide.policy_names import parsed

    return parsed(name)


def _assumed(trace: "JobTrace", patience: "Patience", way: str | None) -> list[str]:
    """What was taken for granted because nobody said it."""
    said = []
    if way is None and (trace.deadline_s < 0).any():
        hours = patience.long_s // 3600
        said.append(
            f"no deadline, --max-wait, --queues or --rule given: every job may wait {hours} h"
            if (trace.deadline_s < 0).all()
            else f"{int((trace.deadline_s < 0).sum()):,} jobs without a deadline may wait {hours} h"
        )
    return said


def _patience(
    max_wait: str | None,
    queues: str | None,
    rule: tuple[str | None, str, bool],
) -> "Patience":
    from gridtide.decide.shift import Patience

    name, clock, as_published = rule
    given = [option for option in (max_wait, queues, name) if option is not None]
    if len(given) > 1:
        raise BadInput(
            [
                Finding(
                    subject="--max-wait, --queues, --rule",
                    value=f"{len(given)} of them given",
                    limit="one way to say how long jobs may wait",
                    mend="Leave one.",
                )
            ]
        )
    short_s, long_s = _queues_s(queues) if queues else (DEFAULT_WAIT_S, DEFAULT_WAIT_S)
    if max_wait:
        short_s = long_s = duration_s(max_wait, "--max-wait", least_s=0)
    return Patience(
        short_s=short_s,
        long_s=long_s,
        rule=name,
        clock=_clock(clock),
        as_published=as_published,
    )


def _queues_s(text: str) -> tuple[int, int]:
    short, _, long = text.partition("x")
    try:
        pair = float(short), float(long)
    except ValueError:
        pair = -1.0, -1.0
    if not all(0 <= hours <= 24 * 366 for hours in pair):
        raise BadInput(
            [
                Finding(
                    subject=f"--queues {text}",
                    value="is not SHORTxLONG",
                    limit="two numbers of hours, 0 or more",
                    mend="Write --queues 6x24 for 6 h short and 24 h long.",
                )
            ]
        )
    return round(pair[0] * 3600), round(pair[1] * 3600)


def _clock(name: str) -> str:
    from gridtide.sources import zone_faults

    faults = zone_faults(name, f"--clock {name}")
    if faults:
        raise BadInput(faults)
    return name


def _grid(signal: "Signal", step_s: int | None) -> "Timeline":
    from gridtide.timeline import regular

    own_s = int((signal.timeline.edges_s[1:] - signal.timeline.edges_s[:-1]).min())
    step_s = own_s if step_s is None else step_s
    span_s = int(signal.timeline.edges_s[-1] - signal.timeline.edges_s[0])
    if step_s > span_s:
        raise BadInput(
            [
                Finding(
                    subject=f"--step {step_s}s",
                    value=f"{step_s} s",
                    limit=f"no longer than the signal, {span_s} s",
                    mend="Choose a shorter step.",
                )
            ]
        )
    return regular(signal.timeline.start, timedelta(seconds=step_s), span_s // step_s)


def _document(shifted: "Shift", wanted: set[str]) -> dict[str, object]:
    from gridtide.decide.shift import is_average_carbon
    from gridtide.settle.carbon import ATTRIBUTION
    from gridtide.signals.signal import Kind

    signal = shifted.signal
    is_price = signal.kind is Kind.PRICE
    unit = "cost" if is_price else "emissions_kg"
    document: dict[str, object] = {
        "signal": {"kind": str(signal.kind), "zone": signal.zone, "source": signal.source},
        "step_s": shifted.grid.step_s,
        "jobs": len(shifted.jobs),
        "policies": [
            {
                "policy": result.policy,
                unit: result.total,
                "saving": result.saving,
                "mean_wait_h": result.mean_wait_h,
                "peak_units": result.peak_units,
                "missed_deadlines": result.missed_deadlines,
                "no_room": result.no_room,
            }
            for result in shifted.results
            if result.policy in wanted or not wanted
        ],
        "notes": list(shifted.notes),
    }
    if is_price:
        document["currency"] = signal.currency
    if is_average_carbon(signal):
        document["attribution"] = ATTRIBUTION
    return document
