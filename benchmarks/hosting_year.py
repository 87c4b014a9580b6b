"""A year of hours, every outage, every bus of RTS-GMLC: `python benchmarks/hosting_year.py`, data in GRIDTIDE_DATA.

Target: at most 20 seconds of a processor by LODF. Beside it the plain triple loop over outages, branches and buses on a
slice of the hours, whose answers must be equal.
"""

import os
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gridtide.doors.results.network_file import hosting_in
from gridtide.grid.branches import Branches
from gridtide.grid.hosting_system import (
    UNITS,
    Feeding,
    Standing,
    fed_share,
    room_at,
    rooms_of_all,
    standing_of,
)
from gridtide.grid.sensitivities import Sensitivities

Real = NDArray[np.float64]
TARGET_S = 20.0
SLICE = slice(4_000, 4_024)


def main() -> None:
    """Prints seconds of a processor of each part, and the ratio to the plain loop."""
    standing, dispatch_s = timed_standing()
    branches, hours = standing.branches, len(standing.fed.flow_kw)
    lost = int((~standing.found.is_bridge).sum())
    again = int(standing.fed.redispatched.sum())
    print(
        f"{hours:,} hours dispatched within all ratings, {again:,} of them again: {dispatch_s:.1f} s"
    )
    start = time.process_time()
    rooms = rooms_of_all(standing, Feeding(by=UNITS), outages=True)
    year_s = time.process_time() - start
    buses = rooms.hosted_kw.shape[1]
    print(
        f"{hours:,} hours x ({lost} outages + none) x {len(branches)} branches x {buses} buses: {year_s:.1f} s, target"
        f" {TARGET_S:.0f}; {rooms.looked_at:.1%} of all pairs worked out"
    )
    share = fed_share(standing.system, UNITS)
    start = time.process_time()
    plain = plainly(branches, standing.found, standing.fed.flow_kw[SLICE], share)
    plain_s = time.process_time() - start
    assert np.array_equal(plain, rooms.hosted_kw[SLICE]), "the plain loop says otherwise"
    each, other = year_s / hours, plain_s / len(plain)
    print(
        f"the plain loop on {len(plain)} hours, equal to the last bit: {other / each:.0f} times as long an hour"
    )
    start = time.process_time()
    room_at(standing, Feeding(by="redispatch"), 30, outages=True)
    print(f"one bus with all units dispatched for it: {time.process_time() - start:.1f} s")


def timed_standing() -> tuple[Standing, float]:
    """The system with its year, and the seconds that its dispatch takes."""
    data = Path(os.environ.get("GRIDTIDE_DATA", "../shared/data"))
    system = hosting_in(data / "rts_gmlc")
    start = time.process_time()
    return standing_of(system, secure=True), time.process_time() - start


def plainly(branches: Branches, found: Sensitivities, flow_kw: Real, share: Real) -> Real:
    """Least room over every outage and branch, for every bus, all hours of one pair at once."""
    added = (found.ptdf @ share)[:, None] - found.ptdf
    hosted = np.full((len(flow_kw), found.ptdf.shape[1]), np.inf)
    outages = [-1, *np.flatnonzero(~found.is_bridge).tolist()]
    for lost in outages:
        for branch in range(len(branches)):
            if branch == lost:
                continue
            after, grows, rating = flow_kw[:, branch], added[branch], branches.rating_kw[branch]
            if lost >= 0:
                taken = found.lodf[branch, lost]
                after = after + flow_kw[:, lost] * taken
                grows = grows + taken * added[lost]
                rating = branches.emergency_kw[branch]
            for bus in np.flatnonzero(np.abs(grows) > 1e-9).tolist():
                sign = np.sign(grows[bus])
                np.minimum(
                    hosted[:, bus], (rating - sign * after) / abs(grows[bus]), out=hosted[:, bus]
                )
    return hosted


if __name__ == "__main__":
    main()
