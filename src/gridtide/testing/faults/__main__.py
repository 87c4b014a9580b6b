"""Try every fault, and print what was tried and what survived; code 1 where something did not.

    python -m gridtide.testing.faults [--times N] [--seed N] [NAME ...]

NAME: the beginning of a fault's name; all faults by default.
"""

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from gridtide.testing.faults.listed import FAULTS
from gridtide.testing.faults.trial import Fault, Place, Tally, tried
from gridtide.testing.postgres_server import postgres_server

ROW = "{:<44} {:>5} {:>8} {:>10} {:>19}"


def main(words: list[str]) -> int:
    """Run what the words ask for; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m gridtide.testing.faults", description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--times", type=int, default=10, help="how often each is tried")
    parser.add_argument("--seed", type=int, default=1, help="of all instants")
    asked = parser.parse_args(words)
    chosen = [
        fault
        for fault in FAULTS
        if not asked.names or any(fault.name.startswith(name) for name in asked.names)
    ]
    if not chosen:
        parser.error("no fault begins so; one of: " + "; ".join(fault.name for fault in FAULTS))
    print(ROW.format("fault", "tried", "survived", "acts open", "next decision, s"))
    tallies = [told(fault, asked.times, asked.seed) for fault in chosen]
    return 1 if any(tally.broke for tally in tallies) else 0


def told(fault: Fault, times: int, seed: int) -> Tally:
    """Try a fault in a folder of its own, and print its row."""
    with ExitStack() as ends:
        folder = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="gridtide-fault-")))
        server = ends.enter_context(postgres_server()) if fault.on_postgres else None
        place = Place(folder=folder, rng=np.random.default_rng(seed), postgres=server)
        tally = tried(fault, place, times)
    print(
        ROW.format(fault.name, tally.tried, tally.survived, tally.hit or "", _next(tally)),
        flush=True,
    )
    for sentence in tally.broke:
        print(f"  {sentence}", flush=True)
    return tally


def _next(tally: Tally) -> str:
    """Half of the times at most, and the longest."""
    if not tally.next_s:
        return ""
    return f"{np.median(tally.next_s):.1f}, at most {max(tally.next_s):.1f}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
