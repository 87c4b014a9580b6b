"""How long a turn of a course takes, part by part, and how much less than it took before.

    python benchmarks/rolling.py [--cases demo,demo+telescope,DE-LU,DE-LU+telescope,examples/real/carbon_2022.toml]
                                 [--days 3] [--rounds 3] [--against COMMIT]

Each course, of the coordinated policy, is run twice over in turn: with what turns and plans keep from one another, and
with nothing kept. With --against the same courses are run on the sources of an earlier commit as well, in processes of
their own, one after the other. No ratio is printed unless the audit chains, which hold the digest of every situation
seen and every dispatch told, are the same to the last link. `CASE+telescope` plans a week in 96 steps. DE-LU and other
zones are the fleets of `benchmarks/telescope.py`, of --days days; a case by its path is cut to --days days. Seconds
are CPU seconds, the least of the rounds; parts are of one more run, and lie inside one another where indented.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

from gridtide.case.load import load_case
from gridtide.simulate.course import run_course
from gridtide.simulate.policies import PlanAndPlace, policy_named
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.stores.memory import MemoryStore
from gridtide.timeline import Spans

HERE = Path(__file__).resolve().parent
WEEK_IN_96: Spans = ((24, 900), (42, 3600), (30, 4 * 3600))
CASES = "demo,demo+telescope,DE-LU,DE-LU+telescope"
PARTS = (
    ("see and forecast", "gridtide.loop.turn", "see"),
    ("room and admission", "gridtide.loop.turn", "admit"),
    ("plans", "gridtide.decide.planners.coordinated", "Coordinated._planned"),
    ("plans", "gridtide.decide.telescoped", "Telescoped._planned"),
    ("  facts: signals read, buckets", "gridtide.decide.planners.coordinated", "facts_of"),
    ("  facts: signals read, buckets", "gridtide.decide.telescoped", "views_of"),
    ("  program written", "gridtide.decide.planners.coordinated", "written"),
    ("  matrix", "gridtide.decide.planners.coordinated", "matrix_of"),
    ("  solve", "gridtide.decide.planners.coordinated", "solved_without_burning"),
    ("  proof", "gridtide.decide.planners.coordinated", "lower_bound"),
    ("  proof in fine steps", "gridtide.decide.telescoped", "lifted_bound"),
    ("  told in fine steps", "gridtide.decide.telescoped", "unfolded"),
    ("placement", "gridtide.decide.dispatchers.price_guided", "PriceGuided.dispatch"),
    ("  policies of the literature", "gridtide.decide.dispatchers.price_guided", "PriceGuided._by_the_book"),
    ("  expected costs", "gridtide.decide.dispatchers.price_guided", "expected_costs"),
    ("guard", "gridtide.loop.turn", "judge"),
    ("fingerprints", "gridtide.loop.turn", "_decision"),
    ("twin", "gridtide.simulate.twin", "Twin.advance"),
    ("written down", "gridtide.simulate.course", "write_down"),
)  # fmt: skip
"""What is timed: a name for people, and the function that does it, where its caller looks it up."""


@dataclass(frozen=True, kw_only=True)
class Timed:
    """One course: CPU seconds, turns taken, the last link of its audit chain."""

    seconds: float
    turns: int
    chain: str


def study_of(case: str, days: int) -> Study:
    """A study by name, with its plans through a telescope where the name says so."""
    name, _, seen = case.partition("+")
    if name == "demo":
        import gridtide.case

        study = load_case(Path(gridtide.case.__file__).parent / "demo" / "case.toml")
    elif name.endswith(".toml"):
        study = _cut(Path(name), days)
    else:
        from telescope import study_of as fleet_of  # the benchmark beside this one

        data = Path(os.environ.get("GRIDTIDE_DATA", "../shared/data")).resolve()
        study = fleet_of([name], days, 5, data)
    if not seen:
        return study
    cadence = replace(study.cadence, telescope=WEEK_IN_96, plan_h=168.0)
    return replace(study, cadence=cadence)


def _cut(path: Path, days: int) -> Study:
    """The first days of a case."""
    text = path.read_text()
    found = re.search(r"^start = (\S+)", text, flags=re.MULTILINE)
    assert found is not None
    end = datetime.fromisoformat(found[1]) + timedelta(days=days)
    text = re.sub(r"^end = \S+", f"end = {end.isoformat()}", text, count=1, flags=re.MULTILINE)
    with tempfile.NamedTemporaryFile("w", suffix=".toml", dir=path.parent) as short:
        short.write(text)
        short.flush()
        return load_case(Path(short.name))


def timed(study: Study, keeps: bool) -> Timed:
    """The course of the coordinated policy; keeps: with what its turns keep from one another."""
    policy, forecaster, known = policy_named("coordinated", study)
    assert isinstance(policy, PlanAndPlace)
    chosen, store = policy if keeps else forgetful(policy), MemoryStore()
    truth = truth_of(study)
    with nullified() if not keeps else _as_it_is():
        before = time.process_time()
        course = run_course(known, truth, chosen, forecaster, store, lambda done, whole: None)
        seconds = time.process_time() - before
    last = store.last()
    assert last is not None
    return Timed(seconds=seconds, turns=course.turns, chain=last.hash)


def forgetful(policy: PlanAndPlace) -> PlanAndPlace:
    """The policy whose parts keep no readings."""
    parts: dict[str, Any] = {
        name: replace(getattr(policy, name), readings=None)
        for name in ("planner", "fitter", "dispatcher")
    }
    return replace(policy, **parts)


@contextmanager
def _as_it_is() -> Iterator[None]:
    yield


@contextmanager
def nullified() -> Iterator[None]:
    """Fingerprints that keep nothing spelled."""
    from gridtide.digest import Fingerprints, digest

    kept = Fingerprints.of
    Fingerprints.of = lambda self, noun: digest(noun)  # type: ignore[method-assign]
    try:
        yield
    finally:
        Fingerprints.of = kept  # type: ignore[method-assign]


def parts_of(study: Study) -> dict[str, float]:
    """CPU seconds of each part of a course, by name."""
    spent = dict.fromkeys((name for name, _, _ in PARTS), 0.0)
    undo: list[tuple[Any, str, Any]] = []
    for name, module, place in PARTS:
        owner: Any = import_module(module)
        *path, last = place.split(".")
        for one in path:
            owner = getattr(owner, one)
        undo.append((owner, last, getattr(owner, last)))
        setattr(owner, last, _clocked(getattr(owner, last), spent, name))
    try:
        timed(study, keeps=True)
    finally:
        for owner, last, was in undo:
            setattr(owner, last, was)
    return spent


def _clocked(
    function: Callable[..., Any], spent: dict[str, float], name: str
) -> Callable[..., Any]:
    def clocked(*given: Any, **named: Any) -> Any:
        before = time.process_time()
        try:
            return function(*given, **named)
        finally:
            spent[name] += time.process_time() - before

    return clocked


def before_of(sources: Path, case: str, days: int) -> Timed:
    """The course on the sources of an earlier commit, in a process of its own; its first run there is not counted."""
    text = (
        "import json, sys; sys.path[:0] = sys.argv[1:3]; import rolling\n"
        "study = rolling.study_of(sys.argv[3], int(sys.argv[4]))\n"
        "print(json.dumps([vars(rolling.plainly(study)) for _ in range(2)][-1]))\n"
    )
    command = [sys.executable, "-c", text, str(sources / "src"), str(HERE), case, str(days)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return Timed(**json.loads(done.stdout))


def plainly(study: Study) -> Timed:
    """The course as the sources on the path run it."""
    return timed(study, keeps=True)


@contextmanager
def sources_of(commit: str) -> Iterator[Path]:
    """A folder with the sources of a commit."""
    with tempfile.TemporaryDirectory() as folder:
        packed = subprocess.run(
            ["git", "-C", str(HERE.parent), "archive", commit, "src"],
            capture_output=True,
            check=False,
        )
        if packed.returncode:
            raise SystemExit(f"{commit}: {packed.stderr.decode().strip()}")
        subprocess.run(["tar", "-x", "-C", folder], input=packed.stdout, check=True)
        yield Path(folder)


def compared(case: str, days: int, rounds: int, sources: Path | None) -> Iterator[str]:
    """Lines about one course."""
    study = study_of(case, days)
    timed(study, keeps=True)
    runs: dict[str, list[Timed]] = {"as it is": [], "nothing kept": []}
    if sources is not None:
        runs["before"] = []
    for _ in range(rounds):
        runs["as it is"].append(timed(study, keeps=True))
        runs["nothing kept"].append(timed(study, keeps=False))
        if sources is not None:
            runs["before"].append(before_of(sources, case, days))
    chains = {one.chain for found in runs.values() for one in found}
    if len(chains) > 1:
        raise SystemExit(f"{case}: the courses decide differently, so no ratio is printed")
    least = {name: min(one.seconds for one in found) for name, found in runs.items()}
    turns = runs["as it is"][0].turns
    yield f"{case}: {turns} turns, chain {chains.pop()[:12]}"
    for name, seconds in least.items():
        ratio = f", {seconds / least['as it is']:.2f} times" if name != "as it is" else ""
        yield f"  {name:14s} {seconds / turns * 1e3:8.2f} ms a turn{ratio}"
    spent = parts_of(study)
    for name, seconds in spent.items():
        if seconds:
            yield f"    {name:32s} {seconds / turns * 1e3:8.2f} ms a turn"


def main() -> None:
    """Print a block a course."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", default=CASES)
    parser.add_argument("--days", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--against", help="a commit whose sources run the same courses")
    options = parser.parse_args()
    with sources_of(options.against) if options.against else _nowhere() as sources:
        for case in options.cases.split(","):
            for line in compared(case, options.days, options.rounds, sources):
                print(line, flush=True)


@contextmanager
def _nowhere() -> Iterator[None]:
    yield None


if __name__ == "__main__":
    main()
