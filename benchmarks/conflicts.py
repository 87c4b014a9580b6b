"""What a large program that cannot hold is answered with, and how long that takes.

python benchmarks/conflicts.py [SITESxSTEPSxBUCKETS] [SEED]

Prints processor seconds of this process, one thread.
"""

import sys
from time import process_time

import numpy as np

from gridtide.decide.conflict.conflicting_set import conflicting_set
from gridtide.decide.conflict.relaxing import cheapest_relaxation
from gridtide.decide.conflict.trying import Tries
from gridtide.testing.instances.called_fleet import VERSION, called_fleet


def main(size: str, seed: int) -> None:
    """Builds, finds the set, finds the cheapest way out, and says what each took."""
    sites, steps, buckets = (int(part) for part in size.split("x"))
    begun = process_time()
    elastic = called_fleet(sites, steps, buckets, seed)
    print(f"{VERSION}, {size}, seed {seed}: {len(elastic.matrix.cost):,} columns, "
          f"{len(elastic.matrix.row_lower):,} rows, {len(elastic.members)} members, "
          f"written in {process_time() - begun:.1f} s")  # fmt: skip
    begun = process_time()
    tries = Tries(elastic)
    found = conflicting_set(tries)
    print(f"set: {process_time() - begun:.1f} s")
    if found is None:
        print("everything can hold together")
        return
    for member in found.members:
        at = np.unique(elastic.step[found.closed & (elastic.member == member)])
        print(f"  {elastic.members[member].name}, steps {at.tolist()}")
    print(f"  {found.solves} solves, every step needed: {found.by_step}")
    begun = process_time()
    way_out = cheapest_relaxation(tries)
    if way_out is None:
        print("nothing that may give way is enough")
        return
    print(f"cheapest way out: {process_time() - begun:.1f} s, cost {way_out.cost:,.2f}, "
          f"none below {way_out.lower_bound:,.2f}, holds: {way_out.holds}")  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "50x96x20", int((sys.argv[2:] or ["0"])[0]))
