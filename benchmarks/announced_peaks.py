"""What alerts of the system's peaks are worth, beside hearing nothing, fearing every one, and knowing.

    python benchmarks/announced_peaks.py [CASE]

CASE (examples/announced_peaks.toml) four times under one policy, forecaster and bill: nothing is heard (peaks stay as
likely as at the start), alerts are heard, every candidate is taken for sure, and those that come are known.
"""

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from gridtide.case.load import load_case
from gridtide.fleet.contract import CoincidentPeak
from gridtide.simulate.settlement import COINCIDENT, settle
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.testing.courses import course_of

EXAMPLE = Path(__file__).parents[1] / "examples" / "announced_peaks.toml"
Heard = Callable[[CoincidentPeak], CoincidentPeak]
PARTS = ("energy", "demand charge", COINCIDENT, "wear", "delay")


def main() -> None:
    """One row a way of knowing: the bill by part."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", nargs="?", type=Path, default=EXAMPLE)
    study = load_case(parser.parse_args().case)
    print(f"knowing,{','.join(PARTS)},total {study.currency},drawn_in_peaks_that_came_kw")
    for name, heard in WAYS.items():
        course = course_of(with_peaks(study, heard))
        settled = settle(study, truth_of(study), course, 0.0)
        parts = dict(settled.parts)
        cells = ",".join(f"{parts[part]:.0f}" for part in PARTS)
        print(f"{name},{cells},{settled.total_cost:.0f},{drawn_kw(study, parts):.0f}", flush=True)


def drawn_kw(study: Study, parts: dict[str, float]) -> float:
    """Mean import over the peaks that came, weighted by their charge, kW."""
    peaks = [peak for site in study.fleet.sites for peak in site.contract.peaks if peak.came]
    return parts[COINCIDENT] / sum(peak.charge_per_kw for peak in peaks)


def with_peaks(study: Study, heard: Heard) -> Study:
    """The study whose plans know of every peak what `heard` makes of it."""
    sites = []
    for site in study.fleet.sites:
        peaks = tuple(heard(peak) for peak in site.contract.peaks)
        sites.append(replace(site, contract=replace(site.contract, peaks=peaks)))
    return replace(study, fleet=replace(study.fleet, sites=tuple(sites)))


WAYS: dict[str, Heard] = {
    "nothing is heard": lambda peak: replace(peak, alerts=()),
    "alerts are heard": lambda peak: peak,
    "every one is feared": lambda peak: replace(peak, alerts=(), likelihood=1.0),
    "those that come are known": lambda peak: replace(peak, alerts=(), likelihood=float(peak.came)),
}


if __name__ == "__main__":
    main()
