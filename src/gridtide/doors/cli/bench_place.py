"""`gridtide bench place`: millions of single jobs placed, with a bound that shows how good it is."""

import json
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar, cast

import click
import numpy as np

from gridtide.doors.cli.measuring import Part, how_good, measured_on, size_of
from gridtide.doors.cli.numbers import Number
from gridtide.doors.cli.words import say_compiling
from gridtide.finding import BadInput, Finding, refuse_if_any

Value = TypeVar("Value")
USUAL = "1000000x2976x10"
PARTS = (
    Part(name="jobs"),
    Part(name="slots of a quarter of an hour", most=1_000_000),
    Part(name="sites", most=10_000),
)
METHOD = "mini-batch dual ascent with table bounds, price sweeps"
METHOD_OF_KINDS = "prices of a program over kinds of jobs with table bounds, price sweeps"


@click.command()
@click.option("--size", default=USUAL, show_default=True, metavar="JOBSxSLOTSxSITES")
@click.option("--utilisation", default=0.65, show_default=True, type=Number(0.01, 0.99))
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0))
@click.option("--passes", default=6, show_default=True, type=click.IntRange(0, 1000))
@click.option(
    "--crowding",
    default="0.1,0.03,0.01,0.003,0.001,0",
    show_default=True,
    help="Price of a full place, each sweep.",
)
@click.option("--restart", default=0.0, type=Number(0.0), help="Slots that a restart costs.")
@click.option("--shortest-run", default=1, type=click.IntRange(1), help="Slots of a piece.")
@click.option(
    "--transfer", default=0, type=click.IntRange(0), help="Slots until work is elsewhere."
)
@click.option("--elastic", default=0.0, type=Number(0.0, 1.0), help="Share that may halve.")
@click.option(
    "--kinds",
    type=click.IntRange(1),
    help="So many kinds of jobs, all of a kind alike; by default none are.",
)
@click.option(
    "--trace",
    type=click.Choice(["philly", "pai", "openb"]),
    help="Jobs of a public trace on the prices of 2022, from $GRIDTIDE_DATA.",
)
@click.option(
    "--gangs",
    type=click.IntRange(1, 512),
    help="Largest gang of made-up jobs; they run longer until a quarter of a site holds it.",
)
@click.option(
    "--sites-hold",
    type=click.IntRange(1, 2**24),
    help="Accelerators of each site, instead of what --utilisation asks.",
)
@click.option("--laxity", type=Number(0.0), help="Wait in run times, with --trace.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def place(
    size: str,
    utilisation: float,
    seed: int,
    passes: int,
    crowding: str,
    restart: float,
    shortest_run: int,
    transfer: int,
    elastic: float,
    kinds: int | None,
    trace: str | None,
    gangs: int | None,
    sites_hold: int | None,
    laxity: float | None,
    as_json: bool,
) -> None:
    """Place seeded jobs on sites over quarter hours and print bound, cost, gap and time.

    Seconds are of one run on this machine without compiling; reading or making the input and the independent check
    of the result are timed beside the total.
    """
    from gridtide.testing.instances.many_jobs import Size, Traits

    traits = Traits(
        utilisation=utilisation,
        restart_slots=restart,
        shortest_run=shortest_run,
        transfer=transfer,
        elastic=elastic,
        accelerators=sites_hold,
        largest_gang=gangs,
    )
    refuse_if_any(_at_odds(trace, gangs))
    jobs_wanted, slots, sites = size_of(size, PARTS, USUAL)
    wanted = Size(jobs=jobs_wanted, slots=slots, sites=sites)
    weights = _weights_of(crowding)
    _compile(replace(traits, accelerators=None, largest_gang=None), wanted.sites)
    clock = Clock()
    made = clock.timed("input", lambda: _made(trace, wanted, traits, laxity, seed))
    jobs, room, origin = made
    if kinds is not None:
        jobs, origin = _alike(jobs, kinds), {**origin, "kinds": kinds}
    document = {
        **origin,
        "size": {"jobs": len(jobs), "slots": room.cost.shape[1], "sites": len(room.capacity)},
        "utilisation": utilisation if sites_hold is None else _asked_share(jobs, room),
        "seed": seed,
        "accelerators_per_site": int(room.capacity[0]),
        "largest_gang": int(jobs.gang.max()),
        "longest_run_slots": int(jobs.slots[:, 0].max()),
        **_measured(jobs, room, seed, passes, weights, clock),
    }
    click.echo(json.dumps(document, indent=2) if as_json else _table(document))


def _at_odds(trace: str | None, gangs: int | None) -> list[Finding]:
    """Options that cannot be meant together."""
    if trace is None or gangs is None:
        return []
    finding = Finding(
        subject=f"--gangs {gangs}",
        value=f"is given with --trace {trace}, whose gangs and run times are its own",
        limit="made-up jobs",
        mend="Leave out one of the two; --sites-hold makes room for the largest gang of a trace.",
    )
    return [finding]


def _asked_share(jobs: Any, room: Any) -> float:
    """Accelerator-slots that all jobs ask at home, as a share of those there are."""
    work = float((jobs.gang[:, 0] * jobs.slots[:, 0].astype(np.float64)).sum())
    return work / float(room.capacity.sum() * float(room.cost.shape[1]))


def _made(
    trace: str | None, size: Any, traits: Any, laxity: float | None, seed: int
) -> tuple[Any, Any, dict[str, Any]]:
    """Jobs, room, and where they come from."""
    if trace is None:
        from gridtide.testing.instances import many_jobs

        return *many_jobs.instance(size, traits, seed), {"instance": many_jobs.VERSION}
    from gridtide.testing.instances import traced_jobs

    wait = traced_jobs.LAXITY[trace] if laxity is None else laxity
    made = traced_jobs.traced(_data(), cast("Any", trace), size, traits, wait, seed)
    return (
        made.jobs,
        made.room,
        {
            "instance": f"{traced_jobs.VERSION}, {trace}",
            "laxity": wait,
            "notes": list(made.notes),
        },
    )


def _alike(jobs: Any, kinds: int) -> Any:
    """As many jobs of the first kinds, in order of release; they ask for what these ask for, not for the given
    utilisation."""
    turn = np.sort(
        np.arange(len(jobs)) % min(kinds, len(jobs)) * len(jobs) // min(kinds, len(jobs))
    )
    return replace(jobs, **{name: getattr(jobs, name)[turn] for name in jobs.__dataclass_fields__})


def _data() -> Path:
    """The folder that GRIDTIDE_DATA names. Raises BadInput without one."""
    named = os.environ.get("GRIDTIDE_DATA", "")
    if named and Path(named).is_dir():
        return Path(named)
    finding = Finding(
        subject="GRIDTIDE_DATA",
        value=repr(named) if named else "is not set",
        limit="the folder that holds gpu_jobs and grid_hourly",
        mend="Set it, or leave out --trace for made-up jobs.",
    )
    raise BadInput([finding])


class Clock:
    """Wall and processor seconds of the parts of one run, each part said on stderr when it is done."""

    def __init__(self) -> None:
        self.wall_s: dict[str, float] = {}
        self.processor_s: dict[str, float] = {}

    def timed(self, part: str, work: Callable[[], Value]) -> Value:
        """What `work` gives; its time is kept under the name of the part."""
        wall, processor = time.perf_counter(), time.process_time()
        value = work()
        self.wall_s[part] = time.perf_counter() - wall
        self.processor_s[part] = time.process_time() - processor
        click.echo(f"{part}: {self.wall_s[part]:.1f} s", err=True)
        return value


TIMED = ("prices", "bound", "sweeps")
"""The parts that placing consists of; their sum is the total."""


def _measured(
    jobs: Any, room: Any, seed: int, passes: int, crowding: tuple[float, ...], clock: Clock
) -> dict[str, Any]:
    """Everything that one run tells."""
    from gridtide.decide import mass_bound, mass_placement, mass_sweeps
    from gridtide.decide.many_jobs import faults_of
    from gridtide.decide.mass_check import account
    from gridtide.digest import digest

    clock.timed("faults", lambda: refuse_if_any(faults_of(jobs, room)))
    ascent, sweeps = mass_bound.Ascent(passes=passes), mass_sweeps.Sweeps(crowding=crowding)
    congestion, method = clock.timed("prices", lambda: _prices(jobs, room, ascent, seed))
    bound = clock.timed("bound", lambda: mass_bound.certified(jobs, room, congestion))
    placement = clock.timed(
        "sweeps", lambda: mass_placement.swept(jobs, room, congestion, bound, sweeps)
    )
    done = clock.timed("check", lambda: account(jobs, room, placement))
    at_once = clock.timed("run-at-once", lambda: mass_placement.run_at_once_cost(jobs, room))
    if not done.holds:
        raise RuntimeError(f"the placement breaks its rules: {done.breaches}")
    total_s = sum(clock.wall_s[part] for part in TIMED)
    return {
        **how_good(done.cost, bound.lower_bound, at_once, method),
        "pieces_per_job": done.pieces / max(len(jobs), 1),
        "unplaced": _unplaced(jobs, placement.reason),
        "seconds": {**clock.wall_s, "total": total_s},
        "processor_seconds": {
            **clock.processor_s,
            "total": sum(clock.processor_s[part] for part in TIMED),
        },
        "jobs_per_s": len(jobs) / total_s,
        "digest": digest(placement),
        "passes": passes,
        "crowding": list(crowding),
        **measured_on(),
    }


def _prices(jobs: Any, room: Any, ascent: Any, seed: int) -> tuple[Any, str]:
    """Congestion prices, and how they were found: over kinds where most jobs are alike."""
    from gridtide.decide.mass_alike import prices_of_kinds
    from gridtide.decide.mass_bound import ascended

    alike = prices_of_kinds(jobs, room)
    if alike is not None:
        return alike, METHOD_OF_KINDS
    return ascended(jobs, room, ascent, np.random.default_rng(seed)), METHOD


def _unplaced(jobs: Any, reasons: Any) -> dict[str, Any]:
    """Jobs without slots, their share of the work, and how many for which reason."""
    from gridtide.decide.mass_placement import Reason

    out = reasons != Reason.PLACED
    work = jobs.gang[:, 0] * jobs.slots[:, 0].astype(np.float64)
    return {
        "jobs": int(out.sum()),
        "share_of_work": float(work[out].sum() / work.sum()) if work.sum() else 0.0,
        "reasons": {
            reason.name.lower().replace("_", "-"): int((reasons == reason).sum())
            for reason in Reason
            if reason is not Reason.PLACED and (reasons == reason).any()
        },
    }


def _compile(traits: Any, sites: int) -> None:
    """Run everything once on a small instance, so that no compiling is measured."""
    from gridtide.decide.mass_placement import placed, run_at_once_cost
    from gridtide.testing.instances.many_jobs import Size, instance

    say_compiling()
    small = instance(Size(jobs=200, slots=192, sites=sites), traits)
    placed(*small)
    run_at_once_cost(*small)


def _weights_of(text: str) -> tuple[float, ...]:
    try:
        weights = tuple(float(part) for part in text.split(","))
    except ValueError:
        weights = ()
    if weights and all(0.0 <= weight <= 1_000.0 for weight in weights):
        return weights
    finding = Finding(
        subject=f"--crowding {text}",
        value="are no weights",
        limit="numbers of 0 to 1000 divided by commas, one a sweep",
        mend="Write --crowding 0.1,0.01,0, for example.",
    )
    raise BadInput([finding])


def _parts(seconds: dict[str, float]) -> str:
    return ", ".join(f"{part} {seconds[part]:.2f}" for part in (*TIMED, "total"))


def _table(document: dict[str, Any]) -> str:
    """The figures a person looks for first."""
    size, out = document["size"], document["unplaced"]
    gap = "n/a" if document["gap"] is None else f"{document['gap']:.3%}"
    reasons = ", ".join(f"{count} {reason}" for reason, count in out["reasons"].items())
    lines = [
        f"{size['jobs']:,} jobs, {size['slots']:,} slots, {size['sites']} sites of "
        f"{document['accelerators_per_site']:,} accelerators, seed {document['seed']}",
        f"work           {document['utilisation']:.0%} of the room, gangs up to "
        f"{document['largest_gang']:,}, runs up to {document['longest_run_slots']:,} slots",
        f"lower bound    {document['lower_bound']:,.2f}",
        f"cost           {document['cost']:,.2f}   (run-at-once {document['run_at_once_cost']:,.2f})",
        f"gap            {gap}",
        f"left out       {out['jobs']}" + (f" ({reasons})" if reasons else ""),
        "seconds        " + _parts(document["seconds"]),
        "processor      " + _parts(document["processor_seconds"]),
        f"peak memory    {document['peak_memory_mib']:,.0f} MiB",
    ]
    return "\n".join(lines)
